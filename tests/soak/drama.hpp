// tests/soak/drama.hpp: what happens in a soak, drawn from a seed before it begins.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::soak {

enum class Scene : std::uint8_t {
  run,           // a run arrives
  kill,          // kill -9, and a start
  terminate,     // SIGTERM, and a start
  reload,        // SIGHUP
  second,        // another daemon on the same state directory
  withdraw,      // somebody withdraws: by the list, or by the command
  agree,         // somebody whose consent was not known agrees
  network_gone,  // nobody listens at the repository's address
  fault,         // the repository misbehaves, see `word`
  disk_full,     // of everything the daemon writes
  mount_gone,    // the run folders are not there
  clock_wrong,   // by `amount` seconds
  hold,          // an operator holds all parcels, and releases them
  pause,         // an operator pauses the destination, and resumes it
};

struct Event {
  Scene scene = Scene::run;
  std::int64_t pause_ms = 0;   // after it began, before the next
  std::int64_t lasts_ms = 0;   // of what passes again
  std::int64_t amount = 0;     // reads of a large parcel, seconds of a clock, who of the people
  std::string_view word = {};  // a fault of the sandbox
};

/// Events for about `seconds`; the same seed, the same events.
std::vector<Event> draw(std::uint64_t seed, std::int64_t seconds);
std::string_view name_of(Scene scene);

}  // namespace tributary::soak
