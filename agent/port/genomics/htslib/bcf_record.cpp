// agent/port/genomics/htslib/bcf_record.cpp: typed values of a BCF record (VCF specification 4.3, section 6.3).
#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>

#include "agent/port/genomics/htslib/bcf_typed.hpp"
#include "agent/port/genomics/htslib/number_shape.hpp"
#include "agent/port/genomics/htslib/vcf_alleles.hpp"
#include "agent/port/genomics/htslib/vcf_record.hpp"

namespace tributary::genomics {

namespace {

constexpr std::size_t lengths_bytes = bcf_lengths_bytes;
constexpr std::size_t fixed_bytes = bcf_fixed_bytes;

/// Whether each is of fewer digits than a number of a person.
bool are_small(unsigned type, ByteView value) {
  constexpr std::int64_t limit = 100'000;
  static_assert(digits_of_a_person == 6);
  if (type != bcf_int32 && type != bcf_float) return true;
  for (; value.size() >= 4; value = value.subspan(4)) {
    const std::uint32_t bits = load_le32(value);
    if (type == bcf_float) {
      const auto number = std::bit_cast<float>(bits);
      if (number >= limit || number <= -limit) {
        if (!std::isinf(number)) return false;
      }
    } else if (const auto number = static_cast<std::int32_t>(bits); number >= limit || number <= -limit) {
      const bool missing_or_end = bits >= 0x80000000U && bits <= 0x80000007U;  // reserved values
      if (!missing_or_end) return false;
    }
  }
  return true;
}

Error damaged() { return refusal("its lengths do not fit together", "the file is damaged: have it written again"); }

void append(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

}  // namespace

/// A text must have its shape in each of the samples.
bool BcfRecordCleaner::stays(ValueRule rule, unsigned type, ByteView value, std::size_t samples) const {
  if (rule == ValueRule::drop) return false;
  if (type != bcf_text) return rule != ValueRule::small_number || are_small(type, value);
  const std::size_t size = value.size() / std::max<std::size_t>(samples, 1);
  for (std::size_t i = 0; i < samples; ++i) {
    const auto one = text(value.subspan(i * size, size));
    if (!header_.values().fits(rule, one.substr(0, one.find('\0')))) return false;
  }
  return true;
}

bool BcfRecordCleaner::is_good_allele(std::uint32_t number, std::string_view allele) const {
  return number == 0 ? is_reference(allele) : is_alternate(allele, header_.values().alleles());
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
  BcfWalk walk(bytes.subspan(fixed_bytes));
  const auto id = walk.next();
  if (!id || (id->type != bcf_text && id->type != 0)) return damaged();
  const auto name = text(id->value).substr(0, text(id->value).find('\0'));
  if (name.empty() || VcfValues::are_ids(name)) {
    append(out, id->whole);
  } else {
    ++counts_.ids_dropped;
    out.push_back(bcf_text);  // an empty text: missing
  }
  for (std::uint32_t i = 0; i < (counts >> 16U) + 1; ++i) {  // the alleles, and the filters
    const auto value = walk.next();
    if (!value) return damaged();
    const bool is_allele = i < counts >> 16U;
    const auto allele = text(value->value).substr(0, text(value->value).find('\0'));
    if (is_allele && (value->type != bcf_text || !is_good_allele(i, allele)))
      return refusal("an allele is neither of bases nor one that the header declares");
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
  BcfWalk walk(bytes);
  formats_ = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::size_t key_at = walk.at();
    const auto key = walk.next_integer();
    const std::size_t value_at = walk.at();
    const auto value = key ? walk.next(samples) : std::nullopt;
    if (!value) return damaged();
    if (!stays(header_.values().format_rule(header_.word(*key)), value->type, value->value, samples)) {
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
