// agent/port/genomics/htslib/vcf_cut.hpp: records of a joint VCF or BCF cut to some of its columns.
//
// What is left of a record is what a file of the kept samples alone would say:
// Columns    the kept ones, in the order of the source.
// Alleles    those of `allele_cut.hpp`; genotypes are renumbered; FORMAT values with one for each alternate allele (A),
//            allele (R) or genotype (G) lose theirs. A value of which that can not be told becomes a missing one.
// INFO       AC, AN and AF are made anew from the genotypes; keys of VcfValues::describes_site stay, with what they say
//            of lost alleles taken out; all others leave. Where no structural variant is left, what describes one
//            leaves (END, SVTYPE, ...); where no variant is left nothing is said of one, in ID, QUAL and FILTER, too.
// Dropped    records without a variant in the kept columns, unless the transform keeps them; in gVCF a record that
//            speaks of all other alleles, and a block of reference (ALT `.` and END), always stay.
// As it is   CHROM, POS, REF (also where a shorter one would do for the alleles that are left), QUAL, FILTER.
//
// The result is a record like that of a file of one sample, and goes through the same cleaner (vcf_record.hpp).
// Source     VCF specification 4.4, sections 1.4.2, 1.6.1, 1.6.2 and 3; 6.3 for BCF.
// Failure    give_up: columns that are not those of the header, lengths that do not fit. No content in messages.
// Never      holds more than one record beside the window.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"
#include "agent/port/genomics/genomics.hpp"
#include "agent/port/genomics/htslib/allele_cut.hpp"
#include "agent/port/genomics/htslib/bcf_typed.hpp"
#include "agent/port/genomics/htslib/vcf_header.hpp"

namespace tributary::genomics {

struct CutCounts {
  std::uint64_t records_dropped = 0;
  std::uint64_t alleles_trimmed = 0;
  std::uint64_t infos_dropped = 0;   // values of INFO, with their keys
  std::uint64_t values_missing = 0;  // of FORMAT, in one column each

  void tell(std::map<std::string, std::uint64_t>& counts) const;
};

class VcfCut {
 public:
  /// `header` outlives the cut and is done before the first record.
  VcfCut(const VcfHeader& header, const Transform& transform);
  /// `line`: a record without its end. False: nothing of it stays.
  [[nodiscard]] Result<bool> cut(std::string_view line);
  /// The newest record that stays, without an end.
  [[nodiscard]] const std::string& record() const { return record_; }
  [[nodiscard]] const CutCounts& counts() const { return counts_; }

 private:
  static constexpr std::size_t fixed_columns = 9;
  Status find_columns(std::string_view line);
  void learn_format();
  void call_genotypes();
  [[nodiscard]] bool stays() const;
  void write();
  void write_alternates();
  void write_info();
  bool write_info_value(std::string_view key, std::string_view value);
  bool write_frequencies(std::string_view key);
  void write_sample(std::size_t sample);
  void write_genotype(std::string_view genotype);
  void write_some(std::string_view values, const std::vector<std::uint32_t>& places);

  const VcfHeader& header_;
  std::vector<std::uint32_t> columns_;
  BareSites bare_sites_;
  CutCounts counts_;
  AlleleCut alleles_;
  std::vector<std::string_view> fixed_, samples_, alternates_, values_;
  std::vector<bool> bad_genotype_;  // by kept column
  std::string format_;              // of the newest record, and what it means
  std::vector<ValueCount> format_counts_;
  std::size_t genotype_at_ = 0;  // beyond format_counts_: there is none
  std::string record_;
};

class BcfCut {
 public:
  BcfCut(const VcfHeader& header, const Transform& transform);
  /// `record`: with its lengths, which fit. False: nothing of it stays.
  [[nodiscard]] Result<bool> cut(ByteView record);
  [[nodiscard]] const Bytes& record() const { return record_; }
  [[nodiscard]] const CutCounts& counts() const { return counts_; }

 private:
  struct Field {
    ByteView key;  // typed
    std::string_view word;
    BcfTyped value;
  };
  Status take_apart(ByteView record);
  Status take_shared(ByteView bytes);
  Status take_formats(ByteView bytes, std::uint32_t last);
  void call_genotypes();
  [[nodiscard]] bool stays() const;
  void write(ByteView record);
  std::uint32_t write_infos();
  bool write_info(const Field& field);
  bool write_frequencies(const Field& field);
  void write_format(const Field& field);
  [[nodiscard]] ByteView value_of(const Field& field, std::size_t sample) const;
  void renumber(MutableByteView values, unsigned type) const;

  const VcfHeader& header_;
  std::vector<std::uint32_t> columns_;
  BareSites bare_sites_;
  CutCounts counts_;
  AlleleCut alleles_;
  ByteView id_, filters_;  // typed
  std::vector<ByteView> allele_values_;
  std::vector<std::string_view> alternates_;
  std::vector<Field> infos_, formats_;
  std::size_t genotype_at_ = 0;  // beyond formats_: there is none
  std::size_t reference_bytes_ = 0;
  std::vector<bool> bad_genotype_;
  std::vector<Bytes> chunks_;
  Bytes record_;
};

}  // namespace tributary::genomics
