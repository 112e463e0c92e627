// agent/base/clock.cpp: the time of day and its ISO 8601 spelling.
#include "agent/base/clock.hpp"

#include <chrono>
#include <cstdio>
#include <ctime>

namespace tributary {

static_assert(sizeof(std::time_t) == 8, "time must go on after 2038: on 32 bits _TIME_BITS=64 is needed");

namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

std::optional<int> number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool eat(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

std::int64_t seconds_of(year_month_day date) {
  return std::chrono::duration_cast<std::chrono::seconds>(sys_days(date).time_since_epoch()).count();
}

// `hh:mm[:ss[.fff]](Z|+hh:mm|-hh:mm)` as seconds after midnight UTC.
std::optional<std::int64_t> time_of_day(std::string_view text) {
  const auto hour = number(text, 2);
  if (!hour || *hour > 24 || !eat(text, ':')) return std::nullopt;
  const auto minute = number(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  int second = 0;
  if (eat(text, ':')) {
    const auto s = number(text, 2);
    if (!s || *s > 60) return std::nullopt;
    second = *s;
    if (eat(text, '.')) {
      std::size_t digits = 0;
      while (number(text, 1)) ++digits;
      if (digits == 0) return std::nullopt;
    }
  }
  std::int64_t offset = 0;
  if (!eat(text, 'Z') && !eat(text, 'z')) {
    const bool west = eat(text, '-');
    if (!west && !eat(text, '+')) return std::nullopt;
    const auto oh = number(text, 2);
    if (!oh || *oh > 14 || !eat(text, ':')) return std::nullopt;
    const auto om = number(text, 2);
    if (!om || *om > 59) return std::nullopt;
    offset = (*oh * 3600 + *om * 60) * (west ? -1 : 1);
  }
  if (!text.empty()) return std::nullopt;
  return *hour * 3600 + *minute * 60 + second - offset;
}

}  // namespace

std::int64_t SystemClock::now_utc_s() const { return std::time(nullptr); }

std::string to_rfc3339(std::int64_t utc_s) {
  const auto seconds = std::chrono::sys_seconds(std::chrono::seconds(utc_s));
  const auto date = std::chrono::floor<std::chrono::days>(seconds);
  const year_month_day ymd(date);
  const std::chrono::hh_mm_ss time(seconds - date);
  char out[40];
  std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(ymd.year()),
                static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return out;
}

std::optional<std::int64_t> from_iso8601(std::string_view text, bool end) {
  const auto y = number(text, 4);
  if (!y) return std::nullopt;
  if (text.empty()) {
    return end ? seconds_of(year_month_day(year(*y + 1), month(1), day(1))) - 1
               : seconds_of(year_month_day(year(*y), month(1), day(1)));
  }
  if (!eat(text, '-')) return std::nullopt;
  const auto m = number(text, 2);
  if (!m || *m < 1 || *m > 12) return std::nullopt;
  const auto first = year_month_day(year(*y), month(static_cast<unsigned>(*m)), day(1));
  if (text.empty()) {
    const auto next = *m == 12 ? year_month_day(year(*y + 1), month(1), day(1))
                               : year_month_day(year(*y), month(static_cast<unsigned>(*m) + 1), day(1));
    return end ? seconds_of(next) - 1 : seconds_of(first);
  }
  if (!eat(text, '-')) return std::nullopt;
  const auto d = number(text, 2);
  const auto date =
      year_month_day(year(*y), month(static_cast<unsigned>(*m)), day(static_cast<unsigned>(d.value_or(0))));
  if (!d || !date.ok()) return std::nullopt;
  if (text.empty()) return end ? seconds_of(date) + 86399 : seconds_of(date);
  if (!eat(text, 'T') && !eat(text, 't') && !eat(text, ' ')) return std::nullopt;
  const auto time = time_of_day(text);
  if (!time) return std::nullopt;
  return seconds_of(date) + *time;
}

}  // namespace tributary
