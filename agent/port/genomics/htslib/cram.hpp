// agent/port/genomics/htslib/cram.hpp: a CRAM file, made clean as a stream, or scanned as it stands.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"
#include "agent/base/stop.hpp"
#include "agent/port/genomics/genomics.hpp"

namespace tributary::genomics {

/// See open_clean_alignment.
Result<std::unique_ptr<CleanSource>> open_clean_cram(files::Fd file, const Transform& transform, const Pass& pass);
Status scan_cram(const files::Fd& file, ContentTap& tap, const Stop& stop);

/// What stands before the first record: `line` gets each line of the SAM header. Answers the file id, without the NULs
/// behind it.
Result<std::string> read_cram_head(const files::Fd& file, const std::function<Status(std::string_view)>& line);

}  // namespace tributary::genomics
