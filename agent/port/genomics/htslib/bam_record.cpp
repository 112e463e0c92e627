// agent/port/genomics/htslib/bam_record.cpp: the layout of a BAM record.
#include "agent/port/genomics/htslib/bam_record.hpp"

#include <algorithm>
#include <cstring>

namespace tributary::genomics {

namespace {

constexpr std::size_t fixed_bytes = 32;
constexpr std::uint16_t flag_unmapped = 4;

std::uint16_t load_le16(ByteView bytes) {
  return static_cast<std::uint16_t>(bytes[0] | (static_cast<unsigned>(bytes[1]) << 8U));
}
std::int32_t signed_at(ByteView record, std::size_t at) {
  return static_cast<std::int32_t>(load_le32(record.subspan(at, 4)));
}

std::size_t number_size(std::uint8_t type) {
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

/// Operations of a CIGAR that move along the reference: M D N = X.
bool consumes_reference(std::uint32_t operation) { return ((0x18dU >> operation) & 1U) != 0; }

void append(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

}  // namespace

std::size_t tag_size(ByteView tags) {
  if (tags.size() < 4) return 0;
  const std::uint8_t type = tags[2];
  if (type == 'Z' || type == 'H') {
    const auto end = std::find(tags.begin() + 3, tags.end(), std::uint8_t{0});
    return end == tags.end() ? 0 : static_cast<std::size_t>(end - tags.begin()) + 1;
  }
  if (type == 'B') {
    if (tags.size() < 8) return 0;
    const std::uint64_t one = tags[3] == 'A' ? 0 : number_size(tags[3]);
    const std::uint64_t size = 8 + one * load_le32(tags.subspan(4, 4));
    return one > 0 && size <= tags.size() ? static_cast<std::size_t>(size) : 0;
  }
  const std::size_t one = number_size(type);
  return one > 0 && 3 + one <= tags.size() ? 3 + one : 0;
}

BamRecordCleaner::BamRecordCleaner(const TagTable& table,
                                   const std::map<std::string, std::string, std::less<>>& read_groups,
                                   std::size_t contig_count, ReadNameMask* mask, Counts& counts)
    : table_(table),
      read_groups_(read_groups),
      contig_count_(contig_count),
      mask_(mask),
      masked_(counts["read names masked"]),
      dropped_texts_(counts["record tags dropped: text"]),
      dropped_numbers_(counts["record tags dropped: number"]),
      misshapen_(counts["record tags dropped: text without its shape"]) {}

Result<BamRecordCleaner::Parts> BamRecordCleaner::measure(ByteView record) const {
  const auto damaged = [] {
    return refusal("BAM: the lengths within a record do not fit together", "copy the file again");
  };
  if (record.size() < fixed_bytes) return damaged();
  const std::int32_t bases = signed_at(record, 16);
  if (bases < 0) return damaged();
  Parts parts;
  parts.name_size = record[8];
  parts.cigar_at = fixed_bytes + parts.name_size;
  parts.cigar_count = load_le16(record.subspan(12, 2));
  const std::uint64_t count = static_cast<std::uint64_t>(bases);
  const std::uint64_t tags_at = parts.cigar_at + 4 * parts.cigar_count + (count + 1) / 2 + count;
  if (parts.name_size == 0 || tags_at > record.size()) return damaged();
  parts.tags_at = static_cast<std::size_t>(tags_at);
  const auto name_end = std::find(record.begin() + fixed_bytes, record.end(), std::uint8_t{0}) - record.begin();
  if (static_cast<std::size_t>(name_end) + 1 != parts.cigar_at) return damaged();
  for (const std::size_t at : {std::size_t{0}, std::size_t{20}}) {
    const std::int64_t contig = signed_at(record, at);
    if (contig < -1 || contig >= static_cast<std::int64_t>(contig_count_)) {
      return refusal("BAM: a record lies on a contig that the header does not list");
    }
  }
  return parts;
}

void BamRecordCleaner::locate(ByteView record, const Parts& parts) {
  region_.contig = signed_at(record, 0);
  region_.begin = signed_at(record, 4);
  region_.mapped = (load_le16(record.subspan(14, 2)) & flag_unmapped) == 0;
  std::int64_t length = 0;
  for (std::size_t i = 0; region_.mapped && i < parts.cigar_count; ++i) {
    const std::uint32_t step = load_le32(record.subspan(parts.cigar_at + 4 * i, 4));
    if (consumes_reference(step & 15U)) length += step >> 4U;
  }
  // A long CIGAR stands in the tag CG, and its two-step stand-in spans the same part of the reference.
  region_.end = region_.begin + (length == 0 ? 1 : length);
}

Status BamRecordCleaner::clean(ByteView record, Bytes& out) {
  auto parts = measure(record);
  if (!parts) return parts.error();
  locate(record, *parts);
  const std::size_t start = out.size();
  append_le32(out, 0);  // the length, when it is known
  const std::string_view name = text(record.subspan(fixed_bytes, parts->name_size - 1));
  std::size_t kept_from = 0;
  if (mask_ != nullptr && name != "*") {
    const std::string_view masked = mask_->mask(name);
    if (masked.size() > 254) return refusal("BAM: a masked read name is longer than 254 characters");
    append(out, record.first(fixed_bytes));
    append(out, view(masked));
    out.push_back(0);
    out[start + 4 + 8] = static_cast<std::uint8_t>(masked.size() + 1);
    ++masked_;
    kept_from = parts->cigar_at;
  }
  if (Status done = copy_tags(record, kept_from, parts->tags_at, out); !done) return done;
  store_le32(MutableByteView(out).subspan(start, 4), static_cast<std::uint32_t>(out.size() - start - 4));
  return {};
}

TagRule BamRecordCleaner::rule(ByteView tag) {
  const std::uint32_t key = load_le32(tag.first(4)) & 0xffffffU;
  Known& known = known_[(key ^ key >> 5U ^ key >> 13U) % known_.size()];
  if (known.tag != key) {
    known = {key, table_.rule(static_cast<char>(tag[0]), static_cast<char>(tag[1]), static_cast<char>(tag[2]))};
  }
  return known.rule;
}

/// Appends the record from `kept_from` on, without the tags that go. What stays together is copied together.
Status BamRecordCleaner::copy_tags(ByteView record, std::size_t kept_from, std::size_t tags_at, Bytes& out) {
  const auto keep_until = [&](std::size_t end) { append(out, record.subspan(kept_from, end - kept_from)); };
  std::size_t size = 0;
  for (std::size_t at = tags_at; at < record.size(); at += size) {
    const ByteView tags = record.subspan(at);
    size = tag_size(tags);
    if (size == 0) return refusal("BAM: the optional fields of a record do not fit together", "copy the file again");
    const TagRule what = rule(tags);
    if (what == TagRule::keep) continue;
    if (is_dropped(what)) {
      ++(what == TagRule::drop_text ? dropped_texts_ : dropped_numbers_);
    } else {
      const std::string_view value = text(tags.subspan(3, size - 4));
      if (what == TagRule::read_group) {
        const auto group = read_groups_.find(value);
        if (group == read_groups_.end())
          return refusal("BAM: a record names a read group that the header does not list");
        if (group->second == value) continue;
        keep_until(at + 3);
        append(out, view(group->second));
        kept_from = at + size - 1;  // its NUL
        continue;
      }
      if (table_.shape_fits(what, value)) continue;
      ++misshapen_;
    }
    keep_until(at);
    kept_from = at + size;
  }
  keep_until(record.size());
  return {};
}

}  // namespace tributary::genomics
