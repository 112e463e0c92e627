// tests/line/world_test.cpp: the machine around the agent misbehaves: mounts, run folders, disks, links.
#include <filesystem>
#include <fstream>

#include "agent/line/links.hpp"
#include "agent/port/files/files.hpp"
#include "agent/status/report.hpp"
#include "tests/agent/files/folder.hpp"
#include "tests/line/agent.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::line_test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t few_reads = 10;
constexpr const char* first_file = "Data/Intensities/BaseCalls/SAMPLE-01_S1_L001_R1_001.fastq.gz";

std::size_t count_of(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

std::string alarms_of(journal::Journal& journal) {
  std::string out;
  auto alarms = journal.alarms();
  if (!alarms) return sentence(alarms.error());
  for (const auto& alarm : *alarms) out += alarm.about + ": " + alarm.what + "; " + alarm.hint + "\n";
  return out;
}

std::string runs_of(journal::Journal& journal) {
  std::string out;
  auto rows = journal.runs();
  if (!rows) return sentence(rows.error());
  for (const auto& row : *rows) {
    out += std::string(watch::name_of(static_cast<watch::RunState>(row.state))) + ": " + row.reason + "\n";
  }
  return out;
}

std::int64_t attempts_of(journal::Journal& journal) {
  std::int64_t all = 0;
  const auto rows = journal.parcels();
  for (const auto& row : *rows) all += row.attempts;
  return all;
}

}  // namespace

/// Two parcels are sealed and not sent, then something happens to the place where their files lie.
TEST_GROUP(Mount) {
  Laboratory laboratory{few_reads};
  ManualClock clock{laboratory.made_utc_s()};
  FolderSide far;
  Agent agent{laboratory, far, clock};
  std::string place = laboratory.runs(), elsewhere = place + "-elsewhere";

  void setup() override {
    CHECK_TEXT(agent.is_open(), agent.log().c_str());
    agent.look();
    STRCMP_CONTAINS("queued queued", agent.states().c_str());
  }
  void teardown() override {
    if (!fs::exists(elsewhere)) return;
    fs::remove_all(place);
    fs::rename(elsewhere, place);
  }
  /// The mount point without its file system.
  void go_away() {
    fs::rename(place, elsewhere);
    fs::create_directory(place);
  }
  void come_back() {
    fs::remove_all(place);
    fs::rename(elsewhere, place);
  }
  void wait() {
    clock.advance(60);
    agent.look();
    while (agent.runner().step("far")) {
    }
  }
};

TEST(Mount, that_is_away_is_no_deletion_and_everything_waits_for_it) {
  go_away();
  for (int i = 0; i < 100; ++i) wait();
  STRCMP_CONTAINS("settled: its run folder is away\n", runs_of(agent.journal()).c_str());
  LONGS_EQUAL(2, count_of(agent.reasons(), "its run folder is away; mount its file system again"));
  STRCMP_CONTAINS("run folders: watch: run_folders[0] is away; mount its file system again",
                  alarms_of(agent.journal()).c_str());
  LONGS_EQUAL(0, attempts_of(agent.journal()));
  // Once an hour; a round is a minute.
  LONGS_EQUAL_TEXT(2, count_of(agent.log(), "is away: another file system lies there"), agent.log().c_str());
  CHECK_FALSE(*agent.runner().all_is_well());
}

TEST(Mount, that_is_back_is_gone_on_with_at_once) {
  go_away();
  for (int i = 0; i < 3; ++i) wait();
  come_back();
  agent.look();
  CHECK_TRUE(agent.runner().step("far"));
  STRCMP_EQUAL("", alarms_of(agent.journal()).c_str());
  CHECK_TRUE(agent.run_to_the_end());
  STRCMP_CONTAINS("receipts: 2 whole", agent.outcome().c_str());
  STRCMP_CONTAINS("settled: \n", runs_of(agent.journal()).c_str());
}

TEST(Mount, is_known_again_by_a_program_that_was_started_without_it) {
  go_away();
  agent.reopen();
  fs::create_directory(place + "/left-on-the-bare-disk");
  wait();
  STRCMP_CONTAINS("its run folder is away", agent.reasons().c_str());
  come_back();
  CHECK_TRUE(agent.run_to_the_end());
  STRCMP_CONTAINS("receipts: 2 whole", agent.outcome().c_str());
}

TEST(Mount, that_can_not_be_read_is_away_as_well) {
  fs::rename(place, elsewhere);
  wait();
  STRCMP_CONTAINS("its run folder is away", agent.reasons().c_str());
  come_back();
  CHECK_TRUE(agent.run_to_the_end());
}

TEST(Mount, that_stays_while_a_run_goes_is_told_apart) {
  fs::rename(laboratory.run().path(), elsewhere);
  for (int i = 0; i < 10; ++i) wait();
  STRCMP_CONTAINS(
      "its folder is not there any more: it was renamed, moved or deleted; put it back, and it goes on; or: "
      "tributary cancel --run ",
      agent.reasons().c_str());
  STRCMP_EQUAL("", alarms_of(agent.journal()).c_str());
  LONGS_EQUAL_TEXT(1, count_of(agent.log(), "its folder is not there any more"), agent.log().c_str());
  fs::rename(elsewhere, laboratory.run().path());
  clock.advance(60);
  CHECK_TRUE(agent.run_to_the_end());
  STRCMP_CONTAINS("receipts: 2 whole", agent.outcome().c_str());
}

TEST(Mount, does_not_matter_to_a_run_that_was_renamed) {
  fs::rename(laboratory.run().path(), laboratory.run().path() + "-renamed");
  clock.advance(60);
  CHECK_TRUE(agent.run_to_the_end());
  STRCMP_CONTAINS("receipts: 2 whole", agent.outcome().c_str());
  STRCMP_EQUAL("delivered delivered refused ", agent.states().c_str());
  LONGS_EQUAL(1, agent.journal().runs()->size());
  fs::rename(laboratory.run().path() + "-renamed", laboratory.run().path());
  clock.advance(60);
  CHECK_TRUE(agent.run_to_the_end());
  STRCMP_EQUAL("delivered delivered refused ", agent.states().c_str());
}

TEST(Mount, holds_a_copy_of_a_run_that_is_a_run_of_its_own) {
  const fs::path from = laboratory.run().path(), to = from.string() + "-copy";
  fs::copy(from, to, fs::copy_options::recursive);
  for (const auto& entry : fs::recursive_directory_iterator(from))
    fs::last_write_time(to / fs::relative(entry.path(), from), entry.last_write_time());
  clock.advance(60);
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL(2, agent.journal().runs()->size());
}

TEST(Mount, is_named_nowhere_in_the_journal) {
  const auto all = agent.state_bytes();
  LONGS_EQUAL(std::string::npos, all.find(place));
}

TEST_GROUP(ReadOnly){};

TEST(ReadOnly, run_folders_are_all_that_is_needed) {
  const Laboratory laboratory(few_reads);
  const int verdict = files_test::in_child([&] {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return 77;
    const auto runs = laboratory.runs();
    if (::mount(runs.c_str(), runs.c_str(), nullptr, MS_BIND, nullptr) != 0) return 77;
    if (::mount(nullptr, runs.c_str(), nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) != 0) return 77;
    ManualClock clock(laboratory.made_utc_s());
    FolderSide far;
    Agent agent(laboratory, far, clock);
    const auto behind = files::file_system(laboratory.runs());
    if (!behind || !behind->read_only || behind->mount_point != laboratory.runs()) return 1;
    if (!agent.run_to_the_end()) return 2;
    return agent.outcome().find("receipts: 2 whole") == std::string::npos ? 3 : 0;
  });
  if (verdict == 77) {
    UT_PRINT("skipped: no file system may be mounted here");
  } else {
    LONGS_EQUAL(0, verdict);
  }
}

/// `retain: link`.
TEST_GROUP(Links) {
  Laboratory laboratory{few_reads};
  ManualClock clock{laboratory.made_utc_s()};
  FolderSide far;
  std::unique_ptr<Agent> agent;

  void setup() override {
    laboratory.watch_with("retain: link");
    agent = std::make_unique<Agent>(laboratory, far, clock);
    CHECK_TEXT(agent->is_open(), agent->log().c_str());
  }
  std::string directory() { return line::links_directory(agent->site_folder().state_dir()); }
  std::size_t links() {
    std::size_t count = 0;
    if (!fs::exists(directory())) return 0;
    for (const auto& entry : fs::recursive_directory_iterator(directory())) count += entry.is_regular_file() ? 1U : 0U;
    return count;
  }
  void delete_run() { fs::remove_all(laboratory.run().path()); }
};

TEST(Links, keep_what_is_sealed_when_the_run_is_deleted) {
  agent->look();
  LONGS_EQUAL(4, links());
  delete_run();
  CHECK_TRUE(agent->run_to_the_end());
  STRCMP_CONTAINS("receipts: 2 whole", agent->outcome().c_str());
  agent->look();
  LONGS_EQUAL(0, links());
}

TEST(Links, are_counted_in_status) {
  agent->look();
  const auto report = status::report(agent->journal(), "test-lab", clock.now_utc_s());
  CHECK_TRUE((*report)["retained_bytes"].as_integer() > 4 * 1000);
  CHECK_TRUE(agent->run_to_the_end());
  agent->look();
  LONGS_EQUAL(0, (*status::report(agent->journal(), "test-lab", clock.now_utc_s()))["retained_bytes"].as_integer());
}

TEST(Links, are_named_by_numbers_alone) {
  agent->look();
  for (const auto& entry : fs::recursive_directory_iterator(directory())) {
    const auto name = entry.path().filename().string();
    CHECK_TRUE_TEXT(name.starts_with("p-") || name.find_first_not_of("0123456789") == std::string::npos, name.c_str());
  }
  CHECK_TRUE(agent->state_bytes().find("SAMPLE-01_S1") == std::string::npos);
}

TEST(Links, go_with_a_parcel_that_is_cancelled) {
  agent->look();
  CHECK_TRUE(agent->journal().cancel({.parcel = {}, .run = {}, .destination = "far"}, clock.now_utc_s()).ok());
  agent->look();
  LONGS_EQUAL(0, links());
}

TEST(Links, of_a_parcel_that_nobody_knows_go) {
  CHECK_TRUE(files::make_directories(directory() + "/p-UNKNOWN", 0700).ok());
  CHECK_TRUE(files::write_atomic(directory() + "/p-UNKNOWN/0", view("left by a program that ended"), 0600).ok());
  agent->runner().look(false);
  LONGS_EQUAL(0, links());
}

TEST(Links, that_are_lost_leave_the_source) {
  agent->look();
  fs::remove_all(directory());
  CHECK_TRUE(agent->run_to_the_end());
  STRCMP_CONTAINS("receipts: 2 whole", agent->outcome().c_str());
}

TEST(Links, show_a_change_in_place_as_well) {
  agent->look();
  laboratory.run().file(first_file, reads_gz(few_reads + 1, 1, 77));
  CHECK_TRUE(agent->run_to_the_end());
  const auto outcome = agent->outcome();
  STRCMP_CONTAINS("receipts: 2 whole", outcome.c_str());
  STRCMP_CONTAINS("is not what was sealed any more", agent->log().c_str());
  LONGS_EQUAL_TEXT(std::string::npos, outcome.find("other bytes"), outcome.c_str());
}

TEST(Links, that_can_not_be_made_hold_the_parcel_and_say_what_to_do) {
  const int verdict = files_test::in_child([&] {
    fs::create_directory(directory());
    if (!files_test::cover(directory(), "64k")) return 77;
    agent->look();
    const auto said = agent->reasons();
    if (said.find("a hard link: Invalid cross-device link; put state_dir and the run folder into one mount") ==
        std::string::npos)
      return 1;
    return agent->states().starts_with("held held") ? 0 : 2;
  });
  if (verdict == 77) {
    UT_PRINT("skipped: no file system may be mounted here");
  } else {
    LONGS_EQUAL(0, verdict);
  }
}

TEST_GROUP(Disk) {
  Laboratory laboratory{few_reads};
  ManualClock clock{laboratory.made_utc_s()};
  FolderSide far;
  Agent agent{laboratory, far, clock};

  void setup() override { CHECK_TEXT(agent.is_open(), agent.log().c_str()); }
};

TEST(Disk, that_is_nearly_full_stops_sealing_and_says_so_until_there_is_room) {
  agent.free_bytes = (64U << 20) - 1;
  for (int i = 0; i < 50; ++i) {
    clock.advance(60);
    agent.look();
  }
  LONGS_EQUAL_TEXT(0, count_of(agent.states(), "queued"), agent.states().c_str());
  STRCMP_EQUAL(
      "state_dir: state_dir: less than 64.0 MiB free (limits.reserve): nothing new is sealed, sending goes on; make "
      "room on its disk; work goes on by itself\n",
      alarms_of(agent.journal()).c_str());
  LONGS_EQUAL(1, count_of(agent.log(), "nothing new is sealed"));
  agent.free_bytes = 64U << 20;
  clock.advance(60);
  agent.look();
  STRCMP_CONTAINS("queued queued", agent.states().c_str());
  STRCMP_EQUAL("", alarms_of(agent.journal()).c_str());
  CHECK_TRUE(agent.run_to_the_end());
}

TEST(Disk, that_is_nearly_full_does_not_stop_sending) {
  agent.look();
  agent.free_bytes = 0;
  CHECK_TRUE(agent.run_to_the_end());
  STRCMP_CONTAINS("receipts: 2 whole", agent.outcome().c_str());
}

TEST_GROUP(FullDisk){};

TEST(FullDisk, loses_nothing_and_does_not_fill_the_log) {
  const int verdict = files_test::in_child([&] {
    const Laboratory laboratory(few_reads);
    ManualClock clock(laboratory.made_utc_s());
    FolderSide far;
    Agent agent(laboratory, far, clock);  // here: threads do not live on in a child
    const auto state = agent.site_folder().state_dir();
    fs::remove_all(state);
    fs::create_directory(state);
    if (!files_test::cover(state, "2m")) return 77;
    agent.reopen();
    agent.look();
    const auto before = agent.states();
    std::ofstream filler(state + "/filler", std::ios::binary);
    while (filler.write(std::string(4096, 'x').data(), 4096).flush()) {
    }
    for (int i = 0; i < 50; ++i) {
      clock.advance(10);
      agent.look();
      agent.runner().step("far");
    }
    if (agent.states() != before) return 1;
    if (count_of(agent.log(), "\n") > 20) return 2;
    filler.close();
    fs::remove(state + "/filler");
    if (!agent.run_to_the_end()) return 3;
    return count_of(agent.outcome(), "receipts: 2 whole") == 1 ? 0 : 4;
  });
  if (verdict == 77) {
    UT_PRINT("skipped: no file system may be mounted here");
  } else {
    LONGS_EQUAL(0, verdict);
  }
}

TEST_GROUP(Rotated) {
  Laboratory laboratory{few_reads};
  ManualClock clock{laboratory.made_utc_s()};
  RepositorySide far{laboratory, clock, false};
  Agent agent{laboratory, far, clock};

  std::string token_file() {
    const auto& reach = agent.site().destinations().at("far").settings;
    return reach.auth.secret_file;
  }
};

TEST(Rotated, token_lets_go_on_what_the_one_before_kept) {
  CHECK_TEXT(agent.is_open(), agent.log().c_str());
  const auto token = *files::read_small(token_file(), 4096);
  CHECK_TRUE(files::write_atomic(token_file(), view("expired"), 0600).ok());
  agent.run_to_the_end();
  STRCMP_CONTAINS("does not accept our credentials", agent.reasons().c_str());
  agent.look();
  CHECK_FALSE(agent.runner().step("far"));  // put off
  CHECK_TRUE(files::write_atomic(token_file(), view(token), 0600).ok());
  agent.look();
  CHECK_TRUE(agent.runner().step("far"));
  CHECK_TRUE(agent.run_to_the_end());
  STRCMP_CONTAINS("receipts: 2 whole", agent.outcome().c_str());
  STRCMP_CONTAINS("credentials or certificates were replaced: 2 parcels tried again", agent.log().c_str());
}

TEST(Rotated, token_lets_go_on_what_was_held) {
  agent.look();
  const auto rows = agent.journal().parcels();
  for (const auto& row : *rows) {
    if (row.stage != journal::Stage::queued) continue;
    const journal::Journal::Outcome held{
        journal::Stage::uploading, journal::Condition::held, "certificate ended", {}, 0};
    CHECK_TRUE(*agent.journal().begin_work(row.id, journal::Stage::uploading, clock.now_utc_s()));
    CHECK_TRUE(agent.journal().end_work(row.id, held, clock.now_utc_s()).ok());
  }
  CHECK_TRUE(agent.run_to_the_end());
  STRCMP_EQUAL("held held refused ", agent.states().c_str());
  const auto token = *files::read_small(token_file(), 4096);
  CHECK_TRUE(files::write_atomic(token_file(), view(token), 0600).ok());
  CHECK_TRUE(agent.run_to_the_end());
  STRCMP_EQUAL("delivered delivered refused ", agent.states().c_str());
}

TEST_GROUP(TimeOfDay) {
  Laboratory laboratory{few_reads};
  ManualClock clock{laboratory.made_utc_s()};
  FolderSide far;
  Agent agent{laboratory, far, clock};

  void setup() override { CHECK_TEXT(agent.is_open(), agent.log().c_str()); }
  void teardown() override {
    ::unsetenv("TZ");
    ::tzset();
  }
  void zone(const char* name) { LONGS_EQUAL(0, ::setenv("TZ", name, 1)); }
};

TEST(TimeOfDay, follows_a_time_zone_that_is_changed_while_it_runs) {
  zone("UTC0");
  auto text = *files::read_small(agent.site_folder().config_file(), 1U << 20);
  text += "limits: { upload_hours: [ \"20:00-21:00\" ] }\n";
  CHECK_TRUE(files::write_atomic(agent.site_folder().config_file(), view(text), 0600).ok());
  agent.reopen();
  clock.set((clock.now_utc_s() / 86400 + 1) * 86400 + 14 * 3600 + 1800);  // 14:30 UTC of the next day
  fs::last_write_time(laboratory.path() + "/subjects.csv", fs::file_time_type::clock::now() + std::chrono::hours(14));
  agent.look();
  CHECK_FALSE_TEXT(agent.runner().step("far"), agent.reasons().c_str());
  zone("EAST-6");  // six hours before UTC
  CHECK_TRUE(agent.runner().step("far"));
  zone("WEST6");
  while (agent.runner().step("far")) {  // what was uploaded goes on
  }
  STRCMP_CONTAINS("queued", agent.states().c_str());
}

TEST(TimeOfDay, that_leaps_for_years_stops_what_is_judged_by_it_until_it_is_right_or_released) {
  agent.look();
  const auto right = clock.now_utc_s();
  for (const auto leap : {-20 * 366 * 86400LL, -2 * 86400LL, 400 * 86400LL, 60 * 366 * 86400LL, 200 * 366 * 86400LL}) {
    clock.set(right + leap);
    agent.look();
    CHECK_FALSE(agent.runner().step("far"));
    STRCMP_CONTAINS("clock: clock: it says ", alarms_of(agent.journal()).c_str());
    STRCMP_CONTAINS("queued queued", agent.states().c_str());
    clock.set(right + 60);
    agent.look();
    STRCMP_EQUAL("", alarms_of(agent.journal()).c_str());
  }
  CHECK_TRUE(agent.run_to_the_end());
  STRCMP_CONTAINS("receipts: 2 whole", agent.outcome().c_str());
}

TEST(TimeOfDay, may_go_back_by_hours_and_everything_goes_on) {
  agent.look();
  fs::last_write_time(laboratory.path() + "/subjects.csv", fs::file_time_type::clock::now() - std::chrono::hours(24));
  clock.advance(-23 * 3600);
  CHECK_TRUE(agent.run_to_the_end());
  STRCMP_CONTAINS("receipts: 2 whole", agent.outcome().c_str());
}

}  // namespace tributary::line_test
