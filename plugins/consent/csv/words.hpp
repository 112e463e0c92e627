// plugins/consent/csv/words.hpp: small string helpers of this plugin.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "plugins/sdk/csv.hpp"

namespace tributary::csv {

using sdk::csv::heading;
using sdk::csv::trimmed;

/// FNV-1a, 64 bits: for finding rows, never for proof.
std::uint64_t hash(std::string_view text);

}  // namespace tributary::csv
