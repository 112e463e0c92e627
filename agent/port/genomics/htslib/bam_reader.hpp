// agent/port/genomics/htslib/bam_reader.hpp: the pieces of a BAM file, decompressed and checked for their lengths.
//
// Order      header first, then records from front to back; `seek` goes to a place that `tell` answered.
// Threads    one at a time per object. Moves the offset of the descriptor's open file.
// Failure    give_up: no BGZF, no BAM, truncated, a length that does not fit. wait: the file could not be read now.
#pragma once

#include <htslib/bgzf.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"
#include "agent/port/files/files.hpp"
#include "agent/port/genomics/htslib/sam_header.hpp"

namespace tributary::genomics {

inline constexpr std::size_t bam_record_limit_bytes = std::size_t{64} << 20U;

struct BgzfCloser {
  void operator()(BGZF* file) const noexcept { (void)bgzf_close(file); }
};

class BamReader {
 public:
  /// Checks the container (BGZF with its end-of-file block) and reads the header.
  static Result<BamReader> open(const files::Fd& file);

  [[nodiscard]] const std::string& header_text() const { return text_; }
  [[nodiscard]] const std::vector<Contig>& contigs() const { return contigs_; }
  /// The next record without its length prefix; false at the end of the file.
  [[nodiscard]] Result<bool> next(Bytes& record);
  /// Virtual offset of the next record.
  [[nodiscard]] std::uint64_t tell() const { return static_cast<std::uint64_t>(bgzf_tell(file_)); }
  [[nodiscard]] Status seek(std::uint64_t virtual_offset);

 private:
  explicit BamReader(BGZF* file) : owner_(file), file_(file) {}
  Status read_header();
  /// Fills `into`; false when the file ends before its first byte.
  Result<bool> fill(MutableByteView into);
  /// `size` more bytes for `into`, in steps, so that a false length costs no memory.
  Status read_into(Bytes& into, std::size_t size);
  Result<std::uint32_t> read_number();
  Status read_contig();

  std::unique_ptr<BGZF, BgzfCloser> owner_;
  BGZF* file_;
  std::string text_;
  std::vector<Contig> contigs_;
};

}  // namespace tributary::genomics
