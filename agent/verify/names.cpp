// agent/verify/names.cpp: names of persons in the orders in which forms and files put them.
#include <algorithm>
#include <vector>

#include "agent/base/text.hpp"
#include "agent/verify/everyday.hpp"
#include "agent/verify/spellings.hpp"

namespace tributary::verify {
namespace {

constexpr std::size_t most_parts = 6;
constexpr std::size_t shortest_part_bytes = 3;
constexpr std::size_t shortest_of_several_bytes = 4;  // beside numbers; beside a date that of the longest
constexpr std::size_t shortest_alone_bytes = 5;

bool separates(char c) { return c == ' ' || c == ',' || c == '_' || c == '^' || c == ';' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}
bool belongs(char c) { return is_letter(c) || c == '-' || c == '\'' || c == '.'; }

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

Spellings in_all_orders(std::vector<std::string> list) {
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

/// Bytes of the date at the front, 0 when there is none.
std::size_t date_at(std::string_view rest, Spellings& days) {
  for (const std::size_t size : {std::size_t{10}, std::size_t{9}, std::size_t{8}}) {
    if (rest.size() < size || (rest.size() > size && is_digit(rest[size]))) continue;
    std::string date(rest.substr(0, size));
    std::replace(date.begin(), date.end(), '_', '-');
    const Spellings found = dates(date, true);
    if (found.empty()) continue;
    days.insert(found.begin(), found.end());
    return size;
  }
  return 0;
}

/// The value with blanks for its dates.
std::string without_dates(std::string_view value, Spellings& days) {
  std::string out;
  for (std::size_t i = 0; i < value.size();) {
    const bool starts = is_digit(value[i]) && (i == 0 || !is_digit(value[i - 1]));
    const std::size_t size = starts ? date_at(value.substr(i), days) : 0;
    out += size > 0 ? ' ' : value[i];
    i += std::max<std::size_t>(size, 1);
  }
  return out;
}

}  // namespace

Spellings reordered(std::string_view value, Spellings& parts) {
  std::vector<std::string> list = parts_of(value);
  if (list.size() < 2 || list.size() > most_parts) return {};
  for (const std::string& part : list) {
    if (part.size() >= shortest_part_bytes) parts.insert(part);
  }
  return in_all_orders(std::move(list));
}

Told told_beside_numbers(std::string_view value, const Spellings& labels) {
  if (std::none_of(value.begin(), value.end(), is_digit)) return {};
  Told told;
  std::string rest = without_dates(value, told.days);
  const bool dated = !told.days.empty();
  const auto separates_here = [dated](char c) { return separates(c) || (dated && (c == '-' || c == '.')); };
  std::replace_if(rest.begin(), rest.end(), separates_here, ' ');
  std::vector<std::string> list;
  for (const std::string& part : split(rest, ' ')) {
    if (part.size() < (dated ? shortest_part_bytes : shortest_of_several_bytes) || is_everyday(part)) continue;
    if (!std::all_of(part.begin(), part.end(), belongs) || std::none_of(part.begin(), part.end(), is_letter)) continue;
    list.push_back(part);
  }
  const auto is_label = [&labels](const std::string& part) { return labels.count(lower(part)) > 0; };
  if (!dated || std::all_of(list.begin(), list.end(), is_label)) std::erase_if(list, is_label);
  const auto longest =
      std::max_element(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
  const bool several = dated || list.size() > 1;
  if (list.empty() || list.size() > most_parts ||
      longest->size() < (several ? shortest_of_several_bytes : shortest_alone_bytes))
    return {};
  told.parts.insert(list.begin(), list.end());
  if (list.size() > 1) told.whole = in_all_orders(std::move(list));
  return told;
}

}  // namespace tributary::verify
