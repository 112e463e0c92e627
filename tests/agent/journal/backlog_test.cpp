// tests/agent/journal/backlog_test.cpp: what stays cheap when there are years of parcels, and what is pruned.
#include <sqlite3.h>

#include <algorithm>

#include "agent/journal/migrations.hpp"
#include "tests/agent/journal/state.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::journal_test {

using journal::Condition;
using journal::Journal;
using journal::Level;
using journal::Stage;

namespace {

std::vector<std::string> statements;  // that were run since `Listening` began

int note(unsigned, void*, void* statement, void*) {
  statements.emplace_back(sqlite3_sql(static_cast<sqlite3_stmt*>(statement)));
  return 0;
}
int listen(sqlite3* database, const char**, const sqlite3_api_routines*) {
  return sqlite3_trace_v2(database, SQLITE_TRACE_STMT, note, nullptr);
}

/// Every connection that is opened while it lives tells its statements.
struct Listening {
  Listening() { sqlite3_auto_extension(reinterpret_cast<void (*)()>(listen)); }
  ~Listening() { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(listen)); }
};

/// The steps of SQLite's plan that read a table from end to end, or half of it.
std::string slow_steps(sqlite3* database, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  std::string out;
  if (sqlite3_prepare_v2(database, ("EXPLAIN QUERY PLAN " + sql).c_str(), -1, &statement, nullptr) != SQLITE_OK)
    return sqlite3_errmsg(database);
  while (sqlite3_step(statement) == SQLITE_ROW) {
    const std::string step = reinterpret_cast<const char*>(sqlite3_column_text(statement, 3));
    const bool last = sql.find("ORDER BY number DESC LIMIT 1") != std::string::npos;  // one row by its number
    const bool scan = !last && step.starts_with("SCAN ") && step.find("USING") == std::string::npos &&
                      step.find("CONSTANT ROW") == std::string::npos && step.find("SCALAR") == std::string::npos;
    // Half of the rows of years are of one destination.
    const bool half = step.ends_with("(destination=?)") && step.find("linkage") != std::string::npos;
    if (scan || half) out += step + "; ";
  }
  sqlite3_finalize(statement);
  return out;
}

}  // namespace

TEST_GROUP(Backlog) {
  State state;
  std::int64_t run = state.add_run();

  std::string parcel(const std::string& pseudonym, Stage stage, std::int64_t at = noon) {
    const auto id = state.plan(run, pseudonym).id;
    if (stage == Stage::waiting) return id;
    state.seal(id);
    CHECK_TRUE(state.journal->put_token("national", id, view("token")).ok());
    CHECK_TRUE(state.journal->put_token("national", id + ".0", view("token")).ok());
    for (const auto number : {0, 1}) CHECK_TRUE(state.journal->set_far(id, number, "drs", "drs://far", "").ok());
    if (stage >= Stage::delivered)
      CHECK_TRUE(state.journal->add_receipt(id, "delivered", Json().add("site", "lab"), stage, at).ok());
    return id;
  }
  bool has_token(const std::string& key) { return state.journal->token("national", key)->has_value(); }
  int prune(std::int64_t before) {
    int steps = 1;
    while (*state.journal->prune(before)) ++steps;
    return steps;
  }
};

TEST(Backlog, is_never_read_from_end_to_end_by_what_is_asked_often) {
  const auto id = parcel("TL-1", Stage::queued);
  const Listening listening;
  state.open();
  statements.clear();
  auto& j = *state.journal;
  const auto tag = j.tag("folder", "/runs/251120_RUN");
  const bool good = j.newest_run(tag).ok() && j.run(tag, "u").ok() && j.begin_plan(run).ok() &&
                    j.end_plan(run, 1, Digest256{}, 0).ok() && j.plan_parcel(State::wish(run, "TL-2")).ok() &&
                    j.parcel_before(run, "research", "TL-1").ok() && j.parcel_of(run, "research", "TL-1").ok() &&
                    j.name_parcel(run, "research", "TL-2", "TL-3").ok() && j.parcel(id).ok() &&
                    j.parcels({}, "p-", 500).ok() && j.parcels({{}, "251120_RUN", "national"}, "", 500).ok() &&
                    j.next_due("national", noon).ok() && j.next_time("national", true).ok() && j.open_parcels().ok() &&
                    j.begin_work(id, Stage::uploading, noon).ok() && j.progress(id, 1, 1).ok() && j.standing(id).ok() &&
                    j.recipe(id).ok() && j.objects(id, true).ok() && j.set_far(id, 0, "drs", "", "").ok() &&
                    j.end_work(id, {Stage::registered, Condition::going, {}, {}, 0}, noon).ok() &&
                    j.add_receipt(id, "delivered", Json().add("site", "lab"), Stage::delivered, noon).ok() &&
                    j.receipts({id, {}, {}}).ok() && j.add_audit(Json().add("a", 1)).ok() &&
                    j.link({"TL-1", "national", "sample", "00", "SAMPLE-01", "SUBJECT-01"}).ok() &&
                    j.linked("national", "TL-1").ok() && j.linked_anywhere("TL-1").ok() &&
                    j.pseudonym_of("national", "sample", "SAMPLE-01", "00").ok() && j.is_withdrawn("SUBJECT-01").ok() &&
                    j.remember_withdrawal("SUBJECT-01", Level::no_further_use, noon).ok() &&
                    j.withdraw_parcel(id, "consent: gone", Json(), noon).ok() && j.hold_unknown(id, "", noon).ok() &&
                    j.resume(id, noon).ok() && j.restore(id, false, noon).ok() &&
                    j.put_token("a", id, view("t")).ok() && j.token("a", id).ok() && j.count_parcels().ok() &&
                    j.has_open_parcels().ok() && j.latest_parcels(100).ok() && j.prune(noon).ok() && j.tidy().ok() &&
                    j.latest_time().ok() && j.note_time(noon).ok() && j.replan_waiting().ok();
  CHECK_TRUE(good);
  // Restores a row that only a parcel in the way of `unseal` has.
  CHECK_TRUE(j.put_sealed(j.parcels()->back().id, view("r"), State::objects(), noon).ok());
  CHECK_TRUE(j.unseal(j.parcels()->back().id, "changed", noon).ok());
  CHECK_TRUE(statements.size() > 60);
  state.journal.reset();
  sqlite3* database = nullptr;
  LONGS_EQUAL(SQLITE_OK, sqlite3_open((state.directory + "/journal.db").c_str(), &database));
  std::sort(statements.begin(), statements.end());
  statements.erase(std::unique(statements.begin(), statements.end()), statements.end());
  std::string slow;
  for (const auto& sql : statements) {
    const bool plain = sql.starts_with("SELECT") || sql.starts_with("UPDATE") || sql.starts_with("DELETE");
    if (!plain) continue;
    if (const auto steps = slow_steps(database, sql); !steps.empty()) slow += sql + "\n  " + steps + "\n";
  }
  sqlite3_close(database);
  STRCMP_EQUAL("", slow.c_str());
}

TEST(Backlog, is_counted_by_what_is_alike) {
  parcel("TL-1", Stage::queued);
  parcel("TL-2", Stage::queued);
  CHECK_TRUE(state.journal->progress(parcel("TL-3", Stage::queued), 400, 1).ok());
  parcel("TL-4", Stage::delivered);
  const auto rows = state.journal->count_parcels().value_or({});
  LONGS_EQUAL(2, rows.size());
  STRCMP_EQUAL("national", rows[0].destination.c_str());
  LONGS_EQUAL(3, rows[0].parcels);
  LONGS_EQUAL(2 * 1010 + 610, rows[0].bytes_left);
  LONGS_EQUAL(noon, rows[0].oldest_created);
  CHECK_TRUE(rows[1].stage == Stage::delivered && rows[1].parcels == 1);
}

TEST(Backlog, tells_what_is_not_finished_before_the_others_and_the_newest_first) {
  parcel("TL-1", Stage::delivered);
  parcel("TL-2", Stage::queued);
  parcel("TL-3", Stage::delivered);
  parcel("TL-4", Stage::queued);
  const auto names = [&](std::int64_t most) {
    std::string all;
    const auto rows = state.journal->latest_parcels(most).value_or({});
    for (const auto& row : rows) all += row.pseudonym + " ";
    return all;
  };
  STRCMP_EQUAL("TL-4 TL-2 TL-3 TL-1 ", names(10).c_str());
  STRCMP_EQUAL("TL-4 TL-2 TL-3 ", names(3).c_str());
  STRCMP_EQUAL("TL-4 ", names(1).c_str());
  STRCMP_EQUAL("", names(0).c_str());
  CHECK_TRUE(*state.journal->has_open_parcels());
}

TEST(Backlog, that_is_finished_is_pruned_of_what_only_sending_needs) {
  const auto id = parcel("TL-1", Stage::delivered);
  LONGS_EQUAL(1, prune(noon));
  CHECK_TRUE(state.journal->recipe(id).ok());  // not yet
  LONGS_EQUAL(1, prune(noon + 1));
  CHECK_FALSE(state.journal->recipe(id).ok());
  const auto objects = state.journal->objects(id, true).value_or({});
  LONGS_EQUAL(2, objects.size());
  STRCMP_EQUAL("drs", objects[1].far_id.c_str());
  CHECK_TRUE(objects[1].inline_bytes.empty());
  CHECK_TRUE(has_token(id) && has_token(id + ".0"));  // a withdrawal may need them
  LONGS_EQUAL(1, state.journal->receipts()->size());
  CHECK_TRUE(*state.journal->resume(id, noon) == false && state.row(id).stage == Stage::delivered);
}

TEST(Backlog, that_was_pruned_can_be_withdrawn_and_given_again) {
  const auto id = parcel("TL-1", Stage::delivered);
  prune(noon + 1);
  CHECK_TRUE(state.withdraw(id));
  STRCMP_EQUAL("withdrawing", state.state_of(id).c_str());
  LONGS_EQUAL(2, state.journal->objects(id, false)->size());
  CHECK_TRUE(state.journal->add_receipt(id, "withdrawn", Json().add("site", "lab"), Stage::withdrawn, noon).ok());
  prune(noon + 1);
  LONGS_EQUAL(0, state.journal->objects(id, false)->size());
  CHECK_FALSE(has_token(id) || has_token(id + ".0"));
  CHECK_TRUE(*state.journal->restore(id, false, noon));
  state.seal(id);
  prune(noon + 1);
  CHECK_TRUE(state.journal->recipe(id).ok());
  CHECK_TRUE(journal::verify_chain(*state.journal->receipts()).ok());
}

TEST(Backlog, that_is_on_its_way_or_was_refused_is_never_pruned) {
  const auto queued = parcel("TL-1", Stage::queued), other = parcel("TL-10", Stage::queued);
  CHECK_TRUE(*state.journal->begin_work(other, Stage::uploading, noon));
  prune(noon + 1'000'000'000);
  CHECK_TRUE(state.journal->recipe(queued).ok() && state.journal->recipe(other).ok());
  CHECK_TRUE(has_token(queued) && has_token(other + ".0"));
}

TEST(Backlog, is_pruned_in_steps_and_its_room_given_back) {
  for (int i = 0; i < 120; ++i) {
    const auto id = state.plan(run, "TL-" + std::to_string(i)).id;
    CHECK_TRUE(state.journal->put_sealed(id, view(std::string(9000, 'r')), State::objects(), noon).ok());
    CHECK_TRUE(state.journal->add_receipt(id, "delivered", Json().add("a", 1), Stage::delivered, noon).ok());
  }
  while (*state.journal->tidy()) continue;
  const auto before = std::filesystem::file_size(state.directory + "/journal.db");
  LONGS_EQUAL(3, prune(noon + 1));
  while (*state.journal->tidy()) continue;
  const auto after = std::filesystem::file_size(state.directory + "/journal.db");
  CHECK_TRUE(before > 1'200'000);
  CHECK_TRUE(after + 900'000 < before);
  LONGS_EQUAL(120, state.journal->receipts()->size());
}

/// Databases as former versions left them.
TEST_GROUP(FormerJournal) {
  State state;
  void make(std::size_t version) {
    state.journal.reset();
    for (const auto& entry : std::filesystem::directory_iterator(state.directory)) std::filesystem::remove(entry);
    const auto& all = journal::migrations();
    auto database = store::Database::open(
        state.directory + "/journal.db",
        std::vector<std::string_view>(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(version)));
    CHECK_TRUE(database.ok());
    const auto done = (*database)->run(
        "INSERT INTO run (id, folder_tag, unit, name, instrument, model, state, reason, hint, listing, quiet_since, "
        "since) VALUES (1, x'01', 'u', '251120_RUN', 'illumina', '', 3, '', '', x'02', 0, 0);"
        "INSERT INTO parcel (id, run, destination, policy, pseudonym, subject_pseudonym, key_id, stage, condition, "
        "reason, hint, created, updated, delivered) VALUES ('p-1', 1, 'national', 'research', 'TL-1', 'TS-1', '00', "
        "70, 0, '', '', 5, 6, 6), ('p-2', 1, 'national', 'research', 'TL-2', 'TS-2', '00', 30, 0, '', '', 5, 6, 0);"
        "INSERT INTO object (parcel, number, name, bytes, sha256, plaintext_sha256, far_id) VALUES ('p-1', 0, "
        "'TL-1.bam.c4gh', 7, x'03', x'04', 'drs-1');"
        "INSERT INTO withdrawn VALUES (x'05', 9);");
    CHECK_TEXT(done.ok(), done.ok() ? "" : done.error().what.c_str());
  }
};

TEST(FormerJournal, of_every_version_opens_and_its_copy_is_made) {
  for (std::size_t version = 1; version <= journal::migrations().size(); ++version) {
    make(version);
    state.open();
    CHECK_TRUE(state.journal != nullptr);
    STRCMP_EQUAL("delivered", state.state_of("p-1").c_str());
    STRCMP_EQUAL("queued", state.state_of("p-2").c_str());
    state.journal.reset();
    std::filesystem::remove(state.directory + "/journal.db");
    state.open();
    STRCMP_EQUAL("delivered", state.state_of("p-1").c_str());
    STRCMP_EQUAL("drs-1", state.journal->objects("p-1", false)->at(0).far_id.c_str());
    CHECK_FALSE(state.journal->parcel("p-2")->has_value());
    STRCMP_EQUAL("1/9", state.journal->withdrawals_revision()->c_str());
  }
}

}  // namespace tributary::journal_test
