// agent/line/time_of_day.cpp: whether the clock can be believed.
#include "agent/line/time_of_day.hpp"

#include <cstdlib>

#include "agent/base/clock.hpp"

namespace tributary::line {
namespace {

constexpr std::int64_t hour_s = 3600, day_s = 24 * hour_s;
constexpr std::int64_t longest_step_s = 366 * day_s;

}  // namespace

Status check_time(std::int64_t now_utc_s, std::int64_t latest_utc_s,
                  const std::optional<plugin::TimeWitness::Word>& word) {
  const auto said = "clock: it says " + to_rfc3339(now_utc_s);
  const std::string hint = "nothing is sent and no consent is asked until then: set it";
  if (now_utc_s < first_possible_utc_s || now_utc_s > last_possible_utc_s) return operator_error(said, hint);
  if (latest_utc_s == 0 || (word && std::abs(now_utc_s - word->utc_s) <= hour_s)) return {};
  const std::string confirm = "; if it is right: tributary release --clock";
  if (now_utc_s <= latest_utc_s - day_s)
    return operator_error(said + ", and the last work here was at " + to_rfc3339(latest_utc_s), hint + confirm);
  if (now_utc_s >= latest_utc_s + longest_step_s)
    return operator_error(said + ", more than a year after the last work here at " + to_rfc3339(latest_utc_s),
                          hint + confirm);
  return {};
}

}  // namespace tributary::line
