// agent/base/stop.hpp: the wish that long work should end soon.
//
// Order      whoever is asked to stop by a Stop that this one hangs on is asked by this one, too.
// Threads    any. Signal-safe to set.
#pragma once

#include <atomic>

namespace tributary {

class Stop {
 public:
  Stop() = default;
  /// `above` outlives this.
  explicit Stop(const Stop* above) : above_(above) {}

  void request() noexcept { requested_.store(true, std::memory_order_relaxed); }
  /// Takes back what was requested here, not what is requested above.
  void clear() noexcept { requested_.store(false, std::memory_order_relaxed); }
  [[nodiscard]] bool requested() const noexcept {
    return requested_.load(std::memory_order_relaxed) || (above_ != nullptr && above_->requested());
  }

 private:
  const Stop* above_ = nullptr;
  std::atomic<bool> requested_{false};
};

}  // namespace tributary
