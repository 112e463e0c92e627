// agent/port/genomics/htslib/bam_index.hpp: a bai or csi index, built while the file is written.
//
// Order      `add` once per record in file order, with the virtual offset behind it; `finish` once.
// Failure    give_up: records out of order. wait: no memory for the index.
#pragma once

#include <htslib/hts.h>

#include <cstdint>
#include <memory>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"
#include "agent/port/files/files.hpp"
#include "agent/port/genomics/htslib/contigs.hpp"
#include "agent/port/genomics/htslib/region.hpp"

namespace tributary::genomics {

struct IndexCloser {
  void operator()(hts_idx_t* index) const noexcept { hts_idx_destroy(index); }
};

class BamIndex {
 public:
  /// csi when it is wanted or when a contig is longer than bai can say (2^29 - 1 bases).
  static Result<BamIndex> make(const Contigs& contigs, bool want_csi, std::uint64_t first_record_at);

  [[nodiscard]] Status add(const Region& region, std::uint64_t end_at);
  [[nodiscard]] Result<Bytes> finish(std::uint64_t end_at);

 private:
  BamIndex(hts_idx_t* index, int format) : index_(index), format_(format) {}
  std::unique_ptr<hts_idx_t, IndexCloser> index_;
  int format_;
};

/// The bytes of a file in memory from its start on.
Result<Bytes> contents_of(int memory_file);
/// An anonymous file in memory, closed on exec.
Result<files::Fd> memory_file();

}  // namespace tributary::genomics
