// agent/port/genomics/htslib/sam_text.cpp: lines and the padding behind them.
#include "agent/port/genomics/htslib/sam_text.hpp"

#include <algorithm>

namespace tributary::genomics {

namespace {

/// The bytes of the line at the front, its end included, of at most `left`.
Result<std::size_t> line_bytes(Window& window, std::uint64_t left) {
  for (std::size_t searched = 0;;) {
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(left, window.rest().size()));
    const std::string_view there = window.rest().substr(0, most);
    const auto feed = there.find('\n', searched);
    const std::size_t bytes = feed != std::string_view::npos ? feed + 1 : there.size();
    if (bytes > longest_header_line_bytes) return refusal("a header line of more than 16 MiB");
    if (feed != std::string_view::npos || bytes == left) return bytes;
    if (window.ended()) return refusal("the file ends within its header: it is truncated", "copy the file again");
    searched = there.size();
    if (Status done = window.more(); !done) return done.error();
  }
}

}  // namespace

Status sam_text(Window& window, std::uint64_t size, const SamTextVisitor& visitor) {
  bool padding = false;
  while (size > 0) {
    auto bytes = line_bytes(window, size);
    if (!bytes) return bytes.error();
    const std::string_view whole = window.rest().substr(0, *bytes);
    const auto nul = padding ? 0 : std::min(whole.find('\0'), whole.size());
    std::string_view line = whole.substr(0, nul);
    if (line.ends_with('\n')) line.remove_suffix(1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) {
      if (Status done = visitor.line(line); !done) return done;
    }
    if (nul < whole.size()) {
      padding = true;
      if (visitor.padding) {
        if (Status done = visitor.padding(view(whole.substr(nul))); !done) return done;
      }
    }
    if (Status done = visitor.take(*bytes); !done) return done;
    size -= *bytes;
  }
  return {};
}

}  // namespace tributary::genomics
