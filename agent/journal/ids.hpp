// agent/journal/ids.hpp: ids of parcels, in the order in which parcels were planned.
#pragma once

#include <cstdint>
#include <string>

#include "agent/base/result.hpp"

namespace tributary::journal {

/// `p-` and a ULID of that time; greater than `last`, the greatest id that there is ("" for none): within one moment,
/// and when the clock was set back, it is the one that follows `last`.
Result<std::string> next_id(std::int64_t utc_s, const std::string& last);

}  // namespace tributary::journal
