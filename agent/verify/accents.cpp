// agent/verify/accents.cpp: umlauts and accents in the spellings of systems that know none.
#include <algorithm>
#include <array>
#include <cstdint>

#include "agent/base/text.hpp"
#include "agent/verify/spellings.hpp"

namespace tributary::verify {
namespace {

struct Accent {
  char32_t lower;  // composed letter
  char32_t upper;
  std::string_view bare;  // without its accent
  std::string_view two;   // as two letters, where languages do that
  char32_t mark;          // combining mark, 0 when there is none
};

constexpr auto accents = std::to_array<Accent>({
    {0xe4, 0xc4, "a", "ae", 0x308},  {0xf6, 0xd6, "o", "oe", 0x308},  {0xfc, 0xdc, "u", "ue", 0x308},
    {0xdf, 0x1e9e, "ss", "ss", 0},   {0xe0, 0xc0, "a", "a", 0x300},   {0xe1, 0xc1, "a", "a", 0x301},
    {0xe2, 0xc2, "a", "a", 0x302},   {0xe3, 0xc3, "a", "a", 0x303},   {0xe5, 0xc5, "a", "aa", 0x30a},
    {0xe6, 0xc6, "a", "ae", 0},      {0xe7, 0xc7, "c", "c", 0x327},   {0xe8, 0xc8, "e", "e", 0x300},
    {0xe9, 0xc9, "e", "e", 0x301},   {0xea, 0xca, "e", "e", 0x302},   {0xeb, 0xcb, "e", "e", 0x308},
    {0xec, 0xcc, "i", "i", 0x300},   {0xed, 0xcd, "i", "i", 0x301},   {0xee, 0xce, "i", "i", 0x302},
    {0xef, 0xcf, "i", "i", 0x308},   {0xf0, 0xd0, "d", "d", 0},       {0xf1, 0xd1, "n", "n", 0x303},
    {0xf2, 0xd2, "o", "o", 0x300},   {0xf3, 0xd3, "o", "o", 0x301},   {0xf4, 0xd4, "o", "o", 0x302},
    {0xf5, 0xd5, "o", "o", 0x303},   {0xf8, 0xd8, "o", "oe", 0},      {0xf9, 0xd9, "u", "u", 0x300},
    {0xfa, 0xda, "u", "u", 0x301},   {0xfb, 0xdb, "u", "u", 0x302},   {0xfd, 0xdd, "y", "y", 0x301},
    {0xfe, 0xde, "th", "th", 0},     {0xff, 0x178, "y", "y", 0x308},  {0x101, 0x100, "a", "a", 0x304},
    {0x103, 0x102, "a", "a", 0x306}, {0x105, 0x104, "a", "a", 0x328}, {0x107, 0x106, "c", "c", 0x301},
    {0x10d, 0x10c, "c", "c", 0x30c}, {0x10f, 0x10e, "d", "d", 0x30c}, {0x111, 0x110, "d", "dj", 0},
    {0x113, 0x112, "e", "e", 0x304}, {0x117, 0x116, "e", "e", 0x307}, {0x119, 0x118, "e", "e", 0x328},
    {0x11b, 0x11a, "e", "e", 0x30c}, {0x11f, 0x11e, "g", "g", 0x306}, {0x12b, 0x12a, "i", "i", 0x304},
    {0x131, 0x49, "i", "i", 0},      {0x69, 0x130, "i", "i", 0},      {0x137, 0x136, "k", "k", 0x327},
    {0x13c, 0x13b, "l", "l", 0x327}, {0x142, 0x141, "l", "l", 0},     {0x144, 0x143, "n", "n", 0x301},
    {0x146, 0x145, "n", "n", 0x327}, {0x148, 0x147, "n", "n", 0x30c}, {0x151, 0x150, "o", "oe", 0x30b},
    {0x159, 0x158, "r", "r", 0x30c}, {0x15b, 0x15a, "s", "s", 0x301}, {0x15f, 0x15e, "s", "s", 0x327},
    {0x161, 0x160, "s", "s", 0x30c}, {0x163, 0x162, "t", "t", 0x327}, {0x165, 0x164, "t", "t", 0x30c},
    {0x16b, 0x16a, "u", "u", 0x304}, {0x16f, 0x16e, "u", "u", 0x30a}, {0x171, 0x170, "u", "ue", 0x30b},
    {0x17a, 0x179, "z", "z", 0x301}, {0x17c, 0x17b, "z", "z", 0x307}, {0x17e, 0x17d, "z", "z", 0x30c},
});

void append_utf8(std::string& out, char32_t point) {
  const auto value = static_cast<std::uint32_t>(point);
  if (value < 0x80) {
    out += static_cast<char>(value);
  } else if (value < 0x800) {
    out += static_cast<char>(0xc0U | (value >> 6U));
    out += static_cast<char>(0x80U | (value & 0x3fU));
  } else {
    out += static_cast<char>(0xe0U | (value >> 12U));
    out += static_cast<char>(0x80U | ((value >> 6U) & 0x3fU));
    out += static_cast<char>(0x80U | (value & 0x3fU));
  }
}

/// The accented letter at the front, composed or decomposed, and how many bytes it takes.
const Accent* accent_at(std::string_view rest, std::size_t& size) {
  const bool decomposed = rest.size() > 1 && (static_cast<unsigned char>(rest[1]) & 0xfeU) == 0xcc;
  if (static_cast<unsigned char>(rest[0]) < 0x80 && !decomposed) return nullptr;
  for (const Accent& accent : accents) {
    for (const char32_t letter : {accent.lower, accent.upper}) {
      std::string spelled;
      append_utf8(spelled, letter);
      if (letter >= 0x80 && rest.starts_with(spelled)) {
        size = spelled.size();
        return &accent;
      }
    }
    if (accent.mark == 0) continue;
    for (const bool capital : {false, true}) {
      std::string spelled(1, capital ? static_cast<char>(accent.bare[0] - 'a' + 'A') : accent.bare[0]);
      append_utf8(spelled, accent.mark);
      if (rest.starts_with(spelled)) {
        size = spelled.size();
        return &accent;
      }
    }
  }
  return nullptr;
}

enum class Style : std::uint8_t { lower, upper, bare, two, decomposed, latin1_lower, latin1_upper };
constexpr std::array styles = {Style::lower,      Style::upper,        Style::bare,        Style::two,
                               Style::decomposed, Style::latin1_lower, Style::latin1_upper};

void append_letter(std::string& out, const Accent& accent, Style style) {
  const char32_t latin1 = style == Style::latin1_upper ? accent.upper : accent.lower;
  switch (style) {
    case Style::lower:
      return append_utf8(out, accent.lower);
    case Style::upper:
      return append_utf8(out, accent.upper);
    case Style::bare:
      out += accent.bare;
      return;
    case Style::two:
      out += accent.two;
      return;
    case Style::decomposed:
      if (accent.mark == 0) return append_utf8(out, accent.lower);
      out += accent.bare;
      return append_utf8(out, accent.mark);
    case Style::latin1_lower:
    case Style::latin1_upper:
      if (latin1 < 0x100) {
        out += static_cast<char>(static_cast<unsigned char>(latin1));
      } else {
        append_utf8(out, latin1);
      }
      return;
  }
}

struct Digraph {
  std::string_view two;
  std::string_view one;
};
constexpr auto digraphs =
    std::to_array<Digraph>({{"ae", "\xc3\xa4"}, {"oe", "\xc3\xb6"}, {"ue", "\xc3\xbc"}, {"ss", "\xc3\x9f"}});
constexpr std::size_t most_digraphs = 3;  // of which any may be meant

struct Found {
  std::size_t at;
  const Digraph* digraph;
};
std::vector<Found> digraphs_in(std::string_view value) {
  const std::string low = lower(value);
  std::vector<Found> found;
  for (std::size_t i = 0; i + 1 < low.size(); ++i) {
    for (const Digraph& digraph : digraphs) {
      if (low.compare(i, 2, digraph.two) == 0) found.push_back({i, &digraph});
    }
  }
  return found;
}

}  // namespace

std::vector<std::string> with_umlauts(std::string_view value) {
  const std::vector<Found> found = digraphs_in(value);
  if (found.empty()) return {};
  const std::size_t all = found.size() <= most_digraphs ? (std::size_t{1} << found.size()) - 1 : 1;
  std::vector<std::string> out;
  for (std::size_t chosen = all; chosen > 0; --chosen) {
    std::string typed;
    std::size_t from = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
      const bool is_chosen = found.size() > most_digraphs || ((chosen >> i) & 1U) != 0;
      if (!is_chosen || found[i].at < from) continue;
      typed += value.substr(from, found[i].at - from);
      typed += found[i].digraph->one;
      from = found[i].at + 2;
    }
    out.push_back(typed + std::string(value.substr(from)));
  }
  return out;
}

Spellings without_accents(std::string_view value) {
  const bool ascii =
      std::all_of(value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii) return {};
  Spellings out;
  for (const Style style : styles) {
    std::string spelling;
    for (std::size_t i = 0; i < value.size();) {
      std::size_t size = 1;
      const Accent* accent = accent_at(value.substr(i), size);
      if (accent != nullptr) {
        append_letter(spelling, *accent, style);
      } else {
        spelling += value[i];
      }
      i += size;
    }
    out.insert(std::move(spelling));
  }
  return out;
}

}  // namespace tributary::verify
