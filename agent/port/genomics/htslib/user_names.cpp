// agent/port/genomics/htslib/user_names.cpp: names of accounts in command lines and paths.
#include "agent/port/genomics/htslib/user_names.hpp"

#include <array>
#include <cstddef>

namespace tributary::genomics {
namespace {

constexpr std::size_t most_of_a_line = 100;
constexpr std::size_t shortest_bytes = 3;
constexpr std::size_t longest_bytes = 64;

bool belongs(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == '-' || static_cast<unsigned char>(c) >= 0x80;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool ends_with(std::string_view text, std::string_view lower_case_end) {
  if (text.size() < lower_case_end.size()) return false;
  text.remove_prefix(text.size() - lower_case_end.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (lower(text[i]) != lower_case_end[i]) return false;
  }
  return true;
}

bool names_an_account(std::string_view before) {
  constexpr std::array<std::string_view, 8> signs = {"/home/", "/users/",   "\\users\\", "\\\\users\\\\",
                                                     "user=",  "user\":\"", "username=", "username\":\""};
  for (const auto sign : signs) {
    if (ends_with(before, sign)) return true;
  }
  return false;
}

// A domain behind the `@`: letters with a dot among them. Read groups and versions ("tool@1.2") have none.
bool is_address(std::string_view behind) {
  if (behind.size() < 2 || behind.front() != '@') return false;
  std::size_t end = 1;
  while (end < behind.size() && belongs(behind[end])) ++end;
  const auto domain = behind.substr(1, end - 1);
  const auto dot = domain.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 2 >= domain.size()) return false;
  for (const char c : domain.substr(dot + 1)) {
    if (lower(c) < 'a' || lower(c) > 'z') return false;
  }
  return true;
}

}  // namespace

void user_names(std::string_view line, const std::function<void(std::string_view)>& found) {
  std::size_t told = 0;
  for (std::size_t at = 0; at < line.size() && told < most_of_a_line;) {
    std::size_t end = at;
    while (end < line.size() && belongs(line[end])) ++end;
    const auto word = line.substr(at, end - at);
    if (word.size() >= shortest_bytes && word.size() <= longest_bytes &&
        (names_an_account(line.substr(0, at)) || is_address(line.substr(end)))) {
      found(word);
      ++told;
    }
    at = end + 1;
  }
}

}  // namespace tributary::genomics
