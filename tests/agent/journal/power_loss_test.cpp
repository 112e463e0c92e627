// tests/agent/journal/power_loss_test.cpp: the power cut, and a disk that fails or is full, at every write and sync.
//
// TRIBUTARY_POWER_SEEDS=N in the environment: N ways to forget for each cut, instead of 1.
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "agent/journal/migrations.hpp"
#include "tests/agent/journal/state.hpp"
#include "tests/fakes/forgetful_disk.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::journal_test {

using fakes::ForgetfulDisk;
using journal::Journal;
using journal::Stage;

namespace {

constexpr const char* state_dir = "/made-up";
constexpr const char* database_path = "/made-up/journal.db";

std::string id_of(Journal& journal, const std::string& pseudonym) {
  const auto rows = journal.parcels();
  if (!rows) return {};
  for (const auto& row : *rows) {
    if (row.pseudonym == pseudonym) return row.id;
  }
  return {};
}

Status plan(Journal& journal, const std::string& pseudonym) {
  const auto row = journal.plan_parcel(State::wish(1, pseudonym));
  return row ? Status() : row.error();
}
template <typename T>
Status plain(const Result<T>& result) {
  return result ? Status() : result.error();
}
journal::Journal::Outcome to(Stage stage) { return {stage, journal::Condition::going, {}, {}, 0}; }

using Step = std::function<Status(Journal&)>;

/// What a journal goes through, one durable call after the other. Each may be done again when it was not done.
const std::vector<Step>& steps() {
  static const Json body = Json().add("site", "lab").add("padding", std::string(3000, '.'));
  static const std::vector<Step> all{
      [](Journal& j) {
        journal::RunRow row;
        row.name = "251120_RUN";
        row.unit = "u";
        row.state = 3;
        return plain(j.put_run(row));
      },
      [](Journal& j) { return j.link({"TL-1", "national", "sample", "00", "SAMPLE-01", "SUBJECT-01"}); },
      [](Journal& j) { return plan(j, "TL-1"); },
      [](Journal& j) { return plan(j, "TL-2"); },
      [](Journal& j) { return plan(j, "TL-3"); },
      [](Journal& j) { return j.end_plan(1, 3, Digest256{}, 0); },
      [](Journal& j) { return plain(j.begin_work(id_of(j, "TL-1"), Stage::sealing, noon)); },
      [](Journal& j) { return j.put_sealed(id_of(j, "TL-1"), view(std::string(9000, 'r')), State::objects(), noon); },
      [](Journal& j) { return j.put_sealed(id_of(j, "TL-2"), view("recipe"), State::objects("TL-2"), noon); },
      [](Journal& j) { return plain(j.begin_work(id_of(j, "TL-1"), Stage::uploading, noon)); },
      [](Journal& j) { return j.put_token("national", id_of(j, "TL-1"), view("token")); },
      [](Journal& j) { return j.set_far(id_of(j, "TL-1"), 0, "drs-0", "drs://far/0", ""); },
      [](Journal& j) { return j.set_far(id_of(j, "TL-1"), 1, "drs-1", "drs://far/1", ""); },
      [](Journal& j) { return j.end_work(id_of(j, "TL-1"), to(Stage::registered), noon); },
      [](Journal& j) { return j.set_task(id_of(j, "TL-1"), "task-1", "RUNNING"); },
      [](Journal& j) { return j.add_receipt(id_of(j, "TL-1"), "delivered", body, Stage::delivered, noon); },
      [](Journal& j) { return j.add_audit(Json().add("action", "made up")); },
      [](Journal& j) { return j.remember_withdrawal("SUBJECT-01", journal::Level::no_further_use, noon); },
      [](Journal& j) { return plain(j.withdraw_parcel(id_of(j, "TL-1"), "consent: gone", body, noon)); },
      [](Journal& j) { return plain(j.withdraw_parcel(id_of(j, "TL-2"), "consent: gone", body, noon)); },
      [](Journal& j) { return j.add_receipt(id_of(j, "TL-1"), "withdrawn", body, Stage::withdrawn, noon); },
      [](Journal& j) { return plain(j.cancel({id_of(j, "TL-3"), {}, {}}, noon)); },
      [](Journal& j) { return plain(j.tidy()); },
      [](Journal& j) { return plain(j.lift_withdrawal("SUBJECT-01", journal::Level::no_further_use)); },
      [](Journal& j) { return j.add_audit(Json().add("action", "made up again")); },
  };
  return all;
}

std::unique_ptr<Journal> open_journal() {
  auto opened = Journal::open(state_dir, State::key('k'));
  return opened ? std::move(*opened) : nullptr;
}

std::string integrity() {
  const auto database = store::Database::open(database_path, journal::migrations());
  if (!database) return database.error().what;
  auto statement = (*database)->prepare("PRAGMA integrity_check");
  return statement && statement->step().value_or(false) ? statement->text(0) : "no answer";
}

}  // namespace

TEST_GROUP(PowerLoss) {
  std::vector<std::string> after, kept;  // told after so many steps of the unharmed way
  std::int64_t acts = 0;
  std::int64_t points = 0;
  std::string wrong;

  void setup() override {
    ForgetfulDisk disk;
    disk.harm_at(0, ForgetfulDisk::Harm::none);
    auto journal = open_journal();
    for (const auto& step : steps()) {
      after.push_back(told(*journal, true));
      kept.push_back(told(*journal, false));
      CHECK_TRUE(step(*journal).ok());
    }
    after.push_back(told(*journal, true));
    kept.push_back(told(*journal, false));
    journal.reset();
    acts = disk.acts();
    for (std::size_t i = 1; i < after.size(); ++i) STRCMP_CONTAINS("records", after[i].c_str());
  }

  void fault(const std::string& what, std::int64_t act, std::uint64_t seed, std::size_t step) {
    if (wrong.empty())
      wrong =
          what + ", act " + std::to_string(act) + ", seed " + std::to_string(seed) + ", step " + std::to_string(step);
  }

  /// Until a step does not succeed; its number.
  static std::size_t walk(Journal & journal, std::size_t from) {
    for (auto i = from; i < steps().size(); ++i) {
      if (!steps()[i](journal)) return i;
    }
    return steps().size();
  }

  void cut_at(std::int64_t act, std::uint64_t seed) {
    ++points;
    ForgetfulDisk disk;
    disk.harm_at(act, ForgetfulDisk::Harm::power);
    std::size_t done = 0;
    {
      auto journal = open_journal();
      if (journal) done = walk(*journal, 0);
    }
    disk.lose_power(seed);
    auto journal = open_journal();
    if (!journal) return fault("does not open", act, seed, done);
    // What returned is there; of what did not, all or nothing.
    auto now = told(*journal, true);
    if (now != after[done] && done < steps().size()) ++done;
    if (now != after[done]) return fault("another state:\n" + now + "instead of\n" + after[done], act, seed, done);
    journal.reset();
    if (const auto said = integrity(); said != "ok") return fault(said, act, seed, done);
    // The copy alone tells the same of what it keeps.
    for (const char* end : {"", "-wal", "-shm"}) disk.remove(database_path + std::string(end));
    journal = open_journal();
    if (!journal) return fault("is not rebuilt", act, seed, done);
    now = told(*journal, false);
    if (now != kept[done]) fault("rebuilt as\n" + now + "instead of\n" + kept[done], act, seed, done);
  }

  void fail_at(std::int64_t act, ForgetfulDisk::Harm harm) {
    ++points;
    ForgetfulDisk disk;
    disk.harm_at(act, harm);
    std::size_t done = 0;
    auto journal = open_journal();
    if (journal) {
      done = walk(*journal, 0);
      if (done == steps().size()) return;  // it was of no importance
      const auto again = steps()[done](*journal);
      if (disk.harmed() && harm == ForgetfulDisk::Harm::full) {
        if (again || again.error().hint.empty() || again.error().remedy != Remedy::wait)
          fault("says not what to do: " + (again ? "nothing" : again.error().what), act, 0, done);
      }
    }
    disk.mend();
    if (!journal) journal = open_journal();
    if (!journal) return fault("does not open", act, 0, done);
    if (told(*journal, true) != after[done]) {
      ++done;
      if (told(*journal, true) != after[done]) return fault("another state:\n" + told(*journal, true), act, 0, done);
    }
    if (walk(*journal, done) != steps().size()) return fault("does not go on", act, 0, done);
    if (told(*journal, true) != after.back()) return fault("another end", act, 0, done);
    journal.reset();
    if (const auto said = integrity(); said != "ok") fault(said, act, 0, done);
  }
};

TEST(PowerLoss, at_any_write_or_sync_loses_nothing_that_returned_and_leaves_nothing_half_done) {
  const auto* word = std::getenv("TRIBUTARY_POWER_SEEDS");
  const auto seeds = word == nullptr ? 1 : std::atoi(word);
  for (std::int64_t act = 1; act <= acts && wrong.empty(); ++act) {
    for (int seed = 0; seed < seeds && wrong.empty(); ++seed)
      cut_at(act, static_cast<std::uint64_t>(act * 1000 + seed));
  }
  std::printf("\npower: %lld acts, %lld cuts\n", static_cast<long long>(acts), static_cast<long long>(points));
  STRCMP_EQUAL("", wrong.c_str());
  CHECK_TRUE(points > 500);
}

TEST(PowerLoss, of_a_disk_that_fails_once_or_is_full_is_an_error_and_work_goes_on_afterwards) {
  for (const auto harm : {ForgetfulDisk::Harm::io_error, ForgetfulDisk::Harm::full}) {
    for (std::int64_t act = 1; act <= acts && wrong.empty(); ++act) fail_at(act, harm);
  }
  std::printf("\ndisk: %lld failures\n", static_cast<long long>(points));
  STRCMP_EQUAL("", wrong.c_str());
  CHECK_TRUE(points > 200);
}

}  // namespace tributary::journal_test
