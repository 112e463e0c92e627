// agent/port/genomics/htslib/siphash.hpp: SipHash-2-4, a keyed function of short texts.
//
// After J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input PRF" (2012): 128-bit key, 64-bit answer.
#pragma once

#include <array>
#include <cstdint>

#include "agent/base/bytes.hpp"

namespace tributary::genomics {

using SipKey = std::array<std::uint64_t, 2>;

/// `bytes`: at least 16; the first 16 are the key, little-endian.
SipKey sip_key(ByteView bytes);
std::uint64_t sip_hash_2_4(const SipKey& key, ByteView message);

}  // namespace tributary::genomics
