// agent/port/genomics/htslib/region_index.hpp: a tbi or csi index of VCF, BCF and BED, made while the file is written.
//
// Order      `add` for each record once it is known where it ends, `finish` once. Records are in order of coordinate.
// Failure    give_up: records out of order, a coordinate that the kind of index can not hold. wait: no memory.
// Units      half-open intervals, 0-based. Offsets are BGZF virtual offsets of the output.
#pragma once

#include <htslib/hts.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"
#include "agent/port/genomics/genomics.hpp"
#include "agent/port/genomics/htslib/region.hpp"

namespace tributary::genomics {

class RegionIndex {
 public:
  /// VCF or BED with contigs by name. `longest_contig`: 0 when unknown.
  static Result<std::unique_ptr<RegionIndex>> of_text(Format format, IndexKind kind, std::uint64_t longest_contig,
                                                      std::uint64_t first_record_at);
  /// BCF with contigs by number, always csi.
  static Result<std::unique_ptr<RegionIndex>> of_bcf(std::uint64_t contigs, std::uint64_t longest_contig,
                                                     std::uint64_t first_record_at);

  /// Of a contig's name, in order of appearance; BCF numbers its contigs itself.
  [[nodiscard]] Result<std::int32_t> number_of(std::string_view contig);
  [[nodiscard]] Status add(const Region& region, std::uint64_t end_at);
  /// The bytes of the index's file.
  [[nodiscard]] Result<Bytes> finish(std::uint64_t end_at);

 private:
  struct Closer {
    void operator()(hts_idx_t* index) const noexcept { hts_idx_destroy(index); }
  };
  RegionIndex(Format format, int kind, std::int64_t limit) : format_(format), kind_(kind), limit_(limit) {}
  Status set_names();

  Format format_;
  int kind_;            // HTS_FMT_...
  std::int64_t limit_;  // greatest end that the index can hold
  std::unique_ptr<hts_idx_t, Closer> index_;
  std::unordered_map<std::string, std::int32_t> numbers_;
  std::string names_;  // each with a zero byte, in order of number
  std::string name_;   // the one that was asked for last, and its number
  std::int32_t number_ = -1;
};

}  // namespace tributary::genomics
