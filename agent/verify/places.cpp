// agent/verify/places.cpp: places in texts.
#include "agent/verify/places.hpp"

#include <algorithm>

namespace tributary::verify {
namespace {

/// The line in which a stretch begins.
class LineCursor {
 public:
  explicit LineCursor(std::string_view piece) : piece_(piece) { end_ = end_of(0); }

  void move_to(std::size_t at) {
    if (at < begin_) {
      begin_ = number_ = 0;
      end_ = end_of(0);
    }
    while (at >= end_ && end_ < piece_.size()) {
      begin_ = end_;
      end_ = end_of(begin_);
      ++number_;
    }
  }
  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] std::size_t begin() const { return begin_; }
  [[nodiscard]] std::size_t end() const { return end_; }
  [[nodiscard]] std::string_view line() const { return piece_.substr(begin_, end_ - begin_); }

 private:
  [[nodiscard]] std::size_t end_of(std::size_t from) const {
    const std::size_t at = piece_.find('\n', from);
    return at == std::string_view::npos ? piece_.size() : at + 1;
  }
  std::string_view piece_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t number_ = 0;
};

bool is_printable(std::string_view field) {
  return std::all_of(field.begin(), field.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n' || c == '\r' || c == '\0';
  });
}

/// Lines of text; those that describe contigs are full of lengths and digests, those with control characters no text.
class HeaderLines final : public Places {
 public:
  explicit HeaderLines(ByteView piece) : cursor_(text(piece)) {}
  Spot locate(std::size_t begin, std::size_t /*end*/) override {
    cursor_.move_to(begin);
    const std::string_view line = cursor_.line();
    const bool contig = line.starts_with("@SQ\t") || line.starts_with("##contig=");
    const Field field = contig ? Field::record_text : is_printable(line) ? Field::text : Field::opaque;
    return {cursor_.number(), field, cursor_.begin(), cursor_.end()};
  }

 private:
  LineCursor cursor_;
};

class RecordLines final : public Places {
 public:
  explicit RecordLines(ByteView piece) : cursor_(text(piece)) {}
  Spot locate(std::size_t begin, std::size_t /*end*/) override {
    cursor_.move_to(begin);
    return {cursor_.number(), Field::record_text, cursor_.begin(), cursor_.end()};
  }

 private:
  LineCursor cursor_;
};

/// Names of reads alone, one a line.
class ReadNames final : public Places {
 public:
  explicit ReadNames(ByteView piece) : cursor_(text(piece)) {}
  Spot locate(std::size_t begin, std::size_t /*end*/) override {
    cursor_.move_to(begin);
    return {cursor_.number(), Field::read_name, cursor_.begin(),
            cursor_.end() - (cursor_.line().ends_with('\n') ? 1 : 0)};
  }

 private:
  LineCursor cursor_;
};

/// Tags of reads alone, one a line as SAM writes it: "RG:Z:text".
class TagLines final : public Places {
 public:
  explicit TagLines(ByteView piece) : cursor_(text(piece)) {}
  Spot locate(std::size_t begin, std::size_t /*end*/) override {
    cursor_.move_to(begin);
    const std::size_t value = cursor_.begin() + std::min<std::size_t>(cursor_.line().size(), 5);
    if (begin < value) return {cursor_.number(), Field::reads, cursor_.begin(), value};
    return {cursor_.number(), field_of_tag(cursor_.line().substr(0, 2)), value, cursor_.end()};
  }

 private:
  LineCursor cursor_;
};

/// Records of four lines.
class FastqRecords final : public Places {
 public:
  explicit FastqRecords(ByteView piece) : cursor_(text(piece)) {}
  Spot locate(std::size_t begin, std::size_t /*end*/) override {
    cursor_.move_to(begin);
    Spot spot{cursor_.number() / 4, Field::reads, cursor_.begin(), cursor_.end()};
    const std::string_view line = cursor_.line();
    const std::uint64_t which = cursor_.number() % 4;
    if ((which == 0 && line.starts_with('@')) || (which == 2 && line.starts_with('+'))) {
      spot.field = Field::read_name;
      if (begin > spot.begin) ++spot.begin;
      while (spot.end > spot.begin &&
             (line[spot.end - cursor_.begin() - 1] == '\n' || line[spot.end - cursor_.begin() - 1] == '\r')) {
        --spot.end;
      }
    } else if (which % 2 == 0) {
      spot.field = Field::opaque;  // cut out of a longer line, or no FASTQ
    }
    return spot;
  }

 private:
  LineCursor cursor_;
};

/// The whole piece as one field.
class OneField final : public Places {
 public:
  OneField(Field field, std::size_t size) : spot_{0, field, 0, size} {}
  Spot locate(std::size_t /*begin*/, std::size_t /*end*/) override { return spot_; }

 private:
  Spot spot_;
};

}  // namespace

std::unique_ptr<Places> places_of(genomics::Format format, std::string_view unit, ByteView piece) {
  using genomics::Format;
  if (unit == "header line" || unit == "line") return std::make_unique<HeaderLines>(piece);
  if (unit == "read name") return std::make_unique<ReadNames>(piece);
  if (unit == "tag") return std::make_unique<TagLines>(piece);
  if (unit == "record") {
    switch (format) {
      case Format::fastq:
        return std::make_unique<FastqRecords>(piece);
      case Format::vcf:
      case Format::bed:
        return std::make_unique<RecordLines>(piece);
      case Format::bam:
        return bam_places(piece);
      case Format::bcf:
        return bcf_places(piece);
      case Format::cram:
      case Format::unknown:
        return std::make_unique<OneField>(Field::opaque, piece.size());
    }
  }
  return std::make_unique<OneField>(is_printable(text(piece)) ? Field::text : Field::opaque, piece.size());
}

}  // namespace tributary::verify
