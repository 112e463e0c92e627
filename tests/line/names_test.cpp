// tests/line/names_test.cpp: pseudonyms from a list of somebody else, over the whole line.
#include "agent/port/files/files.hpp"
#include "agent/receipt/receipt.hpp"
#include "tests/line/agent.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::line_test {
namespace {

const std::string header = "destination,kind,id,pseudonym\n";
const std::string first_person = "far,sample,SAMPLE-01,XA7Q-100\nfar,subject,SUBJECT-01,XB7Q-100\n";
const std::string second_person = "far,sample,SAMPLE-02,XA7Q-200\nfar,subject,SUBJECT-02,XB7Q-200\n";

}  // namespace

/// A site whose pseudonyms come from a list that a trustee writes.
TEST_GROUP(Names) {
  Laboratory laboratory{10};
  ManualClock clock{laboratory.made_utc_s()};
  FolderSide far;
  std::unique_ptr<Agent> agent;

  std::string list() const { return laboratory.path() + "/pseudonyms.csv"; }
  void write(const std::string& rows) const { CHECK_TRUE(files::write_atomic(list(), view(header + rows), 0600).ok()); }
  void open() {
    agent = std::make_unique<Agent>(laboratory, far, clock,
                                    "plugin: file, settings: { file: \"" + list() + "\", max_age: 90d }");
    CHECK_TEXT(agent->is_open(), agent->log().c_str());
  }
  void work() {
    agent->look();
    while (agent->runner().step("far")) {
    }
  }
  std::vector<journal::ParcelRow> parcels() { return agent->journal().parcels().value_or({}); }
  void has_state(const std::string& pseudonym, const std::string& state) {
    for (const auto& row : parcels()) {
      if (row.pseudonym == pseudonym) {
        STRCMP_EQUAL(state.c_str(),
                     std::string(journal::state_of(row.stage, row.condition, row.operator_hold)).c_str());
        return;
      }
    }
    FAIL(("no parcel " + pseudonym + ": " + agent->states() + agent->reasons()).c_str());
  }
  std::size_t audited(const std::string& word) {
    std::size_t count = 0;
    const auto rows = agent->journal().audit().value_or({});
    for (const auto& row : rows) count += row.body.find(word) != std::string::npos ? 1U : 0U;
    return count;
  }
};

TEST(Names, of_a_list_are_delivered_and_who_is_not_in_it_waits_until_he_is) {
  write(first_person);
  open();
  work();
  has_state("XA7Q-100", "delivered");
  STRCMP_CONTAINS("pseudonymise: the source of pseudonyms does not know the sample", agent->reasons().c_str());
  STRCMP_CONTAINS("held", agent->states().c_str());
  for (const auto& word : Laboratory::identifiers()) {
    if (word == fakes::miseq_run) continue;  // the operator's own name of the run
    CHECK_FALSE_TEXT((agent->reasons() + agent->states() + agent->log()).find(word) != std::string::npos, word.c_str());
  }
  const auto before = parcels().size();
  write(first_person + second_person);
  work();
  has_state("XA7Q-100", "delivered");
  has_state("XA7Q-200", "delivered");
  LONGS_EQUAL(before, parcels().size());  // the held one became the delivered one
  for (const auto& row : parcels()) {
    if (row.pseudonym == "XA7Q-200") STRCMP_EQUAL("XB7Q-200", row.subject_pseudonym.c_str());
  }
}

TEST(Names, that_a_list_does_not_hold_are_never_made_by_the_key) {
  write("far,sample,SAMPLE-77,XA7Q-700\n");
  open();
  work();
  for (const auto& row : parcels()) {
    CHECK_TRUE_TEXT(row.pseudonym.starts_with("pending-"), row.pseudonym.c_str());
    CHECK_TRUE(row.stage == journal::Stage::waiting);
  }
  STRCMP_EQUAL("", agent->receipts().c_str());
}

TEST(Names, wait_for_a_list_that_is_away) {
  open();
  work();
  LONGS_EQUAL(0, parcels().size());
  STRCMP_CONTAINS("pseudonyms file", agent->log().c_str());
  write(first_person);
  clock.set(clock.now_utc_s() + 3600);
  work();
  has_state("XA7Q-100", "delivered");
}

TEST(Names, given_once_stay_whatever_the_list_says_later) {
  write(first_person);
  open();
  work();
  has_state("XA7Q-100", "delivered");
  write("far,sample,SAMPLE-01,XA7Q-111\nfar,subject,SUBJECT-01,XB7Q-111\n" + second_person);
  work();
  has_state("XA7Q-100", "delivered");
  has_state("XA7Q-200", "delivered");
  CHECK_FALSE(agent->journal().linked("far", "XA7Q-111")->has_value());
}

TEST(Names, that_are_somebody_elses_or_an_identifier_are_refused_and_recorded_once) {
  write(first_person);
  open();
  work();
  // The trustee mixes them up: what SAMPLE-01 is called already, and what SAMPLE-02 is called at home.
  write("far,sample,SAMPLE-02,XA7Q-100\nfar,subject,SUBJECT-02,ID.SUBJECT-02\n");
  work();
  STRCMP_CONTAINS("refused", agent->states().c_str());
  STRCMP_EQUAL("SAMPLE-01", (*agent->journal().linked("far", "XA7Q-100"))->id.c_str());
  LONGS_EQUAL(1, audited("refuse pseudonym"));
  LONGS_EQUAL(0, audited("SUBJECT-02"));
  CHECK_TRUE(agent->journal().replan_waiting().ok());
  clock.set(clock.now_utc_s() + 3600);
  work();
  LONGS_EQUAL(1, audited("refuse pseudonym"));
  LONGS_EQUAL(std::string::npos, agent->reasons().find("SUBJECT-02"));
}

TEST(Names, of_persons_who_did_not_agree_are_not_asked_for) {
  write(first_person + second_person + "far,sample,SAMPLE-03,XA7Q-300\nfar,subject,SUBJECT-03,XB7Q-300\n");
  open();
  work();
  CHECK_FALSE(agent->journal().linked("far", "XA7Q-300")->has_value());
  STRCMP_CONTAINS("refused", agent->states().c_str());
}

TEST(Names, after_a_rotation_are_asked_again_and_nothing_is_sent_a_second_time) {
  write(first_person);
  open();
  work();
  has_state("XA7Q-100", "delivered");
  const auto before = parcels().size();
  CHECK_TRUE(files::write_atomic(laboratory.path() + "/pseudonym.key", view(std::string(32, 'q')), 0600).ok());
  write("far,sample,SAMPLE-01,XA7Q-111\nfar,subject,SUBJECT-01,XB7Q-111\n" + second_person);
  agent->reopen();
  CHECK_TEXT(agent->is_open(), agent->log().c_str());
  work();
  has_state("XA7Q-100", "delivered");
  has_state("XA7Q-200", "delivered");
  LONGS_EQUAL(before, parcels().size());
  STRCMP_EQUAL("SAMPLE-01", (*agent->journal().linked("far", "XA7Q-111"))->id.c_str());
  LONGS_EQUAL(1, receipt::withdraw_subject(agent->journal(), "SUBJECT-01", "test-lab", clock.now_utc_s())->parcels);
}

TEST(Names, by_the_key_after_a_rotation_are_new_for_what_waits_only) {
  agent = std::make_unique<Agent>(laboratory, far, clock);
  laboratory.write_subjects("SAMPLE-02");  // withdrawn, for the time being
  work();
  const auto before = parcels();
  CHECK_TRUE(files::write_atomic(laboratory.path() + "/pseudonym.key", view(std::string(32, 'q')), 0600).ok());
  agent->reopen();
  laboratory.write_subjects();
  work();
  const auto after = parcels();
  LONGS_EQUAL(before.size(), after.size());
  std::size_t same = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    STRCMP_EQUAL(before[i].id.c_str(), after[i].id.c_str());
    if (before[i].pseudonym == after[i].pseudonym) ++same;
  }
  LONGS_EQUAL(1, same);  // what was delivered
}

}  // namespace tributary::line_test
