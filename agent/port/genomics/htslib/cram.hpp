// agent/port/genomics/htslib/cram.hpp: a CRAM file, made clean as a stream, or scanned as it stands.
#pragma once

#include <memory>
#include <string>

#include "agent/base/result.hpp"
#include "agent/base/stop.hpp"
#include "agent/port/genomics/genomics.hpp"

namespace tributary::genomics {

/// See open_clean_alignment.
Result<std::unique_ptr<CleanSource>> open_clean_cram(files::Fd file, const Transform& transform, const Pass& pass);
Status scan_cram(const files::Fd& file, ContentTap& tap, const Stop& stop);

/// What stands before the first record.
struct CramHead {
  std::string file_id;  // without the NULs behind it
  std::string text;     // of the SAM header
};
Result<CramHead> read_cram_head(const files::Fd& file);

}  // namespace tributary::genomics
