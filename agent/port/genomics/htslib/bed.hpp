// agent/port/genomics/htslib/bed.hpp: BED, always as BGZF: intervals, no names, no comment, no track.
//
// Kept       lines of at least contig, start and end (tabs between them). Of the fourth column the value of a bedGraph,
//            which has no more; names go. Behind it what has the shape of its column: strands, thick start and end,
//            blocks, colours, and numbers of up to five digits, for a longer one may be somebody's. Else `.`.
// Source     GA4GH BED 1.0, section 1.5.
// Dropped    lines that start with `#`, `track` or `browser`, and blank ones.
// Index      tbi or csi.
#pragma once

#include <memory>
#include <optional>

#include "agent/port/genomics/genomics.hpp"

namespace tributary::genomics {

struct BedInterval {
  std::string_view contig;
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::size_t bytes = 0;  // of the line, up to the end of these three
};
/// Nothing when the line is no interval.
std::optional<BedInterval> bed_interval(std::string_view line);
/// Lines that are not data.
bool is_bed_comment(std::string_view line);

Result<std::unique_ptr<CleanSource>> open_clean_bed(files::Fd file, const Transform& transform, const Pass& pass);

}  // namespace tributary::genomics
