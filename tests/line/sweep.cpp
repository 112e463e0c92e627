// tests/line/sweep.cpp: trials, several at a time, and the table of what they showed.
#include "tests/line/sweep.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>

#include "agent/base/text.hpp"
#include "agent/port/genomics/genomics.hpp"

namespace tributary::line_test {
namespace {

constexpr std::int64_t world_speed = 60;       // seconds in a real one: what is put off for a while is due soon
constexpr std::int64_t until_mended_s = 3600;  // between a harm and the run after it
constexpr int trials_of_a_far_side = 50;
constexpr unsigned power_seeds = 3;  // one of each manner

struct Trial {
  Ending crashed, ended;
  std::string outcome;
};

// One worker: a world, and a far side in it, which is a new one now and then: it keeps all that it ever got.
struct Place {
  explicit Place(const MakeFarSide& make) : far(make(world.clock())) {}
  void next_trial(const MakeFarSide& make) {
    if (++trials % trials_of_a_far_side == 0) far = make(world.clock());
  }
  WorldFile world{world_speed};
  std::unique_ptr<FarSide> far;
  int trials = 0;
};

Trial attempt(const Laboratory& laboratory, Place& place, const Plan& plan, Crash crash) {
  place.world.begin();
  crash.world = place.world.path();
  const SiteFolder site(laboratory, place.far->begin());
  if (plan.prepare) {
    plan.prepare(site, *place.far, crash.world);
    place.world.pass(until_mended_s);
  }
  Trial trial;
  if (crash.at > 0) {
    trial.crashed = run_daemon_once(site.config_file(), site.path(), crash);
    place.world.pass(until_mended_s);
  }
  trial.ended = run_daemon_once(site.config_file(), site.path(), {.world = crash.world});
  trial.outcome = outcome_of(laboratory, site, place.far->things(laboratory, site));
  return trial;
}

// What harm did in all sweeps of this program.
struct Row {
  long points = 0, lost = 0, repeated = 0, orphans = 0, chains = 0, wrong_ends = 0;
};

class Table {
 public:
  ~Table() {
    std::printf("\n%-22s|%8s|%6s|%10s|%9s|%14s|%11s\n", "kind of harm", " points", " lost", " repeated", " orphans",
                " chain broken", " wrong end");
    Row sum;
    for (const auto& harm : shim::harms) {
      const auto& row = rows_[harm.name];
      print(std::string(harm.name), row);
      sum.points += row.points;
      sum.lost += row.lost;
      sum.repeated += row.repeated;
      sum.orphans += row.orphans;
      sum.chains += row.chains;
      sum.wrong_ends += row.wrong_ends;
    }
    print("all", sum);
  }

  // `wrong`: the lines in which the end differs.
  void add(std::string_view harm, bool failed, const std::string& wrong) {
    auto& row = rows_[harm];
    ++row.points;
    if (!failed) return;
    const auto has = [&](const char* words) { return wrong.find(words) != std::string::npos; };
    const bool lost = has("missing: there:"), orphan = has("extra:   there: stray"),
               chain = has("extra:   receipts:") || has("extra:   audit:");
    bool repeated = has(", twice");
    for (const auto& line : split(wrong, '\n'))
      repeated = repeated || (line.starts_with("extra:   there:") && !line.starts_with("extra:   there: stray"));
    row.lost += lost ? 1 : 0;
    row.repeated += repeated ? 1 : 0;
    row.orphans += orphan ? 1 : 0;
    row.chains += chain ? 1 : 0;
    row.wrong_ends += lost || repeated || orphan || chain ? 0 : 1;
  }

 private:
  static void print(const std::string& name, const Row& row) {
    std::printf("%-22s|%8ld|%6ld|%10ld|%9ld|%14ld|%11ld\n", name.c_str(), row.points, row.lost, row.repeated,
                row.orphans, row.chains, row.wrong_ends);
  }
  std::map<std::string_view, Row> rows_;
};

Table& table() {
  static Table all;
  return all;
}

// A program that was denied something says so, or it ended right.
bool is_mute(const Crash& crash, const Trial& trial, const Sweep& sweep) {
  return !shim::harm_of(crash.harm)->ends() && trial.crashed.code != sweep.code && trial.crashed.words.empty();
}

std::string complaint(const Crash& crash, const Trial& trial, const Sweep& sweep) {
  const bool lives = trial.crashed.code >= 0 || shim::harm_of(crash.harm)->ends();
  const bool good = trial.ended.code == sweep.code && trial.outcome == sweep.reference;
  if (good && lives && !is_mute(crash, trial, sweep)) return {};
  return std::string(crash.harm) + " at " + std::to_string(crash.at) + " (seed " + std::to_string(crash.seed) +
         "): exit code " + std::to_string(trial.crashed.code) + ", then " + std::to_string(trial.ended.code) +
         " instead of " + std::to_string(sweep.code) + "\n" + difference(sweep.reference, trial.outcome) +
         "--- said\n" + trial.crashed.words + "---\n" + trial.ended.words;
}

std::vector<Crash> points(const Plan& plan, const Ending& unharmed) {
  long every = plan.every;
  if (const char* wish = std::getenv("TRIBUTARY_CRASH_EVERY")) every = std::max(1L, std::atol(wish));
  if (std::getenv("TRIBUTARY_CRASH_ALL") != nullptr) every = 1;
  const char* only = std::getenv("TRIBUTARY_CRASH_HARM");
  std::vector<Crash> out;
  long number = every / 2;
  for (const auto& harm : shim::harms) {
    if (only != nullptr && harm.name != only) continue;
    const auto acts = unharmed.acts(harm.acts);
    const auto seeds = harm.effect == shim::Effect::lose_power ? power_seeds : 1;
    for (auto at = 1 + static_cast<long>(static_cast<double>(acts) * plan.from); at <= acts; ++at) {
      for (unsigned seed = 0; seed < seeds; ++seed) {
        if (number++ % every != 0) continue;
        // Whatever is left out, each manner has its turn.
        const auto manner = static_cast<unsigned>(out.size() + seed) % power_seeds;
        out.push_back({at, harm.name, static_cast<unsigned>(at) * power_seeds + manner});
      }
    }
  }
  return out;
}

bool was_hit(const Crash& crash, const Trial& trial) {
  const auto* harm = shim::harm_of(crash.harm);
  return harm->ends() ? trial.crashed.code == 137 : trial.crashed.acts(harm->acts) >= crash.at;
}

}  // namespace

Sweep sweep(const Laboratory& laboratory, const MakeFarSide& make, const Plan& plan) {
  const auto begun = std::chrono::steady_clock::now();
  genomics::prepare();  // changes the environment, which the programs that the threads start are given
  Sweep out;
  std::vector<Crash> todo;
  {
    Place place(make);
    const auto unharmed = attempt(laboratory, place, plan, {});
    out.reference = unharmed.outcome;
    out.acts = unharmed.ended.acts();
    out.code = unharmed.ended.code;
    out.words = unharmed.ended.words;
    todo = points(plan, unharmed.ended);
  }
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  const auto work = [&] {
    Place place(make);
    for (std::size_t i = next++; i < todo.size(); i = next++) {
      place.next_trial(make);
      const auto trial = attempt(laboratory, place, plan, todo[i]);
      const std::lock_guard lock(mutex);
      const bool hit = was_hit(todo[i], trial);
      ++(hit ? out.tried : out.survived);
      auto what = complaint(todo[i], trial, out);
      if (hit || !what.empty()) table().add(todo[i].harm, !what.empty(), difference(out.reference, trial.outcome));
      if (!what.empty()) out.failures.push_back(std::move(what));
    }
  };
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < plan.workers; ++i) workers.emplace_back(work);
  for (auto& worker : workers) worker.join();
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  return out;
}

}  // namespace tributary::line_test
