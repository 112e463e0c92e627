// plugins/notifications/email/smtp.hpp: submission of one message (RFC 6409, RFC 5321), STARTTLS (RFC 3207), AUTH PLAIN
// (RFC 4954, RFC 4616).
//
// Failure    Later: nobody there, 4xx, an answer that is none. Broken: 5xx, no STARTTLS, no AUTH PLAIN.
// Never      a credential outside of TLS, but to this machine; a foreign text in an error beyond its code.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::email {

struct Reply {
  int code = 0;
  std::vector<std::string> lines;  // without code and line end
};

/// Takes a whole reply from the front of `inbox`; nothing while its last line is not there yet. Throws sdk::Later for
/// what is no reply, and for one of more than 64 KiB.
std::optional<Reply> take_reply(std::string& inbox);

/// A keyword of EHLO with the words behind it; nothing: it is not offered.
std::optional<std::string> offered(const Reply& ehlo, std::string_view keyword);

struct Line {
  std::function<void(std::string_view)> send;
  std::function<std::string()> receive;  // some bytes; "": the far side has hung up
  std::function<void()> start_tls;
};

enum class Tls : std::uint8_t { starttls, implicit, none };

struct Submission {
  Tls tls = Tls::starttls;
  std::string our_name;
  std::string username, password;  // empty: no AUTH
  std::string from;
  std::vector<std::string> to;
  std::string message;  // lines end with CR LF, none begins with a dot
};

/// Without a message: up to the greeting, and AUTH.
void submit(const Line& line, const Submission& submission);

}  // namespace tributary::email
