// tests/fuzz/disease_hierarchy_fuzz.cpp: a hierarchy of diseases in OBO, in two pieces.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "agent/consent/diseases.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  tributary::consent::Diseases diseases;
  diseases.read(text.substr(0, size / 2));
  diseases.read(text.substr(size / 2));
  if (!diseases.finish()) return 0;
  const auto broader = diseases.broader("MONDO:0000003");
  for (std::size_t i = 0; broader && i < broader->size(); ++i) {
    if ((*broader)[i].size() != 13 || (*broader)[i] == "MONDO:0000003") std::abort();
  }
  return 0;
}
