// tests/fuzz/pseudonym_reply_fuzz.cpp: any bytes as the answer of a pseudonym service; nothing that was not asked comes
// out.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plugins/pseudonyms/http/reply.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::string> asked{"S-1", "S-2"};
  const auto answer =
      tributary::pseudonym_http::read_answer(std::string_view(reinterpret_cast<const char*>(data), size), "D", asked);
  if (!answer) return 0;
  for (const auto& [original, pseudonym] : *answer) {
    if (std::find(asked.begin(), asked.end(), original) == asked.end() || pseudonym.empty()) std::abort();
  }
  return 0;
}
