// agent/port/genomics/htslib/unpacker.hpp: the content of a plain, gzip or BGZF file, with what gzip hides around it.
//
// Reads the descriptor with pread only: its own offset is neither used nor moved. Gzip files may have any number of
// members; BGZF blocks are members that tell their size, and are inflated whole.
//
// Order      read* from front to back; seek at any time.
// Threads    one at a time per object; with workers, BGZF blocks are inflated by them ahead of the reader.
// Failure    wait: input/output error. give_up: damaged, truncated, foreign bytes behind the last member.
// Never      holds more than a few BGZF blocks and one input buffer.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"
#include "agent/base/stop.hpp"
#include "agent/base/workers.hpp"
#include "agent/port/deflate/deflate.hpp"
#include "agent/port/files/files.hpp"
#include "agent/port/genomics/genomics.hpp"
#include "agent/port/genomics/htslib/bgzf_block.hpp"

namespace tributary::genomics {

/// Gets what stands in gzip headers (extra fields other than BGZF's, file name, comment) and behind the last member.
/// `number` counts members from 1.
using ContainerFields = std::function<Status(std::uint64_t number, ByteView bytes)>;

class Unpacker {
 public:
  enum class Trailing : std::uint8_t { refuse, report };  // bytes behind the last member; zero padding is always fine

  /// `fields` may be empty. With Trailing::report foreign bytes behind the last member go to `fields` instead.
  /// `workers` may be null.
  static Result<std::unique_ptr<Unpacker>> open(files::Fd file, ContainerFields fields = {},
                                                Trailing trailing = Trailing::refuse, Workers* workers = nullptr);
  /// A part of a file by itself, packed as gzip or plain. Reading does not go beyond it.
  struct Part {
    std::uint64_t offset = 0;
    std::uint64_t size_bytes = 0;
    bool packed = false;
  };
  static Result<std::unique_ptr<Unpacker>> open_part(files::Fd file, const Part& part, ContainerFields fields = {});
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;
  ~Unpacker();

  /// Of the first member; none: plain file.
  [[nodiscard]] Compression compression() const { return compression_; }
  [[nodiscard]] bool empty_file() const { return size_bytes_ == 0; }

  /// Fills the front of `into`; answers how many bytes, 0 only at the end. BGZF: never more than one block at a time.
  [[nodiscard]] Result<std::size_t> read(MutableByteView into);

  /// Instead of read: goes through all members for their container fields only. BGZF blocks are not inflated.
  [[nodiscard]] Status skim(const Stop& stop);

  /// Instead of read: appends the next BGZF block as `copy_block` does, without inflating it. False: there is none.
  [[nodiscard]] Result<bool> copy_next(Bytes& out);

  /// True while `position` alone can be given to `seek`: plain files and files of BGZF blocks only.
  [[nodiscard]] bool seekable() const { return seekable_; }
  /// Of the next byte: its offset (plain), its virtual offset (BGZF) or that of the content (gzip).
  [[nodiscard]] std::uint64_t position() const;
  /// `state`: of gzip only, as stream_state gave it for this position or one before.
  [[nodiscard]] Status seek(std::uint64_t position, ByteView state = {});
  /// Of gzip: the newest state of the stream before `position` (some 12 KiB), unless it was given already. There are
  /// at most 16 of them in a file, 16 MiB of the file or more apart.
  [[nodiscard]] std::optional<Bytes> stream_state(std::uint64_t position);
  /// Where the first byte of the newest read stands.
  [[nodiscard]] std::uint64_t read_position() const { return read_position_; }
  /// The BGZF block that the newest read came from; none: it came from elsewhere.
  [[nodiscard]] const std::shared_ptr<BgzfBlock>& read_block() const { return read_block_; }

  /// After the end: the file consists of BGZF blocks and its last one is the empty block.
  [[nodiscard]] bool saw_end_block() const { return last_block_bytes_ == 0; }
  /// After the end of a BGZF file without the empty block: whether its last block is as full as those before, as it
  /// would be had the file been cut between two blocks.
  [[nodiscard]] bool looks_cut() const;

 private:
  Unpacker(files::Fd file, ContainerFields fields, Trailing trailing, Workers* workers);

  Status start();
  Result<std::size_t> need(std::size_t count);
  void consume(std::size_t count) { begin_ += count; }
  [[nodiscard]] std::uint64_t offset() const { return input_offset_ + begin_; }
  [[nodiscard]] ByteView held() const { return ByteView(input_).subspan(begin_, end_ - begin_); }
  Status next_member();
  Status member_header();
  Status extra_fields(ByteView fields);
  Result<std::size_t> header_text(std::size_t at);
  Status look_ahead();
  void forget_ahead();
  Result<ByteView> packed_block();
  Status take_block();
  Status report(ByteView bytes);
  Status trailing_bytes();
  Result<std::size_t> read_piece(MutableByteView into);
  Status pass_to(std::uint64_t position);
  Result<std::size_t> read_plain(MutableByteView into);
  Result<std::size_t> read_stream(MutableByteView into);
  Result<std::size_t> read_ahead(MutableByteView into);
  Status end_of_stream();
  void watch_stream(ByteView made);
  [[nodiscard]] bool is_creeping() const;
  void keep_state(std::uint32_t unused_bits, std::uint64_t content_bytes);
  Status restore(ByteView state);
  [[nodiscard]] std::string place() const;
  [[nodiscard]] Error block_cut() const;

  // block: the header of a BGZF block was read, the block itself was not.
  enum class Mode : std::uint8_t { plain, between, block, stream, ended };

  files::Fd file_;
  ContainerFields fields_;
  Trailing trailing_;
  Workers* workers_;
  std::uint64_t size_bytes_ = 0;
  Bytes input_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t input_offset_ = 0;                                        // of input_[0] in the file
  std::uint64_t end_offset_ = std::numeric_limits<std::uint64_t>::max();  // of what may be read
  Compression compression_ = Compression::none;
  Mode mode_ = Mode::plain;
  bool seekable_ = true;
  std::uint64_t member_ = 0;
  std::uint64_t read_position_ = 0;
  std::shared_ptr<BgzfBlock> read_block_;
  // BGZF
  std::size_t block_size_bytes_ = 0;              // compressed, of the member whose header was read
  std::size_t block_header_bytes_ = 0;            // of these
  std::deque<std::shared_ptr<BgzfBlock>> ahead_;  // the first one is being read
  std::size_t block_taken_ = 0;                   // of its content
  std::size_t last_block_bytes_ = 1;
  std::size_t largest_block_bytes_ = 0;  // of all blocks but the last
  // gzip
  deflate::Stream stream_;
  std::uint32_t stream_crc_ = 0;
  std::uint64_t stream_bytes_ = 0;
  std::uint64_t content_bytes_ = 0;  // read so far, of all members
  // States to go on from: when one is due, the stream creeps to the next end of a block
  struct StreamState {
    std::uint64_t content_bytes = 0;
    Bytes bytes;
  };
  std::uint64_t state_distance_bytes_ = 0;
  std::uint64_t state_due_at_ = 0;  // offset in the file
  Bytes window_;                    // the newest content of the stream, while a state is due
  std::optional<StreamState> state_;
};

}  // namespace tributary::genomics
