// agent/port/genomics/htslib/utf16.cpp: units, pairs of units, UTF-8.
#include "agent/port/genomics/htslib/utf16.hpp"

#include <algorithm>

namespace tributary::genomics {

namespace {

constexpr std::size_t fewest_bytes = 8;

void append_utf8(std::uint32_t point, Bytes& out) {
  const auto byte = [&out](std::uint32_t value) { out.push_back(static_cast<std::uint8_t>(value)); };
  if (point < 0x80) return byte(point);
  if (point < 0x800) {
    byte(0xc0U | (point >> 6U));
  } else if (point < 0x10000) {
    byte(0xe0U | (point >> 12U));
    byte(0x80U | ((point >> 6U) & 0x3fU));
  } else {
    byte(0xf0U | (point >> 18U));
    byte(0x80U | ((point >> 12U) & 0x3fU));
    byte(0x80U | ((point >> 6U) & 0x3fU));
  }
  byte(0x80U | (point & 0x3fU));
}

}  // namespace

std::optional<Utf16> utf16_of(std::string_view head) {
  if (head.starts_with("\xff\xfe")) return Utf16::little;
  if (head.starts_with("\xfe\xff")) return Utf16::big;
  if (head.size() < fewest_bytes) return std::nullopt;
  std::size_t even = 0, odd = 0;
  for (std::size_t i = 0; i + 1 < head.size(); i += 2) {
    if (head[i] == '\0') ++even;
    if (head[i + 1] == '\0') ++odd;
  }
  const std::size_t most = head.size() / 2;
  if (odd * 2 > most && even * 8 < most) return Utf16::little;
  if (even * 2 > most && odd * 8 < most) return Utf16::big;
  return std::nullopt;
}

void Utf16Decoder::decode(ByteView bytes, Bytes& out) {
  for (const std::uint8_t byte : bytes) {
    if (!half_) {
      half_ = byte;
      continue;
    }
    const std::uint32_t first = *half_;
    half_.reset();
    unit(order_ == Utf16::little ? first | (std::uint32_t{byte} << 8U) : (first << 8U) | byte, out);
  }
}

void Utf16Decoder::unit(std::uint32_t unit, Bytes& out) {
  const bool is_high = (unit & 0xfc00U) == 0xd800U, is_low = (unit & 0xfc00U) == 0xdc00U;
  if (is_low && high_ != 0) {
    append_utf8(0x10000U + ((high_ & 0x3ffU) << 10U) + (unit & 0x3ffU), out);
    high_ = 0;
    return;
  }
  if (high_ != 0) append_utf8(0xfffd, out);
  high_ = is_high ? unit : 0;
  if (!is_high) append_utf8(is_low ? 0xfffd : unit, out);
}

}  // namespace tributary::genomics
