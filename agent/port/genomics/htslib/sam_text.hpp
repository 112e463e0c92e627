// agent/port/genomics/htslib/sam_text.hpp: the text of a SAM header as it stands in BAM and CRAM, line by line.
//
// Memory does not grow with the text: only the line in hand is held.
// Failure    give_up: the text ends early, a line beyond the limit; the visitor's own error.
// Source     SAM specification, section 4.2 (the text may be padded with NUL).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"
#include "agent/port/genomics/htslib/window.hpp"

namespace tributary::genomics {

/// Command lines end at some 2 MiB; a line is held as a whole.
inline constexpr std::size_t longest_header_line_bytes = std::size_t{16} << 20U;

struct SamTextVisitor {
  std::function<Status(std::string_view line)> line;  // without its end; empty lines are passed over
  std::function<Status(ByteView bytes)> padding;      // from the first NUL on; may be empty
  std::function<Status(std::size_t bytes)> take;      // takes them from the window
};

/// The `size` bytes at the front of the window.
Status sam_text(Window& window, std::uint64_t size, const SamTextVisitor& visitor);

}  // namespace tributary::genomics
