// agent/port/genomics/htslib/bgzf_block.cpp: header, deflated data, footer.
#include "agent/port/genomics/htslib/bgzf_block.hpp"

#include <algorithm>
#include <array>

#include "agent/port/deflate/deflate.hpp"

namespace tributary::genomics {

namespace {

// No name, no time, system unknown, one extra field: BC, the size of the whole block less one.
constexpr std::array<std::uint8_t, bgzf_header_bytes> header = {0x1f, 0x8b, 8, 4,   0,   0, 0, 0, 0,
                                                                0xff, 6,    0, 'B', 'C', 2, 0, 0, 0};

void write_size(MutableByteView block) {
  const auto told = static_cast<unsigned>(block.size() - 1);
  block[16] = static_cast<std::uint8_t>(told & 0xffU);
  block[17] = static_cast<std::uint8_t>(told >> 8U);
}

}  // namespace

std::size_t BgzfBlock::told_size() const {
  return packed.size() < bgzf_footer_bytes ? 0 : load_le32(ByteView(packed).last(4));
}

void BgzfBlock::unpack() {
  const auto size = told_size();
  is_good = false;
  if (packed.size() <= bgzf_footer_bytes || size > bgzf_block_limit) return;
  content.resize(size);
  const auto data = ByteView(packed).first(packed.size() - bgzf_footer_bytes);
  is_good = deflate::unpack(data, content) &&
            deflate::crc32(0, content) == load_le32(ByteView(packed).subspan(data.size(), 4));
}

bool pack_block(ByteView content, Bytes& out) {
  thread_local std::array<std::uint8_t, bgzf_block_limit - bgzf_header_bytes - bgzf_footer_bytes> packed;
  const auto size = deflate::pack(content, packed);
  if (size == 0) return false;
  const auto start = out.size();
  out.reserve(start + bgzf_header_bytes + size + bgzf_footer_bytes);
  out.insert(out.end(), header.begin(), header.end());
  out.insert(out.end(), packed.begin(), packed.begin() + size);
  append_le32(out, deflate::crc32(0, content));
  append_le32(out, static_cast<std::uint32_t>(content.size()));
  write_size(MutableByteView(out).subspan(start));
  return true;
}

void copy_block(ByteView packed, Bytes& out) {
  const auto start = out.size();
  out.insert(out.end(), header.begin(), header.end());
  out.insert(out.end(), packed.begin(), packed.end());
  write_size(MutableByteView(out).subspan(start));
}

}  // namespace tributary::genomics
