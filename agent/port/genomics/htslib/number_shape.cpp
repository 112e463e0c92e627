// agent/port/genomics/htslib/number_shape.cpp: sign, digits, point, digits, exponent.
#include "agent/port/genomics/htslib/number_shape.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace tributary::genomics {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t take_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  text.remove_prefix(count);
  return count;
}

bool is_nan_or_inf(std::string_view text) {
  if (text.size() != 3 && text.size() != 8) return false;
  std::string low(text);
  for (char& c : low) c = static_cast<char>(c | 0x20);
  return low == "nan" || low == "inf" || low == "infinity";
}

/// Of an exponent with its sign; nothing when it is none.
std::optional<int> exponent_of(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  int value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
  return whole && value > -1000 && value < 1000 ? std::optional<int>(value) : std::nullopt;
}

}  // namespace

std::optional<std::size_t> digits_of_number(std::string_view text) {
  if (text.empty() || text == ".") return 0;
  if (text.front() == '-' || text.front() == '+') text.remove_prefix(1);
  const bool zero = text.starts_with('0');
  std::size_t digits = take_digits(text);
  if (zero && digits > 1) return std::nullopt;
  if (text.empty()) return digits > 0 ? std::optional<std::size_t>(digits) : std::nullopt;
  std::size_t behind = 0;
  if (text.front() == '.') {
    text.remove_prefix(1);
    behind = take_digits(text);
  }
  if (digits + behind == 0) return is_nan_or_inf(text) ? std::optional<std::size_t>(0) : std::nullopt;
  if (text.empty()) return digits;
  if (text.front() != 'e' && text.front() != 'E') return std::nullopt;
  const auto exponent = exponent_of(text.substr(1));
  if (!exponent) return std::nullopt;
  return static_cast<std::size_t>(std::max(static_cast<int>(digits) + *exponent, 0));
}

bool are_numbers(std::string_view text, std::size_t limit) {
  for (std::size_t begin = 0;;) {
    std::size_t end = begin;
    while (end < text.size() && is_digit(text[end])) ++end;
    const bool plain = end > begin && (end == text.size() || text[end] == ',');
    if (plain) {  // most are; the rest takes longer
      if ((text[begin] == '0' && end - begin > 1) || end - begin >= limit) return false;
    } else {
      end = std::min(text.find(',', end), text.size());
      const auto digits = digits_of_number(text.substr(begin, end - begin));
      if (!digits || *digits >= limit) return false;
    }
    if (end == text.size()) return true;
    begin = end + 1;
  }
}

}  // namespace tributary::genomics
