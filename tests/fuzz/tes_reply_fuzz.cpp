// tests/fuzz/tes_reply_fuzz.cpp: the readers of TES answers take any bytes.
#include <cstdint>
#include <string_view>

#include "plugins/ingest/tes/reply.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(tributary::tes::read_state(text));
  static_cast<void>(tributary::tes::read_page(text));
  static_cast<void>(tributary::tes::read_created(text));
  return 0;
}
