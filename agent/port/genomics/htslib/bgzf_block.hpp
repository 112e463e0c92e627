// agent/port/genomics/htslib/bgzf_block.hpp: one BGZF block, packed and unpacked (SAM specification, section 4.1).
//
// Failure    a block that is not what its header and its checksum say is not good; nothing else can go wrong.
// Never      keeps anything of the original header: what leaves is made of content, deflated data and checksum only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "agent/base/bytes.hpp"
#include "agent/base/workers.hpp"

namespace tributary::genomics {

inline constexpr std::size_t bgzf_header_bytes = 18;  // without any extra field but its own
inline constexpr std::size_t bgzf_footer_bytes = 8;   // checksum, size of the content
inline constexpr std::size_t bgzf_block_limit = 0x10000;

/// A block of a file that is read.
struct BgzfBlock {
  std::uint64_t offset = 0;    // in the file
  std::size_t file_bytes = 0;  // header and all
  std::uint64_t member = 0;    // from 1
  Bytes packed;                // deflated data, checksum and size
  Bytes content;
  bool is_good = false;
  Workers::Handle piece;  // none: unpacked already

  /// The size that the footer tells; more than a block may hold when the file is damaged.
  [[nodiscard]] std::size_t told_size() const;
  void unpack();
};

/// Appends a block of at most 65,280 bytes of content to `out`. False: no memory.
[[nodiscard]] bool pack_block(ByteView content, Bytes& out);
/// Appends a block made of deflated data, checksum and size as they are.
void copy_block(ByteView packed, Bytes& out);

}  // namespace tributary::genomics
