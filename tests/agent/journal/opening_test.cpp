// tests/agent/journal/opening_test.cpp: keys, schemas, runs and chains.
#include "agent/journal/migrations.hpp"
#include "tests/agent/journal/state.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::journal_test {

using journal::Stage;

namespace {

void execute(const State& state, std::string_view sql) {
  auto database = store::Database::open(state.directory + "/journal.db", journal::migrations());
  CHECK_TEXT(database.ok(), database.ok() ? "" : database.error().what.c_str());
  const auto done = (*database)->run(sql);
  CHECK_TEXT(done.ok(), done.ok() ? "" : done.error().what.c_str());
}

}  // namespace

TEST_GROUP(Opening) { State state; };

TEST(Opening, refuses_another_state_key) {
  state.journal.reset();
  for (const bool reading : {false, true}) {
    const auto opened = reading ? journal::Journal::open_to_read(state.directory, State::key('x'))
                                : journal::Journal::open(state.directory, State::key('x'));
    CHECK_FALSE(opened.ok());
    LONGS_EQUAL(static_cast<int>(Remedy::ask_operator), static_cast<int>(opened.error().remedy));
    STRCMP_CONTAINS("state key is not the one", opened.error().what.c_str());
  }
  state.open();
  CHECK_TRUE(state.journal != nullptr);
}

TEST(Opening, refuses_a_newer_schema_and_names_both_versions) {
  state.journal.reset();
  execute(state, "PRAGMA user_version = 99");
  for (const bool reading : {false, true}) {
    const auto opened = reading ? journal::Journal::open_to_read(state.directory, State::key('k'))
                                : journal::Journal::open(state.directory, State::key('k'));
    CHECK_FALSE(opened.ok());
    STRCMP_CONTAINS("99", sentence(opened.error()).c_str());
    LONGS_EQUAL(static_cast<int>(Remedy::ask_operator), static_cast<int>(opened.error().remedy));
  }
}

TEST(Opening, refuses_a_file_that_is_no_database) {
  state.journal.reset();
  std::ofstream(state.directory + "/journal.db", std::ios::binary | std::ios::trunc) << std::string(9000, 'x');
  const auto opened = journal::Journal::open(state.directory, State::key('k'));
  CHECK_FALSE(opened.ok());
  LONGS_EQUAL(static_cast<int>(Remedy::ask_operator), static_cast<int>(opened.error().remedy));
}

TEST(Opening, to_read_makes_nothing) {
  state.journal.reset();
  const auto empty = state.directory + "/empty";
  std::filesystem::create_directory(empty);
  CHECK_FALSE(journal::Journal::exists(empty));
  CHECK_FALSE(journal::Journal::open_to_read(empty, State::key('k')).ok());
  CHECK_TRUE(std::filesystem::is_empty(empty));
}

TEST(Opening, to_read_changes_nothing) {
  const auto run = state.add_run();
  const auto reader = journal::Journal::open_to_read(state.directory, State::key('k'));
  CHECK_TRUE(reader.ok());
  CHECK_FALSE((*reader)->plan_parcel(State::wish(run)).ok());
  LONGS_EQUAL(1, (*reader)->runs()->size());
}

TEST(Opening, again_finds_everything) {
  const auto row = state.plan(state.add_run());
  state.open();
  STRCMP_EQUAL("waiting", state.state_of(row.id).c_str());
}

TEST(Opening, refuses_to_open_what_was_changed_under_its_seal) {
  CHECK_TRUE(state.journal->put_token("national", "a", view("one")).ok());
  CHECK_TRUE(state.journal->put_token("national", "b", view("two")).ok());
  state.journal.reset();
  execute(state, "UPDATE token SET value = (SELECT value FROM token WHERE key = 'b') WHERE key = 'a'");
  state.open();
  CHECK_FALSE(state.journal->token("national", "a").ok());
  CHECK_TRUE(state.journal->token("national", "b").ok());
}

TEST_GROUP(Runs) { State state; };

TEST(Runs, keep_one_row_for_each_result_of_a_folder) {
  const auto first = state.add_run("RUN", "1");
  const auto second = state.add_run("RUN", "2");
  CHECK_TRUE(first != second);
  const auto tag = state.journal->tag("folder", "/runs/RUN");
  LONGS_EQUAL(second, (*state.journal->newest_run(tag))->id);
  LONGS_EQUAL(first, (*state.journal->run(tag, "1"))->id);
  CHECK_FALSE(state.journal->run(tag, "3")->has_value());
  auto row = **state.journal->run(tag, "1");
  row.reason = "changed";
  LONGS_EQUAL(first, *state.journal->put_run(row));
  STRCMP_EQUAL("changed", (*state.journal->run(tag, "1"))->reason.c_str());
}

TEST(Runs, keep_no_path_of_their_folder) {
  state.add_run("251120_RUN");
  LONGS_EQUAL(std::string::npos, state.bytes().find("/runs/"));
}

TEST(Runs, count_crashes_until_the_plan_ends) {
  const auto run = state.add_run();
  CHECK_TRUE(state.journal->begin_plan(run).ok());
  CHECK_TRUE(state.journal->begin_plan(run).ok());
  LONGS_EQUAL(2, state.journal->runs()->front().crashes);
  Digest256 listing{};
  listing.fill(7);
  CHECK_TRUE(state.journal->end_plan(run, 4, listing, 0).ok());
  const auto row = state.journal->runs()->front();
  LONGS_EQUAL(0, row.crashes);
  LONGS_EQUAL(4, row.samples);
  CHECK_TRUE(row.planned_listing == listing);
}

TEST(Runs, tell_when_the_next_plan_is_due) {
  const auto run = state.add_run();
  CHECK_FALSE(state.journal->next_plan_time(noon)->has_value());
  CHECK_TRUE(state.journal->postpone_plan(run, noon + 900, "why", "hint").ok());
  LONGS_EQUAL(noon + 900, **state.journal->next_plan_time(noon));
}

TEST(Runs, that_are_closed_have_nothing_due_and_are_read_again_when_they_are_seen_again) {
  const auto run = state.add_run();
  CHECK_TRUE(state.journal->end_plan(run, 4, Digest256{}, noon + 900).ok());
  CHECK_TRUE(state.journal->close_run(run, 0, "gone", "look", noon + 5).ok());
  auto row = state.journal->runs()->front();
  LONGS_EQUAL(0, row.state);
  LONGS_EQUAL(noon + 5, row.since);
  LONGS_EQUAL(0, row.next_plan);
  STRCMP_EQUAL("gone; look", (row.reason + "; " + row.hint).c_str());
  CHECK_FALSE(row.planned_listing.has_value());
  CHECK_TRUE(state.journal->end_plan(run, 4, Digest256{}, noon + 900).ok());
  CHECK_TRUE(state.journal->close_run(run, 3, "a newer one came", "", noon).ok());
  row = state.journal->runs()->front();
  CHECK_TRUE(row.planned_listing.has_value());
  LONGS_EQUAL(0, row.next_plan);
}

TEST(Runs, with_parcels_that_wait_are_planned_again_when_an_answer_may_have_changed) {
  const auto waiting = state.add_run("RUN-A"), done = state.add_run("RUN-B");
  state.plan(waiting);
  const auto sealed = state.plan(done, "TL-2");
  state.seal(sealed.id);
  CHECK_TRUE(state.journal->replan_waiting().ok());
  const auto rows = *state.journal->runs();
  for (const auto& row : rows) LONGS_EQUAL(row.id == waiting ? 1 : 0, row.next_plan);
}

TEST_GROUP(Chains) {
  State state;
  std::string parcel = state.plan(state.add_run()).id;

  void deliver(const char* kind, Stage stage) {
    CHECK_TRUE(state.journal->add_receipt(parcel, kind, Json().add("site", "lab"), stage, noon).ok());
  }
  void audit(int count) {
    for (int i = 0; i < count; ++i) CHECK_TRUE(state.journal->add_audit(Json().add("number", i)).ok());
  }
  std::string verdict() {
    const auto receipts = journal::verify_chain(*state.journal->receipts());
    const auto records = journal::verify_chain(*state.journal->audit());
    return (receipts ? "" : receipts.error().what) + (records ? "" : records.error().what);
  }
  std::string verdict_after(std::string_view sql) {
    state.journal.reset();
    execute(state, sql);
    state.open();
    return verdict();
  }
};

TEST(Chains, are_whole_when_nobody_touched_them) {
  deliver("delivered", Stage::delivered);
  deliver("withdrawn", Stage::withdrawn);
  audit(3);
  STRCMP_EQUAL("", verdict().c_str());
  LONGS_EQUAL(2, state.journal->receipts()->size());
}

TEST(Chains, and_the_stage_of_the_parcel_go_together) {
  deliver("delivered", Stage::delivered);
  STRCMP_EQUAL("delivered", state.state_of(parcel).c_str());
  LONGS_EQUAL(noon, state.row(parcel).delivered);
  deliver("withdrawn", Stage::withdrawn);
  STRCMP_EQUAL("withdrawn", state.state_of(parcel).c_str());
  LONGS_EQUAL(noon, state.row(parcel).delivered);
}

TEST(Chains, show_a_changed_entry) {
  audit(3);
  STRCMP_CONTAINS("audit record 2: its content",
                  verdict_after("UPDATE audit SET body = '{}' WHERE number = 2").c_str());
}

TEST(Chains, show_a_receipt_of_another_kind_or_parcel) {
  deliver("delivered", Stage::delivered);
  STRCMP_CONTAINS("receipt 1: its content", verdict_after("UPDATE receipt SET kind = 'withdrawn'").c_str());
  execute(state, "UPDATE receipt SET kind = 'delivered'");
  STRCMP_EQUAL("", verdict().c_str());
  const auto other = state.plan(state.add_run("RUN-B"), "TL-2").id;
  STRCMP_CONTAINS("receipt 1: its content", verdict_after("UPDATE receipt SET parcel = '" + other + "'").c_str());
}

TEST(Chains, show_a_removed_entry) {
  audit(3);
  STRCMP_CONTAINS("number 2 is missing", verdict_after("DELETE FROM audit WHERE number = 2").c_str());
}

TEST(Chains, show_a_removed_first_entry) {
  deliver("delivered", Stage::delivered);
  deliver("withdrawn", Stage::withdrawn);
  STRCMP_CONTAINS("number 1 is missing", verdict_after("DELETE FROM receipt WHERE number = 1").c_str());
}

TEST(Chains, show_entries_that_were_exchanged) {
  audit(3);
  const auto said = verdict_after(
      "UPDATE audit SET number = 9 WHERE number = 1; UPDATE audit SET number = 1 WHERE number = 2; "
      "UPDATE audit SET number = 2 WHERE number = 9");
  STRCMP_CONTAINS("audit record 1: does not follow", said.c_str());
}

TEST(Chains, of_one_parcel_or_run_are_found) {
  deliver("delivered", Stage::delivered);
  LONGS_EQUAL(1, state.journal->receipts({.parcel = parcel, .run = {}, .destination = {}})->size());
  LONGS_EQUAL(1, state.journal->receipts({.parcel = {}, .run = "251120_RUN", .destination = {}})->size());
  LONGS_EQUAL(0, state.journal->receipts({.parcel = {}, .run = "another", .destination = {}})->size());
}

}  // namespace tributary::journal_test
