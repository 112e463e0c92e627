// agent/port/genomics/htslib/utf16.hpp: text of two bytes a character, as Windows writes tables and logs, as UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/bytes.hpp"

namespace tributary::genomics {

enum class Utf16 : std::uint8_t { little, big };

/// By the byte order mark, or by zeros in every second byte. `head`: some kilobytes.
std::optional<Utf16> utf16_of(std::string_view head);

/// Takes bytes as they come; what is no character becomes U+FFFD.
class Utf16Decoder {
 public:
  explicit Utf16Decoder(Utf16 order) : order_(order) {}
  /// Appends; at most 3 bytes for each 2 that came.
  void decode(ByteView bytes, Bytes& out);

 private:
  void unit(std::uint32_t unit, Bytes& out);

  Utf16 order_;
  std::optional<std::uint8_t> half_;  // of a unit
  std::uint32_t high_ = 0;            // of a pair
};

}  // namespace tributary::genomics
