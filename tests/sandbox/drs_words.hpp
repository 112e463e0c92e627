// tests/sandbox/drs_words.hpp: what the two halves of the GA4GH APIs here say alike.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/json.hpp"
#include "agent/base/result.hpp"

namespace tributary::sandbox {

inline constexpr std::size_t bulk_limit = 1000;
inline constexpr std::string_view https_access_id = "https";

/// Service info of GA4GH (discovery 1.0) without what the artifact adds.
Json service_of(std::string_view artifact, std::string_view version);
Json list_of(const std::vector<std::string>& words);
/// A JSON object out of a body.
Result<Json> parse_body(std::string_view text);
/// [A-Za-z0-9._-], not empty, not `.` or `..`, at most 255 bytes.
bool is_portable(std::string_view name);

}  // namespace tributary::sandbox
