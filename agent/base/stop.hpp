// agent/base/stop.hpp: the wish that long work should end soon.
//
// Threads    any. Signal-safe to set.
#pragma once

#include <atomic>

namespace tributary {

class Stop {
 public:
  void request() noexcept { requested_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool requested() const noexcept { return requested_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> requested_{false};
};

}  // namespace tributary
