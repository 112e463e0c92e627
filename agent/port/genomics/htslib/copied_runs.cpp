// agent/port/genomics/htslib/copied_runs.cpp: stretches that grow, are cut, and are forgotten.
#include "agent/port/genomics/htslib/copied_runs.hpp"

namespace tributary::genomics {

/// Makes the newest one longer where it may.
void CopiedRuns::append(std::vector<Run>& runs, Run next, std::uint64_t longest_bytes) {
  if (!runs.empty() && next.follows(runs.back())) {
    Run& last = runs.back();
    if (last.bytes + next.bytes <= longest_bytes) {
      last.bytes += next.bytes;
      last.input_end = next.input_end;
      last.behind = std::move(next.behind);
      return;
    }
    last.behind.reset();  // nobody leaves here
  }
  runs.push_back(std::move(next));
}

/// By itself: pieces of a stretch that was cut may be of any length.
bool CopiedRuns::is_short(const std::vector<Run>& runs, std::size_t number) const {
  const bool goes_on = number + 1 < runs.size() && runs[number + 1].follows(runs[number]);
  const bool went_on = number > 0 && runs[number].follows(runs[number - 1]);
  return runs[number].bytes < least_bytes_ && !goes_on && !went_on;
}

void CopiedRuns::add(std::uint64_t output_offset, const CopiedBlock& block) {
  Run next{{output_offset, block.bytes, block.input_offset, {}}, block.input_offset + block.file_bytes};
  if (!runs_.empty() && !next.follows(runs_.back()) && is_short(runs_, runs_.size() - 1)) runs_.pop_back();
  append(runs_, std::move(next), longest_bytes_);
  while (runs_.size() > most_runs) thin_out();
}

void CopiedRuns::reach(const RestartPoint& point) {
  if (ends_at(point.output_offset)) runs_.back().behind = point;
}

void CopiedRuns::thin_out() {
  longest_bytes_ *= 2;
  least_bytes_ *= 2;
  std::vector<Run> joined;
  for (Run& run : runs_) append(joined, std::move(run), longest_bytes_);
  runs_.clear();
  for (std::size_t i = 0; i < joined.size(); ++i) {
    if (i + 1 == joined.size() || !is_short(joined, i)) runs_.push_back(joined[i]);  // the last one still grows
  }
}

std::vector<CopiedRun> CopiedRuns::all() const {
  std::vector<CopiedRun> all;
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    if (!is_short(runs_, i)) all.push_back(runs_[i]);
  }
  return all;
}

}  // namespace tributary::genomics
