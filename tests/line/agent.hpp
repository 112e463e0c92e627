// tests/line/agent.hpp: the agent in this process: everything but its threads, on a clock that a test moves.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>

#include "agent/config/config.hpp"
#include "agent/line/runner.hpp"
#include "tests/line/far_side.hpp"

namespace tributary::line_test {

class MemoryLog final : public Log {
 public:
  void write(Level, std::string_view line, const About&) override {
    {
      const std::lock_guard lock(mutex_);
      lines += std::string(line) + "\n";
    }
    if (heard) heard(line);
  }
  std::string lines;
  std::function<void(std::string_view)> heard;

 private:
  std::mutex mutex_;
};

class QuietMachine final : public supervisor::Machine {
 public:
  [[nodiscard]] double load() const override { return now; }
  double now = 0;
};

class Agent {
 public:
  /// `pseudonyms`: more keys of that section, in one line.
  Agent(const Laboratory& laboratory, FarSide& far, ManualClock& clock, const std::string& pseudonyms = {})
      : laboratory_(laboratory), far_(far), clock_(clock), site_folder_(laboratory, far.begin(), pseudonyms) {
    reopen();
  }

  void close() {
    runner_.reset();
    site_.reset();
    journal_.reset();
  }
  /// As a program that was started again.
  void reopen() {
    close();
    auto loaded = config::load(site_folder_.config_file(), line::plugin_keys());
    for (const auto& problem : loaded.problems) log_.lines += problem.sentence() + "\n";
    if (!loaded.settings) return;
    if (!files::make_directories(loaded.settings->state_dir, 0700)) return;
    auto journal = journal::Journal::open(loaded.settings->state_dir, laboratory_.state_key());
    if (!journal) return;
    journal_ = std::move(*journal);
    auto site = line::Site::open(std::move(*loaded.settings), log_, clock_, stop_, journal_.get());
    if (!site) {
      log_.lines += sentence(site.error()) + "\n";
      return;
    }
    site_ = std::move(*site);
    runner_ = std::make_unique<line::Runner>(*site_, *journal_, clock_, log_, stop_, machine,
                                             [this](const std::string&) { return Result<std::uint64_t>(free_bytes); });
  }
  QuietMachine machine;
  /// Adds to the configuration, and begins anew under it.
  void configure(const std::string& more) {
    std::ofstream(site_folder_.config_file(), std::ios::app) << more << "\n";
    reopen();
  }
  /// Called with every line of the log.
  void on_log(std::function<void(std::string_view)> heard) { log_.heard = std::move(heard); }

  std::uint64_t free_bytes = 1ULL << 40;  // of the disk of the state directory

  [[nodiscard]] bool is_open() const { return runner_ != nullptr; }
  [[nodiscard]] line::Runner& runner() { return *runner_; }
  [[nodiscard]] line::Site& site() { return *site_; }
  [[nodiscard]] journal::Journal& journal() { return *journal_; }
  [[nodiscard]] const std::string& log() const { return log_.lines; }
  [[nodiscard]] const SiteFolder& site_folder() const { return site_folder_; }

  /// Plans and seals what there is, sends nothing.
  void look() {
    runner_->recheck_consent();
    runner_->look(true);
  }
  /// Does what is due, moves the clock to what is due next, and so on until nothing is. False: it never ends.
  bool run_to_the_end(const std::function<void()>& between = {}) {
    constexpr int most_rounds = 40;
    for (int round = 0; round < most_rounds; ++round) {
      look();
      while (runner_->step("far")) {
      }
      if (between) between();
      const auto next = journal_->next_time("far", true), plan = journal_->next_plan_time(clock_.now_utc_s());
      if (!next || !plan) return false;
      if (!*next && !something_waits()) return true;
      const auto soon = clock_.now_utc_s() + 60;
      clock_.set(std::max(clock_.now_utc_s() + 1, std::min(next->value_or(soon), plan->value_or(soon))));
    }
    return false;
  }
  std::string outcome() { return outcome_of(laboratory_, site_folder_, far_.things(laboratory_, site_folder_)); }
  /// Every byte of the state directory.
  [[nodiscard]] std::string state_bytes() const {
    std::string all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(site_folder_.state_dir())) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      all.append(std::istreambuf_iterator<char>(in), {});
    }
    return all;
  }
  /// Bodies of all receipts.
  std::string receipts() {
    auto rows = journal_->receipts();
    if (!rows) return sentence(rows.error());
    std::string out;
    for (const auto& row : *rows) out += row.body + "\n";
    return out;
  }
  std::string states() {
    std::string out;
    auto rows = journal_->parcels();
    if (!rows) return sentence(rows.error());
    for (const auto& row : *rows) out += std::string(state_of(row.stage, row.condition, row.operator_hold)) + " ";
    return out;
  }
  std::string reasons() {
    std::string out;
    auto rows = journal_->parcels();
    if (!rows) return sentence(rows.error());
    for (const auto& row : *rows) out += row.reason + "; " + row.hint + "\n";
    return out;
  }

 private:
  bool something_waits() {
    auto rows = journal_->parcels();
    if (!rows) return false;
    for (const auto& row : *rows) {
      const bool ours = row.stage == journal::Stage::waiting || row.stage == journal::Stage::sealing;
      if (ours && row.condition == journal::Condition::going && !row.operator_hold) return true;
    }
    return false;
  }

  const Laboratory& laboratory_;
  FarSide& far_;
  ManualClock& clock_;
  SiteFolder site_folder_;
  MemoryLog log_;
  Stop stop_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<line::Site> site_;
  std::unique_ptr<line::Runner> runner_;
};

}  // namespace tributary::line_test
