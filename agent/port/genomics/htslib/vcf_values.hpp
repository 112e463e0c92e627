// agent/port/genomics/htslib/vcf_values.hpp: which values of a VCF or BCF record may leave the house. The one table.
//
// Numbers    (Type Integer, Float, Flag) are kept when they are numbers as programs print them: no date, no zeros in
//            front. Six digits and more only under a key of the specification or of a known caller that needs them
//            (positions, lengths, depths, sums): under any other it may be somebody's number. Keys that the header does
//            not declare count as texts.
// Texts      (Type String, Character) are kept when their key is one of the following AND they have its shape, so that
//            none can hold a word:
//              INFO    SVTYPE EVENTTYPE  kinds of structural variants      AA RU CIGAR  bases, CIGAR
//                      MATEID PARID EVENT  ids as below
//              FORMAT  GT PGT  genotypes       PID  position_REF_ALT       FT  filters that the header declares
// Ids        (column ID) are kept when they are of a public register (rs ss COSV COSM nsv esv dgv VCV RCV CA, and a
//            number) or counted by a caller of structural variants (Manta..., DRAGEN:..., then kinds and numbers only).
//            Others become `.`.
// Of sites   When columns are cut from a joint file, INFO keeps what describes the place or the variant alone: the keys
//            of `describes_site`. All others (depths, qualities, numbers of samples, ...) speak of everybody.
// Source     VCF specification 4.3, sections 1.4, 1.6 and 3; for joint files 4.4, sections 1.4.2, 1.6.1, 1.6.2 and 3.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace tributary::genomics {

enum class ValueRule : std::uint8_t { drop, number, small_number, genotype, phase_set, filters, kind, bases, ids };

inline bool is_of_numbers(ValueRule rule) { return rule == ValueRule::number || rule == ValueRule::small_number; }

/// How many values a key has in a record: a number that does not depend on alleles, one per alternate allele (A), per
/// allele (R), per genotype (G), or nobody knows (`.` and texts with lists in them).
enum class ValueCount : std::uint8_t { fixed, alternates, alleles, genotypes, unknown };

class VcfValues {
 public:
  /// As header lines are read: `type` and `number` as declared.
  void declare_info(std::string_view key, std::string_view type, std::string_view number);
  void declare_format(std::string_view key, std::string_view type, std::string_view number);
  void declare_filter(std::string_view id) { filters_.emplace(id); }
  void declare_allele(std::string_view id) { alleles_.emplace(id); }
  /// Ids of symbolic alleles.
  [[nodiscard]] const std::set<std::string, std::less<>>& alleles() const { return alleles_; }

  [[nodiscard]] ValueRule info_rule(std::string_view key) const { return find(info_, key).rule; }
  [[nodiscard]] ValueRule format_rule(std::string_view key) const { return find(format_, key).rule; }
  [[nodiscard]] ValueCount info_count(std::string_view key) const { return find(info_, key).count; }
  [[nodiscard]] ValueCount format_count(std::string_view key) const { return find(format_, key).count; }
  /// number, or small_number when nobody knows the key.
  [[nodiscard]] static ValueRule rule_of_number(std::string_view key);
  /// INFO: whether the key says nothing of the persons in the file.
  [[nodiscard]] static bool describes_site(std::string_view key);
  /// Of such keys: whether it is there for structural variants and reference blocks only.
  [[nodiscard]] static bool describes_structure(std::string_view key);
  /// Whether the value, as VCF writes it, has the rule's shape. A missing value (`.`) has every shape.
  [[nodiscard]] bool fits(ValueRule rule, std::string_view value) const;
  /// One or several ids with `;` between them, or `.`.
  [[nodiscard]] static bool are_ids(std::string_view ids);

 private:
  struct Known {
    ValueRule rule = ValueRule::drop;
    ValueCount count = ValueCount::unknown;
  };
  using Keys = std::map<std::string, Known, std::less<>>;
  static Known find(const Keys& keys, std::string_view key);
  Keys info_, format_;
  std::set<std::string, std::less<>> filters_, alleles_;
};

}  // namespace tributary::genomics
