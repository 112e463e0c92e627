// agent/port/genomics/htslib/cram_index.hpp: a crai index, written while containers go by.
//
// Source     CRAM specification 3.x, section 12: one line a slice and contig: contig, begin, span, offset of the
//            container, offset of the slice behind the container's header, size of the slice; compressed with gzip.
#pragma once

#include <string>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"
#include "agent/port/genomics/htslib/cram_scrub.hpp"

namespace tributary::genomics {

class CramIndex {
 public:
  /// `text` is the header that the file will have; it must live longer.
  CramIndex(CramVersion version, const std::string& text) : version_(version), text_(text) {}
  /// `offset`: where the container stands in the output.
  [[nodiscard]] Status add(const CleanContainer& container, std::uint64_t offset);
  [[nodiscard]] Result<Bytes> finish() const;

 private:
  void line(std::int32_t contig, std::int64_t begin, std::int64_t span, std::uint64_t offset,
            const CramSlicePlace& slice);
  Status add_mixed(const CleanContainer& container, std::uint64_t offset);

  CramVersion version_;
  const std::string& text_;
  std::string lines_;
};

}  // namespace tributary::genomics
