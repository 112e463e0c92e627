// tests/line/sweep.cpp: trials, several at a time.
#include "tests/line/sweep.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace tributary::line_test {
namespace {

struct Trial {
  Ending crashed, ended;
  std::string outcome;
};

Trial attempt(const Laboratory& laboratory, FarSide& far, const Plan& plan, const Crash& crash) {
  const SiteFolder site(laboratory, far.begin());
  if (plan.prepare) plan.prepare(site);
  Trial trial;
  if (crash.at > 0) trial.crashed = run_daemon_once(site.config_file(), site.path(), crash);
  trial.ended = run_daemon_once(site.config_file(), site.path());
  trial.outcome = outcome_of(laboratory, site, far.things(laboratory, site));
  return trial;
}

std::string complaint(const Crash& crash, const Trial& trial, const Sweep& sweep) {
  if (trial.ended.code == sweep.code && trial.outcome == sweep.reference) return {};
  return "act " + std::to_string(crash.at) + (crash.torn ? " torn" : "") + ": exit code " +
         std::to_string(trial.ended.code) + " instead of " + std::to_string(sweep.code) + "\n" +
         difference(sweep.reference, trial.outcome) + "--- said\n" + trial.crashed.words + "---\n" + trial.ended.words;
}

std::vector<Crash> points(const Plan& plan, long acts) {
  long every = plan.every;
  if (const char* wish = std::getenv("TRIBUTARY_CRASH_EVERY")) every = std::max(1L, std::atol(wish));
  if (std::getenv("TRIBUTARY_CRASH_ALL") != nullptr) every = 1;
  std::vector<Crash> out;
  const long from = plan.from > 0 ? plan.from : std::max(1L, acts + plan.from);
  bool torn = false;
  for (long at = from; at <= acts; at += every) {
    // Either way at every point when all are tried, turn about otherwise.
    if (every == 1 && plan.torn) out.push_back({at, true});
    out.push_back({at, every != 1 && plan.torn && torn});
    torn = !torn;
  }
  return out;
}

}  // namespace

Sweep sweep(const Laboratory& laboratory, const std::function<std::unique_ptr<FarSide>()>& make, const Plan& plan) {
  const auto begun = std::chrono::steady_clock::now();
  Sweep out;
  {
    const auto far = make();
    const auto unharmed = attempt(laboratory, *far, plan, {});
    out.reference = unharmed.outcome;
    out.acts = unharmed.ended.acts;
    out.code = unharmed.ended.code;
    out.words = unharmed.ended.words;
  }
  const auto todo = points(plan, out.acts);
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  const auto work = [&] {
    const auto far = make();
    for (std::size_t i = next++; i < todo.size(); i = next++) {
      const auto trial = attempt(laboratory, *far, plan, todo[i]);
      const std::lock_guard lock(mutex);
      ++(trial.crashed.code == 137 ? out.tried : out.survived);
      if (auto what = complaint(todo[i], trial, out); !what.empty()) out.failures.push_back(std::move(what));
    }
  };
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < plan.workers; ++i) workers.emplace_back(work);
  for (auto& worker : workers) worker.join();
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  return out;
}

}  // namespace tributary::line_test
