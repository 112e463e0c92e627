// tests/line/sources_test.cpp: files and run folders that others change, in every phase of a delivery.
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/line/agent.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::line_test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t few_reads = 10;
constexpr std::size_t many_reads = 45000;  // about 7 MB: two parts
constexpr const char* first_file = "Data/Intensities/BaseCalls/SAMPLE-01_S1_L001_R1_001.fastq.gz";

/// What becomes of one file, or of the whole run folder, and how it is mended.
class Harm {
 public:
  Harm(Laboratory& laboratory, std::string kind)
      : run_(laboratory.run().path()),
        file_(run_ + "/" + first_file),
        aside_(laboratory.path() + "/aside"),
        kind_(std::move(kind)) {}
  void act() {
    done_ = true;
    if (kind_.starts_with("folder")) return fs::rename(run_, kind_ == "folder renamed" ? run_ + "-renamed" : aside_);
    const auto size = fs::file_size(file_);
    if (kind_ == "changed" || kind_ == "grown" || kind_ == "shrunk" || kind_ == "sparse") {
      fs::copy_file(file_, aside_);
      if (kind_ == "sparse") fs::resize_file(file_, 0);
      if (kind_ == "sparse") return fs::resize_file(file_, size);
      if (kind_ != "changed") return fs::resize_file(file_, kind_ == "grown" ? size + size / 2 : size / 2);
      std::fstream(file_, std::ios::in | std::ios::out | std::ios::binary).seekp(static_cast<long>(size / 2))
          << "changed";
      return;
    }
    fs::rename(file_, aside_);
    if (kind_ == "link") fs::create_symlink(aside_, file_);
    if (kind_ == "pipe" && ::mkfifo(file_.c_str(), 0600) != 0) std::abort();
    if (kind_ == "directory") fs::create_directory(file_);
    if (kind_ == "replaced") fs::copy_file(aside_, file_);
  }
  void mend() {
    if (kind_ == "folder renamed") return fs::rename(run_ + "-renamed", run_);
    const auto& place = kind_.starts_with("folder") ? run_ : file_;
    fs::remove_all(place);
    fs::rename(aside_, place);
  }
  [[nodiscard]] bool done() const { return done_; }

 private:
  std::string run_, file_, aside_, kind_;
  bool done_ = false;
};

}  // namespace

/// Files and folders that are changed behind our back, in every phase: what is sent is whole and there once, and after
/// mending everything arrives.
TEST_GROUP(Sources) {
  struct Phase {
    const char* name;
    const char* fault;  // when it is at the repository; "" otherwise
  };
  static std::string bad_in(const std::string& outcome) {
    for (const auto* word : {"other bytes", "twice", "stray"}) {
      if (outcome.find(word) != std::string::npos) return outcome;
    }
    return {};
  }
  static std::string attempt(const Phase& phase, const std::string& kind, const char* said) {
    const bool large = *phase.fault != '\0';
    Laboratory laboratory(few_reads, large ? many_reads : 0);
    ManualClock clock(laboratory.made_utc_s());
    RepositorySide far(laboratory, clock, false);
    Agent agent(laboratory, far, clock);
    Harm harm(laboratory, kind);
    const std::string when = phase.name;
    if (when == "planned") agent.runner().look(false);
    if (when == "queued") agent.look();
    if (when == "delivered" && !agent.run_to_the_end()) return "does not end\n";
    if (large) {
      far.meanwhile = [&] {
        if (!harm.done()) harm.act();
      };
      if (!far.sandbox().faults().add(phase.fault)) return "no such fault\n";
    } else {
      harm.act();
    }
    agent.run_to_the_end();
    if (!harm.done()) return "nothing was harmed\n";
    std::string wrong;
    auto outcome = agent.outcome();
    const bool waits = outcome.find("upload left open") != std::string::npos;  // until it goes on, or is cancelled
    if (!waits) wrong += bad_in(outcome);
    if (said != nullptr && (agent.log() + agent.reasons()).find(said) == std::string::npos)
      wrong += "not said: " + std::string(said) + "\n" + agent.reasons();
    harm.mend();
    clock.advance(60);
    if (!agent.journal().retry({.parcel = {}, .run = {}, .destination = "far"}, clock.now_utc_s())) return "no retry\n";
    if (!agent.run_to_the_end()) wrong += "does not end after mending\n" + agent.reasons();
    outcome = agent.outcome();
    wrong += bad_in(outcome);
    if (outcome.find("receipts: 2 whole") == std::string::npos) wrong += outcome;
    return wrong.empty() ? wrong : wrong + "--- said\n" + agent.log();
  }
  static void check(const std::vector<Phase>& phases, const std::vector<std::pair<const char*, const char*>>& harms) {
    std::string wrong;
    for (const auto& phase : phases) {
      for (const auto& [kind, said] : harms) {
        const auto what = attempt(phase, kind, phase.name == std::string("queued") ? said : nullptr);
        if (!what.empty()) wrong += std::string("=== ") + phase.name + ": " + kind + "\n" + what;
      }
    }
    if (!wrong.empty()) std::printf("%s\n", wrong.c_str());
    CHECK_TRUE(wrong.empty());
  }
};

TEST(Sources, may_change_before_or_after_they_are_sent) {
  const char* gone = "push: a source file is gone or can not be read: ";
  const char* changed = "push: a source file is not what was sealed any more; the parcel is sealed afresh";
  check({{"planned", ""}, {"queued", ""}, {"delivered", ""}}, {{"deleted", gone},
                                                               {"link", gone},
                                                               {"pipe", gone},
                                                               {"directory", gone},
                                                               {"replaced", changed},
                                                               {"changed", changed},
                                                               {"grown", changed},
                                                               {"shrunk", changed},
                                                               {"sparse", changed},
                                                               {"folder renamed", "it was known as"},
                                                               {"folder gone", "its folder is not there any more"}});
}

TEST(Sources, may_change_while_they_are_sent) {
  check({{"part 1", "part:delay:1:1ms"}, {"last part", "part:delay:2:1ms"}, {"register", "register:delay:1:1ms"}},
        {{"deleted", nullptr}, {"changed", nullptr}, {"folder renamed", nullptr}});
}

}  // namespace tributary::line_test
