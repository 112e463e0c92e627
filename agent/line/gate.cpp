// agent/line/gate.cpp: hours, load, turns.
#include "agent/line/gate.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "agent/line/route.hpp"

namespace tributary::line {
namespace {

constexpr std::int64_t minute_s = 60;
constexpr std::int64_t longest_search_s = 2 * 24 * 3600;
constexpr std::int64_t longest_away_delay_s = 3600;
constexpr double goes_on_below = 0.75;
constexpr int highest_priority = 9;

bool is_inside(const std::vector<config::Limits::Hours>& hours, std::int64_t utc_s) {
  const std::time_t when = utc_s;
  std::tm local{};
  ::tzset();  // a time zone that was changed since (localtime(3): the reentrant form need not look)
  ::localtime_r(&when, &local);
  const auto minute = local.tm_hour * 60 + local.tm_min;
  return std::any_of(hours.begin(), hours.end(), [&](const auto& period) {
    return period.from_min <= period.to_min ? minute >= period.from_min && minute < period.to_min
                                            : minute >= period.from_min || minute < period.to_min;
  });
}

}  // namespace

std::optional<std::int64_t> opens_at(const std::vector<config::Limits::Hours>& hours, std::int64_t now_utc_s) {
  if (hours.empty() || is_inside(hours, now_utc_s)) return now_utc_s;
  const auto first = now_utc_s - now_utc_s % minute_s + minute_s;  // zones differ by whole minutes
  for (auto when = first; when <= now_utc_s + longest_search_s; when += minute_s) {
    if (is_inside(hours, when)) return when;
  }
  return std::nullopt;
}

Courtesy::Pace Courtesy::look(double load, bool sequencing) {
  const auto most = static_cast<double>(limits_.max_load);
  busy_ = limits_.max_load > 0 && load > (busy_ ? most * goes_on_below : most);
  why_.clear();
  using config::WhileSequencing;
  if (sequencing && limits_.while_sequencing == WhileSequencing::pause) {
    why_ = "a run is being written (limits.while_sequencing)";
    return Pace::pause;
  }
  if (busy_) {
    why_ = "the machine is busy (limits.max_load " + std::to_string(limits_.max_load) + ")";
    return Pace::pause;
  }
  return sequencing && limits_.while_sequencing == WhileSequencing::slow ? Pace::slow : Pace::full;
}

std::int64_t turn_cost(std::int64_t bytes, int priority) {
  constexpr std::int64_t most_mib = std::int64_t{1} << 40;
  const auto mib = std::clamp<std::int64_t>(bytes >> 20, 0, most_mib) + 1;
  return mib << (2 * (highest_priority - std::clamp(priority, 0, highest_priority)));
}

std::int64_t away_delay_s(std::int64_t tries, double chance) {
  return std::min(back_off_s(tries, chance),
                  longest_away_delay_s / 2 + static_cast<std::int64_t>(longest_away_delay_s / 2 * chance));
}

}  // namespace tributary::line
