// agent/port/genomics/htslib/cram_scrub.hpp: one CRAM container, made clean without decoding its records.
//
// A container keeps its bytes when nothing in it must change. Otherwise the blocks concerned are replaced: names under
// a mask, blocks of tags that must go, blocks that nothing refers to, gzip streams that carry a name or a time.
// Provable   only when every text stands in blocks of its own outside of the bit stream; htslib, htsjdk and their users
//            write so. Anything else is refused.
// Failure    give_up as above; a tag without its shape goes from the whole container.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <vector>

#include "agent/port/genomics/genomics.hpp"
#include "agent/port/genomics/htslib/cram_codec.hpp"
#include "agent/port/genomics/htslib/cram_container.hpp"
#include "agent/port/genomics/htslib/cram_encoding.hpp"
#include "agent/port/genomics/htslib/cram_texts.hpp"
#include "agent/port/genomics/htslib/read_name.hpp"
#include "agent/port/genomics/htslib/record_tags.hpp"
#include "agent/port/genomics/htslib/sam_header.hpp"

namespace tributary::genomics {

/// A slice of a clean container, as an index wants it.
struct CramSlicePlace {
  SliceHeader header;
  std::size_t landmark = 0;
  std::size_t size_bytes = 0;
};

struct CleanContainer {
  Bytes bytes;
  std::vector<CramSlicePlace> slices;
};

class CramScrubber {
 public:
  /// `table` and `mask` may be null: scan only, or names kept. All must outlive the scrubber.
  CramScrubber(CramVersion version, CramCodec codec, const TagTable* table, ReadNameMask* mask, ContentTap* tap,
               Counts& counts);

  [[nodiscard]] Result<CleanContainer> clean(CramContainer container);
  /// Every block as it stands, to the tap; names and texts of tags one by one.
  [[nodiscard]] Status scan(const CramContainer& container);
  /// The content of a block of the container in hand; valid until the next slice.
  [[nodiscard]] Result<ByteView> content(const CramBlock& block);

 private:
  struct Slice {
    const CramBlock* header_block = nullptr;
    SliceHeader header;
    std::vector<const CramBlock*> blocks;
  };
  struct Plan {
    CompressionHeader header;
    std::set<TagKey> drop;
    std::map<std::int32_t, int> users;  // of external blocks, when the dropped tags are gone
    CramTexts texts;
  };

  Result<std::vector<Slice>> slices_of(const CramContainer& container);
  Status check_texts(const CompressionHeader& header) const;
  Result<Plan> plan(ByteView compression_header, const std::vector<Slice>& slices);
  Status choose_tags(Plan& plan, const std::vector<Slice>& slices);
  Result<bool> shape_fits(const CramEncoding& encoding, TagRule rule, const std::vector<Slice>& slices);
  Status count_users(Plan& plan) const;
  Status check_names(const Plan& plan) const;
  Result<bool> append_slice(const Slice& slice, const Plan& plan, Bytes& out, std::size_t& blocks);
  Result<bool> append_blocks(const Slice& slice, const Plan& plan, SliceHeader& header, Bytes& out);
  Result<Bytes> masked_names(ByteView names, std::uint8_t stop);
  Result<std::optional<ByteView>> external(const std::vector<const CramBlock*>& slice, std::int32_t id);
  Status tap_block(const CramTexts& texts, const std::vector<const CramBlock*>& slice, const CramBlock& block,
                   ByteView bytes, std::uint64_t number);
  Status tap(std::string_view unit, std::uint64_t number, ByteView bytes);

  CramVersion version_;
  CramCodec codec_;
  const TagTable* table_;
  ReadNameMask* mask_;
  ContentTap* tap_;
  Counts& counts_;
  std::map<const std::uint8_t*, Bytes> contents_;  // by the place of a block's bytes
};

}  // namespace tributary::genomics
