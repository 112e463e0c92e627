// agent/port/genomics/htslib/cram_codec.hpp: the block compressors of CRAM, by htslib.
//
// htslib is shown an empty CRAM file in memory that this class writes, followed by the block in question; it never sees
// a descriptor, a header or a reference of the file itself.
// Threads    one at a time per object.
// Failure    give_up: a block that does not decompress to the size it states. wait: no memory.
#pragma once

#include <cstdint>
#include <memory>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"
#include "agent/port/files/files.hpp"
#include "agent/port/genomics/htslib/cram_container.hpp"

struct cram_fd;

namespace tributary::genomics {

struct CramCloser {
  void operator()(cram_fd* fd) const noexcept;
};

class CramCodec {
 public:
  static Result<CramCodec> open(CramVersion version);

  /// The content of a block.
  [[nodiscard]] Result<Bytes> content(const CramBlock& block);
  /// Appends a whole block with this content: gzip, or raw when that is not longer.
  [[nodiscard]] Status append_packed(Bytes& out, BlockType type, std::int32_t id, ByteView content);

 private:
  CramCodec(CramVersion version, files::Fd memory, std::uint64_t blocks_at)
      : version_(version), memory_(std::move(memory)), blocks_at_(blocks_at) {}
  CramVersion version_;
  files::Fd memory_;
  std::uint64_t blocks_at_;
  bool far_ = false;  // where the next block is put: the reader's buffer must not know the place
  std::unique_ptr<cram_fd, CramCloser> fd_;
};

/// Where the records of one multi-contig container lie; decoded by htslib without bases. `text` is a SAM header.
struct CramLocus {
  std::int32_t contig = -1;
  std::int64_t begin = 0;  // 1-based; 0 when there is none
  std::int64_t end = 0;    // 1-based, of the last base
};
Result<std::vector<CramLocus>> loci_of(CramVersion version, std::string_view text, ByteView container,
                                       std::size_t records);

}  // namespace tributary::genomics
