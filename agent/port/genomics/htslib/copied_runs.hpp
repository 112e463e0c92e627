// agent/port/genomics/htslib/copied_runs.hpp: which stretches of an output are blocks of the file as they are packed.
//
// Long stretches are cut, so that one can be entered at a place near to any byte of it. There are at most `most_runs`:
// before there are more, cuts are made half as often and the shortest stretches are forgotten.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "agent/port/genomics/genomics.hpp"

namespace tributary::genomics {

/// A block that was copied: `bytes` of the output are made of `file_bytes` at `input_offset` of the file.
struct CopiedBlock {
  std::uint64_t input_offset = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t bytes = 0;
};

class CopiedRuns {
 public:
  static constexpr std::size_t most_runs = 512;

  /// Shorter stretches are not worth what reading on behind them costs.
  void at_least(std::uint64_t bytes) { least_bytes_ = std::max(least_bytes_, bytes); }
  /// By rising offset.
  void add(std::uint64_t output_offset, const CopiedBlock& block);
  /// Whether somebody who leaves the newest stretch reads on there.
  [[nodiscard]] bool ends_at(std::uint64_t output_offset) const {
    return !runs_.empty() && runs_.back().end() == output_offset;
  }
  /// From there the output can be read on; by rising offset, together with `add`.
  void reach(const RestartPoint& point);
  [[nodiscard]] std::vector<CopiedRun> all() const;

 private:
  struct Run : CopiedRun {
    std::uint64_t input_end = 0;
    /// Begins where `other` ends, in the output and in the file.
    [[nodiscard]] bool follows(const Run& other) const {
      return output_offset == other.end() && input_offset == other.input_end;
    }
  };
  static void append(std::vector<Run>& runs, Run next, std::uint64_t longest_bytes);
  [[nodiscard]] bool is_short(const std::vector<Run>& runs, std::size_t number) const;
  void thin_out();

  std::vector<Run> runs_;
  std::uint64_t longest_bytes_ = std::uint64_t{16} << 20U;
  std::uint64_t least_bytes_ = std::uint64_t{128} << 10U;
};

}  // namespace tributary::genomics
