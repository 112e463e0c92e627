// tests/agent/journal/people_test.cpp: linkage, withdrawal, tokens: what must not be read from the disk.
#include "tests/agent/journal/state.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::journal_test {

using journal::Condition;
using journal::Stage;

TEST_GROUP(People) {
  State state;
  std::int64_t run = state.add_run();

  void link(const std::string& pseudonym, const std::string& sample, const std::string& subject) {
    CHECK_TRUE(state.journal->link({pseudonym, "national", "sample", "00", sample, subject}).ok());
  }
};

TEST(People, are_found_behind_their_pseudonym) {
  link("TL-1", "SAMPLE-01", "SUBJECT-01");
  const auto row = *state.journal->linked("national", "TL-1");
  STRCMP_EQUAL("SAMPLE-01", row->id.c_str());
  STRCMP_EQUAL("SUBJECT-01", row->subject_id.c_str());
  CHECK_FALSE(state.journal->linked("national", "TL-2")->has_value());
}

TEST(People, do_not_stand_on_the_disk_in_the_clear) {
  link("TL-1", "SAMPLE-01", "SUBJECT-01");
  LONGS_EQUAL(0, *state.journal->withdraw("SUBJECT-01", noon));
  const auto bytes = state.bytes();
  CHECK_TRUE(bytes.find("TL-1") != std::string::npos);
  LONGS_EQUAL(std::string::npos, bytes.find("SAMPLE-01"));
  LONGS_EQUAL(std::string::npos, bytes.find("SUBJECT-01"));
  state.journal.reset();  // the log is taken into the database
  LONGS_EQUAL(std::string::npos, state.bytes().find("SUBJECT-01"));
}

TEST(People, who_withdraw_stop_what_is_on_the_way_and_take_back_what_was_delivered) {
  struct Case {
    Stage stage;
    const char* then;
  };
  const std::vector<Case> cases = {
      {Stage::waiting, "refused"},        {Stage::queued, "refused"},        {Stage::uploading, "withdrawing"},
      {Stage::registered, "withdrawing"}, {Stage::ingesting, "withdrawing"}, {Stage::delivered, "withdrawing"},
      {Stage::withdrawn, "withdrawn"},    {Stage::cancelled, "cancelled"},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto pseudonym = "TL-" + std::to_string(i);
    link(pseudonym, "SAMPLE-" + std::to_string(i), "SUBJECT-01");
    const auto row = state.plan(run, pseudonym);
    if (cases[i].stage == Stage::waiting) continue;
    CHECK_TRUE(state.journal->put_sealed(row.id, view("r"), State::objects(pseudonym), noon).ok());
    state.move(row.id, cases[i].stage);
  }
  link("TL-other", "SAMPLE-99", "SUBJECT-02");
  const auto other = state.plan(run, "TL-other");
  LONGS_EQUAL(6, *state.journal->withdraw("SUBJECT-01", noon));
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto row = **state.journal->parcel_of(run, "research", "TL-" + std::to_string(i));
    STRCMP_EQUAL(cases[i].then, state.state_of(row.id).c_str());
  }
  STRCMP_EQUAL("waiting", state.state_of(other.id).c_str());
  CHECK_TRUE(*state.journal->is_withdrawn("SUBJECT-01"));
  CHECK_FALSE(*state.journal->is_withdrawn("SUBJECT-02"));
  LONGS_EQUAL(0, *state.journal->withdraw("SUBJECT-01", noon));
}

TEST(People, who_withdraw_leave_no_recipe_of_what_was_not_sent) {
  link("TL-1", "SAMPLE-01", "SUBJECT-01");
  const auto row = state.plan(run);
  state.seal(row.id);
  LONGS_EQUAL(1, *state.journal->withdraw("SUBJECT-01", noon));
  CHECK_FALSE(state.journal->recipe(row.id).ok());
  LONGS_EQUAL(0, state.journal->objects(row.id, true)->size());
  CHECK_FALSE(state.journal->next_due("national", noon)->has_value());
}

TEST(People, whose_withdrawal_was_taken_back_are_sealed_afresh) {
  link("TL-1", "SAMPLE-01", "SUBJECT-01");
  const auto row = state.plan(run);
  state.seal(row.id);
  LONGS_EQUAL(1, *state.journal->withdraw_parcel(row.id, "the document ended", noon));
  state.plan(run);  // the plan after a new document
  STRCMP_EQUAL("waiting", state.state_of(row.id).c_str());
  CHECK_TRUE(*state.journal->begin_work(row.id, Stage::sealing, noon));
  CHECK_TRUE(state.journal->put_sealed(row.id, view("again"), State::objects(), noon).ok());
}

TEST(People, who_withdraw_go_before_everything_that_is_due) {
  const auto first = state.plan(run), second = state.plan(run, "TL-2");
  state.seal(first.id);
  CHECK_TRUE(state.journal->put_sealed(second.id, view("r"), State::objects("TL-2"), noon).ok());
  state.move(second.id, Stage::delivered);
  LONGS_EQUAL(1, *state.journal->withdraw_parcel(second.id, "gone", noon));
  STRCMP_EQUAL(second.id.c_str(), (*state.journal->next_due("national", noon))->id.c_str());
}

TEST(People, who_withdraw_are_not_stopped_by_a_hold) {
  const auto row = state.plan(run);
  state.seal(row.id);
  state.move(row.id, Stage::uploading);
  LONGS_EQUAL(1, *state.journal->hold({}, noon));
  LONGS_EQUAL(1, *state.journal->withdraw_parcel(row.id, "gone", noon));
  CHECK_TRUE(state.journal->next_due("national", noon)->has_value());
}

TEST(People, who_withdraw_are_not_stopped_by_a_parcel_that_is_held_or_refused_at_the_far_side) {
  for (const auto condition : {Condition::held, Condition::refused}) {
    const auto pseudonym = "TL-" + std::to_string(static_cast<int>(condition));
    const auto row = state.plan(run, pseudonym);
    CHECK_TRUE(state.journal->put_sealed(row.id, view("r"), State::objects(pseudonym), noon).ok());
    CHECK_TRUE(state.journal->end_work(row.id, {Stage::uploading, condition, "why", "", noon + 900}, noon).ok());
    LONGS_EQUAL(1, *state.journal->withdraw_parcel(row.id, "gone", noon));
    STRCMP_EQUAL("withdrawing", state.state_of(row.id).c_str());
    CHECK_TRUE(state.journal->next_due("national", noon)->has_value());
    state.move(row.id, Stage::withdrawn);
  }
}

TEST(People, who_withdraw_right_before_the_work_on_their_parcel_begins_are_heard) {
  struct Case {
    Stage stage, work;
    const char* then;
  };
  for (const auto& one : std::vector<Case>{{Stage::queued, Stage::uploading, "refused"},
                                           {Stage::uploading, Stage::uploading, "withdrawing"},
                                           {Stage::registered, Stage::registered, "withdrawing"},
                                           {Stage::ingesting, Stage::ingesting, "withdrawing"}}) {
    const auto pseudonym = "TL-" + std::to_string(static_cast<int>(one.stage));
    const auto row = state.plan(run, pseudonym);
    CHECK_TRUE(state.journal->put_sealed(row.id, view("r"), State::objects(pseudonym), noon).ok());
    state.move(row.id, one.stage);
    LONGS_EQUAL(1, *state.journal->withdraw_parcel(row.id, "gone", noon));
    CHECK_FALSE(*state.journal->begin_work(row.id, one.work, noon));
    STRCMP_EQUAL(one.then, state.state_of(row.id).c_str());
  }
}

TEST(People, who_withdraw_while_the_repository_ends_its_work_are_not_delivered) {
  const auto row = state.plan(run);
  state.seal(row.id);
  state.move(row.id, Stage::ingesting);
  LONGS_EQUAL(1, *state.journal->withdraw_parcel(row.id, "gone", noon));
  CHECK_FALSE(state.journal->add_receipt(row.id, "delivered", Json(), Stage::delivered, noon).ok());
  LONGS_EQUAL(0, state.journal->receipts()->size());
  STRCMP_EQUAL("withdrawing", state.state_of(row.id).c_str());
}

TEST(People, who_withdraw_while_their_parcel_is_sealed_leave_none_in_the_queue) {
  const auto row = state.plan(run);
  CHECK_TRUE(*state.journal->begin_work(row.id, Stage::sealing, noon));
  LONGS_EQUAL(1, *state.journal->withdraw_parcel(row.id, "gone", noon));
  CHECK_FALSE(state.journal->put_sealed(row.id, view("r"), State::objects(), noon).ok());
  STRCMP_EQUAL("refused", state.state_of(row.id).c_str());
  CHECK_FALSE(state.journal->next_due("national", noon)->has_value());
}

TEST_GROUP(Tokens) { State state; };

TEST(Tokens, are_kept_changed_and_forgotten) {
  CHECK_TRUE(state.journal->put_token("national", "a", view("one")).ok());
  CHECK_TRUE(state.journal->put_token("national", "a", view("two")).ok());
  STRCMP_EQUAL("two", std::string(text(**state.journal->token("national", "a"))).c_str());
  CHECK_FALSE(state.journal->token("elsewhere", "a")->has_value());
  CHECK_TRUE(state.journal->put_token("national", "a", {}).ok());
  CHECK_FALSE(state.journal->token("national", "a")->has_value());
}

TEST(Tokens, do_not_stand_on_the_disk_in_the_clear) {
  CHECK_TRUE(state.journal->put_token("national", "a", view("SESSION-SECRET")).ok());
  LONGS_EQUAL(std::string::npos, state.bytes().find("SESSION-SECRET"));
  state.open();
  STRCMP_EQUAL("SESSION-SECRET", std::string(text(**state.journal->token("national", "a"))).c_str());
}

}  // namespace tributary::journal_test
