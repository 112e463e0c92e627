// plugins/consent/csv/words.cpp: small string helpers of this plugin.
#include "plugins/consent/csv/words.hpp"

namespace tributary::csv {

std::uint64_t hash(std::string_view text) {
  std::uint64_t value = 14695981039346656037ULL;
  for (const char c : text) {
    value ^= static_cast<unsigned char>(c);
    value *= 1099511628211ULL;
  }
  return value;
}

}  // namespace tributary::csv
