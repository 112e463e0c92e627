// plugins/destinations/drs/s3_xml.hpp: reads the small XML answers of object stores.
//
// Takes      elements and text; namespaces are dropped, attributes, comments and instructions skipped, the five named
//            entities and numbered characters decoded. A document type is refused: nothing is ever expanded.
// Bounds     64 levels, 65,536 elements.
// Failure    nullopt for what is not well formed; an answer that was cut is not well formed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::drs {

struct XmlElement {
  std::string name;     // without prefix
  std::uint32_t depth;  // the root has 0
  std::string text;     // directly inside, not in children
};

/// Every element in document order.
std::optional<std::vector<XmlElement>> read_xml(std::string_view document);

/// The text of the first element of that name, or "".
std::string text_of(const std::vector<XmlElement>& elements, std::string_view name);

/// True when the root is `<act>Result` or, as some stores write, `<act>Response`. `elements` must not be empty.
bool is_answer(const std::vector<XmlElement>& elements, std::string_view act);

/// <Error><Code>…: the code, "" when the document is no error.
std::string error_code(std::string_view document);

struct ListedPart {
  std::uint32_t number = 0;
  std::uint64_t bytes = 0;
  std::string etag;  // without quotes
};
struct PartList {
  std::vector<ListedPart> parts;
  bool truncated = false;
  std::string next_marker;
};
std::optional<PartList> read_part_list(std::string_view document);

/// The ids of the uploads of exactly this key in a ListMultipartUploadsResult.
std::optional<std::vector<std::string>> read_upload_ids(std::string_view document, std::string_view key);

}  // namespace tributary::drs
