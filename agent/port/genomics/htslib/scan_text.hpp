// agent/port/genomics/htslib/scan_text.hpp: text of any shape, cut for a tap without being judged.
//
// Pieces end with a line (FASTQ: with every fourth). A line longer than the buffer comes in overlapping pieces, so that
// a word of up to 4 KiB is whole in one of them.
//
// Never      refuses text for its shape; holds more than one buffer.
#pragma once

#include <optional>

#include "agent/base/stop.hpp"
#include "agent/port/genomics/genomics.hpp"
#include "agent/port/genomics/htslib/unpacker.hpp"
#include "agent/port/genomics/htslib/utf16.hpp"

namespace tributary::genomics {

/// `wide`: the text is UTF-16 and comes as UTF-8.
Status scan_text(Unpacker& input, Format format, ContentTap& tap, const Stop& stop,
                 std::optional<Utf16> wide = std::nullopt);

}  // namespace tributary::genomics
