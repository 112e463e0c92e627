// agent/status/html.cpp: escapes of HTML and of forms.
#include "agent/status/html.hpp"

#include <algorithm>

#include "agent/base/text.hpp"
#include "agent/port/http/http.hpp"

namespace tributary::status {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
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
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::map<std::string, std::string> fields_of(std::string_view encoded) {
  std::map<std::string, std::string> out;
  const auto decoded = [](std::string word) {
    std::replace(word.begin(), word.end(), '+', ' ');
    return http::percent_decode(word);
  };
  for (const auto& field : split(encoded, '&')) {
    const auto equals = field.find('=');
    if (field.empty()) continue;
    out.try_emplace(decoded(field.substr(0, equals)),
                    equals == std::string::npos ? std::string() : decoded(field.substr(equals + 1)));
  }
  return out;
}

}  // namespace tributary::status
