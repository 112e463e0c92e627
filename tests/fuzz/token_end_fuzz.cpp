// tests/fuzz/token_end_fuzz.cpp: tokens whose end is wanted.
#include "agent/line/papers.hpp"

#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (tributary::line::token_end(text) < 0) __builtin_trap();
  return 0;
}
