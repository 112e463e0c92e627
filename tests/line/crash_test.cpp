// tests/line/crash_test.cpp: the daemon harmed at every act on the world; afterwards it must end as if nothing had
// been.
//
// By default a spread of all points is tried. TRIBUTARY_CRASH_ALL=1 tries every one, TRIBUTARY_CRASH_EVERY=N every Nth,
// TRIBUTARY_CRASH_HARM="power loss" those of one kind (shim/harm.hpp).
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "agent/port/files/files.hpp"
#include "tests/line/sweep.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::line_test {
namespace {

constexpr std::size_t few_reads = 20;
constexpr std::size_t many_reads = 45000;  // about 7 MB: two parts

constexpr unsigned waiting_workers = 24;  // where trials mostly wait for a repository that does not answer well

MakeFarSide folders() {
  return [](const Clock&) { return std::make_unique<FolderSide>(); };
}

MakeFarSide repositories(const Laboratory& laboratory, bool ingest, bool no_removal = false) {
  return [&laboratory, ingest, no_removal](const Clock& clock) {
    return std::make_unique<RepositorySide>(laboratory, clock, ingest, RepositoryKind{.no_removal = no_removal});
  };
}

void run_once(const SiteFolder& site, const std::string& world) {
  run_daemon_once(site.config_file(), site.path(), {.world = world});
}

// As far as it gets while the repository suffers from `fault`.
void run_with(const char* fault, const SiteFolder& site, FarSide& far, const std::string& world) {
  auto& faults = dynamic_cast<RepositorySide&>(far).sandbox().faults();
  if (!faults.add(fault)) std::abort();
  run_once(site, world);
  faults.clear();
}

void withdraw_first_person(const SiteFolder& site) {
  const auto list = site.path() + "/withdrawn.txt";
  if (!files::write_atomic(list, view("SUBJECT-01\n"), 0600)) std::abort();
  run_program({TRIBUTARY_TEST_COMMAND, "--config", site.config_file(), "withdraw", "--subject-file", list}, site.path(),
              false);
}

// A site with a run of its own, so that several can be tried at once.
void give_own_run(const Laboratory& laboratory, const SiteFolder& site) {
  namespace fs = std::filesystem;
  const auto own = site.path() + "/runs";
  fs::copy(laboratory.runs(), own, fs::copy_options::recursive);
  auto settings = files::read_small(site.config_file(), 1U << 20).value_or("");
  settings.replace(settings.find(laboratory.runs()), laboratory.runs().size(), own);
  if (!files::write_atomic(site.config_file(), view(settings), 0600)) std::abort();
}

// The unharmed run must be what we think it is, or all comparisons are worth nothing.
void check_reference(const Sweep& sweep, std::size_t things) {
  LONGS_EQUAL_TEXT(3, sweep.code, sweep.words.c_str());  // one sample is refused
  CHECK_TEXT(sweep.acts > 50, sweep.reference.c_str());
  const auto delivered = occurrences(sweep.reference, " delivered\n  TL-") +
                         occurrences(sweep.reference, " delivered task COMPLETE\n  TL-");
  LONGS_EQUAL_TEXT(2, delivered, sweep.reference.c_str());
  LONGS_EQUAL_TEXT(1, occurrences(sweep.reference, " refused "), sweep.reference.c_str());
  LONGS_EQUAL_TEXT(things, occurrences(sweep.reference, "there: "), sweep.reference.c_str());
  LONGS_EQUAL_TEXT(1, occurrences(sweep.reference, "receipts: 2 whole"), sweep.reference.c_str());
}

void check_all(const char* name, const Sweep& sweep) {
  std::printf("\n%s: %ld acts, ended at %ld of them, %ld not reached, %zu wrong, %.1f s\n", name, sweep.acts,
              sweep.tried, sweep.survived, sweep.failures.size(), sweep.seconds);
  for (std::size_t i = 0; i < sweep.failures.size() && i < 5; ++i) std::printf("%s\n", sweep.failures[i].c_str());
  LONGS_EQUAL(0, sweep.failures.size());
}

}  // namespace

TEST_GROUP(Crash){};

TEST(Crash, at_any_act_of_a_delivery_to_a_folder_changes_nothing_in_the_end) {
  const Laboratory laboratory(few_reads);
  const auto done = sweep(laboratory, folders(), {.every = 127});
  check_reference(done, 6);
  check_all("folder", done);
}

TEST(Crash, at_any_act_of_a_delivery_to_a_repository_changes_nothing_in_the_end) {
  const Laboratory laboratory(few_reads);
  const auto done = sweep(laboratory, repositories(laboratory, false), {.every = 149});
  check_reference(done, 6);
  check_all("drs", done);
}

TEST(Crash, at_any_act_of_an_upload_in_parts_changes_nothing_in_the_end) {
  const Laboratory laboratory(few_reads, many_reads);
  const auto done = sweep(laboratory, repositories(laboratory, false), {.every = 397});
  check_reference(done, 6);
  check_all("drs in parts", done);
}

TEST(Crash, at_any_act_of_an_ingest_changes_nothing_in_the_end) {
  const Laboratory laboratory(few_reads);
  const auto done = sweep(laboratory, repositories(laboratory, true), {.every = 61, .from = 0.7});
  check_reference(done, 8);
  LONGS_EQUAL_TEXT(2, occurrences(done.reference, "there: task COMPLETE"), done.reference.c_str());
  check_all("drs and tes", done);
}

TEST(Crash, at_any_act_of_a_withdrawal_of_what_is_delivered_changes_nothing_in_the_end) {
  const Laboratory laboratory(few_reads);
  const auto prepare = [](const SiteFolder& site, FarSide&, const std::string& world) {
    run_once(site, world);
    withdraw_first_person(site);
  };
  const auto done = sweep(laboratory, repositories(laboratory, false), {.prepare = prepare, .every = 47});
  LONGS_EQUAL_TEXT(3, occurrences(done.reference, "there: "), done.reference.c_str());
  LONGS_EQUAL_TEXT(1, occurrences(done.reference, " withdrawn\n  TL-"), done.reference.c_str());
  LONGS_EQUAL_TEXT(1, occurrences(done.reference, "receipts: 3 whole"), done.reference.c_str());
  check_all("withdrawal", done);
}

// Where trials wait for a repository that does not answer well: a group of its own, to run beside the other.
TEST_GROUP(CrashAndWait){};

TEST(CrashAndWait, at_any_act_of_asking_the_desk_to_delete_changes_nothing_in_the_end) {
  const Laboratory laboratory(few_reads);
  const auto prepare = [](const SiteFolder& site, FarSide&, const std::string& world) {
    run_once(site, world);
    withdraw_first_person(site);
  };
  const auto done = sweep(laboratory, repositories(laboratory, false, true), {.prepare = prepare, .every = 89});
  LONGS_EQUAL_TEXT(6, occurrences(done.reference, "there: "), done.reference.c_str());
  LONGS_EQUAL_TEXT(1, occurrences(done.reference, "kept: recalls/p-*.jws"), done.reference.c_str());
  LONGS_EQUAL_TEXT(1, occurrences(done.reference, "receipts: 3 whole"), done.reference.c_str());
  check_all("asking the desk", done);
}

TEST(CrashAndWait, at_any_act_of_a_withdrawal_of_what_is_queued_changes_nothing_in_the_end) {
  const Laboratory laboratory(few_reads);
  const auto prepare = [](const SiteFolder& site, FarSide& far, const std::string& world) {
    run_with("drs:fail:*", site, far, world);
    withdraw_first_person(site);
  };
  const auto done = sweep(laboratory, repositories(laboratory, false),
                          {.prepare = prepare, .every = 193, .workers = waiting_workers});
  LONGS_EQUAL_TEXT(3, occurrences(done.reference, "there: "), done.reference.c_str());
  LONGS_EQUAL_TEXT(1, occurrences(done.reference, "receipts: 2 whole"), done.reference.c_str());
  check_all("withdrawal of what is queued", done);
}

TEST(CrashAndWait, at_any_act_of_a_withdrawal_of_what_is_uploading_changes_nothing_in_the_end) {
  const Laboratory laboratory(few_reads, many_reads);
  const auto prepare = [](const SiteFolder& site, FarSide& far, const std::string& world) {
    run_with("part:fail:2+", site, far, world);
    withdraw_first_person(site);
  };
  const auto done = sweep(laboratory, repositories(laboratory, false),
                          {.prepare = prepare, .every = 127, .workers = waiting_workers});
  LONGS_EQUAL_TEXT(3, occurrences(done.reference, "there: "), done.reference.c_str());
  LONGS_EQUAL_TEXT(1, occurrences(done.reference, "receipts: 2 whole"), done.reference.c_str());
  check_all("withdrawal of what is uploading", done);
}

TEST(CrashAndWait, at_any_act_of_sealing_again_what_changed_changes_nothing_in_the_end) {
  const Laboratory laboratory(few_reads);
  const auto prepare = [&laboratory](const SiteFolder& site, FarSide& far, const std::string& world) {
    give_own_run(laboratory, site);
    run_with("register:fail:*", site, far, world);
    const auto changed =
        site.path() + "/runs/" + fakes::miseq_run + "/Data/Intensities/BaseCalls/SAMPLE-01_S1_L001_R1_001.fastq.gz";
    if (!files::write_atomic(changed, view(reads_gz(few_reads, 1, 99)), 0600)) std::abort();
  };
  const auto done = sweep(laboratory, repositories(laboratory, false),
                          {.prepare = prepare, .every = 211, .workers = waiting_workers});
  check_reference(done, 6);
  check_all("changed source", done);
}

}  // namespace tributary::line_test
