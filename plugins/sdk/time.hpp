// plugins/sdk/time.hpp: the dates of protocols as UTC seconds since 1970, both ways.
//
// Failure    a text that is no such date is an empty optional. Years 1970 to 9999 only.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/sdk/text.hpp"

namespace tributary::sdk {

/// UTC seconds of a civil time; empty when a field is out of its range.
inline std::optional<std::int64_t> utc_of(std::uint64_t year, std::uint64_t month, std::uint64_t day,
                                          std::uint64_t hour, std::uint64_t minute, std::uint64_t second) {
  if (year < 1970 || year > 9999 || month > 12 || day > 31 || hour > 23 || minute > 59 || second > 60) return {};
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return {};
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return std::int64_t{days} * 86400 + static_cast<std::int64_t>(hour * 3600 + minute * 60 + second);
}

namespace time_detail {
inline std::optional<std::uint64_t> digits(std::string_view text, std::size_t from, std::size_t count) {
  return from + count <= text.size() ? parse_number(text.substr(from, count)) : std::nullopt;
}
}  // namespace time_detail

/// RFC 3339: 2026-11-21T10:00:00Z, with fractions, or with an offset (+01:00).
inline std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
  using time_detail::digits;
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return {};
  auto utc_s = utc_of(*year, *month, *day, *hour, *minute, *second);
  std::size_t at = 19;
  if (at < text.size() && text[at] == '.') {
    ++at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  }
  if (!utc_s || at >= text.size()) return {};
  if ((text[at] == 'Z' || text[at] == 'z') && at + 1 == text.size()) return utc_s;
  const auto hours = digits(text, at + 1, 2), minutes = digits(text, at + 4, 2);
  if ((text[at] != '+' && text[at] != '-') || !hours || !minutes || at + 6 != text.size()) return {};
  const auto offset_s = static_cast<std::int64_t>(*hours * 3600 + *minutes * 60);
  return text[at] == '+' ? *utc_s - offset_s : *utc_s + offset_s;
}

/// RFC 9110 section 5.6.7, the preferred form: Sun, 06 Nov 1994 08:49:37 GMT.
inline std::optional<std::int64_t> parse_http_date(std::string_view text) {
  using time_detail::digits;
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 29 || text.substr(25) != " GMT") return {};
  const auto month = months.find(text.substr(8, 3));
  if (month == std::string_view::npos || month % 3 != 0) return {};
  const auto day = digits(text, 5, 2), year = digits(text, 12, 4);
  const auto hour = digits(text, 17, 2), minute = digits(text, 20, 2), second = digits(text, 23, 2);
  if (!day || !year || !hour || !minute || !second) return {};
  return utc_of(*year, month / 3 + 1, *day, *hour, *minute, *second);
}

/// 20261121T100000Z, the basic form of ISO 8601.
inline std::string basic_utc(std::int64_t utc_s) {
  const std::chrono::sys_seconds when{std::chrono::seconds(utc_s)};
  const auto day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date{day};
  const auto second = static_cast<unsigned>((when - day).count());
  char text[32];
  std::snprintf(text, sizeof text, "%04d%02u%02uT%02u%02u%02uZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), second / 3600, second / 60 % 60,
                second % 60);
  return text;
}

}  // namespace tributary::sdk
