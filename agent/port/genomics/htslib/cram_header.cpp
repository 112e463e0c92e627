// agent/port/genomics/htslib/cram_header.cpp: blocks of the header container, streamed.
#include "agent/port/genomics/htslib/cram_header.hpp"

#include <algorithm>
#include <array>

#include "agent/port/deflate/deflate.hpp"
#include "agent/port/genomics/htslib/cram_bytes.hpp"
#include "agent/port/genomics/htslib/sam_text.hpp"

namespace tributary::genomics {

namespace {

constexpr std::size_t piece_bytes = std::size_t{64} << 10U;
constexpr std::size_t block_head_limit_bytes = 2 + 3 * 5;  // method, type, three ITF8
constexpr std::size_t checksum_bytes = 4;
constexpr std::size_t overlap_bytes = std::size_t{4} << 10U;

Error damaged() { return refusal("CRAM: the header is damaged", "copy the file again"); }

struct BlockPlace {
  std::uint8_t method = 0, type = 0;
  std::uint64_t at = 0, data_at = 0, data_bytes = 0, raw_bytes = 0, end = 0;
};

/// Bytes of no structure, in pieces that overlap, so that no word is cut.
class Overlapping {
 public:
  explicit Overlapping(const std::function<Status(ByteView)>& visit) : visit_(visit) {}
  Status add(ByteView bytes) {
    if (!visit_ || bytes.empty()) return {};
    held_.insert(held_.end(), bytes.begin(), bytes.end());
    is_new_ = true;
    if (held_.size() < piece_bytes) return {};
    Status done = end();
    held_.erase(held_.begin(), held_.end() - static_cast<std::ptrdiff_t>(overlap_bytes));
    return done;
  }
  Status end() {
    if (!is_new_) return {};
    is_new_ = false;
    return visit_(held_);
  }

 private:
  const std::function<Status(ByteView)>& visit_;
  Bytes held_;
  bool is_new_ = false;
};

class HeaderContainer {
 public:
  HeaderContainer(const files::Fd& file, CramVersion version, const CramHeaderVisitor& visitor)
      : file_(file), version_(version), visitor_(visitor) {}

  Result<std::uint64_t> read() {
    auto place = read_container_header(file_, file_definition_bytes, version_);
    if (!place) return place.error();
    if (!*place) return refusal("CRAM: the file ends before its header: it is truncated", "copy the file again");
    std::uint64_t at = file_definition_bytes + (*place)->header_bytes;
    end_ = at + (*place)->body_bytes;
    if ((*place)->header.blocks < 1) return damaged();
    for (std::int32_t i = 0; i < (*place)->header.blocks; ++i) {
      auto block = locate(at);
      if (!block) return block.error();
      if (Status done = i == 0 ? first(*block) : other(*block); !done) return done.error();
      at = block->end;
    }
    if (Status done = beside(at, end_); !done) return done.error();
    return end_;
  }

 private:
  Result<BlockPlace> locate(std::uint64_t at) const {
    std::array<std::uint8_t, block_head_limit_bytes> head{};
    auto got = read_at(file_, at, MutableByteView(head).first(std::min<std::uint64_t>(head.size(), end_ - at)));
    if (!got) return got.error();
    Cursor cursor(ByteView(head).first(*got));
    BlockPlace block;
    block.at = at;
    block.method = cursor.byte();
    block.type = cursor.byte();
    (void)cursor.itf8();
    block.data_bytes = cursor.size();
    block.raw_bytes = cursor.size();
    block.data_at = at + cursor.at();
    block.end = block.data_at + block.data_bytes + (version_.has_checksums() ? checksum_bytes : 0);
    if (cursor.bad() || block.end > end_) return damaged();
    if (Status done = check(block); !done) return done.error();
    return block;
  }

  Status check(const BlockPlace& block) const {
    if (!version_.has_checksums()) return {};
    const std::uint64_t data_end = block.end - checksum_bytes;
    std::uint32_t sum = 0;
    Status done = pieces(block.at, data_end, [&](ByteView piece) {
      sum = deflate::crc32(sum, piece);
      return Status{};
    });
    if (!done) return done;
    std::array<std::uint8_t, checksum_bytes> told{};
    auto got = read_at(file_, data_end, told);
    if (!got) return got.error();
    return *got == told.size() && load_le32(told) == sum ? Status{} : Status(damaged());
  }

  Status pieces(std::uint64_t from, std::uint64_t to, const std::function<Status(ByteView)>& visit) const {
    Bytes buffer(piece_bytes);
    while (from < to) {
      auto got = read_at(file_, from, MutableByteView(buffer).first(std::min<std::uint64_t>(piece_bytes, to - from)));
      if (!got) return got.error();
      if (*got == 0) return damaged();
      if (Status done = visit(ByteView(buffer).first(*got)); !done) return done;
      from += *got;
    }
    return {};
  }

  Status beside(std::uint64_t from, std::uint64_t to) const {
    if (!visitor_.beside) return {};
    Overlapping told(visitor_.beside);
    if (Status done = pieces(from, to, [&told](ByteView piece) { return told.add(piece); }); !done) return done;
    return told.end();
  }

  Result<std::unique_ptr<Unpacker>> open(const BlockPlace& block) const {
    const bool packed = block.method == static_cast<std::uint8_t>(BlockMethod::gzip);
    if (!packed && block.method != static_cast<std::uint8_t>(BlockMethod::raw))
      return refusal("CRAM: the header is packed in a way that the specification does not allow there",
                     "write it again with a current htslib");
    if (!packed && block.raw_bytes != block.data_bytes) return damaged();
    auto own = file_.duplicate();
    if (!own) return own.error();
    ContainerFields fields;
    if (visitor_.beside) fields = [this](std::uint64_t, ByteView bytes) { return visitor_.beside(bytes); };
    return Unpacker::open_part(std::move(*own), {block.data_at, block.data_bytes, packed}, std::move(fields));
  }

  /// Its length in four bytes, the text, and what is left of the block.
  Status first(const BlockPlace& block) const {
    if (block.type != static_cast<std::uint8_t>(BlockType::file_header) || block.raw_bytes < 4) return damaged();
    auto input = open(block);
    if (!input) return in("CRAM: header", input.error());
    Window window(std::move(*input));
    auto there = window.have(4);
    if (!there || !*there) return damaged();
    const std::uint64_t size = load_le32(view(window.rest().substr(0, 4)));
    if (size > block.raw_bytes - 4) return damaged();
    window.take(4);
    const SamTextVisitor text{visitor_.line, visitor_.beside, [&](std::size_t bytes) {
                                window.take(bytes);
                                return Status{};
                              }};
    if (Status done = sam_text(window, size, text); !done) return in("CRAM", done.error());
    return drain(window, block.raw_bytes - 4 - size);
  }

  /// Exactly `left` bytes follow.
  Status drain(Window& window, std::uint64_t left) const {
    Overlapping told(visitor_.beside);
    for (;;) {
      const std::size_t there = window.rest().size();
      if (there > left) return damaged();
      if (Status done = told.add(view(window.rest())); !done) return done;
      left -= there;
      window.take(there);
      if (window.ended()) return left == 0 ? told.end() : Status(damaged());
      if (Status done = window.more(); !done) return in("CRAM: header", done.error());
    }
  }

  Status other(const BlockPlace& block) const {
    if (!visitor_.beside) return {};
    auto input = open(block);
    if (!input) return in("CRAM: header", input.error());
    Window window(std::move(*input));
    return drain(window, block.raw_bytes);
  }

  const files::Fd& file_;
  CramVersion version_;
  const CramHeaderVisitor& visitor_;
  std::uint64_t end_ = 0;
};

}  // namespace

Result<std::uint64_t> read_cram_header(const files::Fd& file, CramVersion version, const CramHeaderVisitor& visitor) {
  return HeaderContainer(file, version, visitor).read();
}

Bytes cram_preamble(CramVersion version, std::string_view text) {
  // Type and method, the three numbers, and the checksum around the data.
  Bytes content;
  content.reserve(4 + text.size());
  append_le32(content, static_cast<std::uint32_t>(text.size()));
  content.insert(content.end(), text.begin(), text.end());
  Bytes size;
  append_itf8(size, static_cast<std::int32_t>(content.size()));
  const std::size_t body_bytes =
      2 + 1 + 2 * size.size() + content.size() + (version.has_checksums() ? checksum_bytes : 0);
  ContainerHeader header;
  header.blocks = 1;
  header.landmarks = {0};
  Bytes out = clean_file_definition(version);
  out.reserve(out.size() + 64 + body_bytes);
  append_container_header(out, version, header, body_bytes);
  append_block(out, version, BlockMethod::raw, BlockType::file_header, 0, content.size(), content);
  return out;
}

}  // namespace tributary::genomics
