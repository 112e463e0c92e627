// tests/line/crash_test.cpp: the daemon ended at every act on the world; afterwards it must end as if nothing had been.
//
// By default a spread of the acts is tried. TRIBUTARY_CRASH_ALL=1 tries every act, before it and in the middle of it;
// TRIBUTARY_CRASH_EVERY=N every Nth.
#include <cstdio>

#include "agent/port/files/files.hpp"
#include "tests/line/sweep.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::line_test {
namespace {

constexpr std::size_t few_reads = 20;
constexpr std::size_t many_reads = 45000;  // about 7 MB: two parts

std::size_t occurrences(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + word.size())) ++count;
  return count;
}

std::function<std::unique_ptr<FarSide>()> repositories(const Laboratory& laboratory, bool ingest) {
  return [&laboratory, ingest] {
    static const SystemClock clock;
    return std::make_unique<RepositorySide>(laboratory, clock, ingest);
  };
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
  const auto done = sweep(laboratory, [] { return std::make_unique<FolderSide>(); }, {.every = 5});
  check_reference(done, 6);
  check_all("folder", done);
}

TEST(Crash, at_any_act_of_a_delivery_to_a_repository_changes_nothing_in_the_end) {
  const Laboratory laboratory(few_reads);
  const auto done = sweep(laboratory, repositories(laboratory, false), {.every = 7});
  check_reference(done, 6);
  check_all("drs", done);
}

TEST(Crash, at_any_act_of_an_upload_in_parts_changes_nothing_in_the_end) {
  const Laboratory laboratory(few_reads, many_reads);
  const auto done = sweep(laboratory, repositories(laboratory, false), {.every = 97});
  check_reference(done, 6);
  check_all("drs in parts", done);
}

TEST(Crash, at_any_act_of_an_ingest_changes_nothing_in_the_end) {
  const Laboratory laboratory(few_reads);
  const auto done = sweep(laboratory, repositories(laboratory, true), {.every = 23, .from = -120});
  check_reference(done, 8);
  LONGS_EQUAL_TEXT(2, occurrences(done.reference, "there: task COMPLETE"), done.reference.c_str());
  check_all("drs and tes", done);
}

TEST(Crash, at_any_act_of_a_withdrawal_changes_nothing_in_the_end) {
  const Laboratory laboratory(few_reads);
  const auto prepare = [](const SiteFolder& site) {
    run_daemon_once(site.config_file(), site.path());
    const auto list = site.path() + "/withdrawn.txt";
    if (!files::write_atomic(list, view("SUBJECT-01\n"), 0600)) return;
    run_program({TRIBUTARY_TEST_COMMAND, "--config", site.config_file(), "withdraw", "--subject-file", list},
                site.path(), false);
  };
  const auto done = sweep(laboratory, repositories(laboratory, false), {.prepare = prepare, .every = 5});
  LONGS_EQUAL_TEXT(3, occurrences(done.reference, "there: "), done.reference.c_str());
  LONGS_EQUAL_TEXT(1, occurrences(done.reference, " withdrawn\n  TL-"), done.reference.c_str());
  LONGS_EQUAL_TEXT(1, occurrences(done.reference, "receipts: 3 whole"), done.reference.c_str());
  check_all("withdrawal", done);
}

}  // namespace tributary::line_test
