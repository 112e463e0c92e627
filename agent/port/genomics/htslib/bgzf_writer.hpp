// agent/port/genomics/htslib/bgzf_writer.hpp: turns bytes into BGZF blocks that wait to be pulled.
//
// Order      write* and flush in any order, finish once, last. `read` may be called at any time between them.
// Threads    one at a time per object.
// Failure    give_up when the compressor refuses (out of memory); nothing that was queued before is taken back.
// Never      depends on time, file names or the sizes of the calls: the same bytes with flushes at the same places
//            and the same level give the same blocks. Blocks carry no name and no time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"

namespace tributary::genomics {

/// Level of everything that this house compresses again: speed counts, the bytes are encrypted and sent once.
inline constexpr int recompression_level = 1;

class BgzfWriter {
 public:
  static constexpr std::size_t block_payload_bytes = 0xff00;  // uncompressed bytes of a full block, as htslib does

  /// `compressed_offset`: where in the whole output the first block will stand (not 0 when a stream is continued).
  explicit BgzfWriter(int level, std::uint64_t compressed_offset = 0);

  /// Appends uncompressed bytes; every full block is compressed at once.
  [[nodiscard]] Status write(ByteView bytes);
  /// Ends the block unless the next `size_bytes` still fit into it (a unit larger than a block starts a fresh one).
  /// Called before each record, records do not straddle blocks and almost every block starts with a record.
  [[nodiscard]] Status make_room(std::size_t size_bytes);
  /// Ends the current block; an empty block is not written.
  [[nodiscard]] Status flush();
  /// Ends the current block and appends the empty block that marks the end of a BGZF file.
  [[nodiscard]] Status finish();

  /// BGZF virtual offset of the next byte: offset of its block << 16 | offset within the block.
  [[nodiscard]] std::uint64_t tell() const {
    return (compressed_offset_ << 16U) | static_cast<std::uint64_t>(pending_.size());
  }
  /// True when the next byte starts a block.
  [[nodiscard]] bool at_block_start() const { return pending_.empty(); }
  /// Compressed bytes made so far plus the offset given to the constructor: where the current block will stand.
  [[nodiscard]] std::uint64_t compressed_offset() const { return compressed_offset_; }
  /// Compressed bytes that wait for `read`.
  [[nodiscard]] std::size_t ready_bytes() const { return queue_.size() - taken_; }
  /// Moves compressed bytes out of the queue; answers how many, 0 when none waits.
  std::size_t read(MutableByteView into);

 private:
  Status compress_pending();

  int level_;
  std::uint64_t compressed_offset_;
  Bytes pending_;  // uncompressed bytes of the current block
  Bytes queue_;    // compressed blocks; the first taken_ bytes are gone already
  std::size_t taken_ = 0;
};

}  // namespace tributary::genomics
