// tests/line/leftover_test.cpp: what is left at the far side of parcels that go there no more.
#include "tests/line/agent.hpp"

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

}  // namespace tributary::line_test
