// tests/line/rules_test.cpp: what was sealed under other rules than today's is not sent as it is.
#include <atomic>
#include <utility>

#include "tests/line/agent.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::line_test {

/// A site with a parcel in three parts and a small one.
TEST_GROUP(Rules) {
  Laboratory laboratory{10, 70000};
  ManualClock clock{laboratory.made_utc_s()};
  RepositorySide far{laboratory, clock, false};
  Agent agent{laboratory, far, clock};
  fakes::TemporaryDirectory elsewhere;

  void setup() override { CHECK_TEXT(agent.is_open(), agent.log().c_str()); }
  void change(const std::string& from, const std::string& to) {
    auto text = files::read_small(agent.site_folder().config_file(), 1U << 20).value_or("");
    const auto at = text.find(from);
    CHECK_TRUE(at != std::string::npos);
    text.replace(at, from.size(), to);
    CHECK_TRUE(files::write_atomic(agent.site_folder().config_file(), view(text), 0600).ok());
    agent.reopen();
    CHECK_TEXT(agent.is_open(), agent.log().c_str());
  }
  // The second person's consent.
  void say(const std::string& terms) {
    const auto list = laboratory.path() + "/subjects.csv";
    auto text = files::read_small(list, 1U << 20).value_or("");
    const auto at = text.find("active,", text.find("SAMPLE-02")) + 7;
    text.replace(at, text.find(',', at) - at, terms);
    CHECK_TRUE(files::write_atomic(list, view(text), 0600).ok());
  }
  std::size_t sealed() { return occurrences(agent.log(), ": sealed for far"); }
  void ends_well() {
    CHECK_TRUE(agent.run_to_the_end());
    const auto outcome = agent.outcome();
    STRCMP_CONTAINS("receipts: 2 whole", outcome.c_str());
    LONGS_EQUAL_TEXT(std::string::npos, outcome.find("stray"), outcome.c_str());
    LONGS_EQUAL_TEXT(std::string::npos, outcome.find("twice"), outcome.c_str());
  }
};

TEST(Rules, that_stand_seal_once) {
  agent.look();
  agent.reopen();
  ends_well();
  LONGS_EQUAL(2, sealed());
}

TEST(Rules, of_a_policy_that_changed_seal_again_what_waits) {
  agent.look();
  LONGS_EQUAL(2, sealed());
  change("purpose: { use: HMB, country: DE }", "purpose: { use: HMB, country: DE }\n    read_names: mask");
  ends_well();
  LONGS_EQUAL(4, sealed());
  STRCMP_CONTAINS("the policy or the recipients changed since it was sealed", agent.log().c_str());
}

TEST(Rules, of_the_consent_that_changed_seal_again_what_waits) {
  change("use: HMB, country: DE", "use: HMB, country: DE, accepts: [ IRB ]");
  say("GRU;GS[DE|FR]");
  agent.look();
  LONGS_EQUAL(2, sealed());
  say("GS[DE|FR];GRU");  // says the same
  agent.look();
  say("GRU;GS[DE];IRB");
  ends_well();
  LONGS_EQUAL(3, sealed());
  STRCMP_CONTAINS("the terms of the consent changed since it was sealed", agent.log().c_str());
  STRCMP_CONTAINS("[DE]\"", agent.receipts().c_str());
  LONGS_EQUAL(std::string::npos, agent.receipts().find("DE|FR"));
}

TEST(Rules, of_the_consent_that_changed_during_the_upload_seal_again) {
  const auto list = laboratory.path() + "/subjects.csv";
  agent.look();
  far.meanwhile = [&, first = true]() mutable {
    if (!std::exchange(first, false)) return;
    auto text = files::read_small(list, 1U << 20).value_or("");
    for (auto at = text.find("GRU"); at != std::string::npos; at = text.find("GRU", at + 8))
      text.replace(at, 3, "GRU;GS[DE]");
    CHECK_TRUE(files::write_atomic(list, view(text), 0600).ok());
  };
  CHECK_TRUE(far.sandbox().faults().add("part:delay:1:1ms").ok());
  ends_well();
  LONGS_EQUAL(3, sealed());  // the small one was there before
  LONGS_EQUAL(1, occurrences(agent.receipts(), "[DE]"));
}

TEST(Rules, of_the_consent_that_name_somebody_hold_the_parcel_and_stand_nowhere) {
  change("use: HMB, country: DE", "use: HMB, country: DE, accepts: [ RTN ]");
  say("GRU;RTN[SUBJECT-02]");
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL_TEXT(1, occurrences(agent.states(), "held"), agent.states().c_str());
  STRCMP_CONTAINS("verify: terms of use: 1 identifier left", agent.reasons().c_str());
  STRCMP_CONTAINS("take it out of the permissions at the source of consent", agent.reasons().c_str());
  STRCMP_CONTAINS("receipts: 1 whole", agent.outcome().c_str());
  LONGS_EQUAL(std::string::npos, (agent.state_bytes() + agent.receipts() + agent.log()).find("SUBJECT-02"));
  say("GRU;RTN[DZHK]");
  ends_well();
}

TEST(Rules, of_who_may_open_it_that_changed_take_back_what_is_half_there) {
  std::atomic<int> parts{0};
  far.meanwhile = [&] {
    if (++parts != 2) return;
    CHECK_TRUE(agent.journal().pause_destination("far", 0, clock.now_utc_s()).ok());
    agent.runner().mind_gates();
  };
  agent.configure("limits: { connections: 1 }");
  CHECK_TRUE(far.sandbox().faults().add("part:delay:*:1ms").ok());
  agent.look();
  while (agent.runner().step("far")) {
  }
  STRCMP_CONTAINS("uploading", agent.states().c_str());
  const auto other = crypto::x25519_generate();
  CHECK_TRUE(other.ok());
  const auto pem = crypt4gh::write_public_key(other->public_key);
  CHECK_TRUE(files::write_atomic(elsewhere.path() + "/other.pub", view(pem), 0600).ok());
  change("recipients: [ ", "recipients: [ \"" + elsewhere.path() + "/other.pub\", ");
  CHECK_TRUE(*agent.journal().resume_destination("far"));
  ends_well();
  STRCMP_CONTAINS("the policy or the recipients changed since it was sealed", agent.log().c_str());
}

TEST(Rules, of_where_it_goes_that_changed_send_nothing_to_where_it_went) {
  agent.look();
  change("policies:\n", "  - name: elsewhere\n    plugin: folder\n    settings: { path: \"" + elsewhere.path() +
                            "\" }\n    recipients: [ \"" + laboratory.path() + "/recipient.pub\" ]\npolicies:\n");
  change("destination: far\n", "destination: elsewhere\n");
  while (agent.runner().step("far")) {
  }
  LONGS_EQUAL(0, far.things(laboratory, agent.site_folder()).size());
  STRCMP_CONTAINS("the policy research sends to elsewhere now", agent.reasons().c_str());
  STRCMP_CONTAINS("tributary cancel p-", agent.reasons().c_str());
  STRCMP_CONTAINS("held", agent.states().c_str());
}

TEST(Rules, that_leave_somebody_out_hold_what_waits_until_they_are_set_back) {
  agent.look();
  const std::string all = "    files: [", some = "    samples: { except: [ SAMPLE-01 ] }\n    files: [";
  change(all, some);
  CHECK_TRUE(agent.run_to_the_end());
  STRCMP_CONTAINS("held", agent.states().c_str());
  STRCMP_CONTAINS("no policy sends it any more", agent.reasons().c_str());
  STRCMP_CONTAINS("tributary cancel p-", agent.reasons().c_str());
  STRCMP_CONTAINS("receipts: 1 whole", agent.outcome().c_str());
  change(some, all);
  ends_well();
}

}  // namespace tributary::line_test
