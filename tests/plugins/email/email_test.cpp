// tests/plugins/email/email_test.cpp: the plugin `email` holds what every notification plugin must; SMTP and messages.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "agent/base/bytes.hpp"
#include "agent/base/text.hpp"
#include "plugins/notifications/email/message.hpp"
#include "plugins/notifications/email/smtp.hpp"
#include "plugins/sdk/sdk.hpp"
#include "tests/suites/notification_suite.hpp"

#include <CppUTest/TestHarness.h>

extern "C" const tributary_descriptor* tributary_plugin_email(void);

namespace fs = std::filesystem;
namespace suites = tributary::suites;
namespace email = tributary::email;
namespace sdk = tributary::sdk;

namespace {

const std::string password = "open-sesame";

// The text behind the headers, decoded, with the headers that matter in front.
std::string opened(const std::string& message) {
  const auto body = message.find("\r\n\r\n");
  std::string out = message.substr(0, body) + "\n";
  for (auto at = message.find("=?utf-8?B?"); at != std::string::npos; at = message.find("=?utf-8?B?", at + 1)) {
    const auto end = message.find("?=", at);
    out += tributary::text(*tributary::from_base64(message.substr(at + 10, end - at - 10)));
  }
  auto text = message.substr(body + 4);
  return out + "\n" + std::string(tributary::text(*tributary::from_base64(text)));
}

// A submission server: what it was told is in `said`, one line a command.
class Server final : public suites::NotificationSide {
 public:
  Server() {
    std::string name = (fs::temp_directory_path() / "tributary-email-XXXXXX").string();
    folder = mkdtemp(name.data());
    std::ofstream(folder / "password") << password << "\n";
    host_.settings["server"] = "mail.example.org";
    host_.settings["username"] = "appliance";
    host_.settings["password_file"] = (folder / "password").string();
    host_.settings["from"] = "appliance@example.org";
    host_.settings["to"] = "one@example.org\ntwo@example.org";
    host_.talk = [this](const std::string& bytes) { return answer(bytes); };
  }
  ~Server() override { fs::remove_all(folder); }
  const tributary_descriptor* plugin() const override { return tributary_plugin_email(); }
  tributary::fakes::PluginHost& host() override { return host_; }
  std::vector<std::string> heard() override { return letters; }
  void go_away() override { host_.talk = nullptr; }
  void refuse() override { accepts = "Ym9i"; }
  std::vector<std::string> secrets() override { return {password, "AGFwcGxpYW5jZQBvcGVuLXNlc2FtZQ=="}; }

  fs::path folder;
  std::string said, offers = "250-STARTTLS\r\n250-AUTH LOGIN PLAIN\r\n";
  std::string accepts = "AGFwcGxpYW5jZQBvcGVuLXNlc2FtZQ==";  // \0 appliance \0 open-sesame
  std::string greeting = "220 mail.example.org ESMTP\r\n", after_data = "250 queued\r\n", recipient = "250 ok\r\n";
  std::vector<std::string> letters;

 private:
  std::string answer(const std::string& bytes) {
    if (bytes.empty()) return greeting;
    if (bytes.ends_with("\r\n.\r\n")) {
      if (after_data.starts_with("250")) letters.push_back(opened(bytes.substr(0, bytes.size() - 3)));
      return after_data;
    }
    said += bytes == "TLS" ? "(TLS)\n" : bytes.substr(0, bytes.find('\r')) + "\n";
    if (bytes == "TLS") return {};
    if (bytes.starts_with("EHLO")) return "250-mail.example.org\r\n" + offers + "250 8BITMIME\r\n";
    if (bytes.starts_with("STARTTLS")) return "220 go\r\n";
    if (bytes.starts_with("AUTH")) return bytes == "AUTH PLAIN " + accepts + "\r\n" ? "235 ok\r\n" : "535 no\r\n";
    if (bytes.starts_with("RCPT")) return recipient;
    if (bytes.starts_with("DATA")) return "354 go\r\n";
    return bytes.starts_with("QUIT") ? "221 bye\r\n" : "250 ok\r\n";
  }

  tributary::fakes::PluginHost host_{tributary_plugin_email()};
};

}  // namespace

TEST_GROUP(Email) {
  Server server;
  tributary_note note{};
  tributary_outcome tell() {
    suites::Instance<tributary_notification_ops> at(server.plugin(), server.host());
    const auto outcome = suites::tell(at, "n-1");
    note = at.note;
    return outcome;
  }
  void does_not_open(const std::string& key, const std::string& value, const char* why) {
    server.host().settings[key] = value;
    void* self = nullptr;
    const auto* ops = static_cast<const tributary_notification_ops*>(server.plugin()->ops);
    LONGS_EQUAL(TRIBUTARY_BROKEN, ops->open(server.host().abi(), &self, &note));
    STRCMP_CONTAINS(why, note.what);
  }
};

TEST(Email, holds_what_every_notification_plugin_must) {
  suites::notifications_must_hold([] { return std::make_unique<Server>(); });
}

TEST(Email, says_no_credential_before_tls) {
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, tell(), note.what);
  STRCMP_EQUAL("mail.example.org:587", server.host().dialled.c_str());
  const auto tls = server.said.find("(TLS)");
  CHECK_TRUE(tls != std::string::npos && server.said.find("AUTH") > tls && server.said.find("MAIL") > tls);
  STRCMP_CONTAINS("MAIL FROM:<appliance@example.org>\nRCPT TO:<one@example.org>\nRCPT TO:<two@example.org>\nDATA\n",
                  server.said.c_str());
}

TEST(Email, does_not_go_on_in_the_clear) {
  server.offers = "250-AUTH PLAIN\r\n";
  LONGS_EQUAL(TRIBUTARY_BROKEN, tell());
  STRCMP_CONTAINS("STARTTLS", note.what);
  CHECK_TRUE(server.said.find("AUTH") == std::string::npos);
}

TEST(Email, can_begin_with_tls) {
  server.host().settings["tls"] = "implicit";
  server.host().settings["port"] = "465";
  LONGS_EQUAL(TRIBUTARY_DONE, tell());
  STRCMP_EQUAL("mail.example.org:465 TLS", server.host().dialled.c_str());
  CHECK_TRUE(server.said.find("STARTTLS") == std::string::npos);
}

TEST(Email, is_tried_again_or_not_as_the_server_says) {
  server.recipient = "450 busy\r\n";
  LONGS_EQUAL(TRIBUTARY_LATER, tell());
  server.recipient = "550 nobody\r\n";
  LONGS_EQUAL(TRIBUTARY_BROKEN, tell());
  server.recipient = "250 ok\r\n";
  server.after_data = "452 full\r\n";
  LONGS_EQUAL(TRIBUTARY_LATER, tell());
  server.after_data = "";
  LONGS_EQUAL(TRIBUTARY_LATER, tell());
  STRCMP_CONTAINS("hung up", note.what);
  server.greeting = "SSH-2.0-x\r\n";
  LONGS_EQUAL(TRIBUTARY_LATER, tell());
  STRCMP_CONTAINS("no mail server", note.what);
}

TEST(Email, does_not_open_with_settings_that_make_no_sense) {
  does_not_open("to", "one@example.org>\nx", "no address");
  does_not_open("to", "", "is empty");
  does_not_open("from", "a b@example.org", "from: ");
  server.host().settings["from"] = "a@example.org";
  does_not_open("tls", "none", "tls: ");
  does_not_open("port", "70000", "port: ");
}

TEST(Email, writes_lines_that_every_server_takes) {
  const auto message = email::write_message({"n-1",
                                             "a@example.org",
                                             "gr\xc3\xbc\xc3\x9f " + std::string(200, 'x'),
                                             ".\n" + std::string(3000, 'y') + "\n",
                                             {"b@example.org"},
                                             1763719200});
  STRCMP_CONTAINS("Date: Fri, 21 Nov 2025 10:00:00 +0000\r\n", message.c_str());
  STRCMP_CONTAINS("Message-ID: <n-1@example.org>\r\n", message.c_str());
  for (const auto& line : tributary::split(message, '\n')) {
    CHECK_TRUE(line.size() <= 79);
    CHECK_TRUE(line.empty() || (line.back() == '\r' && line.front() != '.'));
  }
}

TEST(Email, reads_replies_of_several_lines) {
  std::string inbox = "250-a\r\n250-SIZE 9\r\n250 b\r\n220 next";
  const auto reply = email::take_reply(inbox);
  LONGS_EQUAL(250, reply->code);
  LONGS_EQUAL(3, reply->lines.size());
  STRCMP_EQUAL("9", email::offered(*reply, "size")->c_str());
  STRCMP_EQUAL("220 next", inbox.c_str());
  CHECK_FALSE(email::take_reply(inbox).has_value());
  for (const auto* nonsense : {"25\r\n", "abc x\r\n", "250-a\r\n251 b\r\n", "250+x\r\n", "\n", "999 x\n"}) {
    std::string foreign = nonsense;
    CHECK_THROWS(sdk::Later, email::take_reply(foreign));
  }
}
