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
    if (contig) return in_contig(begin - cursor_.begin());
    return {cursor_.number(), is_printable(line) ? Field::text : Field::opaque, cursor_.begin(), cursor_.end()};
  }

 private:
  /// The name is a text of its own.
  [[nodiscard]] Spot in_contig(std::size_t at) const {
    const std::string_view line = cursor_.line();
    const std::string_view key = line.starts_with('@') ? "\tSN:" : "ID=";
    const std::size_t found = line.find(key), from = found + key.size();
    const std::size_t to = std::min(line.find_first_of(",>\t\r\n", from), line.size());
    if (found == std::string_view::npos || at < from || at >= to)
      return {cursor_.number(), Field::record_text, cursor_.begin(), cursor_.end()};
    return {cursor_.number(), Field::symbol, cursor_.begin() + from, cursor_.begin() + to};
  }
  LineCursor cursor_;
};

/// Lines with a contig in front; those of VCF have alleles in their fifth column.
class RecordLines final : public Places {
 public:
  RecordLines(ByteView piece, bool has_alleles) : cursor_(text(piece)), has_alleles_(has_alleles) {}
  Spot locate(std::size_t begin, std::size_t end) override {
    cursor_.move_to(begin);
    const std::string_view line = cursor_.line();
    const std::size_t at = begin - cursor_.begin();
    std::size_t column = 0, from = 0, to = line.find('\t');
    for (; column < 5 && to < at; ++column) {
      from = to + 1;
      to = line.find('\t', from);
    }
    if (to != std::string_view::npos && column == 0) return spot(Field::symbol, 0, to);
    if (to != std::string_view::npos && column == 4 && has_alleles_ && end <= cursor_.begin() + to) {
      const auto bounds = symbol_around(line.substr(from, to - from), at - from, end - cursor_.begin() - from);
      if (bounds) return spot(Field::symbol, from + bounds->first, from + bounds->second);
    }
    return spot(Field::record_text, 0, line.size());
  }

 private:
  [[nodiscard]] Spot spot(Field field, std::size_t from, std::size_t to) const {
    return {cursor_.number(), field, cursor_.begin() + from, cursor_.begin() + to};
  }
  LineCursor cursor_;
  bool has_alleles_;
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

std::optional<std::pair<std::size_t, std::size_t>> symbol_around(std::string_view alleles, std::size_t begin,
                                                                 std::size_t end) {
  constexpr std::string_view signs = "<>[]:,";
  const std::size_t before = alleles.substr(0, begin).find_last_of(signs);
  if (before == std::string_view::npos || alleles[before] == ':' || alleles[before] == ',') return std::nullopt;
  return std::pair(before + 1, std::min(alleles.find_first_of(signs, end), alleles.size()));
}

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
        return std::make_unique<RecordLines>(piece, format == Format::vcf);
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
