// agent/base/units.cpp: durations, sizes and rates.
#include "agent/base/units.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <limits>

namespace tributary {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array durations{Unit{"s", 1}, Unit{"m", 60}, Unit{"min", 60}, Unit{"h", 3600}, Unit{"d", 86400}};
constexpr std::array sizes{Unit{"B", 1},
                           Unit{"KiB", 1ULL << 10},
                           Unit{"MiB", 1ULL << 20},
                           Unit{"GiB", 1ULL << 30},
                           Unit{"TiB", 1ULL << 40},
                           Unit{"kB", 1000},
                           Unit{"KB", 1000},
                           Unit{"MB", 1000000},
                           Unit{"GB", 1000000000},
                           Unit{"TB", 1000000000000}};
// Bits per second; divided by eight at the end.
constexpr std::array rates{Unit{"bit/s", 1},           Unit{"kbit/s", 1000},      Unit{"Mbit/s", 1000000},
                           Unit{"Gbit/s", 1000000000}, Unit{"KiB/s", 8ULL << 10}, Unit{"MiB/s", 8ULL << 20},
                           Unit{"GiB/s", 8ULL << 30},  Unit{"MB/s", 8000000},     Unit{"GB/s", 8000000000}};

template <std::size_t N>
Result<std::uint64_t> parse(std::string_view text, const std::array<Unit, N>& units, const char* example) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  auto rest = text.substr(static_cast<std::size_t>(end - text.data()));
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  if (problem == std::errc{}) {
    for (const auto& unit : units) {
      if (unit.name != rest) continue;
      if (number > std::numeric_limits<std::uint64_t>::max() / unit.factor) break;
      return number * unit.factor;
    }
  }
  const bool bare = problem == std::errc{} && rest.empty();
  return operator_error("'" + std::string(text) + "' " + (bare ? "has no unit" : "is not a number with a unit"),
                        std::string("write for example ") + example);
}

}  // namespace

Result<std::int64_t> parse_duration_s(std::string_view text) {
  auto value = parse(text, durations, "90s, 10m, 26h or 7d");
  if (!value) return value.error();
  if (*value > 100ULL * 366 * 86400) return operator_error("'" + std::string(text) + "' is more than 100 years");
  return static_cast<std::int64_t>(*value);
}

Result<std::uint64_t> parse_size_bytes(std::string_view text) { return parse(text, sizes, "64MiB or 5GB"); }

Result<std::uint64_t> parse_rate_bytes_per_s(std::string_view text) {
  auto bits = parse(text, rates, "400Mbit/s or 20MiB/s");
  if (!bits) return bits.error();
  if (*bits < 8) return operator_error("'" + std::string(text) + "' is less than one byte a second", "raise the rate");
  return *bits / 8;
}

std::string show_size(std::uint64_t bytes) {
  constexpr std::array names{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < names.size()) {
    value /= 1024;
    ++unit;
  }
  char out[40];
  std::snprintf(out, sizeof out, unit == 0 || value >= 100 ? "%.0f %s" : "%.1f %s", value, names[unit]);
  return out;
}

std::string show_duration(std::int64_t seconds) {
  if (seconds < 0) seconds = 0;
  char out[64];
  if (seconds < 60) {
    std::snprintf(out, sizeof out, "%lld s", static_cast<long long>(seconds));
  } else if (seconds < 3600) {
    std::snprintf(out, sizeof out, "%lld min %lld s", static_cast<long long>(seconds / 60),
                  static_cast<long long>(seconds % 60));
  } else if (seconds < 86400) {
    std::snprintf(out, sizeof out, "%lld h %lld min", static_cast<long long>(seconds / 3600),
                  static_cast<long long>(seconds / 60 % 60));
  } else {
    std::snprintf(out, sizeof out, "%lld d %lld h", static_cast<long long>(seconds / 86400),
                  static_cast<long long>(seconds / 3600 % 24));
  }
  return out;
}

}  // namespace tributary
