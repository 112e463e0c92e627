// agent/status/show.cpp: which language, and its numbers and times.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <ctime>

#include "agent/base/text.hpp"
#include "agent/base/units.hpp"
#include "agent/status/words.hpp"

namespace tributary::status {
namespace {

constexpr std::array<std::array<const char*, 7>, 2> weekdays{
    {{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}, {"So", "Mo", "Di", "Mi", "Do", "Fr", "Sa"}}};
constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::tm local(std::int64_t utc_s) {
  const auto moment = static_cast<std::time_t>(utc_s);
  std::tm out{};
  ::localtime_r(&moment, &out);
  return out;
}

// `q` of one entry of Accept-Language, in thousandths.
int weight_of(const std::vector<std::string>& parts) {
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto word = trim(parts[i]);
    if (!word.starts_with("q=")) continue;
    double value = 0;
    const auto digits = word.substr(2);
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (problem != std::errc{} || !(value >= 0 && value <= 1)) return 0;
    return static_cast<int>(std::lround(value * 1000));
  }
  return 1000;
}

}  // namespace

std::string_view code_of(Language language) { return language == Language::de ? "de" : "en"; }

Language choose_language(std::string_view wish, std::string_view accept_language) {
  if (wish == "de") return Language::de;
  if (wish == "en") return Language::en;
  auto best = Language::en;
  int most = 0;
  for (const auto& entry : split(accept_language, ',')) {
    const auto parts = split(entry, ';');
    const auto range = lower(trim(parts[0]));
    const auto primary = std::string_view(range).substr(0, range.find('-'));
    if (primary != "de" && primary != "en") continue;
    const auto weight = weight_of(parts);
    if (weight <= most) continue;
    most = weight;
    best = primary == "de" ? Language::de : Language::en;
  }
  return best;
}

std::string show_count(Language language, std::int64_t number) {
  auto out = std::to_string(number);
  const std::size_t first = out.starts_with('-') ? 1 : 0;
  for (auto at = out.size(); at > first + 3;) out.insert(at -= 3, 1, language == Language::de ? '.' : ',');
  return out;
}

std::string show_bytes(Language language, std::int64_t bytes) {
  auto out = show_size(static_cast<std::uint64_t>(std::max<std::int64_t>(bytes, 0)));
  if (language == Language::de) std::replace(out.begin(), out.end(), '.', ',');
  return out;
}

std::string show_span(Language language, std::int64_t seconds) {
  auto out = show_duration(seconds);
  const auto days = out.find(" d");
  if (language == Language::de && days != std::string::npos) out.replace(days, 2, " T");
  return out;
}

std::string show_moment(Language language, std::int64_t utc_s, std::int64_t now_utc_s) {
  const auto then = local(utc_s);
  const auto today = local(now_utc_s);
  char clock[8];
  std::snprintf(clock, sizeof clock, "%02d:%02d", then.tm_hour % 24, then.tm_min % 60);
  if (then.tm_year == today.tm_year && then.tm_yday == today.tm_yday) return clock;
  const auto year = then.tm_year == today.tm_year ? std::string() : std::to_string(then.tm_year + 1900);
  if (language == Language::de)
    return std::to_string(then.tm_mday) + "." + std::to_string(then.tm_mon + 1) + "." + year + " " + clock;
  const auto* month = months[static_cast<std::size_t>(then.tm_mon) % months.size()];
  return std::to_string(then.tm_mday) + " " + month + (year.empty() ? "" : " " + year) + " " + clock;
}

std::string show_weekday(Language language, std::int64_t utc_s) {
  return weekdays[static_cast<std::size_t>(language)][static_cast<std::size_t>(local(utc_s).tm_wday) % 7];
}

std::string zone_now(std::int64_t utc_s) {
  char out[32] = {};
  const auto then = local(utc_s);
  return std::strftime(out, sizeof out, "%Z", &then) > 0 ? out : "UTC";
}

}  // namespace tributary::status
