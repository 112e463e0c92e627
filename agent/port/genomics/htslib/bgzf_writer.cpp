// agent/port/genomics/htslib/bgzf_writer.cpp: blocks in order, packed by whoever has time.
#include "agent/port/genomics/htslib/bgzf_writer.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace tributary::genomics {

namespace {

/// The empty block of the SAM specification, section 4.1.2.
constexpr std::array<std::uint8_t, 28> end_of_file_block = {0x1f, 0x8b, 0x08, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff,
                                                            0x06, 0x00, 0x42, 0x43, 0x02, 0x00, 0x1b, 0x00, 0x03, 0x00,
                                                            0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};

constexpr std::size_t blocks_per_thread = 4;

}  // namespace

BgzfWriter::BgzfWriter(Workers* workers, std::uint64_t compressed_offset) : workers_(workers) {
  pending_.reserve(block_payload_bytes);
  offsets_.push_back(compressed_offset);
}

BgzfWriter::~BgzfWriter() {
  for (const auto& block : blocks_) {
    if (block->piece) workers_->forget(block->piece);
  }
}

Status BgzfWriter::write(ByteView bytes) {
  while (!bytes.empty()) {
    const std::size_t take = std::min(bytes.size(), block_payload_bytes - pending_.size());
    pending_.insert(pending_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(take));
    bytes = bytes.subspan(take);
    if (pending_.size() == block_payload_bytes) {
      if (Status done = pack_pending(); !done) return done;
    }
  }
  return {};
}

Status BgzfWriter::make_room(std::size_t size_bytes) {
  return size_bytes > block_payload_bytes - pending_.size() ? flush() : Status{};
}

Status BgzfWriter::flush() { return pending_.empty() ? Status{} : pack_pending(); }

Status BgzfWriter::copy(const std::shared_ptr<const BgzfBlock>& block) {
  auto made = std::make_shared<Block>();
  copy_block(block->packed, made->packed);
  blocks_.push_back(std::move(made));
  return gather(workers_ != nullptr ? blocks_per_thread * (workers_->threads() + 1) : 0);
}

Status BgzfWriter::finish() {
  if (Status done = flush(); !done) return done;
  if (Status done = gather(0); !done) return done;
  queue_.insert(queue_.end(), end_of_file_block.begin(), end_of_file_block.end());
  return {};
}

std::optional<std::uint64_t> BgzfWriter::offset_of(std::uint64_t block) {
  while (first_offset_ < block && offsets_.size() > 1) {
    offsets_.pop_front();
    ++first_offset_;
  }
  if (first_offset_ != block) return std::nullopt;
  return offsets_.front();
}

std::optional<std::uint64_t> BgzfWriter::virtual_offset(const Place& place) {
  const auto offset = offset_of(place.block);
  if (!offset) return std::nullopt;
  return (*offset << 16U) | static_cast<std::uint64_t>(place.within);
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

Status BgzfWriter::pack_pending() {
  auto block = std::make_shared<Block>();
  block->content.swap(pending_);
  pending_.reserve(block_payload_bytes);
  blocks_.push_back(block);
  const auto work = [block] { block->is_good = pack_block(block->content, block->packed); };
  if (workers_ == nullptr) {
    work();
    return gather(0);
  }
  block->piece = workers_->begin(work);
  return gather(blocks_per_thread * (workers_->threads() + 1));
}

/// Takes what is packed from the front, and waits until no more than `most_left` blocks are under way.
Status BgzfWriter::gather(std::size_t most_left) {
  while (!blocks_.empty()) {
    const auto block = blocks_.front();
    if (block->piece) {
      if (blocks_.size() <= most_left && !workers_->is_done(block->piece)) return {};
      workers_->wait(block->piece);
    }
    if (!block->is_good) {
      return refusal("BGZF: a block of " + std::to_string(block->content.size()) + " bytes could not be compressed",
                     "check the memory of this machine");
    }
    if (taken_ > 0) {  // what was taken is forgotten before the queue grows
      queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(taken_));
      taken_ = 0;
    }
    queue_.insert(queue_.end(), block->packed.begin(), block->packed.end());
    offsets_.push_back(offsets_.back() + block->packed.size());
    blocks_.pop_front();
    ++first_;
  }
  return {};
}

}  // namespace tributary::genomics
