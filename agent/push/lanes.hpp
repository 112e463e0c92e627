// agent/push/lanes.hpp: `limits.connections`, shared by all destinations.
//
// Every destination has one lane for itself; what is left goes to whoever begins a parcel first, and comes back when
// that parcel is done. So no destination ever waits for another, and all together stay within the limit, or one each.
//
// Threads    any.
#pragma once

#include <cstdint>
#include <mutex>
#include <utility>

namespace tributary::push {

class Lanes {
 public:
  Lanes(std::uint32_t connections, std::size_t destinations)
      : spare_(connections > destinations ? connections - static_cast<std::uint32_t>(destinations) : 0) {}

  /// Of one parcel, until it is destroyed.
  class Share {
   public:
    explicit Share(Lanes& lanes) : lanes_(lanes) {
      const std::lock_guard lock(lanes_.mutex_);
      extra_ = std::exchange(lanes_.spare_, 0);
    }
    ~Share() {
      const std::lock_guard lock(lanes_.mutex_);
      lanes_.spare_ += extra_;
    }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    [[nodiscard]] std::uint32_t count() const { return 1 + extra_; }

   private:
    Lanes& lanes_;
    std::uint32_t extra_ = 0;
  };

 private:
  std::mutex mutex_;
  std::uint32_t spare_;
};

}  // namespace tributary::push
