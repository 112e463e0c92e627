// tests/line/leftover_test.cpp: what is left at the far side of parcels that go there no more.
#include <sqlite3.h>

#include "tests/line/agent.hpp"
#include "tests/line/program.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::line_test {
namespace {

constexpr std::size_t few_reads = 10;
constexpr std::size_t many_reads = 45000;  // about 7 MB: two parts

}  // namespace

TEST_GROUP(Leftover) {
  Laboratory laboratory{few_reads, many_reads};
  ManualClock clock{laboratory.made_utc_s()};
  RepositorySide far{laboratory, clock, false};
  Agent agent{laboratory, far, clock};

  void setup() override { CHECK_TEXT(agent.is_open(), agent.log().c_str()); }
  std::size_t uploads_open() {
    const auto things = far.things(laboratory, agent.site_folder());
    return static_cast<std::size_t>(std::count_if(
        things.begin(), things.end(), [](const auto& thing) { return thing.second == "upload left open"; }));
  }
  std::size_t objects_there() { return far.things(laboratory, agent.site_folder()).size() - uploads_open(); }
  /// The parcel in parts stays half-way, the other is delivered.
  std::string half_way() {
    CHECK_TRUE(far.sandbox().faults().add("part:busy:1-99:3600").ok());
    agent.look();
    while (agent.runner().step("far")) {
    }
    const auto rows = agent.journal().parcels();
    if (!rows) return {};
    for (const auto& row : *rows) {
      if (row.stage == journal::Stage::uploading) return row.id;
    }
    return {};
  }
  [[nodiscard]] std::string database() const { return agent.site_folder().state_dir() + "/journal.db"; }
  void change_the_journal(const char* sql) const {
    sqlite3* other = nullptr;
    LONGS_EQUAL(SQLITE_OK, sqlite3_open(database().c_str(), &other));
    LONGS_EQUAL(SQLITE_OK, sqlite3_exec(other, sql, nullptr, nullptr, nullptr));
    sqlite3_close(other);
  }
  void ends_well() {
    far.sandbox().faults().clear();
    clock.advance(3600);
    CHECK_TRUE(agent.run_to_the_end());
    STRCMP_CONTAINS("receipts: 2 whole", agent.outcome().c_str());
    LONGS_EQUAL_TEXT(6, objects_there(), agent.reasons().c_str());
  }
};

TEST(Leftover, uploads_of_a_parcel_that_was_refused_are_aborted_at_the_next_start) {
  const auto id = half_way();
  LONGS_EQUAL(1, uploads_open());
  const auto delivered = objects_there();
  CHECK_TRUE(delivered > 0);
  const journal::Journal::Outcome refused{journal::Stage::uploading, journal::Condition::refused, "no", "", 0};
  CHECK_TRUE(agent.journal().end_work(id, refused, clock.now_utc_s()).ok());
  agent.reopen();
  agent.runner().sweep("far");
  LONGS_EQUAL_TEXT(0, uploads_open(), agent.log().c_str());
  LONGS_EQUAL(delivered, objects_there());
  STRCMP_CONTAINS("is taken away", agent.log().c_str());
  CHECK_TRUE(agent.journal().abandoned("far")->empty());
}

TEST(Leftover, uploads_of_a_parcel_that_waits_are_kept) {
  half_way();
  agent.reopen();
  agent.runner().sweep("far");
  LONGS_EQUAL(1, uploads_open());
}

TEST(Leftover, uploads_of_a_parcel_whose_recipe_can_not_be_read_are_taken_away_and_it_is_sealed_afresh) {
  for (const auto* sql :
       {"UPDATE parcel SET recipe = NULL WHERE stage = 40", "UPDATE parcel SET recipe = X'00' WHERE stage = 40",
        "DELETE FROM object WHERE number = 0 AND parcel = (SELECT id FROM parcel WHERE stage = 40)"}) {
    agent.reopen();
    const auto id = half_way();
    LONGS_EQUAL(1, uploads_open());
    change_the_journal(sql);
    far.sandbox().faults().clear();
    clock.advance(3600);
    agent.runner().step("far");
    LONGS_EQUAL_TEXT(0, uploads_open(), agent.log().c_str());
    STRCMP_CONTAINS("is sealed again", agent.log().c_str());
    LONGS_EQUAL_TEXT(10, static_cast<int>((*agent.journal().parcel(id))->stage), agent.reasons().c_str());
    agent.look();
    LONGS_EQUAL(30, static_cast<int>((*agent.journal().parcel(id))->stage));
  }
  ends_well();
}

TEST(Leftover, uploads_that_a_journal_which_was_put_back_does_not_know_are_told_and_the_parcel_is_sent_afresh) {
  agent.close();
  const auto old = files::read_small(database(), 1U << 24).value_or("");
  agent.reopen();
  const auto id = half_way();
  agent.close();
  CHECK_TRUE(files::write_atomic(database(), view(old), 0600).ok());
  agent.reopen();
  const auto alarms = agent.journal().alarms();
  LONGS_EQUAL(1, alarms->size());
  STRCMP_CONTAINS(id.c_str(), alarms->front().what.c_str());
  ends_well();
  LONGS_EQUAL(1, uploads_open());
}

TEST(Leftover, uploads_of_a_parcel_that_was_being_taken_back_when_the_journal_was_lost_are_for_somebody_to_look_at) {
  const auto id = half_way();
  LONGS_EQUAL(1, *agent.journal().cancel({.parcel = id, .run = {}, .destination = {}}, clock.now_utc_s()));
  agent.close();
  CHECK_TRUE(std::filesystem::remove(database()));
  agent.reopen();
  far.sandbox().faults().clear();
  clock.advance(3600);
  CHECK_TRUE(agent.run_to_the_end());
  STRCMP_CONTAINS("held", agent.states().c_str());
  STRCMP_CONTAINS("tributary withdraw --confirm", agent.reasons().c_str());
  LONGS_EQUAL(std::string::npos, agent.receipts().find("withdrawn_at"));
  fakes::TemporaryDirectory said;
  const auto ended =
      run_program({TRIBUTARY_TEST_COMMAND, "--config", agent.site_folder().config_file(), "withdraw", "--confirm", id},
                  said.path(), false);
  LONGS_EQUAL_TEXT(0, ended.code, ended.words.c_str());
  STRCMP_CONTAINS("\"confirmed_by\":\"desk\"", agent.receipts().c_str());
}

}  // namespace tributary::line_test
