// agent/port/genomics/htslib/cram_scrub.cpp: what must change in a container, and the container with it changed.
#include "agent/port/genomics/htslib/cram_scrub.hpp"

#include <algorithm>

namespace tributary::genomics {

namespace {

constexpr std::array<char, 2> names_series = {'R', 'N'};

bool is_type(const CramBlock& block, BlockType type) { return block.type == static_cast<std::uint8_t>(type); }

/// gzip streams may hold a file's name, a comment and a time; CRAM writers leave them out.
bool says_more_than_data(const CramBlock& block) {
  if (block.method != 1) return block.method != 0 && block.raw_size == 0 && !block.data.empty();
  if (block.data.size() < 18) return true;
  return block.data[3] != 0 || load_le32(block.data.subspan(4, 4)) != 0 || block.raw_size == 0;
}

/// The types of tags that can spell words.
bool is_text_type(char type) { return type == 'Z' || type == 'H'; }

Error hidden_text(const std::string& what) {
  return refusal(
      "CRAM: " + what + " stand in the bit stream of a container, where they can be neither searched nor changed",
      "convert it to BAM, or write it again with a current htslib");
}

/// Of the first record, from 1.
std::uint64_t number_of(std::int64_t records_before) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(records_before, 0)) + 1;
}

/// The blocks from `header` to the next slice.
std::vector<const CramBlock*> slice_behind(const CramContainer& container, const CramBlock& header) {
  std::vector<const CramBlock*> slice;
  bool behind = false;
  for (const CramBlock& block : container.blocks) {
    if (behind && is_type(block, BlockType::slice_header)) break;
    if (behind) slice.push_back(&block);
    behind = behind || &block == &header;
  }
  return slice;
}

void append(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

}  // namespace

CramScrubber::CramScrubber(CramVersion version, CramCodec codec, const TagTable* table, ReadNameMask* mask,
                           ContentTap* tap, Counts& counts)
    : version_(version), codec_(std::move(codec)), table_(table), mask_(mask), tap_(tap), counts_(counts) {}

Result<ByteView> CramScrubber::content(const CramBlock& block) {
  if (block.method == 0) return block.data;
  const auto known = contents_.find(block.whole.data());
  if (known != contents_.end()) return ByteView(known->second);
  auto bytes = codec_.content(block);
  if (!bytes) return bytes.error();
  return ByteView(contents_.emplace(block.whole.data(), std::move(*bytes)).first->second);
}

Status CramScrubber::tap(std::string_view unit, std::uint64_t number, ByteView bytes) {
  if (tap_ == nullptr || bytes.empty()) return {};
  return tap_->content(Place{unit, number}, bytes);
}

/// `slice`: the blocks among which the lengths of texts are looked for.
Status CramScrubber::tap_block(const CramTexts& texts, const std::vector<const CramBlock*>& slice,
                               const CramBlock& block, ByteView bytes, std::uint64_t number) {
  if (!is_type(block, BlockType::external) || !texts.holds(block.id)) return tap("record", number, bytes);
  if (tap_ == nullptr) return {};
  return texts.tell(*tap_, block.id, bytes, number, [&](std::int32_t id) { return external(slice, id); });
}

/// Nothing when the slice has no such block.
Result<std::optional<ByteView>> CramScrubber::external(const std::vector<const CramBlock*>& slice, std::int32_t id) {
  for (const CramBlock* one : slice) {
    if (!is_type(*one, BlockType::external) || one->id != id) continue;
    auto bytes = content(*one);
    if (!bytes) return bytes.error();
    return std::optional<ByteView>(*bytes);
  }
  return std::optional<ByteView>();
}

Result<std::vector<CramScrubber::Slice>> CramScrubber::slices_of(const CramContainer& container) {
  const auto damaged = [] {
    return refusal("CRAM: the slices of a container are not where its header says", "copy the file again");
  };
  if (container.blocks.empty() || !is_type(container.blocks[0], BlockType::compression_header)) return damaged();
  std::vector<Slice> slices;
  std::size_t next = 1;
  for (const std::int32_t landmark : container.header.landmarks) {
    if (next >= container.blocks.size()) return damaged();
    Slice slice;
    slice.header_block = &container.blocks[next];
    const auto at = slice.header_block->whole.data() - container.body().data();
    if (at != landmark || !is_type(*slice.header_block, BlockType::slice_header)) return damaged();
    auto bytes = content(*slice.header_block);
    if (!bytes) return bytes.error();
    auto header = SliceHeader::parse(*bytes, version_.has_checksums());
    if (!header) return header.error();
    slice.header = std::move(*header);
    if (slice.header.blocks > container.blocks.size() - next - 1) return damaged();
    for (std::size_t i = 1; i <= slice.header.blocks; ++i) {
      const CramBlock& block = container.blocks[next + i];
      if (!is_type(block, BlockType::core) && !is_type(block, BlockType::external)) return damaged();
      slice.blocks.push_back(&block);
    }
    next += slice.header.blocks + 1;
    slices.push_back(std::move(slice));
  }
  if (next != container.blocks.size()) return damaged();
  return slices;
}

/// Names and text tags must be bytes in external blocks, or a search of those would miss them.
Status CramScrubber::check_texts(const CompressionHeader& header) const {
  const auto visible = [](const CramEncoding& encoding) {
    return encoding.layout == CramEncoding::Layout::none || encoding.bytes_are_external;
  };
  const auto names = header.series.find(names_series);
  if (names != header.series.end()) {
    if (!visible(names->second)) return hidden_text("read names");
    if (names->second.layout == CramEncoding::Layout::opaque) return hidden_text("lengths of read names");
  }
  for (const auto& [key, encoding] : header.tags) {
    if (is_text_type(key[2]) && !visible(encoding)) return hidden_text("texts of tags");
  }
  for (const TagKey& key : header.dictionary) {
    if (header.tags.count(key) == 0)
      return refusal("CRAM: a container lists a tag without saying where it is", "copy the file again");
  }
  return {};
}

Result<bool> CramScrubber::shape_fits(const CramEncoding& encoding, TagRule rule, const std::vector<Slice>& slices) {
  for (const Slice& slice : slices) {
    bool fits = true;
    const auto block = [&](std::int32_t id) { return external(slice.blocks, id); };
    Status done = each_value(encoding, block, [&](ByteView value) {
      if (!value.empty() && value.back() == 0) value = value.first(value.size() - 1);
      fits = table_->shape_fits(rule, text(value));
      return fits;
    });
    if (!done) return done.error();
    if (!fits) return false;
  }
  return true;
}

Status CramScrubber::choose_tags(Plan& plan, const std::vector<Slice>& slices) {
  for (const auto& [key, encoding] : plan.header.tags) {
    const TagRule rule = table_->rule(key[0], key[1], key[2]);
    if (rule == TagRule::read_group) {
      if (plan.header.dictionary.count(key) > 0) {
        return refusal("CRAM: a record names a read group that the header does not list");
      }
      plan.drop.insert(key);
    } else if (is_dropped(rule)) {
      plan.drop.insert(key);
      ++counts_[rule == TagRule::drop_text ? "tags dropped from containers: text"
                                           : "tags dropped from containers: number"];
    } else if (has_shape(rule)) {
      if (encoding.layout == CramEncoding::Layout::opaque) return hidden_text("lengths of texts");
      auto fits = shape_fits(encoding, rule, slices);
      if (!fits) return fits.error();
      if (!*fits) {
        plan.drop.insert(key);
        ++counts_["tags dropped from containers: text without its shape"];
      }
    }
  }
  return {};
}

Status CramScrubber::count_users(Plan& plan) const {
  for (const auto& [key, encoding] : plan.header.series) {
    for (const std::int32_t id : encoding.blocks) ++plan.users[id];
  }
  for (const auto& [key, encoding] : plan.header.tags) {
    if (plan.drop.count(key) > 0) continue;
    for (const std::int32_t id : encoding.blocks) ++plan.users[id];
  }
  for (const TagKey& key : plan.drop) {
    const CramEncoding& encoding = plan.header.tags.at(key);
    const bool shared = std::any_of(encoding.blocks.begin(), encoding.blocks.end(),
                                    [&](std::int32_t id) { return plan.users.count(id) > 0; });
    if (encoding.uses_core || shared) {
      return refusal("CRAM: a tag that must be dropped shares its blocks with other data", "convert the file to BAM");
    }
  }
  return {};
}

Status CramScrubber::check_names(const Plan& plan) const {
  const auto names = plan.header.series.find(names_series);
  if (mask_ == nullptr || names == plan.header.series.end() || names->second.layout == CramEncoding::Layout::none)
    return {};
  const auto users = plan.users.find(names->second.values);
  if (names->second.layout != CramEncoding::Layout::stop || users == plan.users.end() || users->second != 1) {
    return refusal("CRAM: read names are stored in a way in which they can not be masked",
                   "convert the file to BAM, or set read_names: keep");
  }
  return {};
}

Result<CramScrubber::Plan> CramScrubber::plan(ByteView compression_header, const std::vector<Slice>& slices) {
  auto header = CompressionHeader::parse(compression_header);
  if (!header) return header.error();
  Plan plan{std::move(*header), {}, {}, {}};
  plan.texts = CramTexts(plan.header);
  if (Status done = check_texts(plan.header); !done) return done.error();
  if (Status done = choose_tags(plan, slices); !done) return done.error();
  if (Status done = count_users(plan); !done) return done.error();
  if (Status done = check_names(plan); !done) return done.error();
  return plan;
}

Result<Bytes> CramScrubber::masked_names(ByteView names, std::uint8_t stop) {
  Bytes out;
  while (!names.empty()) {
    const auto end = std::find(names.begin(), names.end(), stop);
    if (end == names.end())
      return refusal("CRAM: the read names of a slice do not end where they should", "copy the file again");
    const auto size = static_cast<std::size_t>(end - names.begin());
    const std::string_view name = text(names.first(size));
    const std::string_view masked = name.empty() || name == "*" ? name : mask_->mask(name);
    if (masked.size() > 254) return refusal("CRAM: a masked read name is longer than 254 characters");
    append(out, view(masked));
    out.push_back(stop);
    ++counts_["read names masked"];
    names = names.subspan(size + 1);
  }
  return out;
}

/// The blocks of a slice that stay; answers whether any differs from what was there.
Result<bool> CramScrubber::append_blocks(const Slice& slice, const Plan& plan, SliceHeader& header, Bytes& out) {
  const auto names = plan.header.series.find(names_series);
  const auto number = number_of(slice.header.record_counter);
  bool changed = false;
  for (const CramBlock* block : slice.blocks) {
    const bool is_external = is_type(*block, BlockType::external);
    if (is_external && plan.users.count(block->id) == 0 && block->id != slice.header.embedded_reference) {
      std::erase(header.ids, block->id);
      --header.blocks;
      ++counts_["blocks dropped from slices"];
      changed = true;
      continue;
    }
    const bool is_names = mask_ != nullptr && is_external && names != plan.header.series.end() &&
                          names->second.layout == CramEncoding::Layout::stop && names->second.values == block->id;
    const bool rewrite = is_names || says_more_than_data(*block);
    if (!rewrite && tap_ == nullptr) {
      append(out, block->whole);
      continue;
    }
    auto bytes = content(*block);
    if (!bytes) return bytes.error();
    ByteView now = *bytes;
    Bytes masked;
    if (is_names) {
      auto made = masked_names(now, names->second.stop);
      if (!made) return made.error();
      masked = std::move(*made);
      now = masked;
    }
    if (Status done = tap_block(plan.texts, slice.blocks, *block, now, number); !done) return done.error();
    if (rewrite) {
      if (Status done = codec_.append_packed(out, static_cast<BlockType>(block->type), block->id, now); !done)
        return done.error();
      changed = true;
    } else {
      append(out, block->whole);
    }
  }
  return changed;
}

Result<bool> CramScrubber::append_slice(const Slice& slice, const Plan& plan, Bytes& out, std::size_t& blocks) {
  Bytes body;
  SliceHeader header = slice.header;
  auto changed = append_blocks(slice, plan, header, body);
  if (!changed) return changed;
  if (header.ids.empty() && !slice.header.ids.empty()) {
    return refusal("CRAM: a slice would be left without blocks", "convert the file to BAM");
  }
  const bool rewrite = *changed || header.has_extra || slice.header_block->method != 0;
  const Bytes packed = header.pack(version_.has_checksums());
  if (Status done = tap("container field", 1, packed); !done) return done.error();
  if (rewrite) {
    append_block(out, version_, BlockMethod::raw, BlockType::slice_header, 0, packed.size(), packed);
  } else {
    append(out, slice.header_block->whole);
  }
  append(out, body);
  blocks += header.blocks + 1;
  contents_.clear();
  return rewrite;
}

Result<CleanContainer> CramScrubber::clean(CramContainer container) {
  contents_.clear();
  auto slices = slices_of(container);
  if (!slices) return slices.error();
  const CramBlock& first = container.blocks[0];
  auto described = content(first);
  if (!described) return described.error();
  auto made = plan(*described, *slices);
  if (!made) return made.error();

  Bytes body;
  bool changed = container.has_slack;
  if (made->drop.empty() && first.method == 0) {
    if (Status done = tap("container field", 1, *described); !done) return done.error();
    append(body, first.whole);
  } else {
    auto filtered = without_tags(*described, made->drop);
    if (!filtered) return filtered.error();
    if (Status done = tap("container field", 1, *filtered); !done) return done.error();
    append_block(body, version_, BlockMethod::raw, BlockType::compression_header, 0, filtered->size(), *filtered);
    changed = true;
  }
  CleanContainer out;
  std::size_t blocks = 1;
  ContainerHeader header = container.header;
  header.landmarks.clear();
  for (const Slice& slice : *slices) {
    CramSlicePlace place{slice.header, body.size(), 0};
    header.landmarks.push_back(static_cast<std::int32_t>(body.size()));
    auto rewritten = append_slice(slice, *made, body, blocks);
    if (!rewritten) return rewritten.error();
    changed = changed || *rewritten;
    place.size_bytes = body.size() - place.landmark;
    out.slices.push_back(std::move(place));
  }
  if (!changed) {
    out.bytes = std::move(container.bytes);
    return out;
  }
  ++counts_["containers changed"];
  header.blocks = static_cast<std::int32_t>(blocks);
  append_container_header(out.bytes, version_, header, body.size());
  append(out.bytes, body);
  return out;
}

Status CramScrubber::scan(const CramContainer& container) {
  contents_.clear();
  auto number = number_of(container.header.record_counter);
  std::size_t end = 0;
  CramTexts texts;
  std::vector<const CramBlock*> slice;
  for (const CramBlock& block : container.blocks) {
    auto bytes = content(block);
    if (!bytes) return bytes.error();
    if (is_type(block, BlockType::slice_header)) {
      slice = slice_behind(container, block);
      if (const auto header = SliceHeader::parse(*bytes, version_.has_checksums()))
        number = number_of(header->record_counter);
    }
    if (is_type(block, BlockType::compression_header) && !is_end_container(container.header)) {
      auto header = CompressionHeader::parse(*bytes);
      if (!header) return header.error();
      if (Status done = check_texts(*header); !done) return done;
      texts = CramTexts(*header);
    }
    const bool is_data = is_type(block, BlockType::external) || is_type(block, BlockType::core);
    Status heard = is_data ? tap_block(texts, slice, block, *bytes, number) : tap("container field", number, *bytes);
    if (!heard) return heard;
    // Names and comments of a gzip stream stand before its data.
    if (says_more_than_data(block)) {
      if (Status done = tap("container field", number, block.data); !done) return done;
    }
    contents_.clear();
    end = static_cast<std::size_t>(block.whole.data() - container.body().data()) + block.whole.size();
  }
  return container.has_slack ? tap("container field", number, container.body().subspan(end)) : Status{};
}

}  // namespace tributary::genomics
