// agent/port/genomics/htslib/format.hpp: which format the first bytes of a file's content are of.
#pragma once

#include <string_view>

#include "agent/port/genomics/genomics.hpp"
#include "agent/port/genomics/htslib/unpacker.hpp"

namespace tributary::genomics {

/// `head`: the front of the decompressed content, some kilobytes when there are as many. SAM text, empty content and
/// everything that is not certain are unknown.
Format format_of(std::string_view head);

/// Reads the front of the content; `input` is used up by it.
Result<std::string> head_of(Unpacker& input);

}  // namespace tributary::genomics
