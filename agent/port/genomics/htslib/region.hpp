// agent/port/genomics/htslib/region.hpp: where a record lies on the reference; what an index wants to know.
#pragma once

#include <cstdint>

namespace tributary::genomics {

/// Half-open, 0-based.
struct Region {
  std::int32_t contig = -1;
  std::int64_t begin = -1;
  std::int64_t end = 0;
  bool mapped = false;  // BAM: the read itself is placed
};

}  // namespace tributary::genomics
