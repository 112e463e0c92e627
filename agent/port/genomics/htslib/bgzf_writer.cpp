// agent/port/genomics/htslib/bgzf_writer.cpp: BGZF blocks by htslib's block compressor.
#include "agent/port/genomics/htslib/bgzf_writer.hpp"

#include <htslib/bgzf.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace tributary::genomics {

namespace {

/// The empty block of the SAM specification, section 4.1.2.
constexpr std::array<std::uint8_t, 28> end_of_file_block = {0x1f, 0x8b, 0x08, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff,
                                                            0x06, 0x00, 0x42, 0x43, 0x02, 0x00, 0x1b, 0x00, 0x03, 0x00,
                                                            0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};

}  // namespace

BgzfWriter::BgzfWriter(int level, std::uint64_t compressed_offset)
    : level_(level), compressed_offset_(compressed_offset) {
  pending_.reserve(block_payload_bytes);
}

Status BgzfWriter::write(ByteView bytes) {
  while (!bytes.empty()) {
    const std::size_t take = std::min(bytes.size(), block_payload_bytes - pending_.size());
    pending_.insert(pending_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(take));
    bytes = bytes.subspan(take);
    if (pending_.size() == block_payload_bytes) {
      if (Status done = compress_pending(); !done) return done;
    }
  }
  return {};
}

Status BgzfWriter::make_room(std::size_t size_bytes) {
  return size_bytes > block_payload_bytes - pending_.size() ? flush() : Status{};
}

Status BgzfWriter::flush() { return pending_.empty() ? Status{} : compress_pending(); }

Status BgzfWriter::finish() {
  if (Status done = flush(); !done) return done;
  queue_.insert(queue_.end(), end_of_file_block.begin(), end_of_file_block.end());
  compressed_offset_ += end_of_file_block.size();
  return {};
}

std::size_t BgzfWriter::read(MutableByteView into) {
  const std::size_t count = std::min(into.size(), ready_bytes());
  if (count == 0) return 0;
  std::memcpy(into.data(), queue_.data() + taken_, count);
  taken_ += count;
  if (taken_ == queue_.size()) {
    queue_.clear();
    taken_ = 0;
  }
  return count;
}

Status BgzfWriter::compress_pending() {
  if (taken_ > 0) {  // what was taken is forgotten before the queue grows
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(taken_));
    taken_ = 0;
  }
  const std::size_t before = queue_.size();
  queue_.resize(before + BGZF_MAX_BLOCK_SIZE);
  std::size_t made = BGZF_MAX_BLOCK_SIZE;
  if (bgzf_compress(queue_.data() + before, &made, pending_.data(), pending_.size(), level_) != 0) {
    queue_.resize(before);
    return refusal("BGZF: a block of " + std::to_string(pending_.size()) + " bytes could not be compressed",
                   "check the memory of this machine");
  }
  queue_.resize(before + made);
  compressed_offset_ += made;
  pending_.clear();
  return {};
}

}  // namespace tributary::genomics
