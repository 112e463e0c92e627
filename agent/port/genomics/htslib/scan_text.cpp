// agent/port/genomics/htslib/scan_text.cpp: cuts text into pieces at line ends.
#include "agent/port/genomics/htslib/scan_text.hpp"

#include <algorithm>
#include <cstring>

namespace tributary::genomics {

namespace {

constexpr std::size_t buffer_bytes = std::size_t{512} << 10U;
constexpr std::size_t wide_bytes = std::size_t{64} << 10U;
constexpr std::size_t overlap_bytes = std::size_t{4} << 10U;

class TextScan {
 public:
  TextScan(Unpacker& input, Format format, ContentTap& tap, std::optional<Utf16> wide)
      : input_(input), format_(format), tap_(tap), in_header_(format == Format::vcf), buffer_(buffer_bytes) {
    if (wide) decoder_.emplace(*wide);
  }

  Status run(const Stop& stop) {
    bool ended = false;
    while (!ended) {
      if (stop.requested()) return wait_error("scan: stopped before the end");
      while (size_ < buffer_.size() && !ended) {
        Result<std::size_t> got = read(MutableByteView(buffer_).subspan(size_));
        if (!got) return got.error();
        ended = *got == 0;
        size_ += *got;
      }
      if (Status done = ended ? give(size_) : give_lines(); !done) return done;
    }
    return {};
  }

 private:
  Result<std::size_t> read(MutableByteView into) {
    if (!decoder_) return input_.read(into);
    while (decoded_.empty()) {
      Bytes wide(wide_bytes);
      Result<std::size_t> got = input_.read(wide);
      if (!got || *got == 0) return got;
      decoder_->decode(ByteView(wide).first(*got), decoded_);
    }
    const std::size_t count = std::min(into.size(), decoded_.size());
    std::memcpy(into.data(), decoded_.data(), count);
    decoded_.erase(decoded_.begin(), decoded_.begin() + static_cast<std::ptrdiff_t>(count));
    return count;
  }

  [[nodiscard]] std::string_view held() const { return text(ByteView(buffer_).first(size_)); }

  /// Gives what ends with a line (with a record), or all but the overlap when no line ends in the whole buffer.
  Status give_lines() {
    std::size_t end = held().rfind('\n');
    if (end == std::string_view::npos) {
      if (Status done = tap_.content(place(), view(held())); !done) return done;
      drop(size_ - overlap_bytes);
      return {};
    }
    ++end;
    if (format_ == Format::fastq) {
      const auto lines =
          static_cast<std::uint64_t>(std::count(held().begin(), held().begin() + static_cast<long>(end), '\n'));
      for (std::uint64_t over = (lines_ + lines) % 4; over > 0 && end > 0; --over) {
        const std::size_t before = end < 2 ? std::string_view::npos : held().rfind('\n', end - 2);
        if (before == std::string_view::npos) break;  // a record longer than the buffer: cut between its lines
        end = before + 1;
      }
    }
    return give(end);
  }

  /// Gives the first `end` bytes, the rest of a header apart from records.
  Status give(std::size_t end) {
    if (in_header_) {
      std::size_t at = 0;
      while (at < end && held()[at] == '#') at = std::min(end, std::min(held().find('\n', at), end - 1) + 1);
      if (Status done = give_piece(at); !done) return done;
      end -= at;
      if (end > 0) {
        in_header_ = false;
        lines_ = 0;
      }
    }
    return give_piece(end);
  }

  Status give_piece(std::size_t end) {
    if (end == 0) return {};
    const ByteView piece = ByteView(buffer_).first(end);
    if (Status done = tap_.content(place(), piece); !done) return done;
    lines_ += static_cast<std::uint64_t>(std::count(piece.begin(), piece.end(), '\n'));
    drop(end);
    return {};
  }

  void drop(std::size_t count) {
    std::memmove(buffer_.data(), buffer_.data() + count, size_ - count);
    size_ -= count;
  }

  [[nodiscard]] Place place() const {
    if (in_header_) return {"header line", lines_ + 1};
    if (format_ == Format::unknown) return {"line", lines_ + 1};
    return {"record", format_ == Format::fastq ? lines_ / 4 + 1 : lines_ + 1};
  }

  Unpacker& input_;
  Format format_;
  ContentTap& tap_;
  bool in_header_;
  std::optional<Utf16Decoder> decoder_;
  Bytes decoded_;
  Bytes buffer_;
  std::size_t size_ = 0;
  std::uint64_t lines_ = 0;  // given, of the header or of the records
};

}  // namespace

Status scan_text(Unpacker& input, Format format, ContentTap& tap, const Stop& stop, std::optional<Utf16> wide) {
  return TextScan(input, format, tap, wide).run(stop);
}

}  // namespace tributary::genomics
