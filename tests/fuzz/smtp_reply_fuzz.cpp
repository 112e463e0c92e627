// tests/fuzz/smtp_reply_fuzz.cpp: whatever a mail server may say.
#include <cstdint>
#include <string>

#include "plugins/notifications/email/smtp.hpp"
#include "plugins/sdk/sdk.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string rest(reinterpret_cast<const char*>(data), size);
  const auto receive = [&] {
    auto some = rest.substr(0, 16);
    rest.erase(0, some.size());
    return some;
  };
  tributary::email::Submission mail;
  mail.our_name = "a";
  mail.username = "b";
  mail.to = {"c@example.org"};
  mail.message = "x\r\n";
  try {
    tributary::email::submit({[](std::string_view) {}, receive, [] {}}, mail);
  } catch (const tributary::sdk::Outcome&) {  // most of it is no mail server
  }
  return 0;
}
