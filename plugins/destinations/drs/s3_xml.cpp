// plugins/destinations/drs/s3_xml.cpp: the reader of object stores' XML.
#include "plugins/destinations/drs/s3_xml.hpp"

#include <algorithm>

#include "plugins/sdk/text.hpp"

namespace tributary::drs {
namespace {

constexpr std::size_t most_elements = 65536;
constexpr std::size_t most_levels = 64;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0U | (code >> 6U));
    out += static_cast<char>(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0U | (code >> 12U));
    out += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
    out += static_cast<char>(0x80U | (code & 0x3FU));
  } else {
    out += static_cast<char>(0xF0U | (code >> 18U));
    out += static_cast<char>(0x80U | ((code >> 12U) & 0x3FU));
    out += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
    out += static_cast<char>(0x80U | (code & 0x3FU));
  }
}

/// The character of `#34` or `#x22`; 0 when it is none.
std::uint32_t numbered(std::string_view entity) {
  const bool hexadecimal = entity.size() > 2 && (entity[1] == 'x' || entity[1] == 'X');
  const auto digits = entity.substr(hexadecimal ? 2 : 1);
  if (digits.empty() || digits.size() > 7) return 0;
  std::uint32_t code = 0;
  for (const char c : sdk::lower(digits)) {
    const bool letter = hexadecimal && c >= 'a' && c <= 'f';
    if (!letter && (c < '0' || c > '9')) return 0;
    code = code * (hexadecimal ? 16 : 10) + static_cast<std::uint32_t>(letter ? c - 'a' + 10 : c - '0');
  }
  return code > 0x10FFFF || (code >= 0xD800 && code < 0xE000) ? 0 : code;
}

bool decode(std::string_view text, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '&') {
      out += text[i];
      continue;
    }
    const auto end = text.find(';', i);
    if (end == std::string_view::npos || end == i + 1) return false;
    const auto entity = text.substr(i + 1, end - i - 1);
    constexpr std::pair<std::string_view, char> named[] = {
        {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    const auto* known = std::find_if(std::begin(named), std::end(named), [&](auto& n) { return n.first == entity; });
    if (known != std::end(named)) {
      out += known->second;
    } else if (entity.front() == '#' && numbered(entity) != 0) {
      append_utf8(out, numbered(entity));
    } else {
      return false;
    }
    i = end;
  }
  return true;
}

class Reader {
 public:
  explicit Reader(std::string_view rest) : rest_(rest) {}

  std::optional<std::vector<XmlElement>> read() {
    while (!rest_.empty()) {
      if (!(rest_.front() == '<' ? markup() : characters())) return std::nullopt;
    }
    if (!open_.empty() || elements_.empty()) return std::nullopt;
    return std::move(elements_);
  }

 private:
  bool characters() {
    const auto end = std::min(rest_.find('<'), rest_.size());
    const auto text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (open_.empty()) return std::all_of(text.begin(), text.end(), is_blank) || at_start(text);
    return decode(text, elements_[open_.back()].text);
  }
  /// A byte order mark in front of everything.
  bool at_start(std::string_view text) const { return elements_.empty() && text == "\xEF\xBB\xBF"; }

  /// Takes up to and including `end`; what was between.
  std::optional<std::string_view> take(std::size_t skip, std::string_view end) {
    const auto at = rest_.find(end, skip);
    if (at == std::string_view::npos) return std::nullopt;
    const auto inside = rest_.substr(skip, at - skip);
    rest_.remove_prefix(at + end.size());
    return inside;
  }

  bool markup() {
    if (rest_.substr(0, 4) == "<!--") return take(4, "-->").has_value();
    if (rest_.substr(0, 9) == "<![CDATA[") {
      const auto text = take(9, "]]>");
      if (!text || open_.empty()) return false;
      elements_[open_.back()].text += *text;
      return true;
    }
    if (rest_.substr(0, 2) == "<?") return take(2, "?>").has_value();
    if (rest_.substr(0, 2) == "<!") return false;  // a document type
    if (rest_.substr(0, 2) == "</") return close();
    return open();
  }

  static std::string plain_name(std::string_view tag) {
    const auto end = std::find_if(tag.begin(), tag.end(), is_blank);
    auto name = tag.substr(0, static_cast<std::size_t>(end - tag.begin()));
    const auto colon = name.rfind(':');
    return std::string(colon == std::string_view::npos ? name : name.substr(colon + 1));
  }

  bool close() {
    const auto tag = take(2, ">");
    if (!tag || open_.empty() || plain_name(*tag) != elements_[open_.back()].name) return false;
    open_.pop_back();
    return true;
  }

  /// The end of a start tag: a '>' that is not inside an attribute's quotes.
  [[nodiscard]] std::size_t end_of_tag() const {
    char quote = 0;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      const char c = rest_[i];
      if (quote != 0) {
        if (c == quote) quote = 0;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '>') {
        return i;
      }
    }
    return std::string_view::npos;
  }

  bool open() {
    const auto end = end_of_tag();
    if (end == std::string_view::npos || end < 2 || (open_.empty() && !elements_.empty())) return false;
    auto tag = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    const bool empty = tag.back() == '/';
    if (empty) tag.remove_suffix(1);
    auto name = plain_name(tag);
    if (name.empty() || elements_.size() >= most_elements || open_.size() >= most_levels) return false;
    elements_.push_back({std::move(name), static_cast<std::uint32_t>(open_.size()), {}});
    if (!empty) open_.push_back(elements_.size() - 1);
    return true;
  }

  std::string_view rest_;
  std::vector<XmlElement> elements_;
  std::vector<std::size_t> open_;
};

std::string unquoted(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), '"'), text.end());
  return text;
}

}  // namespace

std::optional<std::vector<XmlElement>> read_xml(std::string_view document) { return Reader(document).read(); }

std::string text_of(const std::vector<XmlElement>& elements, std::string_view name) {
  for (const auto& element : elements) {
    if (element.name == name) return element.text;
  }
  return {};
}

bool is_answer(const std::vector<XmlElement>& elements, std::string_view act) {
  const std::string_view root = elements.front().name;
  return root.substr(0, act.size()) == act &&
         (root.substr(act.size()) == "Result" || root.substr(act.size()) == "Response");
}

std::string error_code(std::string_view document) {
  const auto elements = read_xml(document);
  if (!elements || elements->front().name != "Error") return {};
  auto code = sdk::excerpt(text_of(*elements, "Code"), 64);
  return code.empty() ? "Unknown" : code;
}

std::optional<PartList> read_part_list(std::string_view document) {
  const auto elements = read_xml(document);
  if (!elements || !is_answer(*elements, "ListParts")) return std::nullopt;
  PartList list;
  list.truncated = text_of(*elements, "IsTruncated") == "true";
  list.next_marker = text_of(*elements, "NextPartNumberMarker");
  for (const auto& element : *elements) {
    if (element.depth == 1 && element.name == "Part") list.parts.emplace_back();
    if (element.depth != 2 || list.parts.empty()) continue;
    auto& part = list.parts.back();
    const auto number = sdk::parse_number(element.text);
    if (element.name == "PartNumber")
      part.number = static_cast<std::uint32_t>(std::min<std::uint64_t>(number.value_or(0), 10001));
    if (element.name == "Size") part.bytes = number.value_or(0);
    if (element.name == "ETag") part.etag = unquoted(element.text);
  }
  return list;
}

std::optional<std::vector<std::string>> read_upload_ids(std::string_view document, std::string_view key) {
  const auto elements = read_xml(document);
  if (!elements || !is_answer(*elements, "ListMultipartUploads")) return std::nullopt;
  std::vector<std::string> ids;
  bool same_key = false;
  for (const auto& element : *elements) {
    if (element.depth == 1) same_key = false;
    if (element.depth != 2) continue;
    if (element.name == "Key") same_key = element.text == key;
    if (element.name == "UploadId" && same_key && !element.text.empty()) ids.push_back(element.text);
  }
  return ids;
}

}  // namespace tributary::drs
