// agent/verify/names.cpp: names of persons in the orders in which forms and files put them.
#include <algorithm>
#include <vector>

#include "agent/verify/spellings.hpp"

namespace tributary::verify {
namespace {

constexpr std::size_t most_parts = 6;
constexpr std::size_t shortest_part_bytes = 3;

bool separates(char c) { return c == ' ' || c == ',' || c == '_' || c == '^' || c == ';' || c == '\t'; }
bool belongs(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80 || c == '-' ||
         c == '\'' || c == '.';
}

std::vector<std::string> parts_of(std::string_view value) {
  std::vector<std::string> parts;
  std::string part;
  for (const char c : value) {
    if (!separates(c)) {
      if (!belongs(c)) return {};
      part += c;
    } else if (!part.empty()) {
      parts.push_back(std::move(part));
      part.clear();
    }
  }
  if (!part.empty()) parts.push_back(std::move(part));
  return parts;
}

void join_all_ways(const std::vector<std::string>& parts, Spellings& out) {
  for (const std::string_view sign : {" ", ", ", ",", "_", "-", ".", "^", ""}) {
    std::string joined;
    for (const std::string& part : parts) {
      if (!joined.empty()) joined += sign;
      joined += part;
    }
    out.insert(std::move(joined));
  }
}

}  // namespace

Spellings reordered(std::string_view value, Spellings& parts) {
  std::vector<std::string> list = parts_of(value);
  if (list.size() < 2 || list.size() > most_parts) return {};
  for (const std::string& part : list) {
    if (part.size() >= shortest_part_bytes) parts.insert(part);
  }
  Spellings out;
  join_all_ways(list, out);
  join_all_ways({list.front(), list.back()}, out);
  join_all_ways({list.back(), list.front()}, out);
  std::vector<std::string> turned = list;
  std::rotate(turned.begin(), turned.end() - 1, turned.end());  // family name first
  join_all_ways(turned, out);
  turned = list;
  std::rotate(turned.begin(), turned.begin() + 1, turned.end());  // first name last
  join_all_ways(turned, out);
  std::reverse(list.begin(), list.end());
  join_all_ways(list, out);
  return out;
}

}  // namespace tributary::verify
