// tests/agent/line/time_of_day_test.cpp: which times of day are believed.
#include "agent/line/time_of_day.hpp"

#include "agent/base/clock.hpp"

#include <CppUTest/TestHarness.h>

namespace {

using tributary::from_iso8601;
using tributary::line::check_time;
using tributary::line::first_possible_utc_s;
using tributary::line::last_possible_utc_s;

constexpr std::int64_t day_s = 86400;
constexpr std::int64_t latest = 1763719200;

}  // namespace

TEST_GROUP(CheckTime){};

TEST(CheckTime, believes_what_is_near_the_latest_work) {
  for (const auto now : {latest, latest + 1, latest - day_s + 1, latest + 366 * day_s - 1}) {
    CHECK_TRUE(check_time(now, latest).ok());
  }
  for (const auto now : {latest - day_s, latest + 366 * day_s}) CHECK_FALSE(check_time(now, latest).ok());
}

TEST(CheckTime, believes_any_possible_year_when_nothing_was_done_yet) {
  for (const auto now : {first_possible_utc_s, last_possible_utc_s, latest}) CHECK_TRUE(check_time(now, 0).ok());
  for (const auto now : {first_possible_utc_s - 1, last_possible_utc_s + 1, std::int64_t{0}, std::int64_t{-1}})
    CHECK_FALSE(check_time(now, 0).ok());
}

TEST(CheckTime, believes_what_a_far_side_says_too_but_no_impossible_year) {
  const auto says = [](std::int64_t utc_s) {
    return tributary::plugin::TimeWitness::Word{"https://far.example", utc_s};
  };
  for (const auto now : {latest - 40 * day_s, latest - 4000 * day_s / 20, latest + 800 * day_s}) {
    for (const auto apart : {-3600, 0, 3600}) CHECK_TRUE(check_time(now, latest, says(now + apart)).ok());
    for (const auto apart : {-3601, 3601, 900000}) CHECK_FALSE(check_time(now, latest, says(now + apart)).ok());
  }
  CHECK_TRUE(check_time(latest, latest, says(latest - 30 * day_s)).ok());  // its clock may be the wrong one
  CHECK_FALSE(check_time(0, latest, says(0)).ok());
}

TEST(CheckTime, has_the_years_that_its_words_name) {
  LONGS_EQUAL(*from_iso8601("2025-01-01T00:00:00Z"), first_possible_utc_s);
  LONGS_EQUAL(*from_iso8601("2100-01-01T00:00:00Z"), last_possible_utc_s);
}

TEST(CheckTime, tells_both_times_and_how_to_confirm_a_leap_but_not_an_impossible_year) {
  const auto leap = check_time(latest - 10 * day_s, latest);
  STRCMP_EQUAL("clock: it says 2025-11-11T10:00:00Z, and the last work here was at 2025-11-21T10:00:00Z",
               leap.error().what.c_str());
  STRCMP_CONTAINS("tributary release --clock", leap.error().hint.c_str());
  const auto impossible = check_time(0, latest);
  STRCMP_EQUAL("nothing is sent and no consent is asked until then: set it", impossible.error().hint.c_str());
}
