// agent/port/genomics/htslib/vcf_values.cpp: keys, rules and shapes.
#include "agent/port/genomics/htslib/vcf_values.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "agent/port/genomics/htslib/number_shape.hpp"

namespace tributary::genomics {

namespace {

using Named = std::pair<std::string_view, ValueRule>;
constexpr std::array<Named, 8> info_texts = {{{"SVTYPE", ValueRule::kind},
                                              {"EVENTTYPE", ValueRule::kind},
                                              {"AA", ValueRule::bases},
                                              {"RU", ValueRule::bases},
                                              {"CIGAR", ValueRule::bases},
                                              {"MATEID", ValueRule::ids},
                                              {"PARID", ValueRule::ids},
                                              {"EVENT", ValueRule::ids}}};
constexpr std::array<Named, 4> format_texts = {{{"GT", ValueRule::genotype},
                                                {"PGT", ValueRule::genotype},
                                                {"PID", ValueRule::phase_set},
                                                {"FT", ValueRule::filters}}};
constexpr std::array<std::string_view, 10> registers = {"rs",  "ss",  "COSV", "COSM", "nsv",
                                                        "esv", "dgv", "VCV",  "RCV",  "CA"};
constexpr std::array<std::string_view, 2> callers = {"Manta", "DRAGEN:"};
/// Longer ones first where one starts another.
constexpr std::array<std::string_view, 13> kinds = {"DEL", "DUP",  "INS",  "INV", "BND", "CNV", "TANDEM",
                                                    "MEI", "LOSS", "GAIN", "REF", "CPX", "TRA"};

/// Reserved keys that describe the place or the variant alone. AC, AN and AF are made anew.
constexpr std::array<std::string_view, 38> site_keys = {
    "1000G",  "AA",     "BKPTID",    "CICN",    "CIEND",  "CIGAR",   "CILEN", "CIPOS",     "CIRB",    "CIRUC",
    "CN",     "DB",     "DBRIPID",   "DBVARID", "DGVID",  "END",     "EVENT", "EVENTTYPE", "H2",      "H3",
    "HOMLEN", "HOMSEQ", "IMPRECISE", "MATEID",  "MEINFO", "METRANS", "NOVEL", "PARID",     "PRECISE", "RB",
    "RN",     "RU",     "RUB",       "RUC",     "RUL",    "SVCLAIM", "SVLEN", "SVTYPE"};
/// Of INFO and FORMAT: positions, lengths, depths, counts of reads, sums of qualities and likelihoods, which may be of
/// many digits; those of the specification and of the callers of the field. AD and the like may be deep.
constexpr auto large_keys = std::to_array<std::string_view>(
    {"AC",    "AD",    "ADF",   "ADP",  "ADR",   "ALD",      "ALLELEID",    "AN",     "AO",  "AU",     "CICN",
     "CIEND", "CILEN", "CIPOS", "CIRB", "CIRUC", "CN",       "CU",          "DP",     "DP2", "DP4",    "DPI",
     "DPR",   "DR",    "DV",    "END",  "END2",  "F1R2",     "F2R1",        "FAO",    "FDP", "FRO",    "FSAF",
     "FSAR",  "FSRF",  "FSRR",  "GL",   "GP",    "GQ",       "GU",          "HOMLEN", "LEN", "MIN_DP", "MQ",
     "MQ0",   "NF",    "NR",    "NS",   "NV",    "PE",       "PL",          "POS2",   "PP",  "PQ",     "PR",
     "PS",    "PSL",   "QA",    "QR",   "QSS",   "RAW_MQ",   "RAW_MQandDP", "RB",     "RBQ", "RC",     "RCL",
     "RCR",   "RD",    "RO",    "RR",   "RS",    "RUL",      "RV",          "SAC",    "SAF", "SAR",    "SB",
     "SDP",   "SR",    "SRF",   "SRR",  "SU",    "SVINSLEN", "SVLEN",       "TAR",    "TC",  "TCF",    "TCR",
     "TIR",   "TOR",   "TR",    "TU",   "UMT",   "VD",       "VMT",         "VarDP",  "WE",  "WS"});
static_assert(std::is_sorted(large_keys.begin(), large_keys.end()));

using Counted = std::pair<std::string_view, ValueCount>;
/// What the specification says of keys that older writers declare with `Number=.`.
constexpr std::array<Counted, 7> reserved_formats = {{{"AD", ValueCount::alleles},
                                                      {"ADF", ValueCount::alleles},
                                                      {"ADR", ValueCount::alleles},
                                                      {"GL", ValueCount::genotypes},
                                                      {"GP", ValueCount::genotypes},
                                                      {"PL", ValueCount::genotypes},
                                                      {"PP", ValueCount::genotypes}}};

static_assert(std::is_sorted(site_keys.begin(), site_keys.end()));

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool in(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

/// Digits in a row.
std::size_t longest_number(std::string_view text) {
  std::size_t longest = 0, now = 0;
  for (const char c : text) {
    now = is_digit(c) ? now + 1 : 0;
    longest = std::max(longest, now);
  }
  return longest;
}

/// Or a CIGAR: numbers stand in front of its operations.
bool are_bases(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_digit(text[i])) {
      const bool ends = i + 1 < text.size() && (is_digit(text[i + 1]) || in("MIDNSHPX=", text[i + 1]));
      if (!ends) return false;
    } else if (!in("ACGTNacgtnMIDSHPX=,.|-", text[i])) {
      return false;
    }
  }
  return true;
}

template <typename Fits>
bool all(std::string_view text, Fits fits) {
  return std::all_of(text.begin(), text.end(), fits);
}

std::size_t kind_at(std::string_view text) {
  for (const auto kind : kinds) {
    if (text.starts_with(kind)) return kind.size();
  }
  return 0;
}

/// Kinds, numbers and the signs between them.
bool are_kinds(std::string_view text) {
  while (!text.empty()) {
    const std::size_t kind = kind_at(text);
    if (kind == 0 && !is_digit(text.front()) && !in(":_,", text.front())) return false;
    text.remove_prefix(kind == 0 ? 1 : kind);
  }
  return true;
}

bool is_id(std::string_view id) {
  if (id == ".") return true;
  for (const auto name : registers) {
    if (id.size() > name.size() && id.starts_with(name) &&
        all(id.substr(name.size()), [](char c) { return is_digit(c) || c == '.'; }))
      return true;
  }
  for (const auto caller : callers) {
    if (id.size() > caller.size() && id.starts_with(caller)) return are_kinds(id.substr(caller.size()));
  }
  return false;
}

bool are_all_ids(std::string_view text, char between) {
  while (true) {
    const auto end = text.find(between);
    if (!is_id(text.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

/// Of a key of numbers, as declared.
ValueCount count_of(std::string_view number) {
  if (number == "A") return ValueCount::alternates;
  if (number == "R") return ValueCount::alleles;
  if (number == "G") return ValueCount::genotypes;
  const bool fixed = number == "P" || (!number.empty() && all(number, is_digit));
  return fixed ? ValueCount::fixed : ValueCount::unknown;
}

}  // namespace

bool VcfValues::describes_site(std::string_view key) {
  return std::binary_search(site_keys.begin(), site_keys.end(), key);
}

ValueRule VcfValues::rule_of_number(std::string_view key) {
  return std::binary_search(large_keys.begin(), large_keys.end(), key) ? ValueRule::number : ValueRule::small_number;
}

bool VcfValues::describes_structure(std::string_view key) {
  constexpr std::array<std::string_view, 6> any_variant = {"1000G", "AA", "CIGAR", "DB", "H2", "H3"};
  return describes_site(key) && std::find(any_variant.begin(), any_variant.end(), key) == any_variant.end();
}

void VcfValues::declare_info(std::string_view key, std::string_view type, std::string_view number) {
  const bool is_text = type != "Integer" && type != "Float" && type != "Flag";
  const auto* named =
      std::find_if(info_texts.begin(), info_texts.end(), [&](const Named& n) { return n.first == key; });
  if (is_text && named == info_texts.end()) return;
  ValueCount count = count_of(number);
  if (is_text && count != ValueCount::fixed) count = ValueCount::unknown;
  if (key == "SVLEN" && count == ValueCount::unknown) count = ValueCount::alternates;  // 4.3: `.`, one for each
  info_.emplace(key, Known{is_text ? named->second : rule_of_number(key), count});
}

void VcfValues::declare_format(std::string_view key, std::string_view type, std::string_view number) {
  const bool is_text = type != "Integer" && type != "Float";
  const auto* named =
      std::find_if(format_texts.begin(), format_texts.end(), [&](const Named& n) { return n.first == key; });
  if (is_text && named == format_texts.end()) return;
  ValueCount count = is_text ? ValueCount::fixed : count_of(number);  // the texts of the list are one value each
  const auto* reserved = std::find_if(reserved_formats.begin(), reserved_formats.end(),
                                      [&](const Counted& known) { return known.first == key; });
  if (count == ValueCount::unknown && reserved != reserved_formats.end()) count = reserved->second;
  format_.emplace(key, Known{is_text ? named->second : rule_of_number(key), count});
}

VcfValues::Known VcfValues::find(const Keys& keys, std::string_view key) {
  const auto found = keys.find(key);
  return found == keys.end() ? Known{} : found->second;
}

bool VcfValues::fits(ValueRule rule, std::string_view value) const {
  if (value == "." || value.empty()) return rule != ValueRule::drop;
  switch (rule) {
    case ValueRule::drop:
      return false;
    case ValueRule::number:
      return are_numbers(value);
    case ValueRule::small_number:
      return are_numbers(value, digits_of_a_person);
    case ValueRule::genotype:
      return all(value, [](char c) { return is_digit(c) || in("./|,", c); }) &&
             longest_number(value) < digits_of_a_person;
    case ValueRule::phase_set:
      return value.find('_') != value.npos && all(value, [](char c) { return is_digit(c) || in("ACGTN_*,<>", c); });
    case ValueRule::kind:
      return longest_number(value) == 0 && are_kinds(value);
    case ValueRule::bases:
      return are_bases(value);
    case ValueRule::ids:
      return are_all_ids(value, ',');
    case ValueRule::filters:
      while (true) {
        const auto end = value.find(';');
        const auto one = value.substr(0, end);
        if (one != "PASS" && filters_.find(one) == filters_.end()) return false;
        if (end == std::string_view::npos) return true;
        value.remove_prefix(end + 1);
      }
  }
  return false;
}

bool VcfValues::are_ids(std::string_view ids) { return are_all_ids(ids, ';'); }

}  // namespace tributary::genomics
