// agent/port/genomics/htslib/pieces.hpp: a text taken apart at a sign.
#pragma once

#include <cstddef>
#include <string_view>

namespace tributary::genomics {

/// Calls `part` with the number (from 0) and the text of each piece between the signs; an empty text is one piece.
template <typename Part>
void for_each_piece(std::string_view text, char between, Part part) {
  for (std::size_t number = 0;; ++number) {
    const auto end = text.find(between);
    part(number, text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

}  // namespace tributary::genomics
