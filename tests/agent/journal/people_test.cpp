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
  LONGS_EQUAL(0, state.withdraw_subject("SUBJECT-01"));
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
  LONGS_EQUAL(6, state.withdraw_subject("SUBJECT-01"));
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto row = **state.journal->parcel_of(run, "research", "TL-" + std::to_string(i));
    STRCMP_EQUAL(cases[i].then, state.state_of(row.id).c_str());
  }
  STRCMP_EQUAL("waiting", state.state_of(other.id).c_str());
  CHECK_TRUE(*state.journal->is_withdrawn("SUBJECT-01"));
  CHECK_FALSE(*state.journal->is_withdrawn("SUBJECT-02"));
  LONGS_EQUAL(0, state.withdraw_subject("SUBJECT-01"));
}

TEST(People, who_withdraw_leave_no_recipe_of_what_was_not_sent) {
  link("TL-1", "SAMPLE-01", "SUBJECT-01");
  const auto row = state.plan(run);
  state.seal(row.id);
  LONGS_EQUAL(1, state.withdraw_subject("SUBJECT-01"));
  CHECK_FALSE(state.journal->recipe(row.id).ok());
  LONGS_EQUAL(0, state.journal->objects(row.id, true)->size());
  CHECK_FALSE(state.journal->next_due("national", noon)->has_value());
}

TEST(People, whose_withdrawal_was_taken_back_are_sealed_afresh) {
  link("TL-1", "SAMPLE-01", "SUBJECT-01");
  const auto row = state.plan(run);
  state.seal(row.id);
  CHECK_TRUE(state.withdraw(row.id));
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
  CHECK_TRUE(state.withdraw(second.id));
  STRCMP_EQUAL(second.id.c_str(), (*state.journal->next_due("national", noon))->id.c_str());
}

TEST(People, who_withdraw_are_not_stopped_by_a_hold) {
  const auto row = state.plan(run);
  state.seal(row.id);
  state.move(row.id, Stage::uploading);
  LONGS_EQUAL(1, *state.journal->hold({}, noon));
  CHECK_TRUE(state.withdraw(row.id));
  CHECK_TRUE(state.journal->next_due("national", noon)->has_value());
}

TEST(People, who_withdraw_are_not_stopped_by_an_upload_that_ended_the_program_again_and_again) {
  for (const bool by_an_operator : {false, true}) {
    const auto row = state.plan(run, by_an_operator ? "TL-2" : "TL-1");
    state.seal(row.id);
    for (int i = 0; i <= journal::Journal::most_crashes; ++i)
      CHECK_EQUAL(i < journal::Journal::most_crashes, *state.journal->begin_work(row.id, Stage::uploading, noon));
    if (by_an_operator) {
      LONGS_EQUAL(1, *state.journal->cancel({.parcel = row.id, .run = {}, .destination = {}}, noon));
    } else {
      CHECK_TRUE(state.withdraw(row.id));
    }
    CHECK_TRUE(state.journal->rest_after_crashes(noon).ok());
    LONGS_EQUAL(0, state.row(row.id).not_before);
    CHECK_TRUE(*state.journal->begin_work(row.id, Stage::withdrawing, noon));
    STRCMP_EQUAL("withdrawing", state.state_of(row.id).c_str());
  }
}

TEST(People, who_withdraw_are_asked_for_again_however_often_that_ended_the_program) {
  const auto row = state.plan(run);
  state.seal(row.id);
  state.move(row.id, Stage::delivered);
  CHECK_TRUE(state.withdraw(row.id));
  auto now = noon;
  for (int i = 0; i < 40; ++i) {
    CHECK_TRUE(*state.journal->begin_work(row.id, Stage::withdrawing, now));
    state.open();  // what a crash leaves
    CHECK_TRUE(state.journal->rest_after_crashes(now).ok());
    CHECK_TRUE(state.row(row.id).not_before <= now + 86400);
    now = std::max(now, state.row(row.id).not_before);
  }
  LONGS_EQUAL(now, state.row(row.id).not_before);  // it was put off
  STRCMP_EQUAL(row.id.c_str(), (*state.journal->next_due("national", now))->id.c_str());
}

TEST(People, who_withdraw_are_not_stopped_by_a_parcel_that_is_held_or_refused_at_the_far_side) {
  for (const auto condition : {Condition::held, Condition::refused}) {
    const auto pseudonym = "TL-" + std::to_string(static_cast<int>(condition));
    const auto row = state.plan(run, pseudonym);
    CHECK_TRUE(state.journal->put_sealed(row.id, view("r"), State::objects(pseudonym), noon).ok());
    CHECK_TRUE(state.journal->end_work(row.id, {Stage::uploading, condition, "why", "", noon + 900}, noon).ok());
    CHECK_TRUE(state.withdraw(row.id));
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
    CHECK_TRUE(state.withdraw(row.id));
    CHECK_FALSE(*state.journal->begin_work(row.id, one.work, noon));
    STRCMP_EQUAL(one.then, state.state_of(row.id).c_str());
  }
}

TEST(People, who_withdraw_while_the_repository_ends_its_work_are_not_delivered) {
  const auto row = state.plan(run);
  state.seal(row.id);
  state.move(row.id, Stage::ingesting);
  CHECK_TRUE(state.withdraw(row.id));
  CHECK_FALSE(state.journal->add_receipt(row.id, "delivered", Json(), Stage::delivered, noon).ok());
  LONGS_EQUAL(0, state.journal->receipts()->size());
  STRCMP_EQUAL("withdrawing", state.state_of(row.id).c_str());
}

TEST(People, who_withdraw_while_their_parcel_is_sealed_leave_none_in_the_queue) {
  const auto row = state.plan(run);
  CHECK_TRUE(*state.journal->begin_work(row.id, Stage::sealing, noon));
  CHECK_TRUE(state.withdraw(row.id));
  CHECK_FALSE(state.journal->put_sealed(row.id, view("r"), State::objects(), noon).ok());
  STRCMP_EQUAL("refused", state.state_of(row.id).c_str());
  CHECK_FALSE(state.journal->next_due("national", noon)->has_value());
}

TEST(People, who_withdraw_before_anything_was_sent_get_a_receipt) {
  link("TL-1", "SAMPLE-01", "SUBJECT-01");
  const auto row = state.plan(run);
  state.seal(row.id);
  LONGS_EQUAL(1, state.withdraw_subject("SUBJECT-01"));
  LONGS_EQUAL(0, state.withdraw_subject("SUBJECT-01"));
  const auto chain = state.journal->receipts();
  LONGS_EQUAL(1, chain->size());
  STRCMP_EQUAL("stopped", chain->front().kind.c_str());
  CHECK_TRUE(journal::verify_chain(*chain).ok());
}

TEST(People, who_want_no_contact_stop_nothing) {
  link("TL-1", "SAMPLE-01", "SUBJECT-01");
  CHECK_TRUE(state.journal->remember_withdrawal("SUBJECT-01", journal::Level::no_further_contact, noon).ok());
  CHECK_FALSE(*state.journal->is_withdrawn("SUBJECT-01"));
  STRCMP_EQUAL("0/0", state.journal->withdrawals_revision()->c_str());
  CHECK_TRUE(state.journal->remember_withdrawal("SUBJECT-01", journal::Level::no_further_contact, noon + 9).ok());
  const auto times = state.journal->withdrawals_of("SUBJECT-01");
  LONGS_EQUAL(noon, times->contact_utc_s);
  LONGS_EQUAL(0, times->use_utc_s);
}

TEST(People, who_agree_anew_are_in_the_register_no_more) {
  using journal::Level;
  CHECK_TRUE(state.journal->remember_withdrawal("SUBJECT-01", Level::no_further_use, noon).ok());
  CHECK_TRUE(state.journal->remember_withdrawal("SUBJECT-01", Level::no_further_contact, noon).ok());
  const auto before = *state.journal->withdrawals_revision();
  CHECK_FALSE(*state.journal->lift_withdrawal("SUBJECT-02", Level::no_further_use));
  CHECK_TRUE(*state.journal->lift_withdrawal("SUBJECT-01", Level::no_further_use));
  CHECK_FALSE(*state.journal->lift_withdrawal("SUBJECT-01", Level::no_further_use));
  CHECK_FALSE(*state.journal->is_withdrawn("SUBJECT-01"));
  LONGS_EQUAL(noon, state.journal->withdrawals_of("SUBJECT-01")->contact_utc_s);
  // One out and another in is news, too.
  CHECK_TRUE(state.journal->remember_withdrawal("SUBJECT-02", Level::no_further_use, noon + 1).ok());
  CHECK_FALSE(before == *state.journal->withdrawals_revision());
}

TEST(People, who_withdraw_are_told_why_to_the_end_whatever_came_in_between) {
  const auto row = state.plan(run);
  state.seal(row.id);
  state.move(row.id, Stage::delivered);
  CHECK_TRUE(state.withdraw(row.id, "consent: taken back"));
  CHECK_TRUE(state.journal->end_work(row.id, {Stage::withdrawing, Condition::going, "busy", "", noon + 9}, noon).ok());
  STRCMP_EQUAL("consent: taken back", state.row(row.id).withdraw_reason.c_str());
}

TEST(People, whose_consent_nobody_knows_wait_and_go_on_when_it_is_known) {
  for (const auto stage : {Stage::queued, Stage::uploading}) {
    const auto pseudonym = "TL-" + std::to_string(static_cast<int>(stage));
    const auto row = state.plan(run, pseudonym);
    CHECK_TRUE(state.journal->put_sealed(row.id, view("r"), State::objects(pseudonym), noon).ok());
    state.move(row.id, stage);
    CHECK_TRUE(*state.journal->hold_unknown(row.id, "consent: nobody knows", noon));
    CHECK_FALSE(*state.journal->begin_work(row.id, Stage::uploading, noon));
    CHECK_TRUE(*state.journal->standing(row.id) == journal::Journal::Standing::held);
    // What was under way ends without a word.
    CHECK_TRUE(state.journal->end_work(row.id, {Stage::uploading, Condition::going, "", "", 0}, noon).ok());
    STRCMP_EQUAL("held", state.state_of(row.id).c_str());
    CHECK_TRUE(*state.journal->resume(row.id, noon));
    CHECK_TRUE(*state.journal->begin_work(row.id, Stage::uploading, noon));
    CHECK_FALSE(*state.journal->resume(row.id, noon));
    state.move(row.id, Stage::registered);
    CHECK_FALSE(*state.journal->hold_unknown(row.id, "consent: nobody knows", noon));
  }
}

TEST(People, who_agree_again_wait_for_a_decision_or_not_as_the_policy_says) {
  for (const bool hold : {true, false}) {
    const auto pseudonym = hold ? "TL-1" : "TL-2";
    const auto row = state.plan(run, pseudonym);
    CHECK_TRUE(state.journal->put_sealed(row.id, view("r"), State::objects(pseudonym), noon).ok());
    state.move(row.id, Stage::delivered);
    CHECK_FALSE(*state.journal->restore(row.id, hold, noon));
    CHECK_TRUE(state.withdraw(row.id));
    state.move(row.id, Stage::withdrawn);
    CHECK_TRUE(*state.journal->restore(row.id, hold, noon));
    LONGS_EQUAL(0, state.journal->objects(row.id, false)->size());
    STRCMP_EQUAL(hold ? "held" : "waiting", state.state_of(row.id).c_str());
    STRCMP_EQUAL(hold ? "consent: gone" : "", state.row(row.id).withdraw_reason.c_str());
  }
  LONGS_EQUAL(1, *state.journal->release({}, noon));
  STRCMP_EQUAL("", state.row((*state.journal->parcel_of(run, "research", "TL-1"))->id).withdraw_reason.c_str());
}

TEST_GROUP(Alarms) { State state; };

TEST(Alarms, are_news_once_and_stay_until_they_are_settled) {
  CHECK_TRUE(*state.journal->raise_alarm("clock", operator_error("it says 1970", "set it"), noon));
  CHECK_FALSE(*state.journal->raise_alarm("clock", operator_error("it says 1970", "set it"), noon + 60));
  CHECK_TRUE(*state.journal->raise_alarm("clock", operator_error("it says 1971", "set it"), noon + 120));
  const auto there = state.journal->alarms();
  LONGS_EQUAL(1, there->size());
  STRCMP_EQUAL("it says 1971", there->front().what.c_str());
  LONGS_EQUAL(noon, there->front().since_utc_s);
  CHECK_TRUE(state.journal->settle_alarm("clock").ok());
  CHECK_TRUE(state.journal->settle_alarm("clock").ok());
  LONGS_EQUAL(0, state.journal->alarms()->size());
}

TEST(Alarms, of_the_clock_have_the_latest_time_to_go_by) {
  LONGS_EQUAL(0, *state.journal->latest_time());
  state.plan(state.add_run());
  LONGS_EQUAL(noon, *state.journal->latest_time());  // a journal in which no time was noted
  CHECK_TRUE(state.journal->note_time(noon + 60).ok());
  LONGS_EQUAL(noon + 60, *state.journal->latest_time());
  CHECK_TRUE(state.journal->note_time(noon + 120).ok());
  LONGS_EQUAL(noon + 60, *state.journal->latest_time());
  CHECK_TRUE(state.journal->note_time(noon + 3660).ok());
  LONGS_EQUAL(noon + 3660, *state.journal->latest_time());
  CHECK_TRUE(state.journal->note_time(noon - 3600).ok());
  LONGS_EQUAL(noon - 3600, *state.journal->latest_time());
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
