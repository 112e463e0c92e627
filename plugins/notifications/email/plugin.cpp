// plugins/notifications/email/plugin.cpp: a message as e-mail, handed to a submission server.
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "plugins/notifications/email/message.hpp"
#include "plugins/notifications/email/smtp.hpp"
#include "plugins/sdk/sdk.hpp"
#include "plugins/sdk/text.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t most_password_bytes = 4096;

constexpr tributary_key keys[] = {
    {"server", "string", nullptr, "host of the submission server"},
    {"port", "integer", "587", "587 with starttls, 465 with implicit"},
    {"tls", "string", "starttls", "starttls, implicit, or none, which is for a server on this machine only"},
    {"username", "string", "", "account to log in with; default: none"},
    {"password_file", "path", "", "file with its password"},
    {"from", "string", nullptr, "address that messages come from"},
    {"to", "list", nullptr, "addresses that messages go to"},
    {nullptr, nullptr, nullptr, nullptr},
};

// Read for every message: a password may be replaced.
std::string read_password(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  if (text.empty() || text.size() > most_password_bytes || text.find('\0') != std::string::npos)
    throw sdk::Broken("password_file holds no password", "may the daemon's user read it?");
  return text;
}

std::string our_name() {
  std::array<char, 256> name{};
  const bool known = ::gethostname(name.data(), name.size() - 1) == 0 && sdk::is_portable_name(name.data());
  return known ? name.data() : "localhost";
}

class Email {
 public:
  explicit Email(const tributary_host* raw) : host_(raw), server_(host_.setting("server")), to_(host_.list("to")) {
    const auto port = host_.number("port");
    if (port == 0 || port > 65535) throw sdk::Broken("port: is no port", "587 or 465");
    port_ = static_cast<std::uint16_t>(port);
    const auto tls = host_.setting("tls");
    const bool local = server_ == "localhost" || server_ == "127.0.0.1" || server_ == "::1";
    if (tls != "starttls" && tls != "implicit" && (tls != "none" || !local))
      throw sdk::Broken("tls: is neither starttls nor implicit", "none is for a server on this machine only");
    tls_ = tls == "implicit" ? Tls::implicit : tls == "none" ? Tls::none : Tls::starttls;
    from_ = host_.setting("from");
    if (!is_address(from_)) throw sdk::Broken("from: is no address", "write name@host.example");
    for (const auto& to : to_) {
      if (!is_address(to)) throw sdk::Broken("to: holds what is no address", "write name@host.example");
    }
    if (to_.empty()) throw sdk::Broken("to: is empty", "name at least one address");
    if (host_.setting("username").empty() != host_.setting("password_file").empty())
      throw sdk::Broken("`username` and `password_file` belong together", "give both or none");
  }

  void tell(const std::string& message) {
    Submission mail{tls_, our_name(), host_.setting("username"), {}, from_, to_, message};
    if (!mail.username.empty()) mail.password = read_password(host_.setting("password_file"));
    const auto* raw = host_.raw();
    if (raw->size < sizeof(tributary_host))
      throw sdk::Broken("this agent can not dial", "install one that belongs here");
    must([&](tributary_note* note) {
      return raw->dial(raw->self, server_.c_str(), port_, tls_ == Tls::implicit ? 1 : 0, note);
    });
    const HangUp end{raw};
    submit({[&](std::string_view bytes) {
              must([&](tributary_note* note) {
                return raw->transmit(raw->self, bytes.data(), static_cast<std::uint32_t>(bytes.size()), note);
              });
            },
            [&] {
              std::array<char, 2048> room{};
              std::uint32_t given = 0;
              must([&](tributary_note* note) {
                return raw->receive(raw->self, room.data(), static_cast<std::uint32_t>(room.size()), &given, note);
              });
              return std::string(room.data(), given);
            },
            [&] { must([&](tributary_note* note) { return raw->start_tls(raw->self, note); }); }},
           mail);
  }
  void tell(const tributary_message& message) {
    tell(write_message({message.id, from_, message.title, message.text, to_, message.utc_s}));
  }

 private:
  struct HangUp {
    const tributary_host* host;
    ~HangUp() { host->hang_up(host->self); }
  };
  template <typename Act>
  static void must(Act&& act) {
    tributary_note note{};
    const auto outcome = act(&note);
    if (outcome == TRIBUTARY_LATER) throw sdk::Later(note.what, note.hint, note.not_before_utc_s);
    if (outcome != TRIBUTARY_DONE) throw sdk::Broken(note.what, note.hint);
  }

  sdk::Host host_;
  std::string server_, from_;
  std::uint16_t port_ = 0;
  Tls tls_ = Tls::starttls;
  std::vector<std::string> to_;
};

tributary_outcome open(const tributary_host* host, void** self, tributary_note* note) {
  return sdk::fence(note, [&] { *self = new Email(host); });
}
tributary_outcome probe(void* self, tributary_note* note) {
  return sdk::fence(note, [&] { static_cast<Email*>(self)->tell(std::string()); });
}
tributary_outcome tell(void* self, const tributary_message* message, tributary_note* note) {
  return sdk::fence(note, [&] { static_cast<Email*>(self)->tell(*message); });
}
void close(void* self) { delete static_cast<Email*>(self); }

constexpr tributary_notification_ops ops = {sizeof ops, open, probe, tell, close};

}  // namespace
}  // namespace tributary::email

extern "C" TRIBUTARY_EXPORT const tributary_descriptor* TRIBUTARY_ENTRY(void) {
  static const auto descriptor =
      tributary::sdk::described(TRIBUTARY_NOTIFICATION, "email", "messages by e-mail, through a submission server",
                                tributary::email::keys, &tributary::email::ops);
  return &descriptor;
}
