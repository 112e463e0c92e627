// tests/agent/line/gate_test.cpp: hours in local time, the sequencer's precedence, the price of a turn, as tables.
#include "agent/line/gate.hpp"

#include <cstdlib>
#include <ctime>
#include <string>

#include "agent/base/clock.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::line {
namespace {

using Hours = config::Limits::Hours;
using Pace = Courtesy::Pace;

std::string opening(const std::vector<Hours>& hours, const char* now) {
  const auto when = opens_at(hours, *from_iso8601(now));
  return when ? to_rfc3339(*when) : "never";
}

}  // namespace

TEST_GROUP(Gate) {
  std::string zone_before;
  bool had_zone = false;
  void setup() override {
    const char* zone = std::getenv("TZ");
    had_zone = zone != nullptr;
    if (had_zone) zone_before = zone;
    // Central European time in the POSIX form, which needs no file: forward on the last Sunday of March, back in
    // October.
    live_in("CET-1CEST,M3.5.0,M10.5.0/3");
  }
  void teardown() override {
    if (had_zone) return live_in(zone_before.c_str());
    ::unsetenv("TZ");
    ::tzset();
  }
  static void live_in(const char* zone) {
    ::setenv("TZ", zone, 1);
    ::tzset();
  }
};

TEST(Gate, opens_and_closes_by_the_local_clock) {
  struct Row {
    const char *now, *opens;
  };
  for (const auto& row :
       {Row{"2026-01-15T18:59:59Z", "2026-01-15T19:00:00Z"},  // 20:00 in winter
        Row{"2026-01-15T19:00:00Z", "2026-01-15T19:00:00Z"},  //
        Row{"2026-01-15T23:30:00Z", "2026-01-15T23:30:00Z"},  // behind midnight
        Row{"2026-01-16T04:59:59Z", "2026-01-16T04:59:59Z"},  // the last second before 06:00
        Row{"2026-01-16T05:00:00Z", "2026-01-16T19:00:00Z"},  // closed until the evening
        Row{"2026-07-15T17:30:00Z", "2026-07-15T18:00:00Z"},  // 20:00 in summer
        Row{"2026-03-29T03:59:59Z", "2026-03-29T03:59:59Z"},  // 05:59, an hour of that night is missing
        Row{"2026-03-29T04:00:00Z", "2026-03-29T18:00:00Z"},  // 06:00, and 20:00 comes earlier
        Row{"2026-10-25T04:59:59Z", "2026-10-25T04:59:59Z"},  // an hour of that night is there twice
        Row{"2026-10-25T05:00:00Z", "2026-10-25T19:00:00Z"}}) {
    STRCMP_EQUAL(row.opens, opening({{20 * 60, 6 * 60}}, row.now).c_str());
  }
}

TEST(Gate, opens_in_the_hour_that_is_skipped_when_that_is_over_and_twice_in_the_one_that_comes_twice) {
  const std::vector<Hours> two_to_three{{120, 180}};
  STRCMP_EQUAL("2026-03-30T00:00:00Z", opening(two_to_three, "2026-03-29T00:30:00Z").c_str());  // 29th has no 02:30
  STRCMP_EQUAL("2026-10-25T00:30:00Z", opening(two_to_three, "2026-10-25T00:30:00Z").c_str());
  STRCMP_EQUAL("2026-10-25T01:30:00Z", opening(two_to_three, "2026-10-25T01:30:00Z").c_str());
}

TEST(Gate, is_always_open_or_never_when_the_hours_say_so) {
  STRCMP_EQUAL("2026-01-15T03:00:07Z", opening({{0, 1440}}, "2026-01-15T03:00:07Z").c_str());
  STRCMP_EQUAL("2026-01-15T03:00:07Z", opening({}, "2026-01-15T03:00:07Z").c_str());
  STRCMP_EQUAL("never", opening({{0, 0}}, "2026-01-15T03:00:07Z").c_str());
}

TEST_GROUP(CourtesyRules) { config::Limits limits; };

TEST(CourtesyRules, pause_above_a_load_and_go_on_well_below_it) {
  limits.max_load = 8;
  Courtesy courtesy(limits);
  struct Row {
    double load;
    Pace pace;
  };
  for (const auto& row : {Row{7.9, Pace::full}, Row{8, Pace::full}, Row{8.1, Pace::pause}, Row{7, Pace::pause},
                          Row{6.1, Pace::pause}, Row{6, Pace::full}, Row{7.9, Pace::full}, Row{9, Pace::pause}}) {
    CHECK_TRUE(row.pace == courtesy.look(row.load, true));
    LONGS_EQUAL(row.pace == Pace::pause, !courtesy.why().empty());
  }
}

TEST(CourtesyRules, know_no_load_that_is_too_much_unless_one_is_set) {
  Courtesy courtesy(limits);
  CHECK_TRUE(Pace::full == courtesy.look(1000, true));
}

TEST(CourtesyRules, do_what_is_wished_while_a_run_is_written) {
  struct Row {
    config::WhileSequencing wish;
    Pace sequencing;
  };
  using config::WhileSequencing;
  for (const auto& row : {Row{WhileSequencing::full, Pace::full}, Row{WhileSequencing::slow, Pace::slow},
                          Row{WhileSequencing::pause, Pace::pause}}) {
    limits.while_sequencing = row.wish;
    Courtesy courtesy(limits);
    CHECK_TRUE(row.sequencing == courtesy.look(0, true));
    CHECK_TRUE(Pace::full == courtesy.look(0, false));
  }
}

TEST_GROUP(Turn){};

TEST(Turn, costs_what_was_sent_and_a_quarter_of_it_one_priority_higher) {
  LONGS_EQUAL(4 * turn_cost(64 << 20, 6), turn_cost(64 << 20, 5));
  LONGS_EQUAL(65, turn_cost(64 << 20, 9));
  LONGS_EQUAL(1, turn_cost(0, 9));
  CHECK_TRUE(turn_cost(INT64_MAX, 0) > turn_cost(std::int64_t{1} << 50, 0));
  CHECK_TRUE(turn_cost(INT64_MAX, -5) > 0);
}

TEST_GROUP(Away){};

TEST(Away, is_tried_soon_at_first_and_every_hour_at_last) {
  struct Row {
    std::int64_t tries, least, most;
  };
  for (const auto& row : {Row{0, 7, 15}, Row{1, 15, 30}, Row{4, 120, 240}, Row{100, 1800, 3600}}) {
    LONGS_EQUAL(row.least, away_delay_s(row.tries, 0));
    CHECK_TRUE(away_delay_s(row.tries, 0.9999) <= row.most);
    CHECK_TRUE(away_delay_s(row.tries, 0.9999) >= row.most - 2);
  }
}

}  // namespace tributary::line
