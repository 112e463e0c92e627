// plugins/sdk/consent/period.cpp: the spellings of FHIR dates.
#include "plugins/sdk/consent/period.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "plugins/sdk/time.hpp"

namespace tributary::sdk::consent {
namespace {

constexpr std::int64_t day_s = 86400;

[[noreturn]] void no_date() { throw Malformed("a date that is none of FHIR's"); }

std::uint64_t digits(std::string_view text, std::size_t from, std::size_t count) {
  if (from + count > text.size()) no_date();
  const auto number = sdk::parse_number(text.substr(from, count));
  if (!number) no_date();
  return *number;
}

std::int64_t day(std::uint64_t year, std::uint64_t month, std::uint64_t of_month) {
  namespace chrono = std::chrono;
  const chrono::year_month_day date{chrono::year(static_cast<int>(year)), chrono::month(static_cast<unsigned>(month)),
                                    chrono::day(static_cast<unsigned>(of_month))};
  if (year < 1 || month > 12 || of_month > 31 || !date.ok()) no_date();
  return std::int64_t{chrono::sys_days(date).time_since_epoch().count()} * day_s;
}

// `Thh:mm:ss[.fff](Z|+hh:mm|-hh:mm)` behind a day; a fraction lies between two seconds.
Interval moment(std::string_view text, std::int64_t midnight) {
  const auto hour = digits(text, 1, 2), minute = digits(text, 4, 2), second = digits(text, 7, 2);
  if (text[0] != 'T' || text[3] != ':' || text[6] != ':' || hour > 23 || minute > 59 || second > 60) no_date();
  std::size_t at = 9;
  bool fraction = false;
  if (at < text.size() && text[at] == '.') {
    const auto first = ++at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) fraction = fraction || text[at] != '0';
    if (at == first) no_date();
  }
  if (at >= text.size()) throw Malformed("a time without a time zone");
  std::int64_t offset_s = 0;
  if (text.substr(at) != "Z") {
    const auto hours = digits(text, at + 1, 2), minutes = digits(text, at + 4, 2);
    if ((text[at] != '+' && text[at] != '-') || text[at + 3] != ':' || at + 6 != text.size()) no_date();
    if (hours > 14 || minutes > 59) no_date();
    offset_s = static_cast<std::int64_t>(hours * 3600 + minutes * 60) * (text[at] == '-' ? -1 : 1);
  }
  const auto utc_s = midnight + static_cast<std::int64_t>(hour * 3600 + minute * 60 + second) - offset_s;
  return {utc_s, fraction ? utc_s + 1 : utc_s};
}

// The member's date; nothing when it is not there.
std::optional<std::string> date_of(const Value& period, const std::string& name) {
  if (!period.has(name)) {
    if (period.has("_" + name)) throw Malformed("a date of a period is missing and something stands in its place");
    return std::nullopt;
  }
  if (!period[name].is(Value::Kind::text)) no_date();
  return period[name].text();
}

}  // namespace

Interval both(const Interval& a, const Interval& b) {
  const auto pick = [](const auto& x, const auto& y, bool later) {
    if (!x || !y) return x ? x : y;
    return std::optional(later ? std::max(*x, *y) : std::min(*x, *y));
  };
  return {pick(a.from, b.from, true), pick(a.until, b.until, false)};
}

std::vector<Interval> without(const Interval& a, const Interval& b) {
  if (a.is_empty()) return {};
  const auto common = both(a, b);
  if (common.is_empty()) return {a};
  std::vector<Interval> parts;
  if (common.from && (!a.from || *a.from < *common.from)) parts.push_back({a.from, *common.from - 1});
  if (common.until && (!a.until || *common.until < *a.until)) parts.push_back({*common.until + 1, a.until});
  return parts;
}

Interval read_date(std::string_view text) {
  const auto year = digits(text, 0, 4);
  if (text.size() == 4) return {day(year, 1, 1), day(year + 1, 1, 1) - 1};
  const auto month = digits(text, 5, 2);
  if (text[4] != '-' || month < 1 || month > 12) no_date();
  if (text.size() == 7) {
    return {day(year, month, 1), (month == 12 ? day(year + 1, 1, 1) : day(year, month + 1, 1)) - 1};
  }
  const auto midnight = day(year, month, digits(text, 8, 2));
  if (text[7] != '-') no_date();
  if (text.size() == 10) return {midnight, midnight + day_s - 1};
  return moment(text.substr(10), midnight);
}

Interval permit_between(std::string_view from, std::string_view until) {
  Interval out;
  if (!from.empty()) {
    const auto date = read_date(from);
    const bool names_day = from.size() >= 10;
    out.from = !names_day ? *date.until - day_s + 1 : from.size() == 10 ? *date.from : *date.until;
  }
  if (!until.empty()) out.until = until.size() > 10 ? read_date(until).from : read_date(until).until;
  return out;
}

Period read_period(const Value& period) {
  if (!period.is(Value::Kind::object)) throw Malformed("a period that is no object");
  Period out;
  const auto start = date_of(period, "start"), stop = date_of(period, "end");
  out.has_start = start.has_value();
  if (start) out.deny.from = read_date(*start).from;
  if (stop) out.deny.until = read_date(*stop).until;
  if (out.deny.is_empty()) throw Malformed("a period that ends before it begins");
  out.permit = permit_between(start.value_or(""), stop.value_or(""));
  return out;
}

std::string write_date(const std::optional<std::int64_t>& utc_s, bool is_end) {
  if (!utc_s) return {};
  namespace chrono = std::chrono;
  const chrono::sys_seconds when{chrono::seconds(*utc_s)};
  const auto midnight = chrono::floor<chrono::days>(when);
  const chrono::year_month_day date{midnight};
  const auto second = static_cast<unsigned>((when - midnight).count());
  char text[40];
  const int n = std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                              static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  if (second != (is_end ? 86399U : 0U)) {
    std::snprintf(text + n, sizeof text - static_cast<std::size_t>(n), "T%02u:%02u:%02uZ", second / 3600,
                  second / 60 % 60, second % 60);
  }
  return text;
}

}  // namespace tributary::sdk::consent
