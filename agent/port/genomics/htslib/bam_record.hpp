// agent/port/genomics/htslib/bam_record.hpp: one BAM record, checked and made clean in its own bytes.
//
// What needs no change keeps its bytes and their order.
// Source     SAM specification, sections 4.2 and 4.2.2 (the CG tag of long CIGARs).
// Failure    give_up: lengths that do not fit, a reference beyond the header, an unknown read group.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"
#include "agent/port/genomics/htslib/read_name.hpp"
#include "agent/port/genomics/htslib/record_tags.hpp"
#include "agent/port/genomics/htslib/region.hpp"
#include "agent/port/genomics/htslib/sam_header.hpp"

namespace tributary::genomics {

class BamRecordCleaner {
 public:
  /// `mask` may be null: names are kept. All references must outlive the cleaner.
  BamRecordCleaner(const TagTable& table, const std::map<std::string, std::string, std::less<>>& read_groups,
                   std::size_t contig_count, ReadNameMask* mask, Counts& counts);

  /// Appends the clean record WITH its length prefix to `out`.
  [[nodiscard]] Status clean(ByteView record, Bytes& out);
  /// Of the record that was cleaned last; one base long when nothing is aligned.
  [[nodiscard]] const Region& region() const { return region_; }

 private:
  struct Parts {
    std::size_t name_size = 0;  // with its NUL
    std::size_t cigar_at = 0;
    std::size_t cigar_count = 0;
    std::size_t tags_at = 0;
  };
  Result<Parts> measure(ByteView record) const;
  void locate(ByteView record, const Parts& parts);
  Status copy_tags(ByteView record, std::size_t kept_from, std::size_t tags_at, Bytes& out);
  TagRule rule(ByteView tag);

  const TagTable& table_;
  const std::map<std::string, std::string, std::less<>>& read_groups_;
  std::size_t contig_count_;
  ReadNameMask* mask_;
  std::uint64_t& masked_;
  std::uint64_t& dropped_texts_;
  std::uint64_t& dropped_numbers_;
  std::uint64_t& misshapen_;
  Region region_;
  /// Rules of the tags met, by a hash of name and type: a file has few.
  struct Known {
    std::uint32_t tag = 0;  // 0: none
    TagRule rule = TagRule::drop_text;
  };
  std::array<Known, 256> known_{};
};

/// Bytes of the tag at the front of `tags` (name, type and value); 0 when it does not fit.
std::size_t tag_size(ByteView tags);

}  // namespace tributary::genomics
