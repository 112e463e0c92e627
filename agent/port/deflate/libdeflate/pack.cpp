// agent/port/deflate/libdeflate/pack.cpp: packing, whatever unpacks.
//
// Both passes over a file must give the same bytes. ISA-L 2.30 at its level 1 packs more than twice as fast and was
// seen to choose other matches for the same block in one run of some thousand: it is not taken for this.
#include <libdeflate.h>

#include <memory>

#include "agent/port/deflate/deflate.hpp"

namespace tributary::deflate {
namespace {

constexpr int level = 1;

struct FreePacker {
  void operator()(libdeflate_compressor* packer) const noexcept { libdeflate_free_compressor(packer); }
};

}  // namespace

std::size_t pack(ByteView content, MutableByteView into) {
  thread_local const std::unique_ptr<libdeflate_compressor, FreePacker> packer(libdeflate_alloc_compressor(level));
  if (packer == nullptr) return 0;
  return libdeflate_deflate_compress(packer.get(), content.data(), content.size(), into.data(), into.size());
}

}  // namespace tributary::deflate
