// tests/fuzz/token_end_fuzz.cpp: tokens whose end is wanted.
#include "agent/line/expiry.hpp"

#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto end = tributary::line::token_end(text);
  if (end && *end <= 0) __builtin_trap();
  return 0;
}
