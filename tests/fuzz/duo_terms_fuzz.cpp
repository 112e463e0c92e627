// tests/fuzz/duo_terms_fuzz.cpp: any bytes as the permissions of a consent.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "agent/consent/evaluate.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto terms = tributary::consent::parse_terms({reinterpret_cast<const char*>(data), size});
  if (!terms) return 0;
  for (const auto& term : *terms) {
    if (tributary::consent::curie_of(term.code).empty()) std::abort();
  }
  return 0;
}
