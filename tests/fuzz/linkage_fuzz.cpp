// tests/fuzz/linkage_fuzz.cpp: any bytes as the text of a backup of the linkage, with a first line that fits or not.
#include <cstddef>
#include <cstdint>
#include <string>

#include "agent/journal/backup.hpp"
#include "agent/port/crypto/crypto.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string body(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::string text = body;
  if ((data[0] & 1U) != 0) {
    text = R"({"format":"tributary-linkage","version":1,"site":"s","made_at":"t","links":)" +
           std::to_string(data[0] >> 1U) + R"(,"sha256":")" +
           tributary::to_hex(tributary::ByteView(tributary::crypto::sha256(tributary::view(body)))) + "\"}\n" + body;
  }
  static_cast<void>(tributary::journal::read_linkage(text));
  return 0;
}
