// plugins/notifications/email/message.hpp: a notification as an Internet message (RFC 5322, RFC 2045, RFC 2047).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::email {

/// One mailbox without a name, in ASCII: nothing that could end a command or a header.
bool is_address(std::string_view text);

struct Letter {
  std::string id, from, subject, text;
  std::vector<std::string> to;
  std::int64_t utc_s = 0;
};
/// Lines end with CR LF and are no longer than 78 bytes; none begins with a dot.
std::string write_message(const Letter& letter);

}  // namespace tributary::email
