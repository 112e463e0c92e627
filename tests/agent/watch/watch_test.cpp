// tests/agent/watch/watch_test.cpp: run folders that come to rest, and those that do not.
#include "agent/watch/watch.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>

#include "agent/watch/listing.hpp"
#include "tests/agent/files/folder.hpp"
#include "tests/fakes/run_folder.hpp"

#include <CppUTest/TestHarness.h>

using tributary::ManualClock;
using tributary::Remedy;
using tributary::Result;
using tributary::config::RunFolder;
using tributary::plugin::Description;
using tributary::plugin::Instrument;
using tributary::plugin::Unit;
using tributary::watch::is_temporary;
using tributary::watch::Memory;
using tributary::watch::RunState;
using tributary::watch::Sighting;
using tributary::watch::Watcher;

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t start_utc_s = 1763719200;
constexpr std::int64_t settle_s = 600;

bool exists(const std::string& path) { return fs::exists(path); }

/// Knows folders with a file `mine`; complete when `done` stands, failed with `failed`, unclear with `odd`.
class FakeInstrument final : public Instrument {
 public:
  explicit FakeInstrument(std::string name, int points = 80) : name_(std::move(name)), points_(points) {}
  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] int recognise(const std::string& folder) override { return exists(folder + "/mine") ? points_ : 0; }
  [[nodiscard]] Result<Unit> settled(const std::string& folder) override {
    ++asked;
    if (exists(folder + "/failed")) return tributary::refusal("the run failed");
    if (exists(folder + "/odd")) return tributary::operator_error("the run is odd", "look at it");
    if (!exists(folder + "/done")) return tributary::wait_error("the run goes on");
    return Unit{"RUN", "Analysis/1", "Model"};
  }
  [[nodiscard]] Result<Description> describe(const std::string&, const Unit&) override { return Description{}; }
  int asked = 0;

 private:
  std::string name_;
  int points_;
};

void write(const std::string& path, const std::string& content = "x") {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path) << content;
}

}  // namespace

TEST_GROUP(Watch) {
  tributary::fakes::TemporaryDirectory directory;
  ManualClock clock{start_utc_s};
  FakeInstrument instrument{"fake"};
  std::unique_ptr<Watcher> watcher = std::make_unique<Watcher>(std::vector<Instrument*>{&instrument}, clock);
  std::map<std::string, Memory> memory;
  tributary::watch::Place place;
  std::string runs = directory.path() + "/runs";

  RunFolder where(const std::string& wanted = "auto") {
    RunFolder folder;
    folder.path = runs;
    folder.instrument = wanted;
    folder.settle_s = settle_s;
    return folder;
  }

  Result<std::vector<Sighting>> look(bool trust_markers = false, const std::string& wanted = "auto") {
    auto seen = watcher->look(
        where(wanted),
        [&](const std::string& folder) {
          const auto found = memory.find(folder);
          return found == memory.end() ? std::nullopt : std::optional<Memory>(found->second);
        },
        trust_markers, place);
    if (seen) {
      for (const auto& sighting : *seen) memory[sighting.folder] = {sighting.listing, sighting.quiet_since_utc_s};
    }
    return seen;
  }

  Sighting one(bool trust_markers = false) {
    auto seen = look(trust_markers);
    CHECK_TRUE(seen.ok());
    CHECK_EQUAL(1, seen->size());
    return seen->front();
  }

  void complete_run(const std::string& name = "run-1") {
    write(runs + "/" + name + "/mine");
    write(runs + "/" + name + "/done");
    write(runs + "/" + name + "/Analysis/1/a.fastq.gz");
  }
  void setup() override { fs::create_directories(runs); }
};

TEST(Watch, settles_a_run_that_is_complete_and_quiet) {
  complete_run();
  CHECK(one().state == RunState::settling);
  clock.advance(settle_s - 1);
  CHECK(one().state == RunState::settling);
  clock.advance(1);
  const auto sighting = one();
  CHECK(sighting.state == RunState::settled);
  STRCMP_EQUAL("run-1", sighting.settled->name().c_str());
  STRCMP_EQUAL("Analysis/1", sighting.settled->unit().unit.c_str());
  STRCMP_EQUAL((runs + "/run-1").c_str(), sighting.settled->folder().c_str());
  STRCMP_EQUAL("fake", sighting.settled->instrument().c_str());
  CHECK(sighting.settled->listing() == sighting.listing);
}

TEST(Watch, starts_the_quiet_time_afresh_when_anything_listed_changes) {
  complete_run();
  one();
  clock.advance(settle_s);
  write(runs + "/run-1/Analysis/1/a.fastq.gz", "grown");
  CHECK(one().state == RunState::settling);
  clock.advance(settle_s);
  CHECK(one().state == RunState::settled);
  write(runs + "/run-1/Analysis/1/b.fastq.gz");
  CHECK(one().state == RunState::settling);
}

TEST(Watch, does_not_care_for_raw_signal_logs_and_thumbnails) {
  complete_run();
  one();
  clock.advance(settle_s);
  write(runs + "/run-1/InterOp/x.bin");
  write(runs + "/run-1/Thumbnail_Images/L001/x.jpg");
  write(runs + "/run-1/Data/Intensities/BaseCalls/L001/C1.1/x.bcl");
  fs::create_directories(runs + "/run-1/Logs");
  one();  // the new folders themselves are a change
  clock.advance(settle_s);
  write(runs + "/run-1/InterOp/y.bin");
  write(runs + "/run-1/Data/Intensities/BaseCalls/L001/C1.1/y.bcl");
  write(runs + "/run-1/Logs/y.log");
  CHECK(one().state == RunState::settled);
}

TEST(Watch, tells_what_the_instrument_says) {
  write(runs + "/a/mine");
  complete_run("b");
  write(runs + "/b/failed");
  complete_run("c");
  write(runs + "/c/odd");
  write(runs + "/d/other");
  const auto seen = look();
  CHECK_TRUE(seen.ok());
  CHECK_EQUAL(4, seen->size());
  CHECK((*seen)[0].state == RunState::running);
  STRCMP_EQUAL("the run goes on", (*seen)[0].reason.c_str());
  CHECK((*seen)[1].state == RunState::failed);
  CHECK((*seen)[2].state == RunState::unclear);
  STRCMP_EQUAL("look at it", (*seen)[2].hint.c_str());
  CHECK((*seen)[3].state == RunState::unrecognised);
}

TEST(Watch, trusts_markers_when_told_to) {
  complete_run();
  CHECK(one(true).state == RunState::settled);
}

TEST(Watch, starts_the_quiet_time_afresh_when_the_clock_was_set_back) {
  complete_run();
  one();
  clock.advance(-7200);
  auto sighting = one();
  CHECK(sighting.state == RunState::settling);
  CHECK_EQUAL(clock.now_utc_s(), sighting.quiet_since_utc_s);
  clock.advance(settle_s);
  CHECK(one().state == RunState::settled);
}

TEST(Watch, does_not_take_a_jump_of_the_clock_for_quiet_time) {
  complete_run();
  one();
  clock.advance(40 * 365 * 86400LL);
  CHECK(one().state == RunState::settling);
  clock.advance(settle_s);
  CHECK(one().state == RunState::settled);
  clock.advance(86400);
  CHECK(one().state == RunState::settled);
}

TEST(Watch, takes_temporary_files_for_a_copy_under_way) {
  complete_run();
  write(runs + "/run-1/Analysis/1/.b.fastq.gz.Xy12ab");
  const auto sighting = one(true);
  CHECK(sighting.state == RunState::running);
  CHECK_FALSE(sighting.settled.has_value());
  fs::remove(runs + "/run-1/Analysis/1/.b.fastq.gz.Xy12ab");
  CHECK(one(true).state == RunState::settled);
}

TEST(Watch, knows_the_names_of_temporary_files) {
  for (const char* name : {"a.part", "a.filepart", "a.tmp", "a.fastq.gz~", "~a.bam", ".a.bam.x1Y2z3", "A.TMP"}) {
    CHECK_TRUE_TEXT(is_temporary(name), name);
  }
  for (const char* name :
       {"a.fastq.gz", ".DS_Store", "._a.bam", "part", "a.partial.bam", ".", "..", ".x1Y2z3", "Thumbs.db"}) {
    CHECK_FALSE_TEXT(is_temporary(name), name);
  }
}

TEST(Watch, waits_when_the_run_folder_is_gone_or_empty_where_runs_were) {
  complete_run();
  one();
  fs::rename(runs, runs + ".away");
  auto seen = look();
  CHECK_FALSE(seen.ok());
  CHECK(seen.error().remedy == Remedy::wait);
  fs::create_directories(runs);
  seen = look();
  CHECK_FALSE(seen.ok());
  CHECK(seen.error().remedy == Remedy::wait);
  fs::remove(runs);
  fs::rename(runs + ".away", runs);
  CHECK_TRUE(look().ok());
}

TEST(Watch, knows_the_file_system_of_before_in_another_life) {
  complete_run();
  one();
  CHECK_FALSE(place.file_system.empty());
  fs::rename(runs, runs + ".away");
  fs::create_directories(runs + "/run-of-another-disk");
  watcher = std::make_unique<Watcher>(std::vector<Instrument*>{&instrument}, clock);
  const auto seen = look();
  CHECK_FALSE(seen.ok());
  STRCMP_CONTAINS("is away: another file system lies there", seen.error().what.c_str());
  STRCMP_CONTAINS("tributary release --run-folders", seen.error().hint.c_str());
  place = {};
  CHECK_TRUE(look().ok());
}

TEST(Watch, follows_runs_to_another_file_system) {
  complete_run();
  one();
  const auto before = place.file_system;
  fs::rename(runs, runs + ".away");
  fs::create_directories(runs);
  fs::rename(runs + ".away/run-1", runs + "/run-1");
  CHECK_TRUE(look().ok());
  CHECK_FALSE(before == place.file_system);
}

TEST(Watch, remembers_no_file_system_that_never_held_a_run) {
  CHECK_TRUE(look().ok());
  STRCMP_EQUAL("", place.file_system.c_str());
}

TEST(Watch, does_not_compare_times_of_files_with_its_own_clock) {
  complete_run();
  for (const auto* file : {"/run-1/done", "/run-1/Analysis/1/a.fastq.gz"}) {  // a server whose clock is years ahead
    fs::last_write_time(runs + file, fs::file_time_type::clock::now() + std::chrono::hours(24 * 3650));
  }
  one();
  clock.advance(settle_s);
  CHECK(one().state == RunState::settled);
}

TEST(Watch, believes_that_runs_were_deleted_while_the_file_system_stayed) {
  complete_run();
  one();
  fs::remove_all(runs + "/run-1");
  const auto seen = look();
  CHECK_TRUE(seen.ok());
  CHECK_EQUAL(0, seen->size());
}

TEST(Watch, finds_nothing_in_a_run_folder_that_never_held_any) {
  const auto seen = look();
  CHECK_TRUE(seen.ok());
  CHECK_EQUAL(0, seen->size());
}

TEST(Watch, is_not_stopped_by_one_folder_that_it_may_not_read) {
  if (::geteuid() == 0) return;  // root may read everything
  complete_run("a");
  complete_run("b");
  fs::permissions(runs + "/a/Analysis", fs::perms::none);
  const auto seen = look(true);
  fs::permissions(runs + "/a/Analysis", fs::perms::owner_all);
  CHECK_EQUAL(2, seen->size());
  CHECK((*seen)[0].state == RunState::unclear);
  CHECK((*seen)[1].state == RunState::settled);
}

TEST(Watch, shows_odd_names_printable_and_does_not_touch_them) {
  complete_run("a\nb");
  complete_run("c\xff");
  fs::create_directory_symlink("/tmp", runs + "/link");
  complete_run(".hidden");
  fs::create_directories(runs + "/.snapshot/x");
  const auto seen = look(true);
  CHECK_EQUAL(4, seen->size());
  CHECK((*seen)[0].state == RunState::running);  // .hidden: a run of the instrument under a hidden name
  STRCMP_EQUAL("a\\x0ab", (*seen)[1].name.c_str());
  CHECK((*seen)[1].state == RunState::unrecognised);
  STRCMP_EQUAL("c\\xff", (*seen)[2].name.c_str());
  CHECK((*seen)[3].state == RunState::unrecognised);
}

TEST(Watch, asks_an_operator_when_two_instruments_claim_a_run) {
  complete_run();
  FakeInstrument other("other");
  FakeInstrument weak("weak", 10);
  watcher = std::make_unique<Watcher>(std::vector<Instrument*>{&instrument, &other, &weak}, clock);
  CHECK(one(true).state == RunState::unclear);
  const auto named = look(true, "other");
  CHECK((*named)[0].state == RunState::settled);
  STRCMP_EQUAL("other", (*named)[0].instrument.c_str());
  watcher = std::make_unique<Watcher>(std::vector<Instrument*>{&instrument, &weak}, clock);
  STRCMP_EQUAL("fake", one(true).instrument.c_str());
}

TEST(Watch, looks_less_closely_at_runs_that_are_quiet_for_long) {
  complete_run();
  one();
  clock.advance(settle_s);
  one();
  for (int i = 0; i < 8; ++i) {
    clock.advance(1000);
    one();
  }
  const int asked = instrument.asked;
  clock.advance(60);
  CHECK(one().state == RunState::settled);
  CHECK_EQUAL(asked, instrument.asked);
  write(runs + "/run-1/Analysis/1/new.fastq.gz");  // the folder's time changes
  CHECK(one().state == RunState::settling);
  CHECK_EQUAL(asked + 1, instrument.asked);
}

TEST(Watch, looks_at_one_folder_whatever_the_clock_says) {
  complete_run();
  auto sighting = watcher->look_at(runs + "/run-1/", "auto");
  CHECK_TRUE(sighting.ok());
  CHECK(sighting->state == RunState::settled);
  STRCMP_EQUAL("run-1", sighting->name.c_str());
  CHECK_FALSE(watcher->look_at(runs + "/none", "auto").ok());
}

TEST(Watch, names_every_state) { STRCMP_EQUAL("settling", std::string(name_of(RunState::settling)).c_str()); }

TEST_GROUP(Hint) { tributary::fakes::TemporaryDirectory directory; };

TEST(Hint, hears_files_in_runs_and_in_runs_that_came_later) {
  fs::create_directories(directory.path() + "/old");
  const auto hint = tributary::watch::make_hint({directory.path(), directory.path() + "/none"});
  CHECK_FALSE(hint->wait(0));
  write(directory.path() + "/old/RTAComplete.txt");
  CHECK_TRUE(hint->wait(5));
  fs::create_directories(directory.path() + "/new");
  CHECK_TRUE(hint->wait(5));
  write(directory.path() + "/new/RTAComplete.txt");
  CHECK_TRUE(hint->wait(5));
  CHECK_FALSE(hint->wait(0));
}

TEST(Hint, hears_that_a_file_system_is_mounted_or_taken_away) {
  const int verdict = tributary::files_test::in_child([&] {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return 77;
    const auto hint = tributary::watch::make_hint({directory.path() + "/none"});
    if (hint->wait(0)) return 1;
    if (::mount("tmpfs", directory.path().c_str(), "tmpfs", 0, "size=64k") != 0) return 77;
    if (!hint->wait(5) || hint->wait(0)) return 2;
    if (::umount2(directory.path().c_str(), MNT_DETACH) != 0) return 77;
    return hint->wait(5) ? 0 : 3;
  });
  if (verdict == 77) {
    UT_PRINT("skipped: no file system may be mounted here");
  } else {
    LONGS_EQUAL(0, verdict);
  }
}

TEST(Hint, is_woken_from_another_thread) {
  const auto hint = tributary::watch::make_hint({directory.path()});
  std::thread other([&] { hint->wake(); });
  CHECK_FALSE(hint->wait(60));
  other.join();
}
