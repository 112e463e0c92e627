// tests/fuzz/s3_xml_fuzz.cpp: the reader of object stores' XML takes any bytes.
#include <cstdint>
#include <string_view>

#include "plugins/destinations/drs/s3_xml.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto elements = tributary::drs::read_xml(text)) {
    for (const auto& element : *elements) {
      if (element.depth >= 64 || element.name.empty()) __builtin_trap();
    }
  }
  static_cast<void>(tributary::drs::error_code(text));
  static_cast<void>(tributary::drs::read_part_list(text));
  static_cast<void>(tributary::drs::read_upload_ids(text, "key"));
  return 0;
}
