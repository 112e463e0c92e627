// tests/line/shim/world.hpp: what a test decides about the world of programs that run: the time of day, and a full
// disk.
//
// One file, mapped by the test and by every program under the shim.
#pragma once

#include <atomic>
#include <cstdint>

namespace tributary::shim {

struct World {
  std::atomic<std::int64_t> origin_ns;  // real time when this world began
  std::atomic<std::int64_t> speed;      // seconds of this world in a real one; 0: there is no such world
  std::atomic<std::int64_t> passed_ns;  // and what passed besides
  std::atomic<std::int64_t> offset_ns;  // how far the clock of the programs is from the right time
  std::atomic<std::int64_t> disk_full;  // not 0: nothing grows, no name is made

  /// The right time there.
  [[nodiscard]] std::int64_t time_ns(std::int64_t real_ns) const {
    const auto origin = origin_ns.load();
    return origin + (real_ns - origin) * speed.load() + passed_ns.load();
  }
};

}  // namespace tributary::shim
