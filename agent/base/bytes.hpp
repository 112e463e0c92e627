// agent/base/bytes.hpp: bytes and their spellings (hex, base64, Crockford base 32).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tributary {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
using MutableByteView = std::span<std::uint8_t>;
using Digest256 = std::array<std::uint8_t, 32>;
using Digest128 = std::array<std::uint8_t, 16>;

inline ByteView view(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view text(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
inline Bytes to_bytes(std::string_view text) { return {text.begin(), text.end()}; }

/// Lower-case hexadecimal; from_hex takes both cases and answers nothing on an odd length or a foreign character.
std::string to_hex(ByteView bytes);
std::optional<Bytes> from_hex(std::string_view text);

/// Base64 of RFC 4648 section 4 (padded) and section 5 (url-safe, without padding). Decoding ignores ASCII
/// white space in the padded form, and nothing else.
std::string to_base64(ByteView bytes);
std::optional<Bytes> from_base64(std::string_view text);
std::string to_base64url(ByteView bytes);
std::optional<Bytes> from_base64url(std::string_view text);

/// Crockford's base 32 (upper case, no I L O U), most significant bits first, the last digit padded with zero bits.
std::string to_crockford(ByteView bytes);

/// Crockford's check character over the whole number that `digits` spells (modulo 37, alphabet extended by *~$=U).
char crockford_check(std::string_view digits);

/// Little-endian and big-endian integers at the front of `bytes`; the caller has checked the size.
inline std::uint32_t load_le32(ByteView bytes) {
  return std::uint32_t{bytes[0]} | std::uint32_t{bytes[1]} << 8U | std::uint32_t{bytes[2]} << 16U |
         std::uint32_t{bytes[3]} << 24U;
}
inline std::uint64_t load_le64(ByteView bytes) {
  return std::uint64_t{load_le32(bytes)} | std::uint64_t{load_le32(bytes.subspan(4))} << 32U;
}
void store_le32(MutableByteView bytes, std::uint32_t value);
void store_le64(MutableByteView bytes, std::uint64_t value);
void append_le32(Bytes& bytes, std::uint32_t value);
void append_le64(Bytes& bytes, std::uint64_t value);

}  // namespace tributary
