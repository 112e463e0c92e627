// agent/base/ulid.hpp: sortable unique ids: 48 bits of milliseconds, 80 bits of chance, in Crockford's base 32.
#pragma once

#include <cstdint>
#include <string>

#include "agent/base/bytes.hpp"

namespace tributary {

/// 26 characters. `chance` has at least 10 bytes.
std::string make_ulid(std::int64_t utc_ms, ByteView chance);

}  // namespace tributary
