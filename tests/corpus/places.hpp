// tests/corpus/places.hpp: files with one word planted in one place.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/port/genomics/genomics.hpp"

namespace tributary::corpus {

enum class Fate : std::uint8_t {
  removed,  // the transform takes it away, and the search finds nothing in the result
  proven,   // the transform can not know it, so the search must find it: the file is not sent
  refused,  // the transform does not take the file at all
};

struct Planted {
  std::string name;  // of the place
  genomics::Format format = genomics::Format::unknown;
  Fate fate = Fate::removed;
  std::function<std::string(const std::string& word)> file;
  bool masks_names = false;
  /// The search of the file as it stands finds the word. Not so where no search can: packed as hexadecimal, say.
  bool is_searchable = true;
  /// Of a joint file: the column that stays. It is called "a".
  std::optional<std::uint32_t> column = {};
};

/// All places, for words of letters, digits and `_ - .`.
std::vector<Planted> places();

}  // namespace tributary::corpus
