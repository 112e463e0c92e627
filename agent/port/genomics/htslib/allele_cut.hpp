// agent/port/genomics/htslib/allele_cut.hpp: which alleles of a joint record stay when columns are cut, and which
// values.
//
// An alternate allele stays when a kept column's genotype carries it, or when it stands for all others (`<NON_REF>`,
// `<*>`). The rest are other persons' variants.
//
// Order      `start`, `carry` for each called allele, `decide`; then what stays can be asked for.
// Source     VCF specification 4.4, sections 1.4.2 (Number), 1.6.1.5 (`*`), 1.6.2 (order of genotypes), 5.5 (`<*>`).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "agent/port/genomics/htslib/vcf_values.hpp"

namespace tributary::genomics {

class AlleleCut {
 public:
  /// `alternates`: as they stand, without the `.` that says that there are none.
  void start(const std::vector<std::string_view>& alternates);
  /// Of the source: the reference and the alternates.
  [[nodiscard]] std::size_t alleles() const { return carried_.size(); }
  /// An allele that a kept column calls; `allele` < alleles().
  void carry(std::size_t allele) {
    ++carried_[allele];
    ++called_;
  }
  void decide();

  /// Numbers in the source of the alleles that stay; the reference is always the first.
  [[nodiscard]] const std::vector<std::uint32_t>& kept() const { return kept_; }
  [[nodiscard]] std::size_t trimmed() const { return alleles() - kept_.size(); }
  /// Of a kept allele.
  [[nodiscard]] std::uint32_t new_number(std::size_t allele) const { return numbers_[allele]; }
  /// How often kept columns carry the allele, and how many alleles they call.
  [[nodiscard]] std::uint64_t carried(std::size_t allele) const { return carried_[allele]; }
  [[nodiscard]] std::uint64_t called() const { return called_; }
  [[nodiscard]] float frequency(std::size_t allele) const {
    return static_cast<float>(static_cast<double>(carried_[allele]) / static_cast<double>(called_));
  }
  /// Whether a kept column carries a variant of this site: not the reference, not `*` (it has a record of its own), not
  /// the allele that stands for all others.
  [[nodiscard]] bool has_variant() const { return has_variant_; }
  /// gVCF: the site says something of all other alleles.
  [[nodiscard]] bool has_rest() const { return has_rest_; }
  /// Structural variants (symbolic alleles, breakends) were there, and none is left: nor is what describes them.
  [[nodiscard]] bool lost_structure() const { return lost_structure_; }
  /// Variants were there, and none is left: what the record says of them is other persons'.
  [[nodiscard]] bool emptied() const { return trimmed() > 0 && !has_variant_; }

  /// Which of `values` values stay, by their numbers; null when that can not be told.
  [[nodiscard]] const std::vector<std::uint32_t>* places(ValueCount count, std::size_t values);

 private:
  enum class Kind : std::uint8_t { variant, structural, overlapped, rest };
  static Kind kind_of(std::string_view alternate);
  [[nodiscard]] std::optional<std::size_t> ploidy_of(std::size_t values) const;
  void choose_genotypes(std::size_t ploidy, std::size_t values);

  std::vector<Kind> kinds_;  // the reference's is of no meaning
  std::vector<std::uint64_t> carried_;
  std::vector<std::uint32_t> numbers_, kept_, kept_alternates_, kept_genotypes_;
  std::size_t genotypes_of_ = 0;  // number of values that kept_genotypes_ is for; 0: of none yet
  std::uint64_t called_ = 0;
  bool has_variant_ = false, has_rest_ = false, lost_structure_ = false;
};

}  // namespace tributary::genomics
