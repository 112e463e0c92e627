// agent/line/gate.hpp: when uploads may go, how much of the machine we take, whose turn costs what: rules without I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/config/settings.hpp"

namespace tributary::line {

/// Why uploads to a destination wait at this machine.
struct Closed {
  std::string why;
  std::int64_t until_utc_s = 0;  // 0: nobody knows
  bool at_once = true;           // what is under way ends within seconds; else between parts
};

/// The first second from `now_utc_s` on that lies in one of the periods, in local time as the day has it (also when
/// the clock is put forward or back). Nothing: never.
std::optional<std::int64_t> opens_at(const std::vector<config::Limits::Hours>& hours, std::int64_t now_utc_s);

/// The sequencer's work comes first.
class Courtesy {
 public:
  enum class Pace : std::uint8_t { full, slow, pause };

  explicit Courtesy(const config::Limits& limits) : limits_(limits) {}
  /// What is fitting now. After a pause for the load's sake it goes on below three quarters of `max_load`.
  Pace look(double load, bool sequencing);
  /// Why it is a pause; "" when it is none.
  [[nodiscard]] const std::string& why() const { return why_; }

 private:
  config::Limits limits_;
  bool busy_ = false;
  std::string why_;
};

/// One run has its turn for so long when others wait; it ends where that costs nothing.
inline constexpr std::int64_t turn_s = 15 * 60;
/// What an upload puts on the account of its run and policy: MiB, a quarter of it for one more in priority. A turn
/// without a byte costs something, too.
std::int64_t turn_cost(std::int64_t bytes, int priority);

/// Seconds until a service that was away so many times in a row is tried again: 15 s doubled up to an hour, half of it
/// by chance.
std::int64_t away_delay_s(std::int64_t tries, double chance);

}  // namespace tributary::line
