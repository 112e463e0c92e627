// tests/line/family_test.cpp: a policy for whole families, over the whole line.
#include "tests/line/agent.hpp"
#include "tests/line/far_side.hpp"
#include "tests/line/laboratory.hpp"

#include <CppUTest/TestHarness.h>

namespace {

using namespace tributary;             // NOLINT: brevity of a test
using namespace tributary::line_test;  // NOLINT

std::size_t count(const std::string& all, const std::string& word) {
  std::size_t found = 0;
  for (auto at = all.find(word); at != std::string::npos; at = all.find(word, at + 1)) ++found;
  return found;
}

}  // namespace

// SAMPLE-01 and SAMPLE-02 are a family of two.
TEST_GROUP(FamilyLine) {
  Laboratory laboratory{4};
  std::unique_ptr<ManualClock> clock;
  std::unique_ptr<RepositorySide> far;
  std::unique_ptr<Agent> agent;

  void setup() override {
    laboratory.ask_for("require: all-of-family");
    clock = std::make_unique<ManualClock>(laboratory.made_utc_s());
    far = std::make_unique<RepositorySide>(laboratory, *clock, false);
    agent = std::make_unique<Agent>(laboratory, *far, *clock);
    CHECK_TEXT(agent->is_open(), agent->log().c_str());
  }
};

TEST(FamilyLine, delivers_all_members_and_takes_all_back_when_one_withdraws) {
  CHECK_TRUE(agent->run_to_the_end());
  LONGS_EQUAL_TEXT(2, count(agent->states(), "delivered"), agent->reasons().c_str());
  laboratory.write_subjects("SAMPLE-02");
  CHECK_TRUE(agent->run_to_the_end());
  LONGS_EQUAL_TEXT(2, count(agent->states(), "withdrawn"), agent->reasons().c_str());
  LONGS_EQUAL(0, count(agent->outcome(), "there: "));
}

TEST(FamilyLine, sends_nobody_when_one_did_not_agree) {
  laboratory.write_subjects("SAMPLE-02");
  CHECK_TRUE(agent->run_to_the_end());
  LONGS_EQUAL_TEXT(3, count(agent->states(), "refused"), agent->reasons().c_str());
  STRCMP_CONTAINS("another member of the family: the consent was withdrawn", agent->reasons().c_str());
}

TEST(FamilyLine, lets_nobody_become_visible_when_one_withdraws_right_before_the_commit) {
  agent->look();
  LONGS_EQUAL(2, count(agent->states(), "queued"));
  laboratory.write_subjects("SAMPLE-02");
  while (agent->runner().step("far")) {  // nobody has looked at the list since
  }
  const auto outcome = agent->outcome();
  LONGS_EQUAL_TEXT(0, count(outcome, "there: "), outcome.c_str());
}
