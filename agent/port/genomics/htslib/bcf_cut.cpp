// agent/port/genomics/htslib/bcf_cut.cpp: the same cut on typed values; no text is made of them.
#include <algorithm>
#include <array>
#include <bit>

#include "agent/port/genomics/htslib/vcf_cut.hpp"

namespace tributary::genomics {

namespace {

Error damaged() { return refusal("its lengths do not fit together", "the file is damaged: have it written again"); }

void append(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

/// Section 6.3.3: what stands for nothing, and what fills up a vector that is shorter than those of other samples.
struct Signs {
  std::uint32_t missing = 0, end = 0;
};
Signs signs_of(unsigned type) {
  switch (type) {
    case bcf_int8:
      return {0x80U, 0x81U};
    case bcf_int16:
      return {0x8000U, 0x8001U};
    case bcf_int32:
      return {0x80000000U, 0x80000001U};
    case bcf_float:
      return {0x7f800001U, 0x7f800002U};
    default:
      return {'.', 0};
  }
}

std::uint32_t element(ByteView values, std::size_t width, std::size_t number) {
  std::uint32_t value = 0;
  for (std::size_t i = width; i > 0; --i) value = value << 8U | values[number * width + i - 1];
  return value;
}

void append_element(Bytes& out, std::size_t width, std::uint32_t value) {
  for (std::size_t i = 0; i < width; ++i) out.push_back(static_cast<std::uint8_t>(value >> 8U * i));
}

/// Without what fills it up.
ByteView real_part(ByteView values, unsigned type) {
  const std::size_t width = bcf_width_of(type);
  std::size_t count = 0;
  while ((count + 1) * width <= values.size() && element(values, width, count) != signs_of(type).end) ++count;
  return values.first(count * width);
}

bool is_missing(ByteView values, unsigned type) {
  const std::size_t width = bcf_width_of(type);
  return values.empty() || (values.size() == width && element(values, width, 0) == signs_of(type).missing);
}

bool is_integer(unsigned type) { return type == bcf_int8 || type == bcf_int16 || type == bcf_int32; }

/// The allele of a value of GT; nothing: none is called. Section 6.3.3: (allele + 1) << 1 | phased.
struct Call {
  bool good = true;
  std::optional<std::size_t> allele;
};
Call call_of(std::uint32_t value, unsigned type, std::size_t alleles) {
  if (value == signs_of(type).missing || value >> 1U == 0) return {};
  const std::size_t allele = (value >> 1U) - 1;
  if (allele >= alleles) return {false, {}};
  return {true, allele};
}

void append_some(Bytes& out, ByteView values, std::size_t width, const std::vector<std::uint32_t>& places) {
  for (const std::uint32_t place : places) append(out, values.subspan(place * width, width));
}

/// In the narrowest type that takes them; the lowest values of each have meanings of their own, the highest none.
void append_integers(Bytes& out, const std::vector<std::uint64_t>& values) {
  const std::uint64_t most = *std::max_element(values.begin(), values.end());
  const unsigned type = most <= 0x7fU ? bcf_int8 : most <= 0x7fffU ? bcf_int16 : bcf_int32;
  append_bcf_type(out, type, values.size());
  for (const std::uint64_t value : values) append_element(out, bcf_width_of(type), static_cast<std::uint32_t>(value));
}

}  // namespace

BcfCut::BcfCut(const VcfHeader& header, const Transform& transform)
    : header_(header), bare_sites_(transform.bare_sites) {
  for (const Column& column : transform.columns) columns_.push_back(column.source);
  chunks_.resize(columns_.size());
}

Result<bool> BcfCut::cut(ByteView record) {
  if (Status done = take_apart(record); !done) return done.error();
  alleles_.start(alternates_);
  call_genotypes();
  alleles_.decide();
  if (!stays()) {
    ++counts_.records_dropped;
    return false;
  }
  counts_.alleles_trimmed += alleles_.trimmed();
  write(record);
  return true;
}

Status BcfCut::take_apart(ByteView record) {
  const std::size_t shared_bytes = load_le32(record);
  const ByteView shared = record.subspan(bcf_lengths_bytes, shared_bytes);
  const std::uint32_t last = load_le32(shared.subspan(20));
  if ((last & 0xffffffU) != header_.source_samples()) return refusal("its number of samples is not that of the header");
  if (Status done = take_shared(shared); !done) return done;
  return take_formats(record.subspan(bcf_lengths_bytes + shared_bytes), last);
}

Status BcfCut::take_shared(ByteView bytes) {
  const std::uint32_t counts = load_le32(bytes.subspan(16));
  BcfWalk walk(bytes.subspan(bcf_fixed_bytes));
  const auto id = walk.next();
  if (!id || counts >> 16U == 0) return damaged();
  id_ = id->whole;
  allele_values_.clear();
  alternates_.clear();
  for (std::uint32_t i = 0; i < counts >> 16U; ++i) {
    const auto allele = walk.next();
    if (!allele) return damaged();
    allele_values_.push_back(allele->whole);
    const auto letters = text(allele->value).substr(0, text(allele->value).find('\0'));
    if (i == 0) reference_bytes_ = letters.size();
    if (i > 0) alternates_.push_back(letters);
  }
  const auto filters = walk.next();
  if (!filters) return damaged();
  filters_ = filters->whole;
  infos_.clear();
  for (std::uint32_t i = 0; i < (counts & 0xffffU); ++i) {
    const std::size_t begin = walk.at();
    const auto key = walk.next_integer();
    const auto key_bytes = bytes.subspan(bcf_fixed_bytes + begin, walk.at() - begin);
    const auto value = key ? walk.next() : std::nullopt;
    if (!value) return damaged();
    infos_.push_back({key_bytes, header_.word(*key), *value});
  }
  return walk.at_end() ? Status{} : damaged();
}

/// `last`: the numbers of formats and samples.
Status BcfCut::take_formats(ByteView bytes, std::uint32_t last) {
  BcfWalk walk(bytes);
  formats_.clear();
  genotype_at_ = last >> 24U;
  for (std::uint32_t i = 0; i < last >> 24U; ++i) {
    const std::size_t begin = walk.at();
    const auto key = walk.next_integer();
    const auto key_bytes = bytes.subspan(begin, walk.at() - begin);
    const auto value = key ? walk.next(last & 0xffffffU) : std::nullopt;
    if (!value) return damaged();
    formats_.push_back({key_bytes, header_.word(*key), *value});
    if (formats_.back().word == "GT") genotype_at_ = std::min<std::size_t>(genotype_at_, i);
  }
  return walk.at_end() ? Status{} : damaged();
}

/// The values of a kept column, without what fills them up.
ByteView BcfCut::value_of(const Field& field, std::size_t sample) const {
  const std::size_t size = field.value.count * bcf_width_of(field.value.type);
  return real_part(field.value.value.subspan(columns_[sample] * size, size), field.value.type);
}

void BcfCut::call_genotypes() {
  bad_genotype_.assign(columns_.size(), false);
  if (genotype_at_ >= formats_.size()) return;
  const Field& field = formats_[genotype_at_];
  const unsigned type = field.value.type;
  const std::size_t width = bcf_width_of(type);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const ByteView values = value_of(field, i);
    bad_genotype_[i] = !is_integer(type) && type != bcf_missing;
    for (std::size_t copy = 0; width > 0 && copy < values.size() / width && !bad_genotype_[i]; ++copy)
      bad_genotype_[i] = !call_of(element(values, width, copy), type, alleles_.alleles()).good;
    for (std::size_t copy = 0; width > 0 && copy < values.size() / width && !bad_genotype_[i]; ++copy) {
      const Call call = call_of(element(values, width, copy), type, alleles_.alleles());
      if (call.allele) alleles_.carry(*call.allele);
    }
  }
}

bool BcfCut::stays() const {
  if (bare_sites_ == BareSites::keep || alleles_.has_variant() || alleles_.has_rest()) return true;
  return alternates_.empty() &&
         std::any_of(infos_.begin(), infos_.end(), [](const Field& field) { return field.word == "END"; });
}

void BcfCut::write(ByteView record) {
  record_.clear();
  append(record_, record.first(bcf_lengths_bytes + bcf_fixed_bytes));
  if (alleles_.emptied()) {
    record_.push_back(bcf_text);  // an empty text: missing
  } else {
    append(record_, id_);
  }
  for (const std::uint32_t allele : alleles_.kept()) append(record_, allele_values_[allele]);
  if (alleles_.emptied()) {
    record_.push_back(bcf_missing);
  } else {
    append(record_, filters_);
  }
  const std::uint32_t infos = write_infos();
  const std::size_t middle = record_.size();
  for (std::size_t i = 0; i < formats_.size(); ++i) write_format(formats_[i]);
  const MutableByteView out(record_);
  store_le32(out, static_cast<std::uint32_t>(middle - bcf_lengths_bytes));
  store_le32(out.subspan(4), static_cast<std::uint32_t>(record_.size() - middle));
  const auto fixed = out.subspan(bcf_lengths_bytes);
  if (alleles_.emptied()) store_le32(fixed.subspan(12), signs_of(bcf_float).missing);  // QUAL
  if (alleles_.emptied() || alleles_.lost_structure())
    store_le32(fixed.subspan(8), static_cast<std::uint32_t>(reference_bytes_));
  store_le32(fixed.subspan(16), static_cast<std::uint32_t>(alleles_.kept().size()) << 16U | infos);
  store_le32(fixed.subspan(20),
             static_cast<std::uint32_t>(formats_.size()) << 24U | static_cast<std::uint32_t>(columns_.size()));
}

std::uint32_t BcfCut::write_infos() {
  std::uint32_t written = 0;
  for (const Field& field : infos_) {
    if (write_info(field)) {
      ++written;
    } else {
      ++counts_.infos_dropped;
    }
  }
  return written;
}

bool BcfCut::write_info(const Field& field) {
  if (field.word == "AC" || field.word == "AN" || field.word == "AF") return write_frequencies(field);
  if (!VcfValues::describes_site(field.word) || alleles_.emptied()) return false;
  if (alleles_.lost_structure() && VcfValues::describes_structure(field.word)) return false;
  const ValueCount count = header_.values().info_count(field.word);
  const unsigned type = field.value.type;
  const ByteView values = type == bcf_missing ? ByteView{} : real_part(field.value.value, type);
  if (alleles_.trimmed() == 0 || count == ValueCount::fixed || is_missing(values, type)) {
    append(record_, field.key);
    append(record_, field.value.whole);
    return true;
  }
  if (type == bcf_text) return false;
  const std::size_t width = bcf_width_of(type);
  const auto* places = alleles_.places(count, values.size() / width);
  if (places == nullptr || places->empty()) return false;
  append(record_, field.key);
  append_bcf_type(record_, type, places->size());
  append_some(record_, values, width, *places);
  return true;
}

bool BcfCut::write_frequencies(const Field& field) {
  if (!is_of_numbers(header_.values().info_rule(field.word))) return false;
  const auto& kept = alleles_.kept();
  if (field.word == "AN") {
    append(record_, field.key);
    append_integers(record_, {alleles_.called()});
    return true;
  }
  if (kept.size() < 2) return false;
  append(record_, field.key);
  if (field.word == "AC") {
    std::vector<std::uint64_t> carried;
    for (std::size_t i = 1; i < kept.size(); ++i) carried.push_back(alleles_.carried(kept[i]));
    append_integers(record_, carried);
    return true;
  }
  append_bcf_type(record_, bcf_float, kept.size() - 1);
  for (std::size_t i = 1; i < kept.size(); ++i) {
    append_le32(record_, alleles_.called() == 0 ? signs_of(bcf_float).missing
                                                : std::bit_cast<std::uint32_t>(alleles_.frequency(kept[i])));
  }
  return true;
}

/// Writes each kept column's values into a chunk, then all chunks in the width of the longest.
void BcfCut::write_format(const Field& field) {
  append(record_, field.key);
  const unsigned type = field.value.type;
  const std::size_t width = bcf_width_of(type);
  if (field.value.count == 0 || width == 0) {
    append_bcf_type(record_, type, 0);
    return;
  }
  const bool genotypes = genotype_at_ < formats_.size() && &field == &formats_[genotype_at_];
  const ValueCount count = header_.values().format_count(field.word);
  std::size_t longest = width;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    Bytes& chunk = chunks_[i];
    chunk.clear();
    const ByteView values = value_of(field, i);
    if (genotypes && !bad_genotype_[i]) {
      append(chunk, values);
      renumber(chunk, type);
    } else if (genotypes) {
      ++counts_.values_missing;
    } else if (alleles_.trimmed() == 0 || count == ValueCount::fixed || is_missing(values, type)) {
      append(chunk, values);
    } else if (const auto* places = alleles_.places(count, values.size() / width);
               places != nullptr && type != bcf_text) {
      append_some(chunk, values, width, *places);
    } else {
      ++counts_.values_missing;
    }
    if (chunk.empty()) append_element(chunk, width, genotypes && is_integer(type) ? 0 : signs_of(type).missing);
    longest = std::max(longest, chunk.size());
  }
  append_bcf_type(record_, type, longest / width);
  for (const Bytes& chunk : chunks_) {
    append(record_, chunk);
    for (std::size_t size = chunk.size(); size < longest; size += width)
      append_element(record_, width, signs_of(type).end);
  }
}

/// Values of GT whose alleles all stay.
void BcfCut::renumber(MutableByteView values, unsigned type) const {
  const std::size_t width = bcf_width_of(type);
  for (std::size_t copy = 0; width > 0 && copy < values.size() / width; ++copy) {
    const std::uint32_t value = element(values, width, copy);
    const Call call = call_of(value, type, alleles_.alleles());
    if (!call.allele) continue;
    const std::uint32_t now = (alleles_.new_number(*call.allele) + 1) << 1U | (value & 1U);
    for (std::size_t i = 0; i < width; ++i) values[copy * width + i] = static_cast<std::uint8_t>(now >> 8U * i);
  }
}

}  // namespace tributary::genomics
