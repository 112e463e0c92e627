// tests/sandbox/xml.cpp: writing of answers, reading of CompleteMultipartUpload.
#include "tests/sandbox/xml.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "agent/base/text.hpp"
#include "tests/sandbox/query.hpp"

namespace tributary::sandbox {
namespace {

/// The inside of the next `<name ...>...</name>` of `text` from `at` on; moves `at` behind it. Attributes are not
/// looked at.
std::optional<std::string_view> next_element(std::string_view text, std::string_view name, std::size_t& at) {
  const auto opening = "<" + std::string(name);
  const auto closing = "</" + std::string(name) + ">";
  for (auto start = text.find(opening, at); start != std::string_view::npos; start = text.find(opening, start + 1)) {
    const auto after = start + opening.size();
    if (after >= text.size() || (text[after] != '>' && text[after] != ' ')) continue;
    const auto inside = text.find('>', after);
    if (inside == std::string_view::npos) return std::nullopt;
    const auto end = text.find(closing, inside + 1);
    if (end == std::string_view::npos) return std::nullopt;
    at = end + closing.size();
    return text.substr(inside + 1, end - inside - 1);
  }
  return std::nullopt;
}

std::string plain_etag(std::string_view text) {
  static constexpr std::array<std::string_view, 3> quotes = {"&quot;", "&#34;", "\""};
  std::string out(trim(text));
  for (const auto quote : quotes) {
    for (auto at = out.find(quote); at != std::string::npos; at = out.find(quote)) out.erase(at, quote.size());
  }
  return lower(out);
}

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string element(std::string_view name, std::string_view text) {
  return "<" + std::string(name) + ">" + escape(text) + "</" + std::string(name) + ">";
}

std::optional<std::vector<NamedPart>> read_complete_request(std::string_view xml) {
  constexpr std::size_t most_parts = 10000;
  std::size_t at = 0;
  const auto root = next_element(xml, "CompleteMultipartUpload", at);
  if (!root) return std::nullopt;
  std::vector<NamedPart> parts;
  at = 0;
  while (const auto part = next_element(*root, "Part", at)) {
    std::size_t inner = 0;
    const auto number_text = next_element(*part, "PartNumber", inner);
    inner = 0;
    const auto etag = next_element(*part, "ETag", inner);
    const auto number = number_text ? parse_count(trim(*number_text)) : std::nullopt;
    if (!number || *number == 0 || *number > most_parts || !etag || parts.size() == most_parts) return std::nullopt;
    parts.push_back({static_cast<std::uint32_t>(*number), plain_etag(*etag)});
  }
  if (parts.empty()) return std::nullopt;
  return parts;
}

}  // namespace tributary::sandbox
