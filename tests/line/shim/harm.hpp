// tests/line/shim/harm.hpp: the kinds of harm, for the shim that does it and for the tests that ask for it.
#pragma once

#include <array>
#include <cerrno>
#include <cstdint>
#include <string_view>

namespace tributary::shim {

/// What a call does to the world, or wants of it. The numbers are bits.
enum Act : unsigned {
  act_grow = 1,   // writes and sizes a regular file
  act_sync = 2,   // syncs a file or a folder
  act_make = 4,   // makes and renames names
  act_drop = 8,   // removes names
  act_send = 16,  // sends on a socket
  act_hear = 32,  // takes bytes from a socket
  act_read = 64,  // reads a regular file
};
constexpr unsigned act_kinds = 7;
constexpr unsigned acts_that_change = act_grow | act_sync | act_make | act_drop | act_send;

enum class Effect : std::uint8_t {
  end_before,  // the program ends, and the act does not happen
  end_inside,  // half of the bytes pass, then the program ends
  end_after,   // the act happens, and the program ends before it sees the answer
  lose_power,  // the program ends, and what was not synced is lost: all, some, or torn, as the seed says
  error,       // the act does not happen; the program is told `error`
  half,        // half of the bytes pass, and the program is told so
};

struct Harm {
  std::string_view name;
  Effect effect;
  unsigned acts;   // which acts are counted, and harmed
  int error = 0;   // errno
  long times = 1;  // so many acts one after the other
  [[nodiscard]] constexpr bool ends() const { return effect < Effect::error; }
};

constexpr std::array<Harm, 14> harms = {{
    {"end before", Effect::end_before, acts_that_change},
    {"end inside", Effect::end_inside, act_grow | act_send},
    {"end after", Effect::end_after, acts_that_change},
    {"power loss", Effect::lose_power, acts_that_change},
    {"EIO", Effect::error, act_grow | act_make | act_drop, EIO},
    {"EIO of fsync", Effect::error, act_sync, EIO},
    {"ENOSPC", Effect::error, act_grow | act_make, ENOSPC},
    {"EDQUOT", Effect::error, act_grow | act_make, EDQUOT},
    {"disk full for a while", Effect::error, act_grow | act_make, ENOSPC, 25},
    {"short write", Effect::half, act_grow | act_send},
    {"ECONNRESET", Effect::error, act_send, ECONNRESET},
    {"EPIPE for a while", Effect::error, act_send, EPIPE, 5},
    {"lost answer", Effect::error, act_hear, ECONNRESET},
    {"EIO of a read", Effect::error, act_read, EIO},
}};

constexpr const Harm* harm_of(std::string_view name) {
  for (const auto& harm : harms) {
    if (harm.name == name) return &harm;
  }
  return nullptr;
}

}  // namespace tributary::shim
