// tests/line/withdrawal_test.cpp: consent taken back at every moment of a parcel's life, with and without a crash.
//
// In the end nothing of that person is visible at the repository: no object, no open upload, no stored and unregistered
// bytes; the receipts tell it, and the other person's data arrives. Two ways: the subject list, and the command.
// By default a spread of the moments is tried; TRIBUTARY_CRASH_ALL=1 tries every one, TRIBUTARY_WITHDRAWAL_EVERY=N
// every Nth.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "agent/port/genomics/genomics.hpp"
#include "agent/port/json/json.hpp"
#include "agent/receipt/receipt.hpp"
#include "tests/line/agent.hpp"
#include "tests/line/program.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::line_test {
namespace {

constexpr std::size_t few_reads = 10;
constexpr std::size_t many_reads = 45000;  // about 7 MB: two parts

enum class Way { list, command };

long every(long usual) {
  if (std::getenv("TRIBUTARY_CRASH_ALL") != nullptr) return 1;
  if (const char* wish = std::getenv("TRIBUTARY_WITHDRAWAL_EVERY")) return std::max(1L, std::atol(wish));
  return usual;
}

// What is wrong in the end, when the first person withdrew and the second did not; "" when nothing is.
std::string complaint(const Laboratory& laboratory, const SiteFolder& site, const Things& things) {
  auto opened = journal::Journal::open_to_read(site.state_dir(), laboratory.state_key());
  if (!opened) return sentence(opened.error()) + "\n";
  auto& journal = **opened;
  std::string wrong, second;
  std::size_t theirs = 0;
  auto rows = journal.parcels();
  for (const auto& row : *rows) {
    const auto link = journal.linked(row.destination, row.pseudonym);
    const bool first = link && *link && (*link)->id == "SAMPLE-01";
    if (link && *link && (*link)->id == "SAMPLE-02") second = row.pseudonym;
    const auto state = std::string(state_of(row.stage, row.condition, row.operator_hold));
    if (!first && row.pseudonym == second && state != "delivered") wrong += "the second person's is " + state + "\n";
    if (!first) continue;
    const auto receipts = journal.receipts({.parcel = row.id, .run = {}, .destination = {}});
    const auto last = receipts->empty() ? "none" : receipts->back().kind;
    // Nothing was begun when the plan was refused; whatever was sealed has its last receipt.
    const bool told = (state == "withdrawn" && last == "withdrawn") || (state == "refused" && last != "delivered");
    if (!told) wrong += "the first person's is " + state + " with the receipt " + last + ": " + row.reason + "\n";
    if (state == "refused" && row.reason.find("consent:") != 0) wrong += "refused: " + row.reason + "\n";
  }
  if (second.empty()) return wrong + "the second person has no parcel\n";
  for (const auto& [name, what] : things) {
    const bool task = name == "task";
    if (!task && !name.starts_with(second + ".")) wrong += "there: " + name + " " + what + "\n";
    theirs += task ? 0 : 1;
  }
  if (theirs != 3) wrong += std::to_string(theirs) + " things are there, of 3\n";
  const auto receipts = journal.receipts();
  if (auto whole = journal::verify_chain(*receipts); !whole) wrong += sentence(whole.error()) + "\n";
  return wrong;
}

// A site with a subject list of its own, so that several can be tried at once.
void give_own_list(const Laboratory& laboratory, const SiteFolder& site) {
  auto text = files::read_small(laboratory.path() + "/subjects.csv", 1U << 20).value_or("");
  auto settings = files::read_small(site.config_file(), 1U << 20).value_or("");
  const auto shared = laboratory.path() + "/subjects.csv", own = site.path() + "/subjects.csv";
  settings.replace(settings.find(shared), shared.size(), own);
  const bool done =
      files::write_atomic(own, view(text), 0600) && files::write_atomic(site.config_file(), view(settings), 0600);
  if (!done) std::abort();
}

Ending withdraw(const SiteFolder& site, Way way, const Crash& crash = {}) {
  if (way == Way::list) {
    const auto list = site.path() + "/subjects.csv";
    auto text = files::read_small(list, 1U << 20).value_or("");
    const std::string before = "CONSENT-01,active", after = "CONSENT-01,withdrawn";
    if (const auto at = text.find(before); at != std::string::npos) text.replace(at, before.size(), after);
    if (!files::write_atomic(list, view(text), 0600)) std::abort();
    return {.code = 0};
  }
  const auto list = site.path() + "/withdrawn.txt";
  if (!files::write_atomic(list, view("SUBJECT-01\n"), 0600)) std::abort();
  return run_program({TRIBUTARY_TEST_COMMAND, "--config", site.config_file(), "withdraw", "--subject-file", list},
                     site.path(), true, crash);
}

struct Tried {
  long tried = 0;
  std::vector<std::string> wrong;
};

// Every moment, four at a time: `attempt(far, moment)` says what is wrong.
Tried try_all(const Laboratory& laboratory, bool ingest, const std::vector<long>& moments,
              const std::function<std::string(RepositorySide&, long)>& attempt) {
  Tried out;
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  const SystemClock clock;
  genomics::prepare();  // changes the environment, which the programs that the threads start are given
  std::vector<std::thread> workers;
  for (int i = 0; i < 4; ++i) {
    workers.emplace_back([&] {
      RepositorySide far(laboratory, clock, ingest);
      for (auto n = next++; n < moments.size(); n = next++) {
        auto what = attempt(far, moments[n]);
        const std::lock_guard lock(mutex);
        ++out.tried;
        if (!what.empty()) out.wrong.push_back("=== at " + std::to_string(moments[n]) + "\n" + what);
      }
    });
  }
  for (auto& worker : workers) worker.join();
  return out;
}

std::vector<long> spread(long last, long step) {
  std::vector<long> out;
  for (long at = 1; at <= last; at += step) out.push_back(at);
  return out;
}

void check_all(const char* name, const Tried& tried) {
  std::printf("\n%s: %ld moments tried, %zu wrong\n", name, tried.tried, tried.wrong.size());
  for (std::size_t i = 0; i < tried.wrong.size() && i < 5; ++i) std::printf("%s\n", tried.wrong[i].c_str());
  CHECK_TRUE(tried.tried > 2);
  LONGS_EQUAL(0, tried.wrong.size());
}

// The daemon is ended at an act of a delivery; then the person withdraws; the daemon is ended once more while it takes
// back, and goes on.
Tried end_and_withdraw(const Laboratory& laboratory, bool ingest, Way way, long step) {
  long acts = 0;
  {
    const SystemClock clock;
    RepositorySide far(laboratory, clock, ingest);
    const SiteFolder site(laboratory, far.begin());
    give_own_list(laboratory, site);
    acts = run_daemon_once(site.config_file(), site.path()).acts();
  }
  return try_all(laboratory, ingest, spread(acts + 20, step), [&](RepositorySide& far, long at) {
    const SiteFolder site(laboratory, far.begin());
    give_own_list(laboratory, site);
    run_daemon_once(site.config_file(), site.path(), {.at = at, .harm = at % 2 == 0 ? "end after" : "end before"});
    auto said = withdraw(site, way).words;
    said += run_daemon_once(site.config_file(), site.path(),
                            {.at = 1 + (at * 7) % 60, .harm = at % 3 == 0 ? "end after" : "end before"})
                .words;
    said += "---\n" + run_daemon_once(site.config_file(), site.path()).words;
    const auto wrong = complaint(laboratory, site, far.things(laboratory, site));
    return wrong.empty() ? wrong : wrong + "--- said\n" + said;
  });
}

// At every request that the repository sees, while the agent lives.
Tried withdraw_at_any_request(std::size_t more_reads, bool ingest, Way way, long step) {
  const Laboratory laboratory(few_reads, more_reads);
  Tried out;
  bool reached = true;
  for (long at = 1; reached; at += step) {
    laboratory.write_subjects();
    ManualClock clock(laboratory.made_utc_s());
    RepositorySide far(laboratory, clock, ingest);
    Agent agent(laboratory, far, clock);
    reached = false;
    far.meanwhile = [&] {
      reached = true;
      if (way == Way::list) {
        laboratory.write_subjects("SAMPLE-01");
        if (at % 2 == 0) agent.runner().recheck_consent();  // as its thread does in the middle of everything
        return;
      }
      if (!receipt::withdraw_subject(agent.journal(), "SUBJECT-01", "test-lab", clock.now_utc_s())) std::abort();
    };
    if (!far.sandbox().faults().add("any:delay:" + std::to_string(at) + ":1ms")) std::abort();
    const auto settle = [&] { far.sandbox().wait_for_tasks(); };
    bool ended = agent.run_to_the_end(settle);
    ended = agent.run_to_the_end(settle) && ended;  // the next round, after a change at the very end
    if (!reached) break;
    ++out.tried;
    auto what = complaint(laboratory, agent.site_folder(), far.things(laboratory, agent.site_folder()));
    if (!ended) what += "does not end\n";
    if (!what.empty()) out.wrong.push_back("=== at request " + std::to_string(at) + "\n" + what + agent.log());
  }
  return out;
}

}  // namespace

TEST_GROUP(Withdrawal){};

TEST(Withdrawal, by_the_list_at_any_request_of_an_upload_in_parts_leaves_nothing) {
  check_all("list, live", withdraw_at_any_request(many_reads, false, Way::list, every(5)));
}

TEST(Withdrawal, by_the_command_at_any_request_of_an_ingest_leaves_nothing) {
  check_all("command, live", withdraw_at_any_request(0, true, Way::command, every(5)));
}

TEST(Withdrawal, by_the_list_after_the_daemon_was_ended_at_any_act_leaves_nothing) {
  const Laboratory laboratory(few_reads);
  check_all("list, ended", end_and_withdraw(laboratory, false, Way::list, every(23)));
}

TEST(Withdrawal, by_the_command_after_the_daemon_was_ended_at_any_act_leaves_nothing) {
  const Laboratory laboratory(few_reads);
  check_all("command, ended", end_and_withdraw(laboratory, true, Way::command, every(97)));
}

TEST(Withdrawal, in_the_middle_of_an_upload_in_parts_after_the_daemon_was_ended_leaves_nothing) {
  const Laboratory laboratory(few_reads, many_reads);
  check_all("list, ended, parts", end_and_withdraw(laboratory, false, Way::list, every(149)));
}

TEST(Withdrawal, by_a_command_that_was_ended_itself_is_carried_out_once_the_register_has_it) {
  const Laboratory laboratory(few_reads);
  const auto tried = try_all(laboratory, false, spread(40, every(3)), [&](RepositorySide& far, long at) {
    const SiteFolder site(laboratory, far.begin());
    give_own_list(laboratory, site);
    run_daemon_once(site.config_file(), site.path());
    withdraw(site, Way::command, {.at = at, .harm = at % 2 == 0 ? "end after" : "end before"});
    auto opened = journal::Journal::open(site.state_dir(), laboratory.state_key());
    const bool registered = opened && (*opened)->is_withdrawn("SUBJECT-01").value_or(false);
    opened = operator_error("closed");
    if (!registered) withdraw(site, Way::command);  // whoever gave it sees that it did not end, and repeats it
    const auto said = run_daemon_once(site.config_file(), site.path()).words;
    const auto wrong = complaint(laboratory, site, far.things(laboratory, site));
    return wrong.empty() ? wrong : wrong + "--- said\n" + said;
  });
  check_all("command ended", tried);
}

}  // namespace tributary::line_test
