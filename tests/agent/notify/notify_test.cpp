// tests/agent/notify/notify_test.cpp: what is told, when, how often, and what is never told.
#include "agent/notify/notify.hpp"

#include <fstream>

#include "agent/base/bytes.hpp"
#include "tests/agent/journal/state.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::notify_test {

using journal::Condition;
using journal::Stage;
using journal_test::noon;

namespace {

constexpr std::int64_t hour_s = 3600;

class Desk final : public plugin::Notification {
 public:
  Status probe() override { return {}; }
  Status tell(const plugin::Message& message) override {
    tried.push_back(message);
    if (!away) heard.push_back(message);
    return away ? Status(wait_error("desk: nobody there")) : Status();
  }
  std::vector<plugin::Message> tried, heard;
  bool away = false;
};

/// Replaces a file while it is told.
class BusyDesk final : public plugin::Notification {
 public:
  explicit BusyDesk(std::string file, std::string content) : file_(std::move(file)), content_(std::move(content)) {}
  Status probe() override { return {}; }
  Status tell(const plugin::Message&) override {
    std::ofstream(file_) << content_;
    return {};
  }

 private:
  std::string file_, content_;
};

std::string token_until(std::int64_t utc_s) {
  return to_base64url(view(R"({"alg":"none"})")) + "." + to_base64url(view("{\"exp\":" + std::to_string(utc_s) + "}")) +
         ".c2ln";
}

}  // namespace

TEST_GROUP(Notifier) {
  journal_test::State state;
  ManualClock clock{noon};
  SilentLog log;
  config::Settings settings;
  std::vector<line::OpenNotification> ways;
  Desk* desk = nullptr;
  std::int64_t run = 0;

  void setup() override {
    settings.site = "test-lab";
    config::Notification entry;
    entry.name = "desk";
    entry.events = {"held", "refused", "expiring", "stalled", "alarm"};
    entry.every_s = 24 * hour_s;
    settings.notifications = {entry};
    add_way();
    run = state.add_run("251120_RUN");
  }
  void add_way() {
    auto made = std::make_unique<Desk>();
    desk = made.get();
    ways.clear();
    ways.push_back({settings.notifications.front(), std::move(made)});
  }
  /// As a program that was started again.
  void step() { notify::Notifier(settings, ways, *state.journal, clock, log).step(); }
  void step_after(std::int64_t seconds) {
    clock.advance(seconds);
    step();
  }
  std::string parcel(const std::string& pseudonym, Condition condition, const std::string& destination = "national") {
    auto wish = journal_test::State::wish(run, pseudonym);
    wish.destination = destination;
    const auto id = state.journal->plan_parcel(wish)->id;
    set(id, condition);
    return id;
  }
  void set(const std::string& id, Condition condition) {
    CHECK_TRUE(state.journal->end_work(id, {Stage::waiting, condition, "consent: a reason", "mend it", 0}, noon).ok());
  }
  std::string events(std::size_t number) {
    std::string out;
    for (const auto& event : desk->heard.at(number).events) out += event.kind + ": " + event.what + "\n";
    return out;
  }
};

TEST(Notifier, reads_certificates_and_tokens_once_for_all_ways) {
  config::Destination destination;
  destination.name = "national";
  destination.auth.kind = config::AuthSettings::Kind::bearer;
  destination.auth.secret_file = state.directory + "/token";
  settings.destinations = {destination};
  std::ofstream(destination.auth.secret_file) << token_until(noon + 86400);
  auto other = settings.notifications.front();
  other.name = "another";
  ways.insert(ways.begin(), {other, std::make_unique<BusyDesk>(destination.auth.secret_file, token_until(noon - 60))});
  step();
  STRCMP_CONTAINS("auth.token_file of destination national ends at", events(0).c_str());
}

TEST(Notifier, says_nothing_when_there_is_nothing_to_say) {
  parcel("TL-01", Condition::going);
  step();
  LONGS_EQUAL(0, desk->tried.size());
}

TEST(Notifier, tells_the_first_of_a_kind_at_once) {
  parcel("TL-01", Condition::held);
  step();
  parcel("TL-02", Condition::refused);
  step_after(60);
  LONGS_EQUAL(2, desk->heard.size());
  STRCMP_EQUAL("held: 1 parcel for national is held\n", events(0).c_str());
  STRCMP_EQUAL("refused: 1 parcel for national is refused\n", events(1).c_str());
  STRCMP_EQUAL("Tributary test-lab: 1 held", desk->heard[0].title.c_str());
}

TEST(Notifier, tells_what_comes_later_as_one_digest) {
  parcel("TL-01", Condition::held);
  step();
  for (int i = 0; i < 20; ++i) {
    parcel("TL-1" + std::to_string(i), Condition::held);
    step_after(hour_s);
  }
  LONGS_EQUAL(1, desk->heard.size());
  parcel("TL-30", Condition::held, "regional");
  step_after(4 * hour_s);
  LONGS_EQUAL(2, desk->heard.size());
  STRCMP_EQUAL("held: 21 parcels for national are held\nheld: 1 parcel for regional is held\n", events(1).c_str());
  step_after(100 * hour_s);
  LONGS_EQUAL(2, desk->heard.size());
}

TEST(Notifier, takes_everything_that_is_new_along) {
  parcel("TL-01", Condition::held);
  step();
  parcel("TL-02", Condition::held);
  step_after(60);
  CHECK_TRUE(state.journal->raise_alarm("clock", operator_error("clock: it says 1970", "set it"), noon).ok());
  step_after(60);
  LONGS_EQUAL(2, desk->heard.size());
  STRCMP_EQUAL("alarm: clock: it says 1970\nheld: 2 parcels for national are held\n", events(1).c_str());
  STRCMP_CONTAINS("- clock: it says 1970\n  set it\n", desk->heard[1].text.c_str());
}

TEST(Notifier, tells_again_what_came_again) {
  const auto id = parcel("TL-01", Condition::held);
  step();
  set(id, Condition::going);
  step_after(60);
  set(id, Condition::held);
  step_after(60);
  LONGS_EQUAL(1, desk->heard.size());
  step_after(24 * hour_s);
  LONGS_EQUAL(2, desk->heard.size());
}

TEST(Notifier, does_not_tell_what_an_operator_holds_himself) {
  const auto id = parcel("TL-01", Condition::going);
  CHECK_TRUE(state.journal->hold({id, {}, {}}, noon).ok());
  step();
  LONGS_EQUAL(0, desk->tried.size());
}

TEST(Notifier, tells_only_what_is_wanted) {
  settings.notifications.front().events = {"alarm"};
  add_way();
  parcel("TL-01", Condition::held);
  step();
  LONGS_EQUAL(0, desk->tried.size());
}

TEST(Notifier, tries_again_later_each_time_with_the_same_message) {
  parcel("TL-01", Condition::held);
  desk->away = true;
  step();
  step_after(59);
  LONGS_EQUAL(1, desk->tried.size());
  step_after(1);
  step_after(60);
  LONGS_EQUAL(2, desk->tried.size());
  parcel("TL-02", Condition::held);
  desk->away = false;
  step_after(60);
  LONGS_EQUAL(1, desk->heard.size());
  STRCMP_EQUAL(desk->tried[0].id.c_str(), desk->heard[0].id.c_str());
  STRCMP_EQUAL(desk->tried[0].text.c_str(), desk->heard[0].text.c_str());
}

TEST(Notifier, waits_for_six_hours_at_most) {
  parcel("TL-01", Condition::held);
  desk->away = true;
  for (int i = 0; i < 40; ++i) step_after(6 * hour_s);
  LONGS_EQUAL(40, desk->tried.size());
}

TEST(Notifier, does_not_tell_twice_after_a_crash_and_keeps_the_id_of_what_was_under_way) {
  parcel("TL-01", Condition::held);
  desk->away = true;
  step();
  const auto id = desk->tried[0].id;
  state.open();
  desk->away = false;
  step_after(60);
  STRCMP_EQUAL(id.c_str(), desk->heard.at(0).id.c_str());
  state.open();
  step_after(60);
  LONGS_EQUAL(1, desk->heard.size());
}

TEST(Notifier, is_not_silenced_by_a_clock_that_was_ahead) {
  clock.advance(1000 * 24 * hour_s);
  parcel("TL-01", Condition::held);
  step();
  clock.set(noon);
  parcel("TL-02", Condition::held);
  step();
  LONGS_EQUAL(2, desk->heard.size());
}

TEST(Notifier, tells_what_does_not_get_on) {
  const auto id = state.journal->plan_parcel(journal_test::State::wish(run, "TL-01"))->id;
  state.seal(id);
  CHECK_TRUE(state.journal->begin_work(id, Stage::uploading, noon).ok());
  CHECK_TRUE(state.journal->end_work(id, {Stage::uploading, Condition::going, "no answer", "", noon + 60}, noon).ok());
  CHECK_TRUE(state.journal->begin_work(id, Stage::uploading, noon + 60).ok());
  CHECK_TRUE(
      state.journal->end_work(id, {Stage::uploading, Condition::going, "no answer", "", noon + 90}, noon + 60).ok());
  step_after(5 * hour_s);
  LONGS_EQUAL(0, desk->heard.size());
  step_after(2 * hour_s);
  STRCMP_CONTAINS("stalled: 1 parcel for national does not get on, one since 2025-11-21T10:0", events(0).c_str());
}

TEST(Notifier, never_tells_a_pseudonym_or_a_reason_and_a_run_only_when_it_may) {
  parcel("TL-01", Condition::held);
  parcel("TL-02", Condition::refused);
  step();
  settings.notifications.front().name = "other";
  settings.notifications.front().run_names = true;
  const auto first = desk->heard.at(0).text + desk->heard[0].title;
  add_way();
  step();
  const auto second = desk->heard.at(0).text;
  for (const auto& text : {first, second}) {
    CHECK_TRUE(text.find("TL-") == std::string::npos);
    CHECK_TRUE(text.find("p-0") == std::string::npos);
    CHECK_TRUE(text.find("a reason") == std::string::npos);
  }
  CHECK_TRUE(first.find("251120_RUN") == std::string::npos);
  STRCMP_CONTAINS("1 parcel for national is held, of 251120_RUN", second.c_str());
}

TEST(Notifier, reads_back_what_it_remembers_and_survives_nonsense) {
  notify::Memory memory;
  memory.told = {{"held national", 3}};
  memory.sent = {{"held", noon}};
  memory.tries = 2;
  memory.next_try = noon + 5;
  memory.pending.emplace(notify::Memory::Pending{"n-1", noon, {{"alarm clock", {"alarm", "what", "hint", 1}}}});
  STRCMP_EQUAL(notify::write(memory).dump().c_str(), notify::write(notify::read(notify::write(memory))).dump().c_str());
  CHECK_TRUE(state.journal->put_token("notification desk", "told", view("{\"told\": [1], \"tries\": -4}")).ok());
  parcel("TL-01", Condition::held);
  step();
  LONGS_EQUAL(1, desk->heard.size());
}

}  // namespace tributary::notify_test
