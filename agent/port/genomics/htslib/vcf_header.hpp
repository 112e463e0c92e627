// agent/port/genomics/htslib/vcf_header.hpp: the header of VCF, gVCF and BCF, line by line through an allow-list.
//
// Kept       ##fileformat; ##FILTER, ##ALT (ID, Description); ##INFO, ##FORMAT (ID, Number, Type, Description);
//            ##contig (ID, length, md5); in BCF also IDX, for records point into the dictionary that these lines are.
// Replaced   the sample columns that stay: the one there is, or those of a joint file that are named.
// Dropped    every other line (command lines, dates, ##reference, ##SAMPLE, ##PEDIGREE, ...) and every other key.
// Order      lines as the file has them; `done` after #CHROM.
// Failure    give_up: no ##fileformat in front, a structured line that can not be taken apart, more than one sample
//            and no columns named, a named column that is not there or is called otherwise. Messages name the number of
//            the line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"
#include "agent/port/genomics/genomics.hpp"
#include "agent/port/genomics/htslib/vcf_values.hpp"

namespace tributary::genomics {

/// A structured line's keys and values as they stand (a quoted value with its quotes).
struct VcfField {
  std::string_view key;
  std::string_view value;
};
/// `body`: what stands between `<` and `>`. Parts without `=` come with an empty value.
Result<std::vector<VcfField>> vcf_fields(std::string_view body);
/// The samples of a #CHROM line.
Result<std::vector<std::string>> vcf_samples(std::string_view line);

class VcfHeader {
 public:
  enum class Kind : std::uint8_t { vcf, bcf };
  VcfHeader(Kind kind, const Transform& transform)
      : kind_(kind), sample_(transform.sample), kept_(transform.columns), key_(transform.name_key) {}

  /// `text`: a line without its end. Appends the clean line with its end to `into`, or nothing.
  [[nodiscard]] Status line(std::string_view text, Bytes& into);
  [[nodiscard]] bool done() const { return columns_ > 0; }

  /// Of the clean #CHROM: 8 (sites only), 9 or more.
  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] std::uint64_t samples() const { return columns_ > 9 ? columns_ - 9 : 0; }
  /// Of the source.
  [[nodiscard]] std::uint64_t source_samples() const { return source_samples_; }
  [[nodiscard]] std::uint64_t longest_contig() const { return longest_contig_; }  // 0: unknown
  [[nodiscard]] std::uint64_t contigs() const { return contigs_; }                // size of BCF's dictionary of contigs
  [[nodiscard]] std::uint64_t lines_dropped() const { return lines_dropped_; }
  [[nodiscard]] std::uint64_t fields_dropped() const { return fields_dropped_; }
  /// What the header declares of the values of records.
  [[nodiscard]] const VcfValues& values() const { return values_; }
  /// BCF: the key or filter of that number in the dictionary, "" when there is none.
  [[nodiscard]] std::string_view word(std::int64_t number) const;

 private:
  Status structured(std::string_view text, std::string_view kind, std::string_view body, Bytes& into);
  Status column_line(std::string_view text, Bytes& into);
  Status cut_columns(const std::vector<std::string>& samples, Bytes& into);
  [[nodiscard]] Error bad(const std::string& what) const;
  Result<bool> keep(std::string_view kind, const VcfField& field);
  Status declare(std::string_view kind, const std::vector<VcfField>& fields);

  Kind kind_;
  std::string sample_;
  std::vector<Column> kept_;
  Secret<32> key_;
  std::uint64_t source_samples_ = 0;
  std::uint64_t number_ = 0;
  std::size_t columns_ = 0;
  std::uint64_t longest_contig_ = 0;
  std::uint64_t contigs_ = 0;
  std::uint64_t lines_dropped_ = 0;
  std::uint64_t fields_dropped_ = 0;
  VcfValues values_;
  std::vector<std::string> words_{"PASS"};
};

}  // namespace tributary::genomics
