// agent/base/units.hpp: durations, sizes and rates as operators write them; a bare number is an error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"

namespace tributary {

/// `90s`, `10m`, `26h`, `7d`, `500ms` is refused: the smallest unit is a second. In seconds.
Result<std::int64_t> parse_duration_s(std::string_view text);
/// `64MiB`, `5GB`, `512KiB`, `100B`: binary units are powers of 1,024, decimal ones of 1,000. In bytes.
Result<std::uint64_t> parse_size_bytes(std::string_view text);
/// `400Mbit/s`, `1Gbit/s`, `20MiB/s`. In bytes per second.
Result<std::uint64_t> parse_rate_bytes_per_s(std::string_view text);

/// `1.5 GiB`, `3 h 12 min`: for people.
std::string show_size(std::uint64_t bytes);
std::string show_duration(std::int64_t seconds);

}  // namespace tributary
