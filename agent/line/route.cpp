// agent/line/route.cpp: what an outcome means for a parcel.
#include "agent/line/route.hpp"

#include <algorithm>

namespace tributary::line {
namespace {

constexpr std::int64_t first_delay_s = 15;
constexpr std::int64_t longest_delay_s = 6 * 3600;
constexpr std::int64_t most_doublings = 12;
constexpr std::int64_t poll_delay_s = 5;
constexpr std::int64_t longest_poll_delay_s = 30;

}  // namespace

About about(const journal::ParcelRow& row) {
  const auto* hop = std::find_if(route.begin(), route.end(), [&](const Hop& one) { return one.stage == row.stage; });
  return {hop == route.end() ? std::string_view("consent") : hop->station, row.run_name, row.id, row.destination};
}

std::int64_t back_off_s(std::int64_t attempts, double chance) {
  const auto doublings = std::clamp<std::int64_t>(attempts, 0, most_doublings);
  const auto delay = std::min(longest_delay_s, first_delay_s << doublings);
  return delay / 2 + static_cast<std::int64_t>(static_cast<double>(delay - delay / 2) * chance);
}

journal::Journal::Outcome outcome_of(journal::Stage stage, const Error& error, std::int64_t attempts,
                                     std::int64_t now_utc_s, double chance) {
  journal::Journal::Outcome outcome;
  outcome.stage = stage;
  outcome.reason = error.what;
  outcome.hint = error.hint;
  for (const auto& hop : route) {
    if (hop.stage != stage) continue;
    switch (error.remedy) {
      case Remedy::wait: {
        outcome.stage = hop.later;
        // A task that runs is asked often; everything else backs off.
        const bool polling = stage == journal::Stage::ingesting;
        const auto delay =
            polling ? std::min(longest_poll_delay_s, poll_delay_s * (attempts + 1)) : back_off_s(attempts, chance);
        outcome.not_before = std::clamp(error.not_before_s, now_utc_s + std::max<std::int64_t>(1, polling ? 1 : delay),
                                        now_utc_s + longest_far_delay_s);
        if (error.not_before_s == 0) outcome.not_before = now_utc_s + delay;
        break;
      }
      case Remedy::give_up:
        outcome.condition = hop.refused;
        break;
      case Remedy::ask_operator:
        outcome.condition = hop.broken;
        break;
    }
  }
  return outcome;
}

}  // namespace tributary::line
