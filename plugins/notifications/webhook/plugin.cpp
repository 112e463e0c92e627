// plugins/notifications/webhook/plugin.cpp: a message as a JSON POST to a web service.
//
// Body       {"id", "site", "at", "title", "text", "events": [{"kind", "what", "hint", "count"}]}; `at` is Unix time.
// Signature  with `signing_key_file`: headers webhook-id, webhook-timestamp and webhook-signature of the specification
//            Standard Webhooks: "v1," and the base64 of the HMAC-SHA-256 of "id.timestamp.body".
#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "plugins/sdk/digest.hpp"
#include "plugins/sdk/http.hpp"
#include "plugins/sdk/json.hpp"

namespace tributary::webhook {
namespace {

constexpr std::size_t most_key_bytes = 4096;
constexpr std::size_t least_key_bytes = 16;

constexpr tributary_key keys[] = {
    {"url", "url", nullptr, "where messages are posted to"},
    {"signing_key_file", "path", "",
     "file with the key that signs them, text of 16 bytes or more; default: not signed"},
    {"timeout", "duration", "30", "how long to wait for an answer, up to 5m"},
    {nullptr, nullptr, nullptr, nullptr},
};

// Read for every message: a key may be replaced.
std::string read_key(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string key{std::istreambuf_iterator<char>(in), {}};
  if (!in.good() && !in.eof()) throw sdk::Broken("signing_key_file: can not be read", "may the daemon's user read it?");
  const auto from = key.find_first_not_of(" \t\r\n");
  const auto to = key.find_last_not_of(" \t\r\n");
  key = from == std::string::npos ? std::string() : key.substr(from, to - from + 1);
  if (key.size() < least_key_bytes || key.size() > most_key_bytes)
    throw sdk::Broken("signing_key_file: its key is too short or too long", "it has 16 to 4,096 bytes of text");
  return key;
}

std::string body_of(const tributary_message& message) {
  auto events = sdk::json_array();
  for (std::uint32_t i = 0; i < message.event_count; ++i) {
    const auto& event = message.events[i];
    auto one = sdk::json_object();
    one->set("kind", std::string(event.kind));
    one->set("what", std::string(event.what));
    one->set("hint", std::string(event.hint));
    one->set("count", event.count);
    events->add(one);
  }
  auto out = sdk::json_object();
  out->set("id", std::string(message.id));
  out->set("site", std::string(message.site));
  out->set("at", message.utc_s);
  out->set("title", std::string(message.title));
  out->set("text", std::string(message.text));
  out->set("events", events);
  return sdk::json_text(out);
}

struct Webhook {
  explicit Webhook(const tributary_host* raw) : host(raw) {
    if (!host.setting("signing_key_file").empty()) read_key(host.setting("signing_key_file"));
  }

  void tell(const tributary_message& message) const {
    sdk::Ask ask;
    ask.method = "POST";
    ask.url = host.setting("url");
    ask.authorize = true;
    ask.headers = {{"Content-Type", "application/json"}, {"Accept", "*/*"}};
    ask.body = body_of(message);
    ask.answer_timeout_s = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(host.number("timeout"), 1, 300));
    if (const auto file = host.setting("signing_key_file"); !file.empty()) {
      const std::string id = message.id;
      const auto at = std::to_string(host.now_utc_s());
      const auto signature = sdk::base64(sdk::hmac_sha256(read_key(file), id + "." + at + "." + ask.body));
      ask.headers.insert(ask.headers.end(),
                         {{"webhook-id", id}, {"webhook-timestamp", at}, {"webhook-signature", "v1," + signature}});
    }
    const auto reply = sdk::exchange(host, ask);
    if (reply.ok()) return;
    if (sdk::is_temporary(reply.status)) sdk::come_back(host, reply, "the message was not taken");
    throw sdk::Broken("the message was not taken (HTTP " + std::to_string(reply.status) + ")",
                      "check `url` and `auth` of this notification with whoever runs the service");
  }

  sdk::Host host;
};

tributary_outcome open(const tributary_host* host, void** self, tributary_note* note) {
  return sdk::fence(note, [&] { *self = new Webhook(host); });
}
// A service has no other request than the one that tells: TLS and name are the host's to look at.
tributary_outcome probe(void* /*self*/, tributary_note* /*note*/) { return TRIBUTARY_DONE; }
tributary_outcome tell(void* self, const tributary_message* message, tributary_note* note) {
  return sdk::fence(note, [&] { static_cast<Webhook*>(self)->tell(*message); });
}
void close(void* self) { delete static_cast<Webhook*>(self); }

constexpr tributary_notification_ops ops = {sizeof ops, open, probe, tell, close};

}  // namespace
}  // namespace tributary::webhook

extern "C" TRIBUTARY_EXPORT const tributary_descriptor* TRIBUTARY_ENTRY(void) {
  static const auto descriptor =
      tributary::sdk::described(TRIBUTARY_NOTIFICATION, "webhook", "messages as JSON to a web service",
                                tributary::webhook::keys, &tributary::webhook::ops);
  return &descriptor;
}
