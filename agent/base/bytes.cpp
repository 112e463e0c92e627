// agent/base/bytes.cpp: bytes and their spellings.
#include "agent/base/bytes.hpp"

#include <algorithm>
#include <cctype>

namespace tributary {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view base64url_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view crockford_digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string encode64(ByteView bytes, std::string_view digits, bool padded) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = (group << 8) | (k < n ? bytes[i + k] : 0U);
    for (std::size_t k = 0; k < 4; ++k) {
      if (k <= n) {
        out.push_back(digits[(group >> (18 - 6 * k)) & 63]);
      } else if (padded) {
        out.push_back('=');
      }
    }
  }
  return out;
}

std::optional<Bytes> decode64(std::string_view text, std::string_view digits, bool padded) {
  Bytes out;
  std::uint32_t group = 0;
  std::size_t count = 0;
  std::size_t pads = 0;
  for (const char c : text) {
    if (padded && std::isspace(static_cast<unsigned char>(c)) != 0) continue;
    if (padded && c == '=') {
      ++pads;
      continue;
    }
    const auto at = digits.find(c);
    if (at == std::string_view::npos || pads != 0) return std::nullopt;
    group = (group << 6) | static_cast<std::uint32_t>(at);
    if (++count % 4 == 0) {
      for (int shift = 16; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(group >> shift));
      group = 0;
    }
  }
  const std::size_t rest = count % 4;
  if (rest == 1 || (padded && pads != (4 - rest) % 4)) return std::nullopt;
  if (rest >= 2) {
    const std::uint32_t full = group << (6 * (4 - rest));
    if ((full & (rest == 2 ? 0xffffU : 0xffU)) != 0) return std::nullopt;  // bits that no encoder sets
    out.push_back(static_cast<std::uint8_t>(full >> 16));
    if (rest == 3) out.push_back(static_cast<std::uint8_t>(full >> 8));
  }
  return out;
}

}  // namespace

std::string to_hex(ByteView bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const auto b : bytes) {
    out.push_back(hex_digits[b >> 4]);
    out.push_back(hex_digits[b & 15]);
  }
  return out;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return out;
}

std::string to_base64(ByteView bytes) { return encode64(bytes, base64_digits, true); }
std::optional<Bytes> from_base64(std::string_view text) { return decode64(text, base64_digits, true); }
std::string to_base64url(ByteView bytes) { return encode64(bytes, base64url_digits, false); }
std::optional<Bytes> from_base64url(std::string_view text) { return decode64(text, base64url_digits, false); }

std::string to_crockford(ByteView bytes) {
  std::string out;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const auto b : bytes) {
    bits = (bits << 8) | b;
    held += 8;
    while (held >= 5) {
      held -= 5;
      out.push_back(crockford_digits[(bits >> held) & 31]);
    }
  }
  if (held > 0) out.push_back(crockford_digits[(bits << (5 - held)) & 31]);
  return out;
}

char crockford_check(std::string_view digits) {
  std::uint32_t remainder = 0;
  for (const char c : digits) {
    const auto at = crockford_digits.find(c);
    if (at == std::string_view::npos || at >= 32) continue;
    remainder = (remainder * 32 + static_cast<std::uint32_t>(at)) % 37;
  }
  return crockford_digits[remainder];
}

void store_le32(MutableByteView bytes, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

void store_le64(MutableByteView bytes, std::uint64_t value) {
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

void append_le32(Bytes& bytes, std::uint32_t value) {
  std::array<std::uint8_t, 4> spelled{};
  store_le32(spelled, value);
  bytes.insert(bytes.end(), spelled.begin(), spelled.end());
}

void append_le64(Bytes& bytes, std::uint64_t value) {
  std::array<std::uint8_t, 8> spelled{};
  store_le64(spelled, value);
  bytes.insert(bytes.end(), spelled.begin(), spelled.end());
}

}  // namespace tributary
