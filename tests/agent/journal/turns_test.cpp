// tests/agent/journal/turns_test.cpp: whose turn it is at a destination, and what is known of destinations.
#include <map>

#include "agent/journal/migrations.hpp"
#include "tests/agent/journal/state.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::journal_test {

using journal::Condition;
using journal::Stage;

TEST_GROUP(Turns) {
  State state;

  // So many parcels of a run, sealed.
  void add(std::int64_t run, const std::string& name, int count, const std::string& policy = "research") {
    for (int i = 0; i < count; ++i) {
      auto wish = State::wish(run, "TL-" + name + std::to_string(1000 + i));
      wish.policy = policy;
      const auto row = *state.journal->plan_parcel(wish);
      state.seal(row.id);
    }
  }
  // Sends what is due, at such a cost, and tells the first letters of whose pseudonyms it was.
  std::string send(int turns, const std::map<char, std::int64_t>& cost = {}) {
    std::string order;
    for (int i = 0; i < turns; ++i) {
      const auto due = state.journal->next_due("national", noon);
      if (!due || !*due) break;
      const auto& row = **due;
      const char who = row.pseudonym[3];
      order += who;
      const auto found = cost.find(who);
      CHECK_TRUE(*state.journal->begin_work(row.id, Stage::uploading, noon));
      CHECK_TRUE(state.journal->end_work(row.id, {Stage::delivered, Condition::going, {}, {}, 0}, noon).ok());
      CHECK_TRUE(state.journal->serve(row, found == cost.end() ? 10 : found->second).ok());
    }
    return order;
  }
};

TEST(Turns, go_round_among_runs_however_many_parcels_each_has) {
  add(state.add_run("A"), "A", 50);
  STRCMP_EQUAL("AAA", send(3).c_str());
  add(state.add_run("B"), "B", 3);
  add(state.add_run("C"), "C", 2);
  const auto order = send(9);
  LONGS_EQUAL(3, std::count(order.begin(), order.begin() + 8, 'B'));
  LONGS_EQUAL(2, std::count(order.begin(), order.begin() + 8, 'C'));
  STRCMP_EQUAL("AAAAA", send(5).c_str());
}

TEST(Turns, are_not_lost_to_times_that_a_clock_ahead_wrote) {
  constexpr std::int64_t years = 3 * 365 * 86400, tomorrow = 86400;
  add(state.add_run("A"), "A", 2);
  const auto put_off = [&](std::int64_t until) {
    const auto row = **state.journal->next_due("national", noon);
    CHECK_TRUE(*state.journal->begin_work(row.id, Stage::uploading, noon));
    CHECK_TRUE(state.journal->end_work(row.id, {Stage::uploading, Condition::going, "away", {}, until}, noon).ok());
  };
  put_off(noon + years);
  put_off(noon + tomorrow);
  CHECK_FALSE((*state.journal->next_due("national", noon)).has_value());
  CHECK_TRUE(state.journal->forget_times_after(noon + tomorrow, {"national"}).ok());
  STRCMP_EQUAL("A", send(5).c_str());
}

TEST(Turns, of_one_that_comes_late_take_nothing_back_that_others_had_before) {
  add(state.add_run("A"), "A", 100);
  add(state.add_run("B"), "B", 100);
  send(60);
  add(state.add_run("C"), "C", 30);
  const auto order = send(30);
  CHECK_TRUE(std::count(order.begin(), order.end(), 'C') <= 11);
  CHECK_TRUE(std::count(order.begin(), order.end(), 'A') >= 9);
}

TEST(Turns, are_by_what_was_sent_and_not_by_parcels) {
  add(state.add_run("A"), "A", 100);
  add(state.add_run("B"), "B", 100);
  const auto order = send(44, {{'A', 100}, {'B', 10}});
  LONGS_EQUAL_TEXT(4, std::count(order.begin(), order.end(), 'A'), order.c_str());
}

TEST(Turns, of_a_dear_policy_come_less_often_and_come) {
  const auto run = state.add_run("A");
  add(run, "A", 100);
  add(run, "B", 100, "urgent");
  const auto order = send(51, {{'A', 160}, {'B', 10}});  // two steps of priority apart
  LONGS_EQUAL_TEXT(3, std::count(order.begin(), order.end(), 'A'), order.c_str());
}

TEST(Turns, of_a_run_go_to_the_parcel_of_which_least_is_left) {
  const auto run = state.add_run("A");
  add(run, "A", 2);
  const auto first = **state.journal->next_due("national", noon);
  auto objects = State::objects("TL-B");
  objects[0].bytes = 5;
  const auto small = *state.journal->plan_parcel(State::wish(run, "TL-B"));
  CHECK_TRUE(state.journal->put_sealed(small.id, view("r"), objects, noon).ok());
  STRCMP_EQUAL(small.id.c_str(), (*state.journal->next_due("national", noon))->id.c_str());
  CHECK_TRUE(state.journal->progress(first.id, 1009, 1).ok());
  STRCMP_EQUAL(first.id.c_str(), (*state.journal->next_due("national", noon))->id.c_str());
}

TEST(Turns, pass_over_who_is_not_due_and_end_with_a_withdrawal) {
  const auto first = state.add_run("A"), second = state.add_run("B");
  add(first, "A", 1);
  add(second, "B", 2);
  const auto row = **state.journal->next_due("national", noon);
  CHECK_TRUE(*state.journal->begin_work(row.id, Stage::uploading, noon));
  CHECK_TRUE(state.journal->end_work(row.id, {Stage::uploading, Condition::going, "x", "", noon + 60}, noon).ok());
  LONGS_EQUAL('B', (*state.journal->next_due("national", noon))->pseudonym[3]);
  CHECK_TRUE(state.journal->cancel({.parcel = row.id, .run = {}, .destination = {}}, noon).ok());
  LONGS_EQUAL('A', (*state.journal->next_due("national", noon))->pseudonym[3]);
  journal::Journal::Allowed nothing{false, false, false, false};
  CHECK_FALSE(state.journal->next_due("national", noon, nothing)->has_value());
  nothing.uploads = true;
  LONGS_EQUAL('B', (*state.journal->next_due("national", noon, nothing))->pseudonym[3]);
}

TEST(Turns, of_runs_without_anything_left_to_send_are_forgotten_and_begin_anew) {
  const auto run = state.add_run("A");
  add(run, "A", 1);
  send(1);
  CHECK_TRUE(state.journal->forget_what_passed().ok());
  add(run, "B", 1);
  STRCMP_EQUAL("B", send(1).c_str());
}

// A plan that reads a table through would be felt with 100,000 parcels, twenty times a minute.
TEST(Turns, are_found_by_indices_alone) {
  auto database = store::Database::open(state.directory + "/journal.db", journal::migrations());
  for (const auto* sql :
       {"SELECT run, policy FROM turn t WHERE destination = ?1 AND EXISTS (SELECT 1 FROM parcel p WHERE p.destination "
        "= ?1 AND p.run = t.run AND p.policy = t.policy AND condition = 0 AND operator_hold = 0 AND stage IN (30, 40) "
        "AND not_before <= ?2) ORDER BY served LIMIT 1",
        "SELECT id FROM parcel WHERE destination = ? AND run = ? AND policy = ? AND condition = 0 AND operator_hold = "
        "0 "
        "AND stage IN (30, 40) AND not_before <= ? ORDER BY bytes_total - bytes_sent, not_before, id LIMIT 1",
        "SELECT id FROM parcel WHERE destination = ? AND condition = 0 AND operator_hold = 0 AND stage IN (50, 60) AND "
        "not_before <= ? ORDER BY not_before, id LIMIT 1",
        "SELECT id FROM parcel WHERE destination = ? AND condition = 0 AND stage = 80 AND not_before <= ? ORDER BY "
        "not_before, id LIMIT 1"}) {
    auto plan = (*database)->prepare("EXPLAIN QUERY PLAN " + std::string(sql));
    CHECK_TEXT(plan.ok(), sql);
    const auto parameters = std::string_view(sql).find("run = ?") == std::string_view::npos ? 2 : 4;
    for (int i = 0; i < parameters; ++i) plan->bind(std::string_view("x"));
    std::string steps;
    while (*plan->step()) steps += plan->text(3) + "\n";
    CHECK_TEXT(steps.find("SCAN") == std::string::npos, steps.c_str());
    CHECK_TEXT(steps.find("TEMP B-TREE") == std::string::npos, steps.c_str());
  }
}

TEST_GROUP(Destinations) { State state; };

TEST(Destinations, are_paused_until_a_time_or_until_somebody_says_so) {
  auto& journal = *state.journal;
  CHECK_FALSE(journal.destination("national")->is_paused(noon));
  CHECK_TRUE(journal.pause_destination("national", noon + 60, noon).ok());
  state.open();
  CHECK_TRUE(state.journal->destination("national")->is_paused(noon + 59));
  CHECK_FALSE(state.journal->destination("national")->is_paused(noon + 60));
  CHECK_TRUE(state.journal->pause_destination("national", 0, noon + 30).ok());
  LONGS_EQUAL(noon, state.journal->destination("national")->paused_since);
  CHECK_TRUE(state.journal->destination("national")->is_paused(noon + 6000));
  CHECK_TRUE(*state.journal->resume_destination("national"));
  CHECK_FALSE(*state.journal->resume_destination("national"));
}

TEST(Destinations, are_away_since_the_first_try_until_one_gets_through) {
  for (int i = 0; i < 3; ++i)
    CHECK_TRUE(state.journal->set_away("national", wait_error("x"), noon + 60 * i, noon + i).ok());
  state.open();
  auto row = *state.journal->destination("national");
  LONGS_EQUAL(noon, row.away_since);
  LONGS_EQUAL(3, row.tries);
  LONGS_EQUAL(noon + 120, row.next_try);
  CHECK_TRUE(state.journal->retry({.parcel = {}, .run = {}, .destination = "national"}, noon).ok());
  row = *state.journal->destination("national");
  LONGS_EQUAL(0, row.next_try);
  LONGS_EQUAL(noon, row.away_since);
  CHECK_TRUE(state.journal->set_back("national").ok());
  LONGS_EQUAL(0, state.journal->destination("national")->away_since);
}

TEST(Destinations, that_are_away_make_their_parcels_due_at_the_next_try) {
  const auto row = state.plan(state.add_run());
  state.seal(row.id);
  CHECK_TRUE(state.journal->set_away("national", wait_error("x"), noon + 600, noon).ok());
  LONGS_EQUAL(noon + 600, **state.journal->next_time("national", true));
  CHECK_TRUE(*state.journal->begin_work(row.id, Stage::uploading, noon));
  CHECK_TRUE(state.journal->end_work(row.id, {Stage::registered, Condition::going, {}, {}, 0}, noon).ok());
  LONGS_EQUAL(0, **state.journal->next_time("national", true));
  CHECK_TRUE(state.journal->set_away("national ingest", wait_error("x"), noon + 90, noon).ok());
  LONGS_EQUAL(noon + 90, **state.journal->next_time("national", true));
}

TEST_GROUP(Failing) {
  State state;
  std::string id;
  void setup() override {
    id = state.plan(state.add_run()).id;
    state.seal(id);
  }
  void fail_at(std::int64_t when, bool counts = true) const {
    CHECK_TRUE(*state.journal->begin_work(id, Stage::uploading, when));
    CHECK_TRUE(state.journal->end_work(id, {Stage::uploading, Condition::going, "x", "", when + 1, counts}, when).ok());
  }
};

TEST(Failing, is_remembered_from_the_first_attempt_of_its_own_that_brought_nothing) {
  fail_at(noon, false);
  LONGS_EQUAL(0, state.row(id).failing_since);
  LONGS_EQUAL(0, state.row(id).attempts);
  fail_at(noon + 10);
  fail_at(noon + 20);
  LONGS_EQUAL(noon + 10, state.row(id).failing_since);
  LONGS_EQUAL(2, state.row(id).attempts);
}

TEST(Failing, ends_with_a_byte_more_than_ever_and_not_with_the_same_ones_again) {
  fail_at(noon);
  CHECK_TRUE(state.journal->progress(id, 500, 1).ok());
  LONGS_EQUAL(0, state.row(id).failing_since);
  fail_at(noon + 10);
  for (const auto bytes : {100U, 300U, 500U}) CHECK_TRUE(state.journal->progress(id, bytes, 1).ok());
  LONGS_EQUAL(noon + 10, state.row(id).failing_since);
  CHECK_TRUE(state.journal->progress(id, 501, 1).ok());
  LONGS_EQUAL(0, state.row(id).failing_since);
}

TEST(Failing, counts_a_day_at_most_between_two_acts_whatever_the_clock_says) {
  constexpr std::int64_t day = 86400;
  const auto failing_s = [&](std::int64_t now) { return state.row(id).failing_s(now); };
  fail_at(noon - 4000 * day);
  LONGS_EQUAL(day, failing_s(noon));
  fail_at(noon);  // right again
  LONGS_EQUAL(noon - day, state.row(id).failing_since);
  LONGS_EQUAL(day + 3600, failing_s(noon + 3600));
  LONGS_EQUAL(2 * day, failing_s(noon + 40 * day));
  fail_at(noon + 40 * day);  // ahead
  LONGS_EQUAL(2 * day, failing_s(noon + 40 * day));
  LONGS_EQUAL(0, failing_s(noon + 7200));  // right again: what is not known is not counted
  fail_at(noon + 7200);
  LONGS_EQUAL(noon + 7200, state.row(id).failing_since);
  // In the middle of an attempt.
  CHECK_TRUE(*state.journal->begin_work(id, Stage::uploading, noon + 7300));
  const journal::Journal::Outcome later{Stage::uploading, Condition::going, "x", "", noon + 800 * day, true};
  CHECK_TRUE(state.journal->end_work(id, later, noon + 800 * day).ok());
  LONGS_EQUAL(noon + 799 * day - 100, state.row(id).failing_since);
}

TEST(Failing, ends_with_the_next_stage_and_with_an_operators_retry) {
  fail_at(noon);
  CHECK_TRUE(state.journal->retry({.parcel = id, .run = {}, .destination = {}}, noon).ok());
  LONGS_EQUAL(0, state.row(id).failing_since);
  fail_at(noon + 10);
  CHECK_TRUE(*state.journal->begin_work(id, Stage::uploading, noon + 20));
  CHECK_TRUE(state.journal->end_work(id, {Stage::registered, Condition::going, {}, {}, 0}, noon + 20).ok());
  LONGS_EQUAL(0, state.row(id).failing_since);
}

}  // namespace tributary::journal_test
