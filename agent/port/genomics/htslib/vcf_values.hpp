// agent/port/genomics/htslib/vcf_values.hpp: which values of a VCF or BCF record may leave the house. The one table.
//
// Numbers    (Type Integer, Float, Flag) are kept when they are numbers. Keys that the header does not declare count as
//            texts.
// Texts      (Type String, Character) are kept when their key is one of the following AND they have its shape, so that
//            none can hold a word:
//              INFO    SVTYPE EVENTTYPE  kinds of structural variants      AA RU CIGAR  bases, CIGAR
//                      MATEID PARID EVENT  ids as below
//              FORMAT  GT PGT  genotypes       PID  position_REF_ALT       FT  filters that the header declares
// Ids        (column ID) are kept when they are of a public register (rs ss COSV COSM nsv esv dgv VCV RCV CA, and a
//            number) or counted by a caller of structural variants (Manta..., DRAGEN:..., then kinds and numbers only).
//            Others become `.`.
// Source     VCF specification 4.3, sections 1.4, 1.6 and 3.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace tributary::genomics {

enum class ValueRule : std::uint8_t { drop, number, genotype, phase_set, filters, kind, bases, ids };

class VcfValues {
 public:
  /// As header lines are read: `type` as declared.
  void declare_info(std::string_view key, std::string_view type);
  void declare_format(std::string_view key, std::string_view type);
  void declare_filter(std::string_view id) { filters_.emplace(id); }

  [[nodiscard]] ValueRule info_rule(std::string_view key) const { return find(info_, key); }
  [[nodiscard]] ValueRule format_rule(std::string_view key) const { return find(format_, key); }
  /// Whether the value, as VCF writes it, has the rule's shape. A missing value (`.`) has every shape.
  [[nodiscard]] bool fits(ValueRule rule, std::string_view value) const;
  /// One or several ids with `;` between them, or `.`.
  [[nodiscard]] static bool are_ids(std::string_view ids);

 private:
  using Rules = std::map<std::string, ValueRule, std::less<>>;
  static ValueRule find(const Rules& rules, std::string_view key);
  Rules info_, format_;
  std::set<std::string, std::less<>> filters_;
};

}  // namespace tributary::genomics
