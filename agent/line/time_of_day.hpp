// agent/line/time_of_day.hpp: whether the clock can be believed. Periods of consent are judged by it.
#pragma once

#include <cstdint>
#include <optional>

#include "agent/base/result.hpp"
#include "agent/plugin/time_witness.hpp"

namespace tributary::line {

inline constexpr std::int64_t first_possible_utc_s = 1735689600;  // 2025-01-01: before that this program was not
inline constexpr std::int64_t last_possible_utc_s = 4102444800;   // 2100-01-01

/// `latest_utc_s`: as Journal::latest_time. `word`: within an hour of it the clock is believed whatever was done
/// before; one that differs proves nothing. ask_operator: the clock is before 2025 or after 2100, a day or more before
/// the latest time, or a year or more behind it.
Status check_time(std::int64_t now_utc_s, std::int64_t latest_utc_s,
                  const std::optional<plugin::TimeWitness::Word>& word = {});

}  // namespace tributary::line
