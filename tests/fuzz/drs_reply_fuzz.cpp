// tests/fuzz/drs_reply_fuzz.cpp: the readers of DRS answers take any bytes.
#include <cstdint>
#include <string_view>

#include "plugins/destinations/drs/reply.hpp"
#include "plugins/sdk/retry_after.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(tributary::drs::read_service_info(text));
  for (const char* method : {"s3", "https"}) static_cast<void>(tributary::drs::read_grants(text, method));
  static_cast<void>(tributary::drs::read_object(text));
  static_cast<void>(tributary::drs::read_access_url(text));
  static_cast<void>(tributary::drs::read_registered(text));
  static_cast<void>(tributary::drs::read_found(text));
  if (tributary::drs::read_complaint(text).size() > 200) __builtin_trap();
  const auto later = tributary::sdk::retry_after(text, 1000);
  if (later != 0 && (later < 1000 || later > 1000 + 86400)) __builtin_trap();
  static_cast<void>(tributary::sdk::parse_rfc3339(text));
  return 0;
}
