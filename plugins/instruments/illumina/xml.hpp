// plugins/instruments/illumina/xml.hpp: the vendor's small XML documents as a flat list of elements.
//
// Reads any encoding that the bytes really have (RunInfo.xml may say utf-16 and be 8-bit). No DTD, no entities but
// XML's own five, bounded depth and number of elements.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::illumina {

/// The document can not be understood: cut off, or no XML at all.
class XmlDamaged : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct XmlElement {
  std::string path;                               // names from the root on, lower case, with '/' between them
  std::map<std::string, std::string> attributes;  // names in lower case
  std::string text;                               // of its own, trimmed
};

class XmlDocument {
 public:
  explicit XmlDocument(std::string_view bytes);
  [[nodiscard]] const std::vector<XmlElement>& elements() const { return elements_; }
  /// The first element whose path ends with `/name` (or is `name`), lower case.
  [[nodiscard]] const XmlElement* first(std::string_view name) const;
  [[nodiscard]] std::string text(std::string_view name) const;  // "" when there is none
  [[nodiscard]] std::string root() const { return elements_.empty() ? "" : elements_.front().path; }

 private:
  std::vector<XmlElement> elements_;
};

}  // namespace tributary::illumina
