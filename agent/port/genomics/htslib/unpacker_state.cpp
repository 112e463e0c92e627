// agent/port/genomics/htslib/unpacker_state.cpp: places within a gzip stream from which it can be read on.
//
// A stream of deflate can be read on between two of its blocks when the 32 KiB before are known. The library does not
// stop there by itself, so when a state is due the stream is fed byte by byte until it stands at the end of a block.
// State      version, unused bits and the byte that holds them, then offset in the file, member, CRC, bytes of the
//            stream, bytes of the content, and the window as one deflate stream behind its size.
#include <sys/stat.h>

#include <algorithm>

#include "agent/port/genomics/htslib/unpacker.hpp"

namespace tributary::genomics {

namespace {

constexpr std::uint64_t least_distance_bytes = std::uint64_t{16} << 20U;
constexpr std::uint64_t most_states = 16;
/// Blocks of usual writers have some 100 KiB; where they are longer, the next try is made a distance later.
constexpr std::uint64_t longest_creep_bytes = std::uint64_t{1} << 20U;
constexpr std::uint8_t state_version = 1;
constexpr std::size_t state_head_bytes = 3 + 8 + 8 + 4 + 8 + 8 + 4;

}  // namespace

/// Whether the next end of a block is looked for: a state is due and the window is full or begins with the stream.
bool Unpacker::is_creeping() const {
  return state_due_at_ > 0 && offset() >= state_due_at_ &&
         (window_.size() >= deflate::Stream::window_bytes || window_.size() == stream_bytes_);
}

/// `made` was the newest content of the stream.
void Unpacker::watch_stream(ByteView made) {
  if (compression_ != Compression::gzip) return;
  if (state_distance_bytes_ == 0) {
    struct stat facts{};
    const bool known = ::fstat(file_.get(), &facts) == 0 && facts.st_size > 0;
    const std::uint64_t size = known ? static_cast<std::uint64_t>(facts.st_size) : 0;
    state_distance_bytes_ = std::max(least_distance_bytes, size / most_states + 1);
    state_due_at_ = offset() + state_distance_bytes_;
  }
  if (offset() < state_due_at_) {
    window_.clear();
    return;
  }
  window_.insert(window_.end(), made.begin(), made.end());
  if (window_.size() > deflate::Stream::window_bytes) {
    window_.erase(window_.begin(), window_.end() - static_cast<std::ptrdiff_t>(deflate::Stream::window_bytes));
  }
  if (!is_creeping()) return;
  if (const auto unused = stream_.unused_bits()) {
    keep_state(*unused, content_bytes_ + made.size());
  } else if (offset() < state_due_at_ + longest_creep_bytes) {
    return;
  }
  state_due_at_ = offset() + state_distance_bytes_;
  window_.clear();
}

void Unpacker::keep_state(std::uint32_t unused_bits, std::uint64_t content_bytes) {
  const unsigned bits = unused_bits % 8;
  const std::size_t back = unused_bits / 8;
  if (back + 1 > begin_) return;  // the byte in question has left the buffer: as rare as harmless
  StreamState state;
  state.content_bytes = content_bytes;
  Bytes packed(deflate::packed_limit(window_.size()));
  packed.resize(deflate::pack(window_, packed));
  state.bytes = {state_version, static_cast<std::uint8_t>(bits),
                 bits > 0 ? input_[begin_ - back - 1] : std::uint8_t{0}};
  append_le64(state.bytes, offset() - back);
  append_le64(state.bytes, member_);
  append_le32(state.bytes, stream_crc_);
  append_le64(state.bytes, stream_bytes_);
  append_le64(state.bytes, state.content_bytes);
  append_le32(state.bytes, static_cast<std::uint32_t>(window_.size()));
  state.bytes.insert(state.bytes.end(), packed.begin(), packed.end());
  state_ = std::move(state);
}

std::optional<Bytes> Unpacker::stream_state(std::uint64_t position) {
  if (!state_ || state_->content_bytes > position) return std::nullopt;
  std::optional<Bytes> bytes(std::move(state_->bytes));
  state_.reset();
  return bytes;
}

Status Unpacker::restore(ByteView state) {
  const auto foreign = [] { return refusal("gzip: a place of another version", "start from the beginning"); };
  if (state.size() < state_head_bytes || state[0] != state_version) return foreign();
  const std::size_t window_size = load_le32(state.subspan(39, 4));
  if (window_size > deflate::Stream::window_bytes) return foreign();
  Bytes window(window_size);
  if (!window.empty() && !deflate::unpack(state.subspan(state_head_bytes), window)) return foreign();
  if (!stream_.start_between(state[1], state[2], window)) return foreign();
  forget_ahead();
  block_taken_ = 0;
  begin_ = end_ = 0;
  input_offset_ = load_le64(state.subspan(3, 8));
  member_ = load_le64(state.subspan(11, 8));
  stream_crc_ = load_le32(state.subspan(19, 4));
  stream_bytes_ = load_le64(state.subspan(23, 8));
  content_bytes_ = load_le64(state.subspan(31, 8));
  mode_ = Mode::stream;
  state_due_at_ = 0;
  state_distance_bytes_ = 0;
  window_.clear();
  state_.reset();
  return {};
}

}  // namespace tributary::genomics
