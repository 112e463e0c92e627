// tests/sandbox/xml.hpp: the little XML that S3 speaks: answers written, one request read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::sandbox {

/// `&`, `<`, `>` and `"` as entities: fit for XML and HTML, text and attributes.
std::string escape(std::string_view text);
/// `<name>escaped text</name>`
std::string element(std::string_view name, std::string_view text);

struct NamedPart {
  std::uint32_t number = 0;
  std::string etag;  // lower case, without quotes
};
/// The parts of a CompleteMultipartUpload body; nothing when it is malformed, names no part, or more than 10,000.
std::optional<std::vector<NamedPart>> read_complete_request(std::string_view xml);

}  // namespace tributary::sandbox
