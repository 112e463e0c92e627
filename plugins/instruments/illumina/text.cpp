// plugins/instruments/illumina/text.cpp: encodings and string helpers.
#include "plugins/instruments/illumina/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

#include "plugins/sdk/text.hpp"

namespace tributary::illumina {
namespace {

std::uint8_t byte(std::string_view text, std::size_t at) { return static_cast<std::uint8_t>(text[at]); }

std::string from_utf16(std::string_view bytes, bool big_endian) {
  std::string out;
  out.reserve(bytes.size());
  const auto unit = [&](std::size_t at) -> std::uint32_t {
    const std::uint32_t a = byte(bytes, at);
    const std::uint32_t b = byte(bytes, at + 1);
    return big_endian ? (a << 8) | b : (b << 8) | a;
  };
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    std::uint32_t c = unit(i);
    if (c >= 0xd800 && c < 0xdc00 && i + 3 < bytes.size() && unit(i + 2) >= 0xdc00 && unit(i + 2) < 0xe000) {
      c = 0x10000 + ((c - 0xd800) << 10) + (unit(i + 2) - 0xdc00);
      i += 2;
    } else if (c >= 0xd800 && c < 0xe000) {
      c = 0xfffd;
    }
    sdk::append_utf8(out, c);
  }
  return out;
}

// UTF-16 without a mark: text of the field begins with ASCII, so every other of the first bytes is zero.
bool zeros_at(std::string_view bytes, std::size_t first) {
  if (bytes.size() < 4) return false;
  const std::size_t end = std::min<std::size_t>(bytes.size() & ~std::size_t{1}, 16);
  for (std::size_t i = 0; i + 1 < end; i += 2) {
    if (byte(bytes, i + first) != 0 || byte(bytes, i + 1 - first) == 0) return false;
  }
  return true;
}

}  // namespace

std::string to_utf8(std::string_view bytes) {
  while (bytes.substr(0, 3) == "\xef\xbb\xbf") bytes.remove_prefix(3);
  if (bytes.size() >= 2 && bytes.substr(0, 2) == "\xff\xfe") return from_utf16(bytes.substr(2), false);
  if (bytes.size() >= 2 && bytes.substr(0, 2) == "\xfe\xff") return from_utf16(bytes.substr(2), true);
  if (zeros_at(bytes, 1)) return from_utf16(bytes, false);
  if (zeros_at(bytes, 0)) return from_utf16(bytes, true);
  if (sdk::is_utf8(bytes)) return std::string(bytes);
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) sdk::append_utf8(out, byte(bytes, i));
  return out;
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto length = sdk::utf8_sequence(text);
    if (length == 0 || byte(text, 0) < 0x20 || byte(text, 0) == 0x7f) {
      std::array<char, 8> escaped{};
      std::snprintf(escaped.data(), escaped.size(), "\\x%02x", static_cast<unsigned>(byte(text, 0)));
      out += escaped.data();
      text.remove_prefix(1);
    } else {
      out += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return out;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7f; });
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n\f\v";
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::string bare(std::string_view text) {
  std::string out;
  for (const char c : lower(text)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
  }
  return out;
}

std::vector<std::string> split(std::string_view text, std::string_view separators) {
  std::vector<std::string> parts;
  for (;;) {
    const auto at = text.find_first_of(separators);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<int> small_number(std::string_view text) {
  if (!all_digits(text) || text.size() > 9) return std::nullopt;
  int value = 0;
  for (const char c : text) value = value * 10 + (c - '0');
  return value;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace tributary::illumina
