// plugins/sdk/text.hpp: small spellings that protocols share: hexadecimal, base 64, percent-encoding, UTF-8, safe
// excerpts.
//
// Failure    nothing here throws but std::bad_alloc; what can not be read is an empty optional.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tributary::sdk {

/// The bytes that a pointer and a size of the ABI stand for.
inline std::string_view bytes(const std::uint8_t* data, std::size_t size) {
  return data == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(data), size);
}

inline std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  return out;
}

inline bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Length of the well-formed sequence at the front (RFC 3629 section 4), 0 when there is none.
inline std::size_t utf8_sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80U) return 1;
  if (lead < 0xc2U || lead > 0xf4U) return 0;
  const std::size_t length = lead >= 0xf0U ? 4 : lead >= 0xe0U ? 3 : 2;
  if (text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return 0;
  }
  const unsigned second = byte(1);
  const bool overlong = (lead == 0xe0U && second < 0xa0U) || (lead == 0xf0U && second < 0x90U);
  const bool outside = (lead == 0xedU && second > 0x9fU) || (lead == 0xf4U && second > 0x8fU);
  return overlong || outside ? 0 : length;
}

/// RFC 3629.
inline bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto length = utf8_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

/// Adds the character of this code point, which is below 0x110000 and no surrogate.
inline void append_utf8(std::string& out, std::uint32_t point) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (point < 0x80U) return put(point);
  const unsigned more = point < 0x800U ? 1 : point < 0x10000U ? 2 : 3;  // bytes that go on
  constexpr std::uint32_t leads[] = {0, 0xc0U, 0xe0U, 0xf0U};
  put(leads[more] | (point >> (6U * more)));
  for (unsigned left = more; left-- > 0;) put(0x80U | ((point >> (6U * left)) & 0x3fU));
}

/// Lower case.
inline std::string hex(std::string_view raw) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(raw.size() * 2);
  for (const char c : raw) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

/// RFC 4648 section 4, with padding.
inline std::string base64(std::string_view raw) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < raw.size(); i += 3) {
    std::uint32_t word = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      word = (word << 8U) | (i + j < raw.size() ? static_cast<unsigned char>(raw[i + j]) : 0U);
    }
    out += alphabet[(word >> 18U) & 63U];
    out += alphabet[(word >> 12U) & 63U];
    out += i + 1 < raw.size() ? alphabet[(word >> 6U) & 63U] : '=';
    out += i + 2 < raw.size() ? alphabet[word & 63U] : '=';
  }
  return out;
}

/// Everything but unreserved characters (RFC 3986 section 2.3), in capitals; `/` stays when `keep_slash`.
inline std::string percent_encode(std::string_view text, bool keep_slash = false) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~' || (keep_slash && c == '/')) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4U];
      out += digits[byte & 15U];
    }
  }
  return out;
}

/// A decimal number without sign; nothing else may stand in the text.
inline std::optional<std::uint64_t> parse_number(std::string_view text) {
  if (text.empty() || text.size() > 19) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

/// Foreign text for an operator's line: printable ASCII only, no longer than `most` characters.
inline std::string excerpt(std::string_view text, std::size_t most = 120) {
  std::string out;
  for (const char c : text) {
    if (out.size() >= most) return out + "...";
    out += c >= 0x20 && c < 0x7f ? c : ' ';
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

/// Without '/' at the end.
inline std::string without_slash(std::string text) {
  while (!text.empty() && text.back() == '/') text.pop_back();
  return text;
}

/// True when the text can be one name in a path or a URL: letters, digits, '.', '_', '-', no '.' in front.
inline bool is_portable_name(std::string_view text) {
  if (text.empty() || text.size() > 255 || text.front() == '.') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

}  // namespace tributary::sdk
