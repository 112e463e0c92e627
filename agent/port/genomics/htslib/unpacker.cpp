// agent/port/genomics/htslib/unpacker.cpp: gzip members and BGZF blocks (RFC 1952; SAM specification, section 4.1).
#include "agent/port/genomics/htslib/unpacker.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

namespace tributary::genomics {

namespace {

constexpr std::size_t input_bytes = std::size_t{256} << 10U;
constexpr std::size_t blocks_ahead = 8;
constexpr std::size_t longest_header_text = std::size_t{64} << 10U;
constexpr std::size_t trailing_piece = std::size_t{64} << 10U;
constexpr std::size_t trailing_overlap = std::size_t{4} << 10U;

enum Flag : unsigned { header_crc = 2, extra = 4, name = 8, comment = 16, reserved = 0xe0 };

std::size_t le16(ByteView bytes, std::size_t at) {
  return static_cast<std::size_t>(bytes[at]) | static_cast<std::size_t>(bytes[at + 1]) << 8U;
}

bool all_zero(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

Unpacker::Unpacker(files::Fd file, ContainerFields fields, Trailing trailing, Workers* workers)
    : file_(std::move(file)), fields_(std::move(fields)), trailing_(trailing), workers_(workers) {}

Result<std::unique_ptr<Unpacker>> Unpacker::open(files::Fd file, ContainerFields fields, Trailing trailing,
                                                 Workers* workers) {
  std::unique_ptr<Unpacker> unpacker(new Unpacker(std::move(file), std::move(fields), trailing, workers));
  if (Status done = unpacker->start(); !done) return done.error();
  return unpacker;
}

Result<std::unique_ptr<Unpacker>> Unpacker::open_part(files::Fd file, const Part& part, ContainerFields fields) {
  std::unique_ptr<Unpacker> unpacker(new Unpacker(std::move(file), std::move(fields), Trailing::refuse, nullptr));
  unpacker->input_.resize(input_bytes);
  unpacker->input_offset_ = part.offset;
  unpacker->end_offset_ = part.offset + part.size_bytes;
  unpacker->size_bytes_ = part.size_bytes;
  if (!part.packed) return unpacker;
  unpacker->compression_ = Compression::gzip;
  if (Status done = unpacker->next_member(); !done) return done.error();
  return unpacker;
}

Unpacker::~Unpacker() { forget_ahead(); }

void Unpacker::forget_ahead() {
  for (const auto& block : ahead_) {
    if (block->piece) workers_->forget(block->piece);
  }
  ahead_.clear();
}

Status Unpacker::start() {
  input_.resize(input_bytes);
  posix_fadvise(file_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);  // advice only: nothing depends on it
  Result<std::size_t> got = need(2);
  if (!got) return got.error();
  size_bytes_ = *got;  // enough to tell an empty file
  if (*got < 2 || held()[0] != 0x1f || held()[1] != 0x8b) return {};
  compression_ = Compression::gzip;
  if (Status done = member_header(); !done) return done;
  if (mode_ == Mode::block) compression_ = Compression::bgzf;
  return {};
}

/// Makes at least `count` bytes available unless the file ends before; answers how many are.
Result<std::size_t> Unpacker::need(std::size_t count) {
  if (end_ - begin_ >= count) return end_ - begin_;
  if (begin_ > 0) {
    std::memmove(input_.data(), input_.data() + begin_, end_ - begin_);
    input_offset_ += begin_;
    end_ -= begin_;
    begin_ = 0;
  }
  if (count > input_.size()) input_.resize(count);
  while (end_ < count) {
    const std::uint64_t from = input_offset_ + end_;
    const std::uint64_t room = std::min<std::uint64_t>(input_.size() - end_, end_offset_ - from);
    const ssize_t got =
        pread(file_.get(), input_.data() + end_, static_cast<std::size_t>(room), static_cast<off_t>(from));
    if (got < 0) {
      if (errno == EINTR) continue;
      return wait_error("input: could not be read at byte " + std::to_string(input_offset_ + end_) + ": " +
                        std::string(std::strerror(errno)));
    }
    if (got == 0) break;
    end_ += static_cast<std::size_t>(got);
  }
  return end_ - begin_;
}

std::string Unpacker::place() const {
  return std::string(compression_ == Compression::bgzf ? "BGZF" : "gzip") + ": member " + std::to_string(member_);
}

std::uint64_t Unpacker::position() const {
  if (compression_ == Compression::none) return offset();
  if (compression_ == Compression::gzip) return content_bytes_;
  if (!ahead_.empty()) return ahead_.front()->offset << 16U | static_cast<std::uint64_t>(block_taken_);
  return offset() << 16U;
}

Status Unpacker::seek(std::uint64_t position, ByteView state) {
  const bool blocks = compression_ == Compression::bgzf;
  if (compression_ == Compression::gzip) {
    if (Status done = restore(state); !done) return done;
    return pass_to(position);
  }
  if (!seekable_ || !state.empty()) return refusal("gzip: can not be continued from within");
  begin_ = end_ = 0;
  input_offset_ = blocks ? position >> 16U : position;
  if (!blocks) return {};
  mode_ = Mode::between;
  forget_ahead();
  block_taken_ = static_cast<std::size_t>(position & 0xffffU);
  if (block_taken_ == 0) return {};
  if (Status done = look_ahead(); !done) return done;
  if (ahead_.empty() || block_taken_ > ahead_.front()->told_size())
    return refusal("BGZF: the file is not the one that was read before");
  return {};
}

bool Unpacker::looks_cut() const {
  return !saw_end_block() && (last_block_bytes_ >= 0xff00 || last_block_bytes_ == largest_block_bytes_);
}

Result<std::size_t> Unpacker::read(MutableByteView into) {
  const std::uint64_t at = content_bytes_;
  auto piece = read_piece(into);
  if (!piece) return piece;
  content_bytes_ += *piece;
  if (compression_ == Compression::gzip) read_position_ = at;
  return piece;
}

Result<std::size_t> Unpacker::read_piece(MutableByteView into) {
  if (into.empty()) return std::size_t{0};
  read_block_.reset();
  while (true) {
    if (Status done = look_ahead(); !done) return done.error();
    if (!ahead_.empty()) {
      Result<std::size_t> piece = read_ahead(into);
      if (!piece || *piece > 0) return piece;
    } else if (mode_ == Mode::stream) {
      Result<std::size_t> piece = read_stream(into);
      if (!piece || *piece > 0) return piece;
    } else if (mode_ == Mode::plain) {
      return read_plain(into);
    } else if (mode_ == Mode::ended) {
      return std::size_t{0};
    }
  }
}

Status Unpacker::pass_to(std::uint64_t position) {
  Bytes unused(input_bytes);
  while (content_bytes_ < position) {
    const auto room = std::min<std::uint64_t>(unused.size(), position - content_bytes_);
    auto got = read(MutableByteView(unused).first(static_cast<std::size_t>(room)));
    if (!got) return got.error();
    if (*got == 0) break;
  }
  return content_bytes_ == position ? Status{} : Status(refusal("gzip: the file is not the one that was read before"));
}

/// Goes on behind the newest block as long as there are blocks and room for them.
Status Unpacker::look_ahead() {
  const std::size_t most = workers_ != nullptr ? blocks_ahead : 1;
  while ((mode_ == Mode::between || mode_ == Mode::block) && ahead_.size() < most) {
    if (mode_ == Mode::between) {
      if (Status done = next_member(); !done) return done;
    }
    if (mode_ == Mode::block) {
      if (Status done = take_block(); !done) return done;
    }
  }
  return {};
}

Status Unpacker::skim(const Stop& stop) {
  Bytes unused(input_bytes);
  while (mode_ != Mode::ended && mode_ != Mode::plain) {
    if (stop.requested()) return wait_error("scan: stopped before the end");
    if (mode_ == Mode::between) {
      if (Status done = next_member(); !done) return done;
    } else if (mode_ == Mode::stream) {
      if (Result<std::size_t> got = read_stream(unused); !got) return got.error();
    } else {
      Result<std::size_t> got = need(block_size_bytes_);
      if (!got) return got.error();
      if (*got < block_size_bytes_) return block_cut();
      consume(block_size_bytes_);
      mode_ = Mode::between;
    }
  }
  return {};
}

Result<std::size_t> Unpacker::read_plain(MutableByteView into) {
  Result<std::size_t> got = need(1);
  if (!got) return got.error();
  const std::size_t count = std::min(*got, into.size());
  read_position_ = offset();
  if (count > 0) std::memcpy(into.data(), held().data(), count);
  consume(count);
  return count;
}

Status Unpacker::report(ByteView bytes) { return fields_ && !bytes.empty() ? fields_(member_, bytes) : Status{}; }

Status Unpacker::next_member() {
  Result<std::size_t> got = need(2);
  if (!got) return got.error();
  if (*got == 0) {
    mode_ = Mode::ended;
    return {};
  }
  if (*got < 2 || held()[0] != 0x1f || held()[1] != 0x8b) return trailing_bytes();
  return member_header();
}

/// Foreign bytes behind the last member may be what is left of a damaged one: never passed over in silence.
Status Unpacker::trailing_bytes() {
  while (true) {
    Result<std::size_t> got = need(trailing_piece);
    if (!got) return got.error();
    const ByteView piece = held().first(std::min(held().size(), trailing_piece));
    if (!all_zero(piece)) {
      if (trailing_ == Trailing::refuse) {
        return refusal(place() + " is followed by bytes that are no gzip", "have the file written again");
      }
      if (Status done = report(piece); !done) return done;
    }
    const bool last = *got < trailing_piece;
    consume(last || piece.size() <= trailing_overlap ? piece.size() : piece.size() - trailing_overlap);
    if (last) break;
  }
  mode_ = Mode::ended;
  return {};
}

/// Reads the zero-terminated text that starts `at` bytes behind the member's start; answers where it ends.
Result<std::size_t> Unpacker::header_text(std::size_t at) {
  std::size_t end = at;
  while (true) {
    Result<std::size_t> got = need(end + 1);
    if (!got) return got.error();
    if (*got <= end) return refusal(place() + ": the file ends within its header", "have the file written again");
    if (held()[end] == 0) break;
    ++end;
    if (end - at > longest_header_text) return refusal(place() + ": a header text longer than 64 KiB");
  }
  if (Status done = report(held().subspan(at, end - at)); !done) return done.error();
  return end + 1;
}

/// Finds the size of a BGZF block; reports every other field.
Status Unpacker::extra_fields(ByteView fields) {
  for (std::size_t field = 0; field < fields.size();) {
    const std::size_t left = fields.size() - field;
    const std::size_t size = left >= 4 ? le16(fields, field + 2) : left;
    if (left < 4 || size > left - 4) return report(fields.subspan(field));  // not made of fields: as it stands
    if (fields[field] == 'B' && fields[field + 1] == 'C' && size == 2) {
      block_size_bytes_ = le16(fields, field + 4) + 1;
    } else if (Status done = report(fields.subspan(field + 4, size)); !done) {
      return done;
    }
    field += 4 + size;
  }
  return {};
}

Status Unpacker::member_header() {
  ++member_;
  const Error cut = refusal(place() + ": the file ends within its header", "have the file written again");
  Result<std::size_t> got = need(12);
  if (!got) return got.error();
  if (*got < 10) return cut;
  const unsigned flags = held()[3];
  if (held()[2] != 8 || (flags & reserved) != 0) return refusal(place() + ": an unknown kind of compression");
  std::size_t at = 10;
  block_size_bytes_ = 0;
  if ((flags & extra) != 0) {
    if (*got < 12) return cut;
    const std::size_t length = le16(held(), 10);
    if (got = need(12 + length); !got) return got.error();
    if (*got < 12 + length) return cut;
    if (Status done = extra_fields(held().subspan(12, length)); !done) return done;
    at += 2 + length;
  }
  for (const unsigned flag : {unsigned{name}, unsigned{comment}}) {
    if ((flags & flag) == 0) continue;
    Result<std::size_t> end = header_text(at);
    if (!end) return end.error();
    at = *end;
  }
  if ((flags & header_crc) != 0) at += 2;
  if (got = need(at); !got) return got.error();
  if (*got < at) return cut;
  if (block_size_bytes_ > 0) {
    block_header_bytes_ = at;
    mode_ = Mode::block;
    return {};
  }
  consume(at);
  seekable_ = false;
  last_block_bytes_ = 1;
  stream_crc_ = 0;
  stream_bytes_ = 0;
  window_.clear();
  stream_.start();
  mode_ = Mode::stream;
  return {};
}

Error Unpacker::block_cut() const {
  return refusal(place() + ": the file ends within this block", "it is truncated: have it written again");
}

/// The block whose header stands at the front of the input, without that header.
Result<ByteView> Unpacker::packed_block() {
  Result<std::size_t> got = need(block_size_bytes_);
  if (!got) return got.error();
  if (*got < block_size_bytes_ || block_size_bytes_ < block_header_bytes_) return block_cut();
  return held().subspan(block_header_bytes_, block_size_bytes_ - block_header_bytes_);
}

Result<bool> Unpacker::copy_next(Bytes& out) {
  if (mode_ == Mode::between) {
    if (Status done = next_member(); !done) return done.error();
  }
  if (mode_ != Mode::block) return false;
  const auto packed = packed_block();
  if (!packed) return packed.error();
  copy_block(*packed, out);
  consume(block_size_bytes_);
  mode_ = Mode::between;
  return true;
}

Status Unpacker::take_block() {
  const auto packed = packed_block();
  if (!packed) return packed.error();
  const auto block = std::make_shared<BgzfBlock>();
  block->offset = offset();
  block->file_bytes = block_size_bytes_;
  block->member = member_;
  block->packed.assign(packed->begin(), packed->end());
  consume(block_size_bytes_);
  if (workers_ != nullptr) {
    block->piece = workers_->begin([block] { block->unpack(); });
  } else {
    block->unpack();
  }
  ahead_.push_back(block);
  if (last_block_bytes_ > largest_block_bytes_ && member_ > 1) largest_block_bytes_ = last_block_bytes_;
  last_block_bytes_ = block->told_size();
  mode_ = Mode::between;
  return {};
}

Result<std::size_t> Unpacker::read_ahead(MutableByteView into) {
  const auto block = ahead_.front();
  if (block->piece) {
    workers_->wait(block->piece);
    block->piece.reset();
  }
  if (!block->is_good || block_taken_ > block->content.size()) {
    return refusal("BGZF: member " + std::to_string(block->member) + ": a damaged block",
                   "the file is damaged: have it written again");
  }
  const std::size_t count = std::min(into.size(), block->content.size() - block_taken_);
  read_position_ = block->offset << 16U | static_cast<std::uint64_t>(block_taken_);
  if (count > 0) std::memcpy(into.data(), block->content.data() + block_taken_, count);
  block_taken_ += count;
  if (count > 0) read_block_ = block;
  if (block_taken_ == block->content.size()) {
    ahead_.pop_front();
    block_taken_ = 0;
  }
  return count;
}

Result<std::size_t> Unpacker::read_stream(MutableByteView into) {
  const auto cut = [this] {
    return refusal(place() + ": the file ends within it", "it is truncated: have it written again");
  };
  Result<std::size_t> got = need(1);
  if (!got) return got.error();
  if (*got == 0) return cut();
  const bool creeps = is_creeping();
  auto step = stream_.step(creeps ? held().first(1) : held(), into);
  for (std::size_t fed = creeps ? 1 : held().size();
       step.state == deflate::Stream::State::more && step.used == 0 && step.made == 0;) {
    if (got = need(fed + 1); !got) return got.error();
    if (*got == fed) return cut();
    fed = creeps ? fed + 1 : *got;
    step = stream_.step(held().first(fed), into);
  }
  if (step.state == deflate::Stream::State::damaged) {
    return refusal(place() + ": damaged data", "the file is damaged: have it written again");
  }
  consume(step.used);
  stream_crc_ = deflate::crc32(stream_crc_, into.first(step.made));
  stream_bytes_ += step.made;
  if (step.state == deflate::Stream::State::ended) {
    if (Status done = end_of_stream(); !done) return done.error();
  } else {
    watch_stream(into.first(step.made));
  }
  return step.made;
}

Status Unpacker::end_of_stream() {
  Result<std::size_t> got = need(8);
  if (!got) return got.error();
  if (*got < 8) return refusal(place() + ": the file ends within it", "it is truncated: have it written again");
  if (load_le32(held().first(4)) != stream_crc_ ||
      load_le32(held().subspan(4, 4)) != static_cast<std::uint32_t>(stream_bytes_ & 0xffffffffU)) {
    return refusal(place() + ": its checksum does not fit its data", "the file is damaged: have it written again");
  }
  consume(8);
  mode_ = Mode::between;
  return {};
}

}  // namespace tributary::genomics
