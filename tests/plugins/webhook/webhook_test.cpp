// tests/plugins/webhook/webhook_test.cpp: the plugin `webhook` holds what every notification plugin must; signatures.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "plugins/sdk/digest.hpp"
#include "plugins/sdk/json.hpp"
#include "plugins/sdk/text.hpp"
#include "tests/suites/notification_suite.hpp"

#include <CppUTest/TestHarness.h>

extern "C" const tributary_descriptor* tributary_plugin_webhook(void);

namespace fs = std::filesystem;
namespace suites = tributary::suites;
namespace sdk = tributary::sdk;
using tributary::fakes::HttpAnswer;
using tributary::fakes::HttpAsked;

namespace {

const std::string key = "0123456789abcdef-key";

class Service final : public suites::NotificationSide {
 public:
  Service() {
    std::string name = (fs::temp_directory_path() / "tributary-webhook-XXXXXX").string();
    folder = mkdtemp(name.data());
    std::ofstream(folder / "key") << key << "\n";
    host_.settings["url"] = "https://desk.example.org/hook";
    host_.settings["signing_key_file"] = (folder / "key").string();
    host_.http = [this](const HttpAsked& asked) {
      if (status == 0) return HttpAnswer{TRIBUTARY_LATER, "nobody answers at desk.example.org", 0, {}, {}};
      if (status < 300) bodies.push_back(asked.body);
      return HttpAnswer{TRIBUTARY_DONE, {}, status, {{"Retry-After", "90"}}, "no"};
    };
  }
  ~Service() override { fs::remove_all(folder); }
  const tributary_descriptor* plugin() const override { return tributary_plugin_webhook(); }
  tributary::fakes::PluginHost& host() override { return host_; }
  std::vector<std::string> heard() override { return bodies; }
  void go_away() override { status = 0; }
  void refuse() override { status = 401; }
  std::vector<std::string> secrets() override { return {key}; }

  fs::path folder;
  int status = 204;
  std::vector<std::string> bodies;

 private:
  tributary::fakes::PluginHost host_{tributary_plugin_webhook()};
};

}  // namespace

TEST_GROUP(Webhook) {
  Service service;
  tributary_outcome tell() {
    suites::Instance<tributary_notification_ops> at(service.plugin(), service.host());
    const auto outcome = suites::tell(at, "n-1");
    note = at.note;
    return outcome;
  }
  tributary_note note{};
};

TEST(Webhook, holds_what_every_notification_plugin_must) {
  suites::notifications_must_hold([] { return std::make_unique<Service>(); });
}

TEST(Webhook, posts_json_with_the_credentials_of_the_host) {
  LONGS_EQUAL(TRIBUTARY_DONE, tell());
  const auto& asked = service.host().asked.at(0);
  STRCMP_EQUAL("POST", asked.method.c_str());
  STRCMP_EQUAL("https://desk.example.org/hook", asked.url.c_str());
  STRCMP_EQUAL("application/json", asked.header("Content-Type").c_str());
  CHECK_TRUE(asked.authorize);
  const auto json = sdk::parse_json(asked.body);
  CHECK_TRUE(json.has_value());
  STRCMP_EQUAL("n-1", (*json)["id"].text().c_str());
  LONGS_EQUAL(1763719200, *(*json)["at"].integer());
  LONGS_EQUAL(2, (*json)["events"].items().size());
  LONGS_EQUAL(3, *(*json)["events"].items()[0]["count"].integer());
}

TEST(Webhook, signs_id_time_and_body) {
  LONGS_EQUAL(TRIBUTARY_DONE, tell());
  const auto& asked = service.host().asked.at(0);
  STRCMP_EQUAL("n-1", asked.header("webhook-id").c_str());
  STRCMP_EQUAL("1763719200", asked.header("webhook-timestamp").c_str());
  const auto wanted = "v1," + sdk::base64(sdk::hmac_sha256(key, "n-1.1763719200." + asked.body));
  STRCMP_EQUAL(wanted.c_str(), asked.header("webhook-signature").c_str());
}

TEST(Webhook, does_not_sign_without_a_key) {
  service.host().settings["signing_key_file"] = "";
  LONGS_EQUAL(TRIBUTARY_DONE, tell());
  STRCMP_EQUAL("", service.host().asked.at(0).header("webhook-signature").c_str());
}

TEST(Webhook, does_not_open_with_a_key_that_is_none) {
  std::ofstream(service.folder / "key") << "short\n";
  void* self = nullptr;
  const auto* ops = static_cast<const tributary_notification_ops*>(service.plugin()->ops);
  LONGS_EQUAL(TRIBUTARY_BROKEN, ops->open(service.host().abi(), &self, &note));
  STRCMP_CONTAINS("too short", note.what);
}

TEST(Webhook, comes_back_when_it_is_asked_to) {
  service.status = 503;
  LONGS_EQUAL(TRIBUTARY_LATER, tell());
  LONGS_EQUAL(1763719290, note.not_before_utc_s);
}
