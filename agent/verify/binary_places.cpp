// agent/verify/binary_places.cpp: places in records of BAM and BCF.
//
// Source     SAM specification section 4.2, VCF specification section 6.3; all numbers little-endian.
#include <algorithm>
#include <array>
#include <optional>

#include "agent/verify/places.hpp"

namespace tributary::verify {
namespace {

/// Finds the record of a stretch by lengths that stand in front of the records.
class RecordCursor {
 public:
  explicit RecordCursor(ByteView piece) : piece_(piece) {}

  /// `size_at(offset)`: bytes of the record there, 0 when it does not fit. Answers false then.
  template <typename SizeAt>
  bool move_to(std::size_t at, SizeAt size_at) {
    if (at < begin_ || end_ == 0) {
      begin_ = number_ = 0;
      end_ = size_at(begin_);
    }
    while (at >= end_ && end_ > begin_ && end_ < piece_.size()) {
      begin_ = end_;
      end_ = begin_ + size_at(begin_);
      ++number_;
    }
    return end_ > begin_ && at < end_;
  }
  [[nodiscard]] ByteView piece() const { return piece_; }
  [[nodiscard]] ByteView record() const { return piece_.subspan(begin_, end_ - begin_); }
  [[nodiscard]] std::size_t begin() const { return begin_; }
  [[nodiscard]] std::uint64_t number() const { return number_; }
  /// What does not fit, as one field.
  [[nodiscard]] Spot rest() const { return {number_, Field::opaque, begin_, piece_.size()}; }

 private:
  ByteView piece_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t number_ = 0;
};

struct Tag {
  std::string_view name;
  char type = 0;
  std::size_t begin = 0;  // of the value, in the tags
  std::size_t end = 0;
};

std::size_t width_of(char type) {
  switch (type) {
    case 'A':
    case 'c':
    case 'C':
      return 1;
    case 's':
    case 'S':
      return 2;
    case 'i':
    case 'I':
    case 'f':
      return 4;
    default:
      return 0;
  }
}

/// The tag at `at`, or nothing when it does not fit.
std::optional<Tag> tag_at(ByteView tags, std::size_t at) {
  if (tags.size() - at < 4) return std::nullopt;
  Tag tag{text(tags.subspan(at, 2)), static_cast<char>(tags[at + 2]), at + 3, 0};
  if (tag.type == 'Z' || tag.type == 'H') {
    const auto nul = std::find(tags.begin() + static_cast<std::ptrdiff_t>(tag.begin), tags.end(), 0);
    if (nul == tags.end()) return std::nullopt;
    tag.end = static_cast<std::size_t>(nul - tags.begin());
    return tag;
  }
  std::size_t size = width_of(tag.type);
  if (tag.type == 'B') {
    if (tags.size() - tag.begin < 5) return std::nullopt;
    const std::uint64_t bytes =
        std::uint64_t{width_of(static_cast<char>(tags[tag.begin]))} * load_le32(tags.subspan(tag.begin + 1));
    if (bytes > tags.size()) return std::nullopt;
    size = 5 + static_cast<std::size_t>(bytes);
  }
  if (size == 0 || tags.size() - tag.begin < size) return std::nullopt;
  tag.end = tag.begin + size;
  return tag;
}

Field field_of(const Tag& tag) {
  if (tag.type == 'B') return Field::numbers;
  return tag.type == 'Z' || tag.type == 'H' ? field_of_tag(tag.name) : Field::reads;
}

class BamRecords final : public Places {
 public:
  explicit BamRecords(ByteView piece) : cursor_(piece) {}

  Spot locate(std::size_t begin, std::size_t /*end*/) override {
    const auto size_at = [this](std::size_t at) -> std::size_t {
      const ByteView rest = cursor_.piece().subspan(at);
      if (rest.size() < fixed_bytes) return 0;
      const std::uint64_t size = std::uint64_t{4} + load_le32(rest);
      return size < fixed_bytes || size > rest.size() ? 0 : static_cast<std::size_t>(size);
    };
    if (!cursor_.move_to(begin, size_at)) return cursor_.rest();
    return in_record(begin - cursor_.begin());
  }

 private:
  static constexpr std::size_t fixed_bytes = 36;

  [[nodiscard]] Spot spot(Field field, std::size_t begin, std::size_t end) const {
    return {cursor_.number(), field, cursor_.begin() + begin, cursor_.begin() + end};
  }
  [[nodiscard]] Spot in_record(std::size_t at) const {
    const ByteView record = cursor_.record();
    const std::size_t name_end = fixed_bytes + record[12];
    const std::size_t operations = record[16] | (std::size_t{record[17]} << 8U);
    const std::uint64_t bases = load_le32(record.subspan(20));
    const std::uint64_t tags_at = name_end + 4 * std::uint64_t{operations} + (bases + 1) / 2 + bases;
    if (tags_at > record.size()) return spot(Field::opaque, 0, record.size());
    if (at < fixed_bytes) return spot(Field::reads, 0, fixed_bytes);
    if (at < name_end) return spot(Field::read_name, fixed_bytes, name_end - (record[12] > 0 ? 1 : 0));
    if (at < tags_at) return spot(Field::reads, name_end, static_cast<std::size_t>(tags_at));
    return in_tags(at, static_cast<std::size_t>(tags_at));
  }
  [[nodiscard]] Spot in_tags(std::size_t at, std::size_t tags_at) const {
    const ByteView tags = cursor_.record().subspan(tags_at);
    std::size_t next = 0;
    while (next < tags.size()) {
      const auto tag = tag_at(tags, next);
      if (!tag) return spot(Field::opaque, tags_at + next, tags_at + tags.size());
      next = tag->end + (tag->type == 'Z' || tag->type == 'H' ? 1 : 0);
      if (at < tags_at + next) return spot(field_of(*tag), tags_at + tag->begin, tags_at + tag->end);
    }
    return spot(Field::opaque, tags_at, tags_at + tags.size());
  }

  RecordCursor cursor_;
};

/// Walks the typed values of a BCF record.
class TypedValues {
 public:
  TypedValues(ByteView record, std::size_t at) : record_(record), at_(at) {}

  struct Value {
    unsigned type = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  /// The next value; `repeat` of them stand in a row behind one description.
  std::optional<Value> next(std::uint64_t repeat = 1) {
    if (at_ >= record_.size()) return std::nullopt;
    const unsigned type = record_[at_] & 15U;
    std::uint64_t count = record_[at_] >> 4U;
    ++at_;
    if (count == 15) {
      const auto number = next();
      if (!number || number->type < 1 || number->type > 3 || number->begin == number->end) return std::nullopt;
      count = 0;
      for (std::size_t i = std::min(number->end, number->begin + width(number->type)); i > number->begin; --i) {
        count = (count << 8U) | record_[i - 1];
      }
    }
    const std::uint64_t bytes = count * width(type) * repeat;
    if (bytes > record_.size() - at_) return std::nullopt;
    const Value value{type, at_, at_ + static_cast<std::size_t>(bytes)};
    at_ = value.end;
    return value;
  }

 private:
  static std::size_t width(unsigned type) {
    constexpr std::array<std::size_t, 16> widths = {0, 1, 2, 4, 0, 4, 0, 1};
    return widths[type];
  }
  ByteView record_;
  std::size_t at_;
};

class BcfRecords final : public Places {
 public:
  explicit BcfRecords(ByteView piece) : cursor_(piece) {}

  Spot locate(std::size_t begin, std::size_t end) override {
    const auto size_at = [this](std::size_t at) -> std::size_t {
      const ByteView rest = cursor_.piece().subspan(at);
      if (rest.size() < fixed_bytes) return 0;
      const std::uint64_t size = std::uint64_t{8} + load_le32(rest) + load_le32(rest.subspan(4));
      return size < fixed_bytes || size > rest.size() ? 0 : static_cast<std::size_t>(size);
    };
    if (!cursor_.move_to(begin, size_at)) return cursor_.rest();
    return in_record(begin - cursor_.begin(), end - begin);
  }

 private:
  static constexpr std::size_t fixed_bytes = 32;
  static constexpr unsigned characters = 7;

  [[nodiscard]] Spot in_record(std::size_t at, std::size_t size) const {
    const ByteView record = cursor_.record();
    const std::uint64_t shared_end = std::uint64_t{8} + load_le32(record);
    const std::uint32_t counts = load_le32(record.subspan(24));
    const std::uint32_t formats = load_le32(record.subspan(28));
    const Spot other{cursor_.number(), Field::opaque, cursor_.begin(), cursor_.begin() + record.size()};
    if (shared_end < fixed_bytes || shared_end > record.size()) return other;
    const bool in_shared = at < shared_end;
    // id, alleles, filter, then a key and a value for each INFO; a key, then all samples' values for each FORMAT
    const std::uint64_t values =
        in_shared ? std::uint64_t{2} + (counts >> 16U) + 2 * std::uint64_t{counts & 0xffffU} : 2 * (formats >> 24U);
    TypedValues walk(record, in_shared ? fixed_bytes : static_cast<std::size_t>(shared_end));
    for (std::uint64_t i = 0; i < values; ++i) {
      const auto value = walk.next(in_shared || i % 2 == 0 ? 1 : formats & 0xffffffU);
      if (!value) return other;
      if (at >= value->end) continue;
      if (at < value->begin) return other;
      if (in_shared && i >= 1 && i <= counts >> 16U && value->type == characters && at + size <= value->end) {
        const std::string_view allele = text(record.subspan(value->begin, value->end - value->begin));
        if (const auto name = symbol_around(allele, at - value->begin, at + size - value->begin)) {
          const std::size_t from = cursor_.begin() + value->begin;
          return {cursor_.number(), Field::symbol, from + name->first, from + name->second};
        }
      }
      return {cursor_.number(), value->type == characters ? Field::record_text : Field::reads,
              cursor_.begin() + value->begin, cursor_.begin() + value->end};
    }
    return other;
  }

  RecordCursor cursor_;
};

}  // namespace

Field field_of_tag(std::string_view name) {
  constexpr std::array<std::string_view, 12> qualities = {"BQ", "BZ", "CQ", "CY", "OQ", "Q2",
                                                          "QT", "QX", "U2", "UY", "E2", "R2"};
  constexpr std::array<std::string_view, 16> loci = {"BC", "CB", "CG", "CR", "MC", "MD", "MI", "MM",
                                                     "Mm", "OA", "OC", "OX", "RX", "SA", "UB", "XA"};
  if (std::find(qualities.begin(), qualities.end(), name) != qualities.end()) return Field::reads;
  return std::find(loci.begin(), loci.end(), name) != loci.end() ? Field::record_text : Field::text;
}

std::unique_ptr<Places> bam_places(ByteView piece) { return std::make_unique<BamRecords>(piece); }
std::unique_ptr<Places> bcf_places(ByteView piece) { return std::make_unique<BcfRecords>(piece); }

}  // namespace tributary::verify
