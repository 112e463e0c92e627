// agent/port/genomics/htslib/tap_batch.hpp: whole units for a tap, gathered into pieces worth a call.
//
// Order      `add` units in the file's order, `flush` last.
// Failure    the tap's own error.
#pragma once

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"
#include "agent/port/genomics/genomics.hpp"

namespace tributary::genomics {

class TapBatch {
 public:
  /// `tap` may be null: then nothing is gathered.
  /// `before`: units of the file that stand in front of the first one.
  TapBatch(ContentTap* tap, std::string_view unit, std::uint64_t before = 0)
      : tap_(tap), unit_(unit), number_(before) {}

  [[nodiscard]] Status add(ByteView unit) {
    ++number_;
    if (tap_ == nullptr) return {};
    if (gathered_.empty()) first_ = number_;
    gathered_.insert(gathered_.end(), unit.begin(), unit.end());
    return gathered_.size() >= piece_bytes ? flush() : Status{};
  }
  [[nodiscard]] Status flush() {
    if (tap_ == nullptr || gathered_.empty()) return {};
    Status done = tap_->content(Place{unit_, first_, number_ - first_ + 1}, gathered_);
    gathered_.clear();
    return done;
  }
  [[nodiscard]] std::uint64_t units() const { return number_; }

 private:
  static constexpr std::size_t piece_bytes = std::size_t{256} << 10U;
  ContentTap* tap_;
  std::string_view unit_;
  Bytes gathered_;
  std::uint64_t number_ = 0;
  std::uint64_t first_ = 0;
};

/// A text that is lines anyway, in pieces.
[[nodiscard]] inline Status tap_lines(ContentTap* tap, std::string_view text) {
  TapBatch batch(tap, "header line");
  while (tap != nullptr && !text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = end == std::string_view::npos ? text : text.substr(0, end + 1);
    if (Status done = batch.add(view(line)); !done) return done;
    text.remove_prefix(line.size());
  }
  return batch.flush();
}

}  // namespace tributary::genomics
