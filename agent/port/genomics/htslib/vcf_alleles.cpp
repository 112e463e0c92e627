// agent/port/genomics/htslib/vcf_alleles.cpp: bases, symbols, breakends.
#include "agent/port/genomics/htslib/vcf_alleles.hpp"

#include <algorithm>
#include <array>

#include "agent/port/genomics/htslib/number_shape.hpp"

namespace tributary::genomics {

namespace {

enum Letter : unsigned char { none, base, iupac };
constexpr auto letters = [] {
  std::array<unsigned char, 256> table{};
  for (const char c : std::string_view("ACGTNacgtn")) table[static_cast<unsigned char>(c)] = base;
  for (const char c : std::string_view("RYSWKMBDHVryswkmbdhv")) table[static_cast<unsigned char>(c)] = iupac;
  return table;
}();

constexpr std::array<std::string_view, 11> kinds = {"BND", "CNV",  "CPX",  "DEL", "DUP", "INS",
                                                    "INV", "LOSS", "GAIN", "TRA", "UNK"};
constexpr std::array<std::string_view, 12> subkinds = {"ALU", "DISPERSED", "HERV", "INT",    "L1", "LINE1",
                                                       "ME",  "MT",        "SVA",  "TANDEM", "TR", "TANDEMDUP"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// CN0, STR12
bool is_numbered(std::string_view text) {
  for (const std::string_view name : {"CN", "STR"}) {
    if (text.starts_with(name) && text.size() > name.size() && text.size() <= name.size() + 4)
      return digits_of_number(text.substr(name.size())).has_value() &&
             text.find_first_not_of("0123456789", name.size()) == text.npos;
  }
  return false;
}

bool is_reserved(std::string_view id) {
  if (id == "NON_REF" || id == "*" || id == "X" || is_numbered(id)) return true;
  const auto colon = id.find(':');
  if (!is_one_of(kinds, id.substr(0, colon))) return false;
  while (id.find(':') != id.npos) {
    id.remove_prefix(id.find(':') + 1);
    if (!is_one_of(subkinds, id.substr(0, id.find(':')))) return false;
  }
  return true;
}

/// What is joined: bases before or behind the brackets.
bool is_end(std::string_view text) { return text.empty() || text == "." || is_reference(text); }

bool is_breakend(std::string_view text) {
  const auto first = text.find_first_of("[]");
  if (first == text.npos)
    return text.size() > 1 &&
           (text.front() == '.' ? is_reference(text.substr(1))
                                : text.back() == '.' && is_reference(text.substr(0, text.size() - 1)));
  const auto last = text.find(text[first], first + 1);
  if (last == text.npos || text.find_first_of("[]", last + 1) != text.npos) return false;
  const std::string_view place = text.substr(first + 1, last - first - 1);
  const auto colon = place.rfind(':');
  if (colon == place.npos || colon == 0 || place.find_first_of("[]") != place.npos) return false;
  const std::string_view position = place.substr(colon + 1);
  return !position.empty() && position.find_first_not_of("0123456789") == position.npos &&
         digits_of_number(position).has_value() && is_end(text.substr(0, first)) && is_end(text.substr(last + 1));
}

}  // namespace

bool is_reference(std::string_view text) {
  std::size_t others = 0;
  for (const char c : text) {
    const unsigned char letter = letters[static_cast<unsigned char>(c)];
    if (letter == none) return false;
    if (letter == iupac) ++others;
  }
  return !text.empty() && (others == 0 || text.size() == 1 || others * 5 <= text.size());
}

bool is_alternate(std::string_view text, const std::set<std::string, std::less<>>& declared) {
  if (is_reference(text) || text == "." || text == "*" || text == "X") return true;
  if (text.size() > 2 && text.front() == '<' && text.back() == '>') {
    const std::string_view id = text.substr(1, text.size() - 2);
    return is_reserved(id) || declared.count(id) > 0;
  }
  return is_breakend(text);
}

bool are_alternates(std::string_view text, const std::set<std::string, std::less<>>& declared) {
  while (true) {
    const auto comma = std::min(text.find(','), text.size());
    if (!is_alternate(text.substr(0, comma), declared)) return false;
    if (comma == text.size()) return true;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace tributary::genomics
