// agent/port/genomics/htslib/cram_encoding.cpp: compression headers and slice headers, read and written again.
#include "agent/port/genomics/htslib/cram_encoding.hpp"

#include <algorithm>
#include <string_view>

#include "agent/port/genomics/htslib/cram_bytes.hpp"

namespace tributary::genomics {

namespace {

constexpr std::string_view known_series =
    "BF CF RI RL AP RG RN MF NF NS NP TS TL FN FC FP BS IN SC DL BA BB RS PD HC MQ QS QQ TC TN TM TV";

enum EncodingId : std::int32_t {
  null_encoding = 0,
  external = 1,
  golomb = 2,
  huffman = 3,
  byte_array_len = 4,
  byte_array_stop = 5,
  beta = 6,
  subexponential = 7,
  golomb_rice = 8,
  gamma = 9,
};

Error damaged() { return refusal("CRAM: a container's compression header is not valid", "copy the file again"); }

bool is_known_series(const std::array<char, 2>& key) {
  for (std::size_t i = 0; i + 1 < known_series.size(); i += 3) {
    if (known_series[i] == key[0] && known_series[i + 1] == key[1]) return true;
  }
  return false;
}

Result<CramEncoding> parse_encoding(std::int32_t codec, ByteView parameters, int depth);

/// One symbol of code length 0 takes no bits: a constant.
Result<CramEncoding> parse_huffman(Cursor& cursor) {
  CramEncoding out;
  const std::size_t symbols = cursor.size();
  if (cursor.bad() || symbols > cursor.left()) return damaged();
  std::int32_t first = 0;
  for (std::size_t i = 0; i < symbols; ++i) {
    const std::int32_t symbol = cursor.itf8();
    if (i == 0) first = symbol;
  }
  if (cursor.size() != symbols) return damaged();
  std::int32_t longest = 0;
  for (std::size_t i = 0; i < symbols; ++i) longest = std::max(longest, cursor.itf8());
  if (symbols == 0) {
    out.layout = CramEncoding::Layout::none;
  } else if (symbols == 1 && longest == 0 && first >= 0) {
    out.layout = CramEncoding::Layout::fixed;
    out.size = static_cast<std::size_t>(first);
  } else {
    out.uses_core = true;
  }
  return out;
}

Result<CramEncoding> parse_sub_encoding(Cursor& cursor, int depth) {
  const std::int32_t codec = cursor.itf8();
  const std::size_t size = cursor.size();
  return parse_encoding(codec, cursor.take(size), depth + 1);
}

Result<CramEncoding> parse_byte_array_len(Cursor& cursor, int depth) {
  auto lengths = parse_sub_encoding(cursor, depth);
  if (!lengths) return lengths;
  auto values = parse_sub_encoding(cursor, depth);
  if (!values) return values;
  CramEncoding out;
  out.blocks = lengths->blocks;
  out.blocks.insert(values->blocks.begin(), values->blocks.end());
  out.uses_core = lengths->uses_core || values->uses_core;
  out.bytes_are_external = values->bytes_are_external;
  if (!values->bytes_are_external) return out;
  out.values = values->values;
  if (lengths->bytes_are_external) {
    out.layout = CramEncoding::Layout::sized;
    out.lengths = lengths->values;
  } else if (lengths->layout == CramEncoding::Layout::fixed) {
    out.layout = CramEncoding::Layout::fixed;
    out.size = lengths->size;
  }
  return out;
}

Result<CramEncoding> parse_encoding(std::int32_t codec, ByteView parameters, int depth) {
  Cursor cursor(parameters);
  CramEncoding out;
  switch (codec) {
    case null_encoding:
      out.layout = CramEncoding::Layout::none;
      return out;
    case external:
      out.values = cursor.itf8();
      out.blocks.insert(out.values);
      out.bytes_are_external = true;
      break;
    case byte_array_stop:
      out.layout = CramEncoding::Layout::stop;
      out.stop = cursor.byte();
      out.values = cursor.itf8();
      out.blocks.insert(out.values);
      out.bytes_are_external = true;
      break;
    case byte_array_len: {
      if (depth > 0) return damaged();
      auto parsed = parse_byte_array_len(cursor, depth);
      if (!parsed) return parsed;
      out = std::move(*parsed);
      break;
    }
    case huffman: {
      auto parsed = parse_huffman(cursor);
      if (!parsed) return parsed;
      out = std::move(*parsed);
      break;
    }
    case golomb:
    case beta:
    case subexponential:
    case golomb_rice:
    case gamma:
      out.uses_core = true;
      return out;
    default:
      return refusal("CRAM: a container uses encoding " + std::to_string(codec) + ", which CRAM 3 does not have");
  }
  if (cursor.bad() || cursor.left() > 0) return damaged();
  return out;
}

/// One of the three maps: its entries' bytes and how many they are.
struct Map {
  std::size_t count = 0;
  ByteView entries;
};

Result<Map> take_map(Cursor& cursor) {
  const ByteView bytes = cursor.take(cursor.size());
  Cursor inner(bytes);
  Map map;
  map.count = inner.size();
  map.entries = bytes.subspan(std::min(inner.at(), bytes.size()));
  if (cursor.bad() || inner.bad() || map.count > map.entries.size()) return damaged();
  return map;
}

std::array<char, 2> take_key(Cursor& cursor) {
  const auto first = static_cast<char>(cursor.byte());
  return {first, static_cast<char>(cursor.byte())};
}

bool is(const std::array<char, 2>& key, std::string_view name) { return key[0] == name[0] && key[1] == name[1]; }

/// The value of an entry of the preservation map; for TD without its length.
Result<ByteView> take_preserved(Cursor& cursor, const std::array<char, 2>& key) {
  ByteView value;
  if (is(key, "TD")) {
    value = cursor.take(cursor.size());
  } else if (is(key, "SM")) {
    value = cursor.take(5);
  } else if (is(key, "RN") || is(key, "AP") || is(key, "RR") || is(key, "QO") || is(key, "MI") || is(key, "UI") ||
             is(key, "PI")) {
    value = cursor.take(1);
  } else {
    return refusal("CRAM: a container's preservation map has a key that the specification does not have");
  }
  if (cursor.bad()) return damaged();
  return value;
}

/// The lines of TD: tags of three bytes, each line ended by NUL.
Result<Bytes> filter_dictionary(ByteView lines, const std::set<TagKey>& drop, std::set<TagKey>* found) {
  Bytes out;
  std::size_t at = 0;
  if (!lines.empty() && lines.back() != 0) return damaged();
  while (at < lines.size()) {
    if (lines[at] == 0) {
      out.push_back(0);
      ++at;
      continue;
    }
    if (lines.size() - at < 4) return damaged();
    const TagKey key = {static_cast<char>(lines[at]), static_cast<char>(lines[at + 1]),
                        static_cast<char>(lines[at + 2])};
    if (key[1] == 0 || key[2] == 0) return damaged();
    if (found != nullptr) found->insert(key);
    if (drop.count(key) == 0) out.insert(out.end(), key.begin(), key.end());
    at += 3;
  }
  return out;
}

TagKey tag_key(std::int32_t number) {
  const auto bits = static_cast<std::uint32_t>(number);
  return {static_cast<char>((bits >> 16U) & 0xffU), static_cast<char>((bits >> 8U) & 0xffU),
          static_cast<char>(bits & 0xffU)};
}

void append_map(Bytes& out, std::size_t count, const Bytes& entries) {
  Bytes head;
  append_itf8(head, static_cast<std::int32_t>(count));
  append_itf8(out, static_cast<std::int32_t>(head.size() + entries.size()));
  out.insert(out.end(), head.begin(), head.end());
  out.insert(out.end(), entries.begin(), entries.end());
}

Status parse_preservation(const Map& map, std::set<TagKey>& dictionary) {
  Cursor cursor(map.entries);
  for (std::size_t i = 0; i < map.count; ++i) {
    const auto key = take_key(cursor);
    auto value = take_preserved(cursor, key);
    if (!value) return value.error();
    if (!is(key, "TD")) continue;
    auto lines = filter_dictionary(*value, {}, &dictionary);
    if (!lines) return lines.error();
  }
  return cursor.left() > 0 ? Status(damaged()) : Status{};
}

Result<Bytes> filter_preservation(const Map& map, const std::set<TagKey>& drop) {
  Cursor cursor(map.entries);
  Bytes out;
  for (std::size_t i = 0; i < map.count; ++i) {
    const auto key = take_key(cursor);
    auto value = take_preserved(cursor, key);
    if (!value) return value.error();
    out.insert(out.end(), key.begin(), key.end());
    if (is(key, "TD")) {
      auto lines = filter_dictionary(*value, drop, nullptr);
      if (!lines) return lines.error();
      append_itf8(out, static_cast<std::int32_t>(lines->size()));
      out.insert(out.end(), lines->begin(), lines->end());
    } else {
      out.insert(out.end(), value->begin(), value->end());
    }
  }
  return out;
}

}  // namespace

Result<CompressionHeader> CompressionHeader::parse(ByteView bytes) {
  Cursor cursor(bytes);
  CompressionHeader header;
  auto preservation = take_map(cursor);
  if (!preservation) return preservation.error();
  if (Status done = parse_preservation(*preservation, header.dictionary); !done) return done.error();
  auto series = take_map(cursor);
  if (!series) return series.error();
  Cursor entries(series->entries);
  for (std::size_t i = 0; i < series->count; ++i) {
    const auto key = take_key(entries);
    if (!is_known_series(key))
      return refusal("CRAM: a container has a data series that the specification does not have");
    auto encoding = parse_sub_encoding(entries, -1);
    if (!encoding) return encoding.error();
    if (entries.bad() || !header.series.emplace(key, std::move(*encoding)).second) return damaged();
  }
  auto tags = take_map(cursor);
  if (!tags) return tags.error();
  Cursor tag_entries(tags->entries);
  for (std::size_t i = 0; i < tags->count; ++i) {
    const TagKey key = tag_key(tag_entries.itf8());
    auto encoding = parse_sub_encoding(tag_entries, -1);
    if (!encoding) return encoding.error();
    if (tag_entries.bad() || !header.tags.emplace(key, std::move(*encoding)).second) return damaged();
  }
  if (entries.left() > 0 || tag_entries.left() > 0 || cursor.left() > 0) return damaged();
  return header;
}

Result<Bytes> without_tags(ByteView bytes, const std::set<TagKey>& drop) {
  Cursor cursor(bytes);
  auto preservation = take_map(cursor);
  if (!preservation) return preservation.error();
  auto kept = filter_preservation(*preservation, drop);
  if (!kept) return kept.error();
  Bytes out;
  append_map(out, preservation->count, *kept);
  auto series = take_map(cursor);
  if (!series) return series.error();
  append_map(out, series->count, Bytes(series->entries.begin(), series->entries.end()));
  auto tags = take_map(cursor);
  if (!tags) return tags.error();
  Cursor entries(tags->entries);
  Bytes kept_tags;
  std::size_t count = 0;
  for (std::size_t i = 0; i < tags->count; ++i) {
    const std::size_t start = entries.at();
    const TagKey key = tag_key(entries.itf8());
    (void)entries.itf8();
    (void)entries.take(entries.size());
    if (entries.bad()) return damaged();
    if (drop.count(key) > 0) continue;
    const ByteView whole = tags->entries.subspan(start, entries.at() - start);
    kept_tags.insert(kept_tags.end(), whole.begin(), whole.end());
    ++count;
  }
  append_map(out, count, kept_tags);
  return out;
}

Result<SliceHeader> SliceHeader::parse(ByteView bytes, bool long_counter) {
  Cursor cursor(bytes);
  SliceHeader out;
  out.contig = cursor.itf8();
  out.begin = cursor.itf8();
  out.span = cursor.itf8();
  out.records = cursor.itf8();
  out.record_counter = long_counter ? cursor.ltf8() : cursor.itf8();
  out.blocks = cursor.size();
  const std::size_t ids = cursor.size();
  if (cursor.bad() || ids > cursor.left()) return refusal("CRAM: a slice's header is not valid", "copy the file again");
  for (std::size_t i = 0; i < ids; ++i) out.ids.push_back(cursor.itf8());
  out.embedded_reference = cursor.itf8();
  const ByteView md5 = cursor.take(out.reference_md5.size());
  std::copy(md5.begin(), md5.end(), out.reference_md5.begin());
  out.has_extra = cursor.left() > 0;
  if (cursor.bad() || out.records < 0) return refusal("CRAM: a slice's header is not valid", "copy the file again");
  return out;
}

Bytes SliceHeader::pack(bool long_counter) const {
  Bytes out;
  append_itf8(out, contig);
  append_itf8(out, begin);
  append_itf8(out, span);
  append_itf8(out, records);
  if (long_counter) {
    append_ltf8(out, record_counter);
  } else {
    append_itf8(out, static_cast<std::int32_t>(record_counter));
  }
  append_itf8(out, static_cast<std::int32_t>(blocks));
  append_itf8(out, static_cast<std::int32_t>(ids.size()));
  for (const std::int32_t id : ids) append_itf8(out, id);
  append_itf8(out, embedded_reference);
  out.insert(out.end(), reference_md5.begin(), reference_md5.end());
  return out;
}

Status each_value(const CramEncoding& encoding,
                  const std::function<Result<std::optional<ByteView>>(std::int32_t)>& block,
                  const std::function<bool(ByteView)>& visit) {
  if (encoding.layout == CramEncoding::Layout::none) return {};
  auto values = block(encoding.values);
  if (!values) return values.error();
  if (!*values) return {};
  ByteView rest = **values;
  const auto broken = [] {
    return refusal("CRAM: the texts of a slice do not end where they should", "copy the file again");
  };
  if (encoding.layout == CramEncoding::Layout::stop) {
    while (!rest.empty()) {
      const auto end = std::find(rest.begin(), rest.end(), encoding.stop);
      if (end == rest.end()) return broken();
      const auto size = static_cast<std::size_t>(end - rest.begin());
      if (!visit(rest.first(size))) return {};
      rest = rest.subspan(size + 1);
    }
    return {};
  }
  if (encoding.layout == CramEncoding::Layout::fixed) {
    if (encoding.size == 0 || rest.size() % encoding.size != 0) return rest.empty() ? Status{} : Status(broken());
    for (; !rest.empty(); rest = rest.subspan(encoding.size)) {
      if (!visit(rest.first(encoding.size))) return {};
    }
    return {};
  }
  if (encoding.layout != CramEncoding::Layout::sized) return broken();
  auto lengths = block(encoding.lengths);
  if (!lengths) return lengths.error();
  if (!*lengths) return broken();
  const bool together = encoding.lengths == encoding.values;
  Cursor sizes(**lengths);
  Cursor bytes(rest);
  while (sizes.left() > 0) {
    const std::size_t size = sizes.size();
    const ByteView value = together ? sizes.take(size) : bytes.take(size);
    if (sizes.bad() || bytes.bad()) return broken();
    if (!visit(value)) return {};
  }
  return together || bytes.left() == 0 ? Status{} : Status(broken());
}

}  // namespace tributary::genomics
