// agent/port/genomics/htslib/bgzf_writer.hpp: turns bytes into BGZF blocks that wait to be pulled.
//
// Order      write*, flush and copy in any order, finish once, last. `read` may be called at any time between them.
// Threads    one at a time per object; with workers, blocks are packed by them while the caller goes on.
// Failure    give_up when the compressor refuses (out of memory); nothing that was queued before is taken back.
// Never      depends on time, file names, the sizes of the calls or the number of workers: the same bytes with flushes
//            at the same places give the same blocks. Blocks carry no name and no time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"
#include "agent/base/workers.hpp"
#include "agent/port/genomics/htslib/bgzf_block.hpp"

namespace tributary::genomics {

class BgzfWriter {
 public:
  static constexpr std::size_t block_payload_bytes = 0xff00;  // uncompressed bytes of a full block, as htslib does

  /// Where a byte stands: in which block, counted from 0 (or from the one that a continued stream starts with), and
  /// how far in it. Where the block stands is known later.
  struct Place {
    std::uint64_t block = 0;
    std::size_t within = 0;
  };

  /// `compressed_offset`: where in the whole output the first block will stand (not 0 when a stream is continued).
  explicit BgzfWriter(Workers* workers = nullptr, std::uint64_t compressed_offset = 0);
  BgzfWriter(const BgzfWriter&) = delete;
  BgzfWriter& operator=(const BgzfWriter&) = delete;
  ~BgzfWriter();

  /// Appends uncompressed bytes; every full block is given to the workers.
  [[nodiscard]] Status write(ByteView bytes);
  /// Ends the block unless the next `size_bytes` still fit into it (a unit larger than a block starts a fresh one).
  /// Called before each record, records do not straddle blocks and almost every block starts with a record.
  [[nodiscard]] Status make_room(std::size_t size_bytes);
  /// Ends the current block; an empty block is not written.
  [[nodiscard]] Status flush();
  /// Appends a block as it was read; the current block is empty.
  [[nodiscard]] Status copy(const std::shared_ptr<const BgzfBlock>& block);
  /// Waits until every block is packed: the offsets of all are known.
  [[nodiscard]] Status settle() { return gather(0); }
  /// Ends the current block and appends the empty block that marks the end of a BGZF file.
  [[nodiscard]] Status finish();

  [[nodiscard]] Place tell() const { return {first_ + blocks_.size(), pending_.size()}; }
  /// True when the next byte starts a block.
  [[nodiscard]] bool at_block_start() const { return pending_.empty(); }
  /// Where the block stands in the whole output, once all before it are packed; also of the one after the last.
  /// Blocks that were asked for must not be asked for again after a later one.
  [[nodiscard]] std::optional<std::uint64_t> offset_of(std::uint64_t block);
  /// BGZF virtual offset: offset of the block << 16 | offset within.
  [[nodiscard]] std::optional<std::uint64_t> virtual_offset(const Place& place);

  /// Compressed bytes that wait for `read`.
  [[nodiscard]] std::size_t ready_bytes() const { return queue_.size() - taken_; }
  /// Moves compressed bytes out of the queue; answers how many, 0 when none waits.
  std::size_t read(MutableByteView into);

 private:
  struct Block {
    Bytes content;
    Bytes packed;  // header and all
    bool is_good = true;
    Workers::Handle piece;
  };
  Status pack_pending();
  Status gather(std::size_t most_left);

  Workers* workers_;
  Bytes pending_;                              // uncompressed bytes of the current block
  std::deque<std::shared_ptr<Block>> blocks_;  // given away, in order
  std::uint64_t first_ = 0;                    // number of blocks_[0]
  std::deque<std::uint64_t> offsets_;          // of the gathered blocks, and of the next one
  std::uint64_t first_offset_ = 0;             // number of the block that offsets_[0] is of
  Bytes queue_;                                // gathered blocks; the first taken_ bytes are gone already
  std::size_t taken_ = 0;
};

}  // namespace tributary::genomics
