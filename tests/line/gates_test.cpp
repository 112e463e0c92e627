// tests/line/gates_test.cpp: who may go on: pauses, hours, turns, withdrawals, a busy machine; a repository that is
// away.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "tests/line/agent.hpp"
#include "tests/line/program.hpp"
#include "tests/sandbox/keys.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::line_test {
namespace {

using journal::Filter;

constexpr std::size_t few_reads = 10;
constexpr std::size_t many_reads = 70000;  // about 11 MB: three parts

// Of all parcels together.
std::int64_t attempts_of(Agent& agent) {
  std::int64_t sum = 0;
  auto rows = agent.journal().parcels();
  for (const auto& row : *rows) sum += row.attempts;
  return sum;
}

}  // namespace

/// A site with a parcel in three parts and a small one, sealed.
TEST_GROUP(Gates) {
  Laboratory laboratory{few_reads, many_reads};
  ManualClock clock{laboratory.made_utc_s()};
  RepositorySide far{laboratory, clock, false};
  Agent agent{laboratory, far, clock};
  std::atomic<int> parts{0};  // that the store was asked to take

  void setup() override { CHECK_TEXT(agent.is_open(), agent.log().c_str()); }
  // One part after the other: their order is what is looked at.
  void limit(const std::string& more = {}) { agent.configure("limits: { connections: 1" + more + " }"); }
  // Does that when the store is asked to take that part.
  void at_part(int number, const std::function<void()>& what) {
    far.meanwhile = [this, number, what] {
      if (++parts == number) what();
    };
    CHECK_TRUE(far.sandbox().faults().add("part:delay:*:1ms").ok());
  }
  journal::ParcelRow large() {
    auto rows = agent.journal().parcels();
    return *std::max_element(rows->begin(), rows->end(),
                             [](const auto& a, const auto& b) { return a.bytes_total < b.bytes_total; });
  }
  // Only the large one is left.
  void send_the_small_one() {
    agent.look();
    CHECK_TRUE(agent.runner().step("far"));
    STRCMP_EQUAL("queued", std::string(name_of(large().stage)).c_str());
    while (large().stage == journal::Stage::queued && agent.runner().step("far") && parts == 0) {
    }
  }
  void ends_well() {
    CHECK_TRUE(agent.run_to_the_end());
    const auto outcome = agent.outcome();
    STRCMP_CONTAINS("receipts: 2 whole", outcome.c_str());
    LONGS_EQUAL_TEXT(std::string::npos, outcome.find("stray"), outcome.c_str());
  }
  void was_interrupted() {
    LONGS_EQUAL_TEXT(static_cast<int>(journal::Stage::uploading), static_cast<int>(large().stage), agent.log().c_str());
    LONGS_EQUAL(0, large().attempts);
    LONGS_EQUAL(0, large().not_before);
  }
};

TEST(Gates, of_a_pause_end_what_is_under_way_and_it_goes_on_where_it_was) {
  limit();
  at_part(2, [&] {
    CHECK_TRUE(agent.journal().pause_destination("far", 0, clock.now_utc_s()).ok());
    agent.runner().mind_gates();
  });
  send_the_small_one();
  was_interrupted();
  STRCMP_CONTAINS("uploads wait: paused by an operator", agent.log().c_str());
  agent.reopen();
  CHECK_FALSE(agent.runner().step("far"));
  CHECK_TRUE(*agent.journal().resume_destination("far"));
  ends_well();
  LONGS_EQUAL(4, parts);  // the first one, the second one twice, the third one
}

TEST(Gates, of_a_hold_end_what_is_under_way_and_it_goes_on_where_it_was) {
  limit();
  const auto whole = [&] { return Filter{.parcel = large().id, .run = {}, .destination = {}}; };
  at_part(2, [&] { CHECK_TRUE(agent.journal().hold(whole(), clock.now_utc_s()).ok()); });
  send_the_small_one();
  was_interrupted();
  while (agent.runner().step("far")) {
  }
  STRCMP_CONTAINS("held", agent.states().c_str());
  CHECK_TRUE(agent.journal().release(whole(), clock.now_utc_s()).ok());
  ends_well();
  LONGS_EQUAL(4, parts);  // the first one, the second one twice, the third one
}

TEST(Gates, of_a_hold_are_shut_right_before_the_commit) {
  limit();
  const auto whole = [&] { return Filter{.parcel = large().id, .run = {}, .destination = {}}; };
  far.meanwhile = [&] { CHECK_TRUE(agent.journal().hold(whole(), clock.now_utc_s()).ok()); };
  CHECK_TRUE(far.sandbox().faults().add("complete:delay:1:1ms").ok());
  agent.look();
  while (agent.runner().step("far")) {
  }
  was_interrupted();
  STRCMP_CONTAINS("held", agent.states().c_str());
  const auto there = far.things(laboratory, agent.site_folder());
  LONGS_EQUAL(1,
              std::count_if(there.begin(), there.end(), [](const auto& thing) { return thing.second == "manifest"; }));
  CHECK_TRUE(agent.journal().release(whole(), clock.now_utc_s()).ok());
  ends_well();
}

TEST(Gates, of_a_consent_that_nobody_knows_right_before_the_commit_keep_what_was_sent) {
  limit();
  const auto list = laboratory.path() + "/subjects.csv";
  at_part(3, [&] { CHECK_EQUAL(0, std::rename(list.c_str(), (list + ".away").c_str())); });
  send_the_small_one();
  for (int i = 0; i < 2; ++i, clock.advance(60)) {
    while (agent.runner().step("far")) {
    }
  }
  STRCMP_CONTAINS("held", agent.states().c_str());
  LONGS_EQUAL(static_cast<int>(journal::Stage::uploading), static_cast<int>(large().stage));
  CHECK_EQUAL(0, std::rename((list + ".away").c_str(), list.c_str()));
  clock.advance(15 * 60);
  ends_well();
  LONGS_EQUAL(3, parts);
}

TEST(Gates, of_a_pause_of_all_with_an_end_open_by_themselves) {
  CHECK_TRUE(agent.journal().pause_destination("", clock.now_utc_s() + 60, clock.now_utc_s()).ok());
  agent.look();
  CHECK_FALSE(agent.runner().step("far"));
  clock.advance(60);
  ends_well();
}

TEST(Gates, of_the_hours_end_what_is_under_way_and_it_goes_on_in_the_next_ones) {
  ::setenv("TZ", "UTC0", 1);
  ::tzset();
  const auto at = [&](int hour, int minute) {
    clock.set(laboratory.made_utc_s() / 86400 * 86400 + 86400 + hour * 3600 + minute * 60);
  };
  limit(R"(, upload_hours: [ "22:00-00:30", "01:00-02:00" ])");
  at(0, 20);
  at_part(2, [&] {
    at(0, 30);
    agent.runner().mind_gates();
  });
  send_the_small_one();
  was_interrupted();
  STRCMP_CONTAINS("limits.upload_hours begin again at", agent.journal().destination("far")->waits_for.c_str());
  CHECK_FALSE(agent.runner().step("far"));
  at(0, 59);
  CHECK_FALSE(agent.runner().step("far"));
  at(1, 0);
  ends_well();
  LONGS_EQUAL(4, parts);
  ::unsetenv("TZ");
  ::tzset();
}

TEST(Gates, end_a_turn_behind_a_part_and_no_part_is_sent_twice) {
  limit();
  // The credentials are of age by then: the first part is asked for once more with new ones.
  at_part(1, [&] {
    clock.advance(line::turn_s);
    agent.runner().mind_gates();
  });
  send_the_small_one();
  was_interrupted();
  LONGS_EQUAL(2, parts);
  ends_well();
  LONGS_EQUAL(4, parts);
}

TEST(Gates, open_for_a_withdrawal_at_the_end_of_the_part_that_is_under_way) {
  limit();
  agent.look();
  const auto big = large().id;
  std::string small;
  auto rows = agent.journal().parcels();
  for (const auto& row : *rows) {
    if (row.id != big && row.stage == journal::Stage::queued) small = row.id;
  }
  CHECK_TRUE(*agent.journal().begin_work(small, journal::Stage::uploading, clock.now_utc_s()));
  CHECK_TRUE(agent.journal()
                 .end_work(small,
                           {journal::Stage::uploading, journal::Condition::going, "x", "", clock.now_utc_s() + 60},
                           clock.now_utc_s())
                 .ok());
  at_part(1, [&] {
    CHECK_TRUE(agent.journal().cancel({.parcel = small, .run = {}, .destination = {}}, clock.now_utc_s()).ok());
    agent.runner().mind_gates();
  });
  CHECK_TRUE(agent.runner().step("far"));
  was_interrupted();
  CHECK_TRUE(agent.runner().step("far"));
  LONGS_EQUAL(static_cast<int>(journal::Stage::withdrawn), static_cast<int>((*agent.journal().parcel(small))->stage));
  LONGS_EQUAL(1, parts);
}

TEST(Gates, close_between_parts_while_the_machine_is_busy_and_nothing_is_sealed) {
  limit(", max_load: 8");
  agent.machine.now = 9;
  agent.runner().mind_gates();
  agent.look();
  LONGS_EQUAL(std::string::npos, agent.states().find("queued"));
  STRCMP_CONTAINS("waiting", agent.states().c_str());
  agent.machine.now = 5;
  agent.runner().mind_gates();
  clock.advance(120);
  at_part(2, [&] {
    agent.machine.now = 9;
    agent.runner().mind_gates();
  });
  send_the_small_one();
  was_interrupted();
  CHECK_FALSE(agent.runner().step("far"));
  agent.machine.now = 5;
  agent.runner().mind_gates();
  ends_well();
  LONGS_EQUAL(3, parts);
}

TEST(Gates, of_sealing_let_other_runs_in_after_a_turn) {
  const auto second = laboratory.runs() + "/200101_M00146_0022_000000000-A2WDG";
  std::filesystem::copy(laboratory.run().path(), second, std::filesystem::copy_options::recursive);
  agent.on_log([&](std::string_view line) {
    if (line.find("sealed for far") != std::string_view::npos) clock.advance(line::turn_s);
  });
  const auto sealed = [&] {
    std::map<std::string, int> out;
    auto rows = agent.journal().parcels();
    for (const auto& row : *rows) out[row.run_name] += row.stage == journal::Stage::queued ? 1 : 0;
    return out;
  };
  agent.look();
  LONGS_EQUAL_TEXT(2, sealed().size(), agent.log().c_str());
  for (const auto& [run, count] : sealed()) LONGS_EQUAL_TEXT(1, count, run.c_str());
  agent.look();
  for (const auto& [run, count] : sealed()) LONGS_EQUAL_TEXT(2, count, run.c_str());
}

TEST(Gates, of_planning_let_a_new_run_in_before_those_that_are_planned_again) {
  agent.look();
  const auto second = laboratory.runs() + "/251121_M00146_0022_000000000-A2WDG";
  std::filesystem::copy(laboratory.run().path(), second, std::filesystem::copy_options::recursive);
  agent.reopen();  // who waits or was refused is asked again
  const auto known = laboratory.run().name();
  std::optional<std::int64_t> known_is_due;  // when the first parcel of the new run was sealed
  agent.on_log([&](std::string_view line) {
    if (known_is_due || line.find("sealed for far") == std::string_view::npos) return;
    auto runs = agent.journal().runs();
    for (const auto& run : *runs) {
      if (run.name == known) known_is_due = run.next_plan;
    }
  });
  agent.look();
  CHECK_TRUE_TEXT(known_is_due.has_value(), agent.log().c_str());
  LONGS_EQUAL(1, *known_is_due);
  auto runs = agent.journal().runs();
  for (const auto& run : *runs) LONGS_EQUAL_TEXT(0, run.next_plan, run.name.c_str());
}

TEST_GROUP(Absence) {
  Laboratory laboratory{few_reads};
  ManualClock clock{laboratory.made_utc_s()};
  RepositorySide far{laboratory, clock, false};
  Agent agent{laboratory, far, clock};

  void setup() override {
    CHECK_TEXT(agent.is_open(), agent.log().c_str());
    agent.look();
  }
  journal::DestinationRow destination() { return *agent.journal().destination("far"); }
  std::int64_t attempts() { return attempts_of(agent); }
};

TEST(Absence, of_a_repository_costs_one_attempt_however_long_it_lasts) {
  CHECK_TRUE(far.sandbox().faults().add("service_info:fail:1-6").ok());
  for (int tries = 1; tries <= 6; ++tries) {
    CHECK_TRUE(agent.runner().step("far"));
    LONGS_EQUAL(tries, destination().tries);
    CHECK_TRUE(destination().next_try > clock.now_utc_s());
    CHECK_FALSE(agent.runner().step("far"));  // nobody tries on his own account
    clock.set(std::max(destination().next_try, clock.now_utc_s() + 16));
    if (tries == 3) agent.reopen();
  }
  LONGS_EQUAL(1, attempts());
  CHECK_TRUE(agent.runner().step("far"));
  LONGS_EQUAL(0, destination().away_since);
  STRCMP_CONTAINS("destination far: back after", agent.log().c_str());
  CHECK_TRUE(agent.run_to_the_end());
  STRCMP_CONTAINS("receipts: 2 whole", agent.outcome().c_str());
}

TEST(Absence, is_ended_at_once_by_an_operator_who_says_retry) {
  CHECK_TRUE(far.sandbox().faults().add("service_info:busy:1:3600").ok());
  CHECK_TRUE(agent.runner().step("far"));
  LONGS_EQUAL(clock.now_utc_s() + 3600, destination().next_try);  // the far side's own word
  CHECK_TRUE(agent.journal().retry({.parcel = {}, .run = {}, .destination = "far"}, clock.now_utc_s()).ok());
  CHECK_TRUE(agent.runner().step("far"));
  LONGS_EQUAL(0, destination().away_since);
}

TEST(Absence, does_not_last_for_years_because_the_clock_was_set_back) {
  clock.advance(24 * 3600);
  CHECK_TRUE(far.sandbox().faults().add("service_info:busy:1:3600").ok());
  CHECK_TRUE(agent.runner().step("far"));
  clock.advance(-23 * 3600);
  CHECK_FALSE(agent.runner().step("far"));
  clock.advance(-1800);
  CHECK_TRUE(agent.runner().step("far"));
}

TEST(Absence, that_lasts_is_an_alarm_until_it_is_over) {
  agent.configure("limits: { away_alarm: 2h }");
  CHECK_TRUE(far.sandbox().faults().add("service_info:fail:1-2").ok());
  CHECK_TRUE(agent.runner().step("far"));
  LONGS_EQUAL(0, agent.journal().alarms()->size());
  clock.advance(2 * 3600);
  CHECK_TRUE(agent.runner().step("far"));
  LONGS_EQUAL(1, agent.journal().alarms()->size());
  STRCMP_CONTAINS("away since", agent.journal().alarms()->front().what.c_str());
  clock.advance(3600);
  CHECK_TRUE(agent.runner().step("far"));
  LONGS_EQUAL(0, agent.journal().alarms()->size());
}

TEST(Absence, is_none_when_a_parcel_has_a_trouble_of_its_own_which_holds_it_at_last) {
  agent.configure("limits: { hold_after: 3h }");
  CHECK_TRUE(far.sandbox().faults().add("put:fail:*").ok());
  for (int i = 0; i < 40 && agent.states().find("held") == std::string::npos; ++i) {
    while (agent.runner().step("far")) {
    }
    LONGS_EQUAL(0, destination().away_since);
    clock.advance(600);
  }
  STRCMP_CONTAINS("held", agent.states().c_str());
  STRCMP_CONTAINS("no progress for", agent.reasons().c_str());
  STRCMP_CONTAINS("tributary retry p-", agent.reasons().c_str());
}

TEST(Absence, of_this_machine_itself_is_no_fault_of_a_parcel) {
  agent.configure("limits: { hold_after: 3h }");
  CHECK_TRUE(far.sandbox().faults().add("put:fail:*").ok());
  for (int i = 0; i < 3; ++i) {
    while (agent.runner().step("far")) {
    }
    clock.advance(5 * 3600);  // switched off, asleep, or a clock that was wrong
  }
  CHECK_TEXT(agent.states().find("held") == std::string::npos, agent.reasons().c_str());
}

TEST(Absence, because_of_a_certificate_holds_nothing_and_is_an_alarm_at_once) {
  const fakes::TemporaryDirectory keys;  // of a CA that nobody here trusts
  CHECK_TRUE(sandbox::make_certificates(keys.path(), "localhost", SystemClock()).ok());
  http::ServerSettings settings;
  settings.listen = "127.0.0.1:0";
  settings.cert_file = keys.path() + "/server.pem";
  settings.key_file = keys.path() + "/server.key";
  const auto server = http::serve(settings, [](http::Exchange& exchange) { exchange.reply(200, {}, {}); });
  CHECK_TRUE(server.ok());
  const auto file = agent.site_folder().config_file();
  auto text = files::read_small(file, 1U << 20).value_or("");
  const auto from = text.find("http://"), to = text.find("/ga4gh/drs");
  text.replace(from, to - from, "https://localhost:" + std::to_string((*server)->port()));
  CHECK_TRUE(files::write_atomic(file, view(text), 0600).ok());
  agent.reopen();
  CHECK_TEXT(agent.is_open(), agent.log().c_str());
  CHECK_TRUE(agent.runner().step("far"));
  LONGS_EQUAL(std::string::npos, agent.states().find("held"));
  CHECK_TRUE(destination().away_since > 0);
  LONGS_EQUAL(1, agent.journal().alarms()->size());
}

/// Of a folder there is no network that could tell.
TEST_GROUP(AbsentFolder) {
  Laboratory laboratory{few_reads};
  ManualClock clock{laboratory.made_utc_s()};
  FolderSide far;
  Agent agent{laboratory, far, clock};

  void setup() override {
    CHECK_TEXT(agent.is_open(), agent.log().c_str());
    agent.look();
  }
  journal::DestinationRow destination() { return *agent.journal().destination("far"); }
  std::int64_t attempts() { return attempts_of(agent); }
  /// Every try but the last finds the destination away.
  void is_waited_for(int tries) {
    for (int number = 1; number <= tries; ++number) {
      CHECK_TRUE(agent.runner().step("far"));
      LONGS_EQUAL_TEXT(number, destination().tries, agent.reasons().c_str());
      CHECK_FALSE(agent.runner().step("far"));  // nobody tries on his own account
      clock.set(std::max(destination().next_try, clock.now_utc_s() + 16));
    }
    LONGS_EQUAL(1, attempts());
    LONGS_EQUAL(std::string::npos, agent.states().find("held"));
  }
  void is_delivered() {
    CHECK_TRUE(agent.runner().step("far"));
    LONGS_EQUAL(0, destination().away_since);
    CHECK_TRUE(agent.run_to_the_end());
    STRCMP_CONTAINS("receipts: 2 whole", agent.outcome().c_str());
  }
};

TEST(AbsentFolder, costs_one_attempt_however_long_it_lasts) {
  const auto path = far.path();
  CHECK_EQUAL(0, std::rename(path.c_str(), (path + ".away").c_str()));
  is_waited_for(4);
  CHECK_EQUAL(0, std::rename((path + ".away").c_str(), path.c_str()));
  is_delivered();
}

/// What operators type.
TEST_GROUP(Pause) {
  Laboratory laboratory{few_reads};
  FolderSide far;
  fakes::TemporaryDirectory said;
  SiteFolder site{laboratory, far.begin()};

  Ending tributary(std::vector<std::string> words) const {
    words.insert(words.begin(), {TRIBUTARY_TEST_COMMAND, "--config", site.config_file()});
    return run_program(words, said.path(), false);
  }
  Ending daemon_once() const {
    return run_program({TRIBUTARY_TEST_DAEMON, "--config", site.config_file(), "--once"}, said.path(), false);
  }
};

TEST(Pause, keeps_the_daemon_from_sending_what_comes_later_and_is_shown) {
  LONGS_EQUAL(1, tributary({"pause", "--destination", "far"}).code);  // no daemon ever ran
  std::ifstream in(site.config_file());
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  const fakes::TemporaryDirectory empty;
  auto idle = text;
  idle.replace(idle.find(laboratory.runs()), laboratory.runs().size(), empty.path());
  std::ofstream(site.config_file()) << idle;
  LONGS_EQUAL(0, daemon_once().code);
  const auto paused = tributary({"pause", "--destination", "far"});
  LONGS_EQUAL_TEXT(0, paused.code, paused.words.c_str());
  std::ofstream(site.config_file()) << text;
  const auto once = daemon_once();
  LONGS_EQUAL_TEXT(3, once.code, once.words.c_str());
  LONGS_EQUAL_TEXT(std::string::npos, once.words.find("delivered"), once.words.c_str());
  STRCMP_CONTAINS("far: paused since", tributary({"status"}).words.c_str());
  STRCMP_CONTAINS("tributary resume --destination far", tributary({"doctor"}).words.c_str());
  const auto resumed = tributary({"resume", "--destination", "far"});
  LONGS_EQUAL_TEXT(0, resumed.code, resumed.words.c_str());
  LONGS_EQUAL(1, tributary({"resume", "--destination", "far"}).code);
  STRCMP_CONTAINS("delivered to far", daemon_once().words.c_str());
}

TEST(Pause, wants_a_destination_that_is_known_and_a_time_to_come) {
  daemon_once();
  LONGS_EQUAL(2, tributary({"pause", "--destination", "fra"}).code);
  LONGS_EQUAL(2, tributary({"pause", "--until", "2020-01-01T00:00:00Z"}).code);
  LONGS_EQUAL(2, tributary({"pause", "--until", "tomorrow"}).code);
  LONGS_EQUAL(2, tributary({"pause", "p-1"}).code);
  LONGS_EQUAL(0, tributary({"pause", "--until", "2126-01-01"}).code);
  STRCMP_CONTAINS("*: paused since", tributary({"status"}).words.c_str());
}

}  // namespace tributary::line_test
