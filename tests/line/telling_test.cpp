// tests/line/telling_test.cpp: the daemon tells a web service what has to be seen to, and not twice.
#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "agent/port/files/files.hpp"
#include "agent/port/http/http.hpp"
#include "tests/line/laboratory.hpp"
#include "tests/line/program.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::line_test {

TEST_GROUP(Telling) {
  Laboratory laboratory{1};
  fakes::TemporaryDirectory far;
  SiteFolder site{laboratory, folder_at(far.path())};
  std::mutex mutex;
  std::vector<std::string> messages;
  std::atomic<int> answer = 204;
  std::unique_ptr<http::Server> desk;

  void setup() override {
    http::ServerSettings settings;
    settings.listen = "127.0.0.1:0";
    desk = std::move(*http::serve(settings, [this](http::Exchange& exchange) {
      std::array<std::uint8_t, 8192> room{};
      const auto n = exchange.body().read(room);
      const std::lock_guard lock(mutex);
      messages.emplace_back(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(n ? *n : 0));
      exchange.reply(answer, {}, {});
    }));
    auto text = *files::read_small(site.config_file(), 1U << 20);
    text += "notifications:\n  - { name: desk, plugin: webhook, settings: { url: \"http://127.0.0.1:" +
            std::to_string(desk->port()) + "/hook\" } }\n";
    CHECK_TRUE(files::write_atomic(site.config_file(), view(text), 0600).ok());
  }
  std::vector<std::string> heard() {
    const std::lock_guard lock(mutex);
    return messages;
  }
  Ending once() { return run_daemon_once(site.config_file(), site.path()); }
};

// SAMPLE-03 did not agree.
TEST(Telling, is_done_once_and_names_nobody) {
  LONGS_EQUAL(3, once().code);
  LONGS_EQUAL(1, heard().size());
  const auto first = heard().front();
  STRCMP_CONTAINS("\"what\":\"1 parcel for far is refused\"", first.c_str());
  for (const auto& word : Laboratory::identifiers()) CHECK_TRUE(first.find(word) == std::string::npos);
  CHECK_TRUE(first.find("TL-") == std::string::npos && first.find(fakes::miseq_run) == std::string::npos);
  LONGS_EQUAL(3, once().code);
  LONGS_EQUAL(1, heard().size());
}

TEST(Telling, that_fails_stops_nothing) {
  answer = 500;
  const auto ending = once();
  LONGS_EQUAL(3, ending.code);
  STRCMP_CONTAINS("not told, tried again in 1 min 0 s: notification desk: the message was not taken (HTTP 500)",
                  ending.words.c_str());
  STRCMP_CONTAINS("delivered to far", ending.words.c_str());
}

}  // namespace tributary::line_test
