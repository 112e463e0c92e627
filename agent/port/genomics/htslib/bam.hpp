// agent/port/genomics/htslib/bam.hpp: a BAM file, made clean as a stream, or scanned as it stands.
#pragma once

#include <memory>

#include "agent/base/result.hpp"
#include "agent/base/stop.hpp"
#include "agent/port/genomics/genomics.hpp"

namespace tributary::genomics {

/// See open_clean_alignment.
Result<std::unique_ptr<CleanSource>> open_clean_bam(files::Fd file, const Transform& transform, const Pass& pass);
Status scan_bam(const files::Fd& file, ContentTap& tap, const Stop& stop);

}  // namespace tributary::genomics
