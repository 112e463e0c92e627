// agent/port/genomics/htslib/bcf_typed.cpp: lengths before values.
#include "agent/port/genomics/htslib/bcf_typed.hpp"

#include <limits>

namespace tributary::genomics {

std::optional<BcfTyped> BcfWalk::next(std::uint64_t repeat) {
  const std::size_t start = at_;
  if (at_ >= bytes_.size()) return std::nullopt;
  const unsigned type = bytes_[at_] & 15U;
  std::uint64_t count = bytes_[at_] >> 4U;
  ++at_;
  if (count == 15) {
    const auto number = next_integer();
    if (!number || *number < 0) return std::nullopt;
    count = static_cast<std::uint64_t>(*number);
  }
  if (type != bcf_missing && bcf_width_of(type) == 0) return std::nullopt;
  const std::uint64_t size = count * bcf_width_of(type) * repeat;
  if (size > bytes_.size() - at_) return std::nullopt;
  at_ += static_cast<std::size_t>(size);
  return BcfTyped{type, bytes_.subspan(at_ - static_cast<std::size_t>(size), static_cast<std::size_t>(size)),
                  bytes_.subspan(start, at_ - start), static_cast<std::size_t>(count)};
}

std::optional<std::int64_t> BcfWalk::next_integer() {
  if (at_ >= bytes_.size() || bytes_[at_] >> 4U != 1) return std::nullopt;
  const unsigned type = bytes_[at_] & 15U;
  const std::size_t size = bcf_width_of(type);
  if (type < bcf_int8 || type > bcf_int32 || size > bytes_.size() - at_ - 1) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = size; i > 0; --i) value = value << 8U | bytes_[at_ + i];
  at_ += 1 + size;
  if (type == bcf_int8) return static_cast<std::int8_t>(value);
  if (type == bcf_int16) return static_cast<std::int16_t>(value);
  return static_cast<std::int32_t>(value);
}

void append_bcf_type(Bytes& out, unsigned type, std::size_t count) {
  out.push_back(static_cast<std::uint8_t>((count < 15 ? count : 15) << 4U | type));
  if (count < 15) return;
  if (count <= std::numeric_limits<std::int8_t>::max()) {
    out.push_back(1U << 4U | bcf_int8);
    out.push_back(static_cast<std::uint8_t>(count));
    return;
  }
  if (count <= std::numeric_limits<std::int16_t>::max()) {
    out.push_back(1U << 4U | bcf_int16);
    out.push_back(static_cast<std::uint8_t>(count & 0xffU));
    out.push_back(static_cast<std::uint8_t>(count >> 8U));
    return;
  }
  out.push_back(1U << 4U | bcf_int32);
  append_le32(out, static_cast<std::uint32_t>(count));
}

}  // namespace tributary::genomics
