// tests/fuzz/gics_reply_fuzz.cpp: any bytes as an answer of gICS or of a register; without the word nothing is
// consented.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plugins/consent/gics/reply.hpp"
#include "plugins/consent/optout/reply.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto consented = tributary::gics::read_answer(text);
  if (consented && *consented && text.find("true") == std::string_view::npos) std::abort();
  const auto listed = tributary::optout::read_reply(text, "P-1");
  if (listed && !*listed && text.find("false") == std::string_view::npos) std::abort();
  return 0;
}
