// agent/port/genomics/htslib/allele_cut.cpp: alleles by who carries them.
#include "agent/port/genomics/htslib/allele_cut.hpp"

namespace tributary::genomics {

namespace {

/// Nothing that is sequenced has more copies; a list that would need more is no list of genotypes.
constexpr std::size_t most_copies = 64;

}  // namespace

void AlleleCut::start(const std::vector<std::string_view>& alternates) {
  kinds_.assign(alternates.size() + 1, Kind::variant);
  carried_.assign(alternates.size() + 1, 0);
  called_ = 0;
  genotypes_of_ = 0;
  has_rest_ = false;
  for (std::size_t i = 0; i < alternates.size(); ++i) {
    kinds_[i + 1] = kind_of(alternates[i]);
    has_rest_ = has_rest_ || kinds_[i + 1] == Kind::rest;
  }
}

AlleleCut::Kind AlleleCut::kind_of(std::string_view alternate) {
  if (alternate == "*") return Kind::overlapped;
  if (alternate == "<NON_REF>" || alternate == "<*>") return Kind::rest;
  return alternate.find_first_of("<[].") == std::string_view::npos ? Kind::variant : Kind::structural;
}

void AlleleCut::decide() {
  numbers_.assign(alleles(), 0);
  kept_.assign(1, 0);
  kept_alternates_.clear();
  has_variant_ = false;
  bool lost = false, left = false;
  for (std::uint32_t allele = 1; allele < alleles(); ++allele) {
    const Kind kind = kinds_[allele];
    if (carried_[allele] == 0 && kind != Kind::rest) {
      lost = lost || kind == Kind::structural;
      continue;
    }
    left = left || kind == Kind::structural;
    has_variant_ = has_variant_ || kind == Kind::variant || kind == Kind::structural;
    numbers_[allele] = static_cast<std::uint32_t>(kept_.size());
    kept_.push_back(allele);
    kept_alternates_.push_back(allele - 1);
  }
  lost_structure_ = lost && !left;
}

/// The number of genotypes of `p` copies of `n` alleles is (n + p - 1 over p): it grows with p, so that a list's length
/// tells how many copies it is for.
std::optional<std::size_t> AlleleCut::ploidy_of(std::size_t values) const {
  std::uint64_t genotypes = 1;
  for (std::size_t copies = 1; copies <= most_copies; ++copies) {
    if (genotypes > UINT64_MAX / (alleles() + copies)) return std::nullopt;
    genotypes = genotypes * (alleles() + copies - 1) / copies;
    if (genotypes == values) return copies;
    if (genotypes > values || alleles() == 1) return std::nullopt;
  }
  return std::nullopt;
}

/// Genotypes in the order of section 1.6.2: sorted by their greatest allele, then by the next one, and so on.
void AlleleCut::choose_genotypes(std::size_t ploidy, std::size_t values) {
  kept_genotypes_.clear();
  genotypes_of_ = values;
  std::vector<std::size_t> genotype(ploidy, 0);  // by rising allele
  for (std::uint32_t number = 0; number < values; ++number) {
    bool stays = true;
    for (const std::size_t allele : genotype) stays = stays && (allele == 0 || numbers_[allele] != 0);
    if (stays) kept_genotypes_.push_back(number);
    std::size_t grows = 0;
    while (grows + 1 < ploidy && genotype[grows] == genotype[grows + 1]) ++grows;
    ++genotype[grows];
    for (std::size_t i = 0; i < grows; ++i) genotype[i] = 0;
  }
}

const std::vector<std::uint32_t>* AlleleCut::places(ValueCount count, std::size_t values) {
  switch (count) {
    case ValueCount::alternates:
      return values + 1 == alleles() ? &kept_alternates_ : nullptr;
    case ValueCount::alleles:
      return values == alleles() ? &kept_ : nullptr;
    case ValueCount::genotypes: {
      if (values == genotypes_of_) return &kept_genotypes_;
      const std::optional<std::size_t> ploidy = ploidy_of(values);
      if (!ploidy) return nullptr;
      choose_genotypes(*ploidy, values);
      return &kept_genotypes_;
    }
    case ValueCount::fixed:
    case ValueCount::unknown:
      break;
  }
  return nullptr;
}

}  // namespace tributary::genomics
