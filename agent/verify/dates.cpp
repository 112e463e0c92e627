// agent/verify/dates.cpp: a date in the forms of the field.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <optional>

#include "agent/base/text.hpp"
#include "agent/verify/spellings.hpp"

namespace tributary::verify {
namespace {

struct Date {
  unsigned year = 0, month = 0, day = 0;
};

constexpr std::array<std::string_view, 12> english = {"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 12> german = {"Januar",    "Februar", "M\xc3\xa4rz", "April",
                                                     "Mai",       "Juni",    "Juli",        "August",
                                                     "September", "Oktober", "November",    "Dezember"};

std::optional<unsigned> number(std::string_view digits) {
  if (digits.empty() || digits.size() > 4) return std::nullopt;
  unsigned value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

bool is_date(const Date& date) {
  return date.year >= 1900 && date.year <= 2100 && date.month >= 1 && date.month <= 12 && date.day >= 1 &&
         date.day <= 31;
}

/// Three numbers with one sign between them, in every order that makes a date.
std::vector<Date> parse(std::string_view value, bool told) {
  std::vector<Date> found;
  const auto take = [&found](std::optional<unsigned> year, std::optional<unsigned> month, std::optional<unsigned> day) {
    if (!year || !month || !day) return;
    const Date date{*year, *month, *day};
    if (is_date(date)) found.push_back(date);
  };
  if (value.size() > 10 && (value[10] == 'T' || value[10] == ' ')) value = value.substr(0, 10);
  if (told && value.size() == 8 && number(value.substr(0, 4)) && number(value.substr(4))) {
    take(number(value.substr(0, 4)), number(value.substr(4, 2)), number(value.substr(6)));
    if (found.empty()) take(number(value.substr(4)), number(value.substr(2, 2)), number(value.substr(0, 2)));
    return found;
  }
  for (const char sign : {'-', '.', '/'}) {
    const auto parts = split(value, sign);
    if (parts.size() != 3) continue;
    if (parts[0].size() == 4) {
      take(number(parts[0]), number(parts[1]), number(parts[2]));
    } else if (parts[2].size() == 4 && parts[0].size() <= 2 && parts[1].size() <= 2) {
      take(number(parts[2]), number(parts[1]), number(parts[0]));
      if (sign != '.') take(number(parts[2]), number(parts[0]), number(parts[1]));
    }
  }
  return found;
}

std::string padded(unsigned value, std::size_t size) {
  std::string digits = std::to_string(value);
  digits.insert(0, size - std::min(size, digits.size()), '0');
  return digits;
}

void add_numbers(const Date& date, Spellings& out) {
  const std::string y = padded(date.year, 4), m = padded(date.month, 2), d = padded(date.day, 2);
  for (const std::string& sign :
       {std::string("-"), std::string("/"), std::string("."), std::string("_"), std::string()}) {
    out.insert(y + sign + m + sign + d);
    out.insert(d + sign + m + sign + y);
    out.insert(m + sign + d + sign + y);
    if (sign.empty()) continue;
    const std::string bare_m = std::to_string(date.month), bare_d = std::to_string(date.day);
    out.insert(bare_d + sign + bare_m + sign + y);
    out.insert(bare_m + sign + bare_d + sign + y);
    out.insert(y + sign + bare_m + sign + bare_d);
  }
  out.insert(d + "." + m + "." + y.substr(2));
}

void add_months(const Date& date, Spellings& out) {
  const std::string y = padded(date.year, 4);
  for (const std::string& d : {padded(date.day, 2), std::to_string(date.day)}) {
    const std::string month(english[date.month - 1]);
    const std::string abbreviated = month.substr(0, 3);
    const std::string of_germany(german[date.month - 1]);
    for (const std::string& spelled : {month, abbreviated}) {
      out.insert(d + " " + spelled + " " + y);
      out.insert(spelled + " " + d + ", " + y);
    }
    out.insert(d + "-" + abbreviated + "-" + y);
    out.insert(d + abbreviated + y);
    out.insert(d + ". " + of_germany + " " + y);
    out.insert(d + "." + of_germany + " " + y);
  }
}

}  // namespace

Spellings dates(std::string_view value, bool told) {
  Spellings out;
  for (const Date& date : parse(trim(value), told)) {
    add_numbers(date, out);
    add_months(date, out);
  }
  return out;
}

}  // namespace tributary::verify
