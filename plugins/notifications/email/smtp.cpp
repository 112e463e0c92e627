// plugins/notifications/email/smtp.cpp: what is said to a submission server, and what it must answer.
#include "plugins/notifications/email/smtp.hpp"

#include "plugins/sdk/sdk.hpp"
#include "plugins/sdk/text.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t most_reply_bytes = 64U << 10;

class Talk {
 public:
  explicit Talk(const Line& line) : line_(line) {}

  Reply hear() {
    for (;;) {
      if (auto reply = take_reply(inbox_)) return *reply;
      const auto more = line_.receive();
      if (more.empty()) throw sdk::Later("the mail server hung up", "nothing to do: it is tried again");
      inbox_ += more;
    }
  }
  Reply ask(const std::string& command) {
    line_.send(command + "\r\n");
    return hear();
  }
  void start_tls() {
    // What was said in the clear after its answer was not said by the server.
    if (!inbox_.empty()) throw sdk::Later("the mail server said more before TLS than it was asked for");
    line_.start_tls();
  }

 private:
  const Line& line_;
  std::string inbox_;
};

void expect(const Reply& reply, int code, const std::string& what, const std::string& hint) {
  if (reply.code / 100 == code / 100) return;
  const auto said = what + " (SMTP " + std::to_string(reply.code) + ")";
  if (reply.code / 100 == 4) throw sdk::Later(said, "nothing to do: it is tried again");
  throw sdk::Broken(said, hint);
}

Reply greet(Talk& talk, const std::string& name) {
  auto reply = talk.ask("EHLO " + name);
  expect(reply, 250, "the mail server does not want to talk with us", "ask whoever runs it");
  return reply;
}

void log_in(Talk& talk, const Reply& ehlo, const Submission& mail) {
  if (mail.username.empty()) return;
  const auto ways = offered(ehlo, "AUTH");
  if (!ways || (" " + sdk::lower(*ways) + " ").find(" plain ") == std::string::npos)
    throw sdk::Broken("the mail server does not offer AUTH PLAIN", "use its submission port, 587 or 465");
  std::string both;
  ((((both += '\0') += mail.username) += '\0') += mail.password);
  expect(talk.ask("AUTH PLAIN " + sdk::base64(both)), 235, "the mail server refuses our credentials",
         "check `username` and `password_file`");
}

}  // namespace

std::optional<Reply> take_reply(std::string& inbox) {
  Reply reply;
  std::size_t at = 0;
  for (;;) {
    const auto end = inbox.find('\n', at);
    if (end == std::string::npos) {
      if (inbox.size() > most_reply_bytes) throw sdk::Later("the mail server's answer does not end");
      return std::nullopt;
    }
    std::string_view line(inbox.data() + at, end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto code = line.size() >= 3 ? sdk::parse_number(line.substr(0, 3)) : std::nullopt;
    const bool is_last = line.size() == 3 || (line.size() > 3 && line[3] == ' ');
    const bool good = code && *code >= 200 && *code < 600 && (is_last || (line.size() > 3 && line[3] == '-'));
    if (!good || (reply.code != 0 && reply.code != static_cast<int>(*code)))
      throw sdk::Later("what answers is no mail server", "check `server`, `port` and `tls`");
    reply.code = static_cast<int>(*code);
    reply.lines.emplace_back(line.size() > 4 ? line.substr(4) : std::string_view());
    at = end + 1;
    if (!is_last) continue;
    inbox.erase(0, at);
    return reply;
  }
}

std::optional<std::string> offered(const Reply& ehlo, std::string_view keyword) {
  for (std::size_t i = 1; i < ehlo.lines.size(); ++i) {
    const auto& line = ehlo.lines[i];
    const auto blank = line.find(' ');
    if (sdk::lower(line.substr(0, blank)) == sdk::lower(keyword))
      return blank == std::string::npos ? std::string() : line.substr(blank + 1);
  }
  return std::nullopt;
}

void submit(const Line& line, const Submission& mail) {
  Talk talk(line);
  expect(talk.hear(), 220, "the mail server does not greet us", "ask whoever runs it");
  auto ehlo = greet(talk, mail.our_name);
  if (mail.tls == Tls::starttls) {
    if (!offered(ehlo, "STARTTLS"))
      throw sdk::Broken("the mail server does not offer STARTTLS", "use its submission port, or `tls: implicit`");
    expect(talk.ask("STARTTLS"), 220, "the mail server does not begin TLS", "ask whoever runs it");
    talk.start_tls();
    ehlo = greet(talk, mail.our_name);
  }
  log_in(talk, ehlo, mail);
  if (!mail.message.empty()) {
    expect(talk.ask("MAIL FROM:<" + mail.from + ">"), 250, "the mail server does not take mail from us",
           "check `from` and `username`");
    for (const auto& to : mail.to)
      expect(talk.ask("RCPT TO:<" + to + ">"), 250, "the mail server refuses a recipient", "check `to`");
    expect(talk.ask("DATA"), 354, "the mail server does not take the message", "ask whoever runs it");
    line.send(mail.message + ".\r\n");
    expect(talk.hear(), 250, "the mail server did not take the message", "ask whoever runs it");
  }
  try {
    talk.ask("QUIT");
  } catch (const sdk::Outcome&) {  // it has the message; how it takes leave does not matter
  }
}

}  // namespace tributary::email
