// agent/port/genomics/htslib/bcf_record.cpp: typed values of a BCF record (VCF specification 4.3, section 6.3).
#include <algorithm>
#include <array>
#include <optional>

#include "agent/port/genomics/htslib/vcf_record.hpp"

namespace tributary::genomics {

namespace {

constexpr std::size_t lengths_bytes = 8;
constexpr std::size_t fixed_bytes = 24;
constexpr unsigned characters = 7;

Error damaged() { return refusal("its lengths do not fit together", "the file is damaged: have it written again"); }

std::size_t width_of(unsigned type) {
  constexpr std::array<std::size_t, 16> widths = {0, 1, 2, 4, 0, 4, 0, 1};
  return widths[type];
}

/// A value with its description; `repeat` of them stand in a row behind one description.
struct Typed {
  unsigned type = 0;
  ByteView value;
  ByteView whole;  // description and value
};

class Walk {
 public:
  explicit Walk(ByteView bytes) : bytes_(bytes) {}
  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] bool at_end() const { return at_ == bytes_.size(); }

  std::optional<Typed> next(std::uint64_t repeat = 1) {
    const std::size_t start = at_;
    if (at_ >= bytes_.size()) return std::nullopt;
    const unsigned type = bytes_[at_] & 15U;
    std::uint64_t count = bytes_[at_] >> 4U;
    ++at_;
    if (count == 15) {
      const auto number = next_integer();
      if (!number || *number < 0) return std::nullopt;
      count = static_cast<std::uint64_t>(*number);
    }
    if (type != 0 && width_of(type) == 0) return std::nullopt;
    const std::uint64_t size = count * width_of(type) * repeat;
    if (size > bytes_.size() - at_) return std::nullopt;
    at_ += static_cast<std::size_t>(size);
    return Typed{type, bytes_.subspan(at_ - static_cast<std::size_t>(size), static_cast<std::size_t>(size)),
                 bytes_.subspan(start, at_ - start)};
  }

  /// One integer of any width: a length, or a key.
  std::optional<std::int64_t> next_integer() {
    if (at_ >= bytes_.size() || bytes_[at_] >> 4U != 1) return std::nullopt;
    const unsigned type = bytes_[at_] & 15U;
    const std::size_t size = width_of(type);
    if (type < 1 || type > 3 || size > bytes_.size() - at_ - 1) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = size; i > 0; --i) value = value << 8U | bytes_[at_ + i];
    at_ += 1 + size;
    if (type == 1) return static_cast<std::int8_t>(value);
    if (type == 2) return static_cast<std::int16_t>(value);
    return static_cast<std::int32_t>(value);
  }

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
};

void append(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

}  // namespace

bool BcfRecordCleaner::stays(ValueRule rule, unsigned type, ByteView value) const {
  if (rule == ValueRule::drop) return false;
  if (type != characters) return true;  // a number by its type
  const auto all = text(value);
  return header_.values().fits(rule, all.substr(0, all.find('\0')));
}

Status BcfRecordCleaner::clean(ByteView record, Bytes& out) {
  const std::size_t shared_bytes = load_le32(record), start = out.size();
  const auto shared_part = record.subspan(lengths_bytes, shared_bytes);
  const std::uint32_t last = load_le32(shared_part.subspan(20));
  append(out, record.first(lengths_bytes));
  if (Status done = shared(shared_part, out); !done) return done;
  const std::size_t middle = out.size();
  if (Status done = formats(record.subspan(lengths_bytes + shared_bytes), last & 0xffffffU, last >> 24U, out); !done)
    return done;
  const auto clean = MutableByteView(out).subspan(start);
  store_le32(clean, static_cast<std::uint32_t>(middle - start - lengths_bytes));
  store_le32(clean.subspan(4), static_cast<std::uint32_t>(out.size() - middle));
  const auto numbers = clean.subspan(lengths_bytes + 16);
  store_le32(numbers, (load_le32(numbers) & 0xffff0000U) | infos_);
  store_le32(numbers.subspan(4), (last & 0xffffffU) | formats_ << 24U);
  return {};
}

Status BcfRecordCleaner::shared(ByteView bytes, Bytes& out) {
  const std::uint32_t counts = load_le32(bytes.subspan(16));
  append(out, bytes.first(fixed_bytes));
  Walk walk(bytes.subspan(fixed_bytes));
  const auto id = walk.next();
  if (!id || (id->type != characters && id->type != 0)) return damaged();
  const auto name = text(id->value).substr(0, text(id->value).find('\0'));
  if (name.empty() || VcfValues::are_ids(name)) {
    append(out, id->whole);
  } else {
    ++counts_.ids_dropped;
    out.push_back(characters);  // an empty text: missing
  }
  for (std::uint32_t i = 0; i < (counts >> 16U) + 1; ++i) {  // the alleles, and the filters
    const auto value = walk.next();
    if (!value) return damaged();
    append(out, value->whole);
  }
  infos_ = 0;
  for (std::uint32_t i = 0; i < (counts & 0xffffU); ++i) {
    const std::size_t key_at = walk.at();
    const auto key = walk.next_integer();
    const std::size_t value_at = walk.at();
    const auto value = key ? walk.next() : std::nullopt;
    if (!value) return damaged();
    if (!stays(header_.values().info_rule(header_.word(*key)), value->type, value->value)) {
      ++counts_.texts_dropped;
      continue;
    }
    append(out, bytes.subspan(fixed_bytes + key_at, value_at - key_at));
    append(out, value->whole);
    ++infos_;
  }
  return walk.at_end() ? Status{} : damaged();
}

Status BcfRecordCleaner::formats(ByteView bytes, std::uint32_t samples, std::uint32_t count, Bytes& out) {
  Walk walk(bytes);
  formats_ = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::size_t key_at = walk.at();
    const auto key = walk.next_integer();
    const std::size_t value_at = walk.at();
    const auto value = key ? walk.next(samples) : std::nullopt;
    if (!value) return damaged();
    if (!stays(header_.values().format_rule(header_.word(*key)), value->type, value->value)) {
      ++counts_.texts_dropped;
      continue;
    }
    append(out, bytes.subspan(key_at, value_at - key_at));
    append(out, value->whole);
    ++formats_;
  }
  return walk.at_end() ? Status{} : damaged();
}

}  // namespace tributary::genomics
