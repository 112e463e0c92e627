// agent/port/genomics/htslib/vcf_cut.cpp: a line of thousands of columns becomes one of a few.
#include "agent/port/genomics/htslib/vcf_cut.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "agent/port/genomics/htslib/pieces.hpp"

namespace tributary::genomics {

namespace {

/// As many as BCF can count; nothing comes near.
constexpr std::size_t most_alternates = 0xfffe;

/// In so many bytes that a vector unit counts them at once.
constexpr std::size_t stretch_bytes = 64;
std::size_t tabs_in_stretch(const char* bytes) {
  std::uint8_t tabs = 0;
  for (std::size_t i = 0; i < stretch_bytes; ++i) tabs = static_cast<std::uint8_t>(tabs + (bytes[i] == '\t' ? 1 : 0));
  return tabs;
}

/// The place behind that many tabs from `at` on, npos when there are fewer.
std::size_t behind_tabs(std::string_view text, std::size_t at, std::size_t tabs) {
  while (tabs > 0) {
    if (at + stretch_bytes <= text.size()) {
      if (const std::size_t here = tabs_in_stretch(text.data() + at); here < tabs) {
        tabs -= here;
        at += stretch_bytes;
        continue;
      }
    }
    const std::size_t tab = text.find('\t', at);
    if (tab == std::string_view::npos) return tab;
    at = tab + 1;
    --tabs;
  }
  return at;
}

std::size_t tabs_in(std::string_view text) {
  std::size_t tabs = 0;
  for (; text.size() >= stretch_bytes; text.remove_prefix(stretch_bytes)) tabs += tabs_in_stretch(text.data());
  return tabs + static_cast<std::size_t>(std::count(text.begin(), text.end(), '\t'));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Calls `allele` with each that is called; false when this is no genotype, or one of alleles that are not there.
template <typename Allele>
bool read_genotype(std::string_view text, std::size_t alleles, Allele allele) {
  if (!text.empty() && (text.front() == '/' || text.front() == '|')) text.remove_prefix(1);  // 4.4: how it is phased
  while (true) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc{}) {
      if (number >= alleles) return false;
      allele(number);
      text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    } else if (!text.empty() && text.front() == '.') {
      text.remove_prefix(1);
    } else {
      return false;
    }
    if (text.empty()) return true;
    if (text.front() != '/' && text.front() != '|') return false;
    text.remove_prefix(1);
  }
}

bool has_end(std::string_view info) { return info.starts_with("END=") || info.find(";END=") != std::string_view::npos; }

}  // namespace

void CutCounts::tell(std::map<std::string, std::uint64_t>& counts) const {
  counts["records without a variant dropped"] = records_dropped;
  counts["alleles of other samples dropped"] = alleles_trimmed;
  counts["record values of other samples dropped"] = infos_dropped;
  counts["genotype values made missing"] = values_missing;
}

VcfCut::VcfCut(const VcfHeader& header, const Transform& transform)
    : header_(header), bare_sites_(transform.bare_sites) {
  for (const Column& column : transform.columns) columns_.push_back(column.source);
}

Result<bool> VcfCut::cut(std::string_view line) {
  if (Status done = find_columns(line); !done) return done.error();
  alternates_.clear();
  if (fixed_[4] != ".") {
    if (static_cast<std::size_t>(std::count(fixed_[4].begin(), fixed_[4].end(), ',')) >= most_alternates)
      return refusal("more alternate alleles than a record can have");
    for_each_piece(fixed_[4], ',', [&](std::size_t, std::string_view alternate) { alternates_.push_back(alternate); });
  }
  if (fixed_[8] != format_) learn_format();
  alleles_.start(alternates_);
  call_genotypes();
  alleles_.decide();
  if (!stays()) {
    ++counts_.records_dropped;
    return false;
  }
  counts_.alleles_trimmed += alleles_.trimmed();
  write();
  return true;
}

Status VcfCut::find_columns(std::string_view line) {
  const Error wrong = refusal("its columns are not those of the header");
  fixed_.clear();
  samples_.clear();
  std::size_t at = 0;
  while (fixed_.size() < fixed_columns) {
    const std::size_t tab = line.find('\t', at);
    if (tab == std::string_view::npos) return wrong;
    fixed_.push_back(line.substr(at, tab - at));
    at = tab + 1;
  }
  std::size_t column = 0;
  for (const std::uint32_t wanted : columns_) {
    const std::size_t begin = behind_tabs(line, at, wanted - column);
    if (begin == std::string_view::npos) return wrong;
    at = std::min(line.find('\t', begin), line.size());
    samples_.push_back(line.substr(begin, at - begin));
    column = wanted;
  }
  if (column + tabs_in(line.substr(at)) + 1 != header_.source_samples()) return wrong;
  return {};
}

void VcfCut::learn_format() {
  format_ = fixed_[8];
  format_counts_.clear();
  genotype_at_ = static_cast<std::size_t>(-1);
  for_each_piece(format_, ':', [&](std::size_t place, std::string_view key) {
    format_counts_.push_back(header_.values().format_count(key));
    if (key == "GT" && genotype_at_ > place) genotype_at_ = place;
  });
}

void VcfCut::call_genotypes() {
  bad_genotype_.assign(samples_.size(), false);
  if (genotype_at_ >= format_counts_.size()) return;
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    std::string_view values = samples_[i];
    std::size_t place = 0;
    for (; place < genotype_at_; ++place) {
      const std::size_t colon = values.find(':');
      if (colon == std::string_view::npos) break;
      values.remove_prefix(colon + 1);
    }
    if (place < genotype_at_) continue;
    const std::string_view genotype = values.substr(0, values.find(':'));
    if (genotype.empty()) continue;
    bad_genotype_[i] = !read_genotype(genotype, alleles_.alleles(), [](std::size_t) {});
    if (bad_genotype_[i]) continue;
    static_cast<void>(
        read_genotype(genotype, alleles_.alleles(), [this](std::size_t allele) { alleles_.carry(allele); }));
  }
}

bool VcfCut::stays() const {
  if (bare_sites_ == BareSites::keep || alleles_.has_variant() || alleles_.has_rest()) return true;
  return alternates_.empty() && has_end(fixed_[7]);
}

void VcfCut::write() {
  record_.clear();
  for (std::size_t i = 0; i < fixed_columns; ++i) {
    if (i > 0) record_.push_back('\t');
    const bool of_variant = i == 2 || i == 5 || i == 6;  // ID, QUAL, FILTER
    if (of_variant && alleles_.emptied()) {
      record_.push_back('.');
    } else if (i == 4) {
      write_alternates();
    } else if (i == 7) {
      write_info();
    } else {
      record_ += fixed_[i];
    }
  }
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    record_.push_back('\t');
    write_sample(i);
  }
}

void VcfCut::write_alternates() {
  if (alleles_.kept().size() < 2) record_.push_back('.');
  for (std::size_t i = 1; i < alleles_.kept().size(); ++i) {
    if (i > 1) record_.push_back(',');
    record_ += alternates_[alleles_.kept()[i] - 1];
  }
}

void VcfCut::write_info() {
  const std::size_t start = record_.size();
  if (fixed_[7] != ".") {
    for_each_piece(fixed_[7], ';', [&](std::size_t, std::string_view entry) {
      const std::size_t before = record_.size();
      if (before > start) record_.push_back(';');
      const std::size_t equals = std::min(entry.find('='), entry.size());
      const auto value = equals == entry.size() ? std::string_view{} : entry.substr(equals);
      if (write_info_value(entry.substr(0, equals), value)) return;
      record_.resize(before);
      ++counts_.infos_dropped;
    });
  }
  if (record_.size() == start) record_.push_back('.');
}

/// `value`: with its equals sign, or empty. False: it leaves, and what was written of it with it.
bool VcfCut::write_info_value(std::string_view key, std::string_view value) {
  if (key == "AC" || key == "AN" || key == "AF") return write_frequencies(key);
  if (!VcfValues::describes_site(key) || alleles_.emptied()) return false;
  if (alleles_.lost_structure() && VcfValues::describes_structure(key)) return false;
  record_ += key;
  const ValueCount count = header_.values().info_count(key);
  if (alleles_.trimmed() == 0 || count == ValueCount::fixed || value == "=.") {
    record_ += value;
    return true;
  }
  if (value.empty()) return false;
  value.remove_prefix(1);
  const auto* places =
      alleles_.places(count, static_cast<std::size_t>(std::count(value.begin(), value.end(), ',')) + 1);
  if (places == nullptr || places->empty()) return false;
  record_.push_back('=');
  write_some(value, *places);
  return true;
}

bool VcfCut::write_frequencies(std::string_view key) {
  if (!is_of_numbers(header_.values().info_rule(key))) return false;
  if (key != "AN" && alleles_.kept().size() < 2) return false;
  record_ += key;
  record_.push_back('=');
  if (key == "AN") record_ += std::to_string(alleles_.called());
  for (std::size_t i = 1; key != "AN" && i < alleles_.kept().size(); ++i) {
    if (i > 1) record_.push_back(',');
    const std::uint64_t carried = alleles_.carried(alleles_.kept()[i]);
    if (key == "AC") {
      record_ += std::to_string(carried);
    } else if (alleles_.called() == 0) {
      record_.push_back('.');
    } else {
      std::array<char, 32> digits{};
      const auto end = std::to_chars(digits.data(), digits.data() + digits.size(),
                                     alleles_.frequency(alleles_.kept()[i]), std::chars_format::general, 6)
                           .ptr;
      record_.append(digits.data(), end);
    }
  }
  return true;
}

void VcfCut::write_sample(std::size_t sample) {
  if (alleles_.trimmed() == 0 && !bad_genotype_[sample]) {
    record_ += samples_[sample];
    return;
  }
  for_each_piece(samples_[sample], ':', [&](std::size_t place, std::string_view value) {
    if (place > 0) record_.push_back(':');
    const bool known = place < format_counts_.size();  // beyond it the cleaner refuses the record
    if (place == genotype_at_ && !bad_genotype_[sample]) {
      write_genotype(value);
    } else if (place != genotype_at_ && (!known || alleles_.trimmed() == 0 || value == "." || value.empty() ||
                                         format_counts_[place] == ValueCount::fixed)) {
      record_ += value;
    } else {
      const auto values = static_cast<std::size_t>(std::count(value.begin(), value.end(), ',')) + 1;
      const auto* places = place == genotype_at_ ? nullptr : alleles_.places(format_counts_[place], values);
      if (places == nullptr) ++counts_.values_missing;
      if (places == nullptr || places->empty()) {
        record_.push_back('.');
      } else {
        write_some(value, *places);
      }
    }
  });
}

void VcfCut::write_genotype(std::string_view genotype) {
  while (!genotype.empty()) {
    std::size_t digits = 0;
    while (digits < genotype.size() && is_digit(genotype[digits])) ++digits;
    if (digits == 0) {
      record_.push_back(genotype.front());
      genotype.remove_prefix(1);
      continue;
    }
    std::size_t allele = 0;
    std::from_chars(genotype.data(), genotype.data() + digits, allele);
    record_ += std::to_string(alleles_.new_number(allele));
    genotype.remove_prefix(digits);
  }
}

/// `places` rise.
void VcfCut::write_some(std::string_view values, const std::vector<std::uint32_t>& places) {
  auto next = places.begin();
  for_each_piece(values, ',', [&](std::size_t place, std::string_view value) {
    if (next == places.end() || place != *next) return;
    if (next != places.begin()) record_.push_back(',');
    record_ += value;
    ++next;
  });
}

}  // namespace tributary::genomics
