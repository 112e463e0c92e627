// agent/port/genomics/htslib/inspect_bam.hpp: what the header of a BAM or CRAM file says of itself.
//
// Failure    give_up: neither BAM nor CRAM, or a damaged header.
// Never      reads beyond the header.
#pragma once

#include "agent/base/result.hpp"
#include "agent/port/genomics/genomics.hpp"

namespace tributary::genomics {

Result<Facts> inspect_alignment(const files::Fd& file);

}  // namespace tributary::genomics
