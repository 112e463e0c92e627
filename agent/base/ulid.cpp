// agent/base/ulid.cpp: sortable unique ids.
#include "agent/base/ulid.hpp"

namespace tributary {

std::string make_ulid(std::int64_t utc_ms, ByteView chance) {
  // 130 bits are written for 128: two zero bits stand in front.
  Bytes bits;
  for (int shift = 40; shift >= 0; shift -= 8) bits.push_back(static_cast<std::uint8_t>(utc_ms >> shift));
  bits.insert(bits.end(), chance.begin(), chance.begin() + 10);
  Bytes shifted(17, 0);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    shifted[i] = static_cast<std::uint8_t>(shifted[i] | (bits[i] >> 2));
    shifted[i + 1] = static_cast<std::uint8_t>(bits[i] << 6);
  }
  return to_crockford(shifted).substr(0, 26);
}

}  // namespace tributary
