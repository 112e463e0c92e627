// plugins/destinations/drs/stretches.hpp: which thread sends which part.
//
// Each lane has a stretch of parts that follow each other: what a lane reads on from where it stands is read once,
// while a leap begins at the nearest restart point before the part and reads up to it for nothing. A lane whose stretch
// is done takes the second half of the longest that is left.
//
// Threads    any.
#pragma once

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace tributary::drs {

class Stretches {
 public:
  /// `parts`: numbers of the parts to send, rising.
  Stretches(std::vector<std::uint32_t> parts, std::uint32_t lanes) : parts_(std::move(parts)), lanes_(lanes) {
    for (std::uint32_t i = 0; i < lanes; ++i) lanes_[i] = {parts_.size() * i / lanes, parts_.size() * (i + 1) / lanes};
  }

  /// The next part for a lane; nothing when all are handed out, or after `end`.
  std::optional<std::uint32_t> next(std::uint32_t lane) {
    const std::lock_guard lock(mutex_);
    auto& mine = lanes_[lane];
    if (mine.left() == 0) {
      auto& longest = *std::max_element(lanes_.begin(), lanes_.end(),
                                        [](const Range& a, const Range& b) { return a.left() < b.left(); });
      mine = {longest.from + longest.left() / 2, longest.to};
      longest.to = mine.from;
    }
    if (ended_ || mine.left() == 0) return std::nullopt;
    return parts_[mine.from++];
  }
  /// No more parts are handed out.
  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }

 private:
  struct Range {
    std::size_t from = 0, to = 0;  // of parts_
    [[nodiscard]] std::size_t left() const { return to - from; }
  };
  std::mutex mutex_;
  std::vector<std::uint32_t> parts_;
  std::vector<Range> lanes_;
  bool ended_ = false;
};

}  // namespace tributary::drs
