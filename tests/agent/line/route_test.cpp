// tests/agent/line/route_test.cpp: what an outcome means for a parcel, as tables.
#include "agent/line/route.hpp"

#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

namespace {

using tributary::Error;
using tributary::Remedy;
using tributary::journal::Condition;
using tributary::journal::Stage;
using tributary::line::back_off_s;
using tributary::line::outcome_of;

constexpr std::int64_t noon = 1763719200;

Error error_of(Remedy remedy, std::int64_t not_before_s = 0) { return {remedy, "what", "hint", not_before_s}; }

}  // namespace

TEST_GROUP(BackOff){};

TEST(BackOff, doubles_up_to_six_hours_half_of_it_by_chance) {
  struct Row {
    std::int64_t attempts, least, most;
  };
  for (const auto& row : {Row{0, 7, 15}, Row{1, 15, 30}, Row{2, 30, 60}, Row{5, 240, 480}, Row{10, 7680, 15360},
                          Row{11, 10800, 21600}, Row{12, 10800, 21600}, Row{1000, 10800, 21600}, Row{-5, 7, 15}}) {
    LONGS_EQUAL(row.least, back_off_s(row.attempts, 0));
    CHECK_TRUE(back_off_s(row.attempts, 0.9999) <= row.most);
    CHECK_TRUE(back_off_s(row.attempts, 0.9999) >= row.most - 3 - row.most / 1000);
  }
}

TEST_GROUP(Route){};

TEST(Route, has_one_hop_for_every_stage_that_can_go_on) {
  for (const auto stage : {Stage::waiting, Stage::sealing, Stage::queued, Stage::uploading, Stage::registered,
                           Stage::ingesting, Stage::withdrawing}) {
    int hops = 0;
    for (const auto& hop : tributary::line::route) hops += hop.stage == stage ? 1 : 0;
    LONGS_EQUAL(1, hops);
  }
}

TEST(Route, refuses_before_the_far_side_has_it_and_holds_afterwards) {
  struct Row {
    Stage stage;
    Condition refused, broken;
  };
  for (const auto& row : {Row{Stage::waiting, Condition::refused, Condition::held},
                          Row{Stage::sealing, Condition::refused, Condition::held},
                          Row{Stage::queued, Condition::refused, Condition::held},
                          Row{Stage::uploading, Condition::refused, Condition::held},
                          Row{Stage::registered, Condition::held, Condition::held},
                          Row{Stage::ingesting, Condition::held, Condition::held},
                          Row{Stage::withdrawing, Condition::held, Condition::held}}) {
    const auto refused = outcome_of(row.stage, error_of(Remedy::give_up), 0, noon, 0.5);
    const auto broken = outcome_of(row.stage, error_of(Remedy::ask_operator), 0, noon, 0.5);
    LONGS_EQUAL(static_cast<int>(row.refused), static_cast<int>(refused.condition));
    LONGS_EQUAL(static_cast<int>(row.broken), static_cast<int>(broken.condition));
    LONGS_EQUAL(static_cast<int>(row.stage), static_cast<int>(refused.stage));
    STRCMP_EQUAL("what", broken.reason.c_str());
    STRCMP_EQUAL("hint", broken.hint.c_str());
  }
}

TEST(Route, waits_in_the_same_stage_and_says_why) {
  for (const auto stage : {Stage::sealing, Stage::uploading, Stage::registered, Stage::withdrawing}) {
    const auto later = outcome_of(stage, error_of(Remedy::wait), 2, noon, 0);
    LONGS_EQUAL(static_cast<int>(stage), static_cast<int>(later.stage));
    LONGS_EQUAL(0, static_cast<int>(later.condition));
    LONGS_EQUAL(noon + 30, later.not_before);
    STRCMP_EQUAL("what", later.reason.c_str());
  }
}

TEST(Route, asks_a_running_task_often) {
  LONGS_EQUAL(noon + 5, outcome_of(Stage::ingesting, error_of(Remedy::wait), 0, noon, 0.9).not_before);
  LONGS_EQUAL(noon + 30, outcome_of(Stage::ingesting, error_of(Remedy::wait), 1000, noon, 0.9).not_before);
}

TEST(Route, takes_the_word_of_the_far_side_within_reason) {
  struct Row {
    std::int64_t said, then;
  };
  for (const auto& row : {Row{noon + 300, noon + 300}, Row{noon + 1, noon + 7}, Row{noon - 1000, noon + 7},
                          Row{noon + 10 * 86400, noon + 86400}, Row{INT64_MAX, noon + 86400}}) {
    LONGS_EQUAL(row.then, outcome_of(Stage::uploading, error_of(Remedy::wait, row.said), 0, noon, 0).not_before);
  }
}
