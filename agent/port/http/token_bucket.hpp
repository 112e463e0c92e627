// agent/port/http/token_bucket.hpp: when how many bytes may go at a rate, as arithmetic over times that are passed in.
//
// Bytes are taken on credit and the taker waits the debt off: fair among takers, exact over time, whatever the pieces.
// Who was idle is ahead by `most_ahead_s` at most.
//
// Threads    one at a time.
// Units      seconds on a clock that never goes back; bytes per second.
#pragma once

#include <algorithm>
#include <cstdint>

namespace tributary::http {

class TokenBucket {
 public:
  static constexpr double most_ahead_s = 0.25;
  static constexpr double longest_s = 3600;  // for one piece

  TokenBucket(std::uint64_t bytes_per_s, double now_s) : rate_(static_cast<double>(bytes_per_s)), free_at_s_(now_s) {}

  /// The time at which they may go.
  double take(std::uint64_t bytes, double now_s) {
    const auto cost_s = std::min(static_cast<double>(bytes) / rate_, longest_s);
    free_at_s_ = std::max(free_at_s_, now_s - most_ahead_s) + cost_s;
    return free_at_s_;
  }

 private:
  double rate_;
  double free_at_s_;
};

}  // namespace tributary::http
