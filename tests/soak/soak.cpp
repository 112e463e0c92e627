// tests/soak/soak.cpp: the daemon for a while in a world where everything goes wrong by chance.
//
// `soak short` (a minute), `soak long` (half an hour), `soak SECONDS`; a number behind it is the seed. The same seed
// draws the same events; how they meet the daemon's threads is chance. `soak times` measures in an unhurried world.
// Exit: 0 everything ended as it must, 1 it did not, 2 usage.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <random>
#include <thread>

#include "agent/port/genomics/genomics.hpp"
#include "tests/line/program.hpp"
#include "tests/line/world_file.hpp"
#include "tests/soak/drama.hpp"
#include "tests/soak/hospital.hpp"

namespace tributary::soak {
namespace {

using line_test::Daemon;
using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

double seconds_since(Steady::time_point then) { return std::chrono::duration<double>(Steady::now() - then).count(); }

// The greatest and the middle one of some figures.
struct Figures {
  std::vector<double> all;
  [[nodiscard]] std::string words() {
    if (all.empty()) return "never";
    std::sort(all.begin(), all.end());
    char text[80];
    std::snprintf(text, sizeof text, "%zu times, middle %.1f s, longest %.1f s", all.size(), all[all.size() / 2],
                  all.back());
    return text;
  }
};

class Soak {
 public:
  /// `speed`: seconds of that world in a real one.
  Soak(std::int64_t speed, const std::string& settle, bool nudges)
      : speed_(speed),
        nudges_(nudges),
        world_(speed),
        far_(hospital_.laboratory(), world_.clock(), false, {.tls = true}),
        site_(hospital_.laboratory(), far_.begin()),
        config_file_(hospital_.configure(site_, settle)) {
    far_.meanwhile = [] { std::this_thread::sleep_for(milliseconds(200)); };  // delays, and slow bodies
    start();
  }

  void play(const std::vector<Event>& events) {
    auto next = Steady::now();
    for (const auto& event : events) {
      begin(event);
      next += milliseconds(event.pause_ms);
      pass_until(next);
    }
  }

  /// Everything is mended; true when all is as it must be.
  bool ends_well() {
    while (!later_.empty()) pass(milliseconds(100));
    hospital_.agree(0, true);
    command({"release", "--destination", "far"});
    constexpr int lives = 6, looks = 60;
    std::string wrong = "it never began\n";
    for (int life = 0; life < lives && !wrong.empty(); ++life) {
      terminate();
      // Work under a clock that was ahead keeps the right one from being believed: somebody has to say so.
      if (life == 1) confirm_clock();
      start();
      for (int look = 0; look < looks && !wrong.empty(); ++look) {
        pass(milliseconds(500));
        world_.pass(look % 4 == 0 ? 900 : 0);  // what was put off is due
        wrong = hospital_.wrong(site_);
      }
    }
    last_descriptors_ = descriptors();
    terminate();
    wrong = hospital_.wrong_at_the_end(site_, far_.things(hospital_.laboratory(), site_));
    std::printf("%s%s", unexpected_.c_str(), wrong.c_str());
    if (!wrong.empty()) keep_log();
    return wrong.empty() && unexpected_.empty();
  }

  void tell() {
    for (const auto& [name, number] : begun_) std::printf("%-14s %d\n", std::string(name).c_str(), number);
    std::printf("%s%s\n", hospital_.summary().c_str(),
                confirmed_ ? "; it took a person who confirms the clock (tributary release --clock)" : "");
    std::printf("resident, MiB: peak %.1f; greatest in each tenth:", static_cast<double>(peak_kib_) / 1024);
    for (std::size_t tenth = 0; tenth < 10 && !resident_kib_.empty(); ++tenth) {
      const auto from = resident_kib_.begin() + static_cast<std::ptrdiff_t>(resident_kib_.size() * tenth / 10);
      const auto to = resident_kib_.begin() + static_cast<std::ptrdiff_t>(resident_kib_.size() * (tenth + 1) / 10);
      if (from != to) std::printf(" %.1f", static_cast<double>(*std::max_element(from, to)) / 1024);
    }
    std::printf("\ndescriptors: most %zu, at the end %zu\n", most_descriptors_, last_descriptors_);
    const char* unit = speed_ == 1 ? "" : " (of its world)";
    std::printf("network is back to first request%s: %s\n", unit, network_.words().c_str());
    std::printf("disk has room again to first request%s: %s\n", unit, disk_.words().c_str());
    std::printf("run complete to planned%s: %s\n", unit, plan_.words().c_str());
    std::printf("SIGTERM to exit: %s\n", exit_.words().c_str());
  }

  /// Until a parcel is on its way; false after a while.
  bool something_is_under_way() {
    constexpr int looks = 1200;
    for (int look = 0; look < looks; ++look) {
      if (hospital_.under_way(site_) > 0) return true;
      pass(milliseconds(100));
    }
    return false;
  }

 private:
  struct Later {
    Steady::time_point at;
    Scene scene;
  };
  // Waits for the first request, or for a plan, since a moment of that world.
  struct Waiting {
    std::int64_t since_utc_s;
    std::uint64_t after = 0;
    std::string run = {};
  };

  void start() { daemon_.emplace(config_file_, world_.path(), log_file()); }
  [[nodiscard]] std::string log_file() const { return site_.path() + "/log.txt"; }

  void terminate() {
    const auto begun = Steady::now();
    daemon_->signal(SIGTERM);
    const bool ran = daemon_->runs();
    const int code = daemon_->end();
    if (ran) exit_.all.push_back(seconds_since(begun));
    // Before it holds signals back nothing was begun.
    if (ran && code < 0 && daemon_->ended_by() != SIGTERM) unexpected_ += "SIGTERM did not end it, or a signal did\n";
  }

  void confirm_clock() {
    command({"release", "--clock"});
    confirmed_ = true;
  }

  /// Whether it ended well: whoever gave a command that did not sees it.
  bool command(const std::vector<std::string>& words) {
    std::vector<std::string> all{TRIBUTARY_TEST_COMMAND, "--config", config_file_};
    all.insert(all.end(), words.begin(), words.end());
    return line_test::run_program(all, site_.path(), false).code == 0;
  }

  void begin(const Event& event) {
    ++begun_[name_of(event.scene)];
    const auto number = static_cast<std::uint64_t>(event.amount);
    switch (event.scene) {
      case Scene::run:
        plans_.push_back(
            {world_.clock().now_utc_s(), 0, hospital_.run_arrives(static_cast<std::size_t>(event.amount))});
        break;
      case Scene::kill:
        daemon_->signal(SIGKILL);
        start();
        break;
      case Scene::terminate:
        terminate();
        start();
        break;
      case Scene::reload:
        daemon_->signal(SIGHUP);
        break;
      case Scene::second:
        refuse_second();
        break;
      case Scene::withdraw:
        hospital_.withdraw(number, site_);
        break;
      case Scene::agree:
        hospital_.agree(number);
        break;
      case Scene::network_gone:
        if (is_on(Scene::network_gone)) return;
        far_.down();
        break;
      case Scene::fault:
        if (is_on(Scene::network_gone) || !far_.sandbox().faults().add(event.word)) return;
        break;
      case Scene::disk_full:
        world_.world().disk_full = 1;
        break;
      case Scene::mount_gone:
        hospital_.mount(false);
        break;
      case Scene::clock_wrong:
        world_.world().offset_ns = event.amount * 1'000'000'000;
        break;
      case Scene::hold:
        if (!command({"hold", "--destination", "far"})) return;
        break;
      case Scene::pause:
        if (!command({"pause", "--destination", "far"})) return;
        break;
    }
    if (event.lasts_ms > 0) later_.push_back({Steady::now() + milliseconds(event.lasts_ms), event.scene});
  }

  void over(Scene scene) {
    if (scene == Scene::network_gone) {
      far_.up();
      if (hospital_.under_way(site_) > 0) network_waits_ = Waiting{world_.clock().now_utc_s()};
    }
    if (scene == Scene::fault && !is_on(Scene::network_gone)) far_.sandbox().faults().clear();
    if (scene == Scene::disk_full) {
      world_.world().disk_full = 0;
      if (hospital_.under_way(site_) > 0 && !is_on(Scene::network_gone))
        disk_waits_ = Waiting{world_.clock().now_utc_s(), last_event()};
    }
    if (scene == Scene::mount_gone) hospital_.mount(true);
    if (scene == Scene::clock_wrong) world_.world().offset_ns = 0;
    if (scene == Scene::hold) command({"release", "--destination", "far"});  // nothing may be held any more
    if (scene == Scene::pause && !command({"resume", "--destination", "far"})) unexpected_ += "resume failed\n";
  }

  [[nodiscard]] bool is_on(Scene scene) const {
    return std::any_of(later_.begin(), later_.end(), [&](const Later& later) { return later.scene == scene; });
  }

  std::uint64_t last_event() {
    const auto all = far_.sandbox().events().since(0);
    return all.empty() ? 0 : all.back().number;
  }

  void refuse_second() {
    if (!daemon_->runs()) return;
    Daemon second(config_file_, world_.path(), log_file());
    // It may come to be the only one, when the first has just ended.
    constexpr int looks = 200;
    for (int look = 0; look < looks && second.runs(); ++look) std::this_thread::sleep_for(milliseconds(50));
    if (second.runs() && daemon_->runs()) unexpected_ += "two daemons run on one state directory\n";
  }

  void pass(milliseconds real) { pass_until(Steady::now() + real); }

  void pass_until(Steady::time_point until) {
    do {
      std::this_thread::sleep_for(std::min<Steady::duration>(milliseconds(100), until - Steady::now()));
      const auto now = Steady::now();
      for (std::size_t i = 0; i < later_.size();) {
        if (later_[i].at > now) {
          ++i;
          continue;
        }
        const auto scene = later_[i].scene;
        later_.erase(later_.begin() + static_cast<std::ptrdiff_t>(i));
        if (!is_on(scene)) over(scene);
      }
      watch();
    } while (Steady::now() < until);
  }

  // As a supervisor, and with a stopwatch.
  void watch() {
    if (!daemon_->runs()) {
      const int code = daemon_->end();
      const bool has_cause = is_on(Scene::disk_full) || is_on(Scene::clock_wrong) || ++starts_without_cause_ < 3;
      if (code < 0 || !has_cause) {
        unexpected_ += "the daemon ended by itself: " +
                       (code < 0 ? "signal " + std::to_string(daemon_->ended_by()) : "exit " + std::to_string(code)) +
                       "\n";
      }
      start();
    }
    look_at(network_waits_, network_);
    look_at(disk_waits_, disk_);
    if (++ticks_ % 10 != 0) return;
    starts_without_cause_ = 0;
    if (nudges_) hospital_.nudge();
    measure();
    std::erase_if(plans_, [&](const Waiting& plan) {
      if (!hospital_.is_planned(site_, plan.run)) return false;
      plan_.all.push_back(static_cast<double>(world_.clock().now_utc_s() - plan.since_utc_s));
      return true;
    });
  }

  void look_at(std::optional<Waiting>& waiting, Figures& figures) {
    if (is_on(Scene::hold) || is_on(Scene::pause)) waiting.reset();  // it waits for a person
    if (!waiting || is_on(Scene::network_gone)) return;
    const auto events = far_.sandbox().events().since(waiting->after);
    if (events.empty()) return;
    figures.all.push_back(static_cast<double>(events.front().at_utc_s - waiting->since_utc_s));
    waiting.reset();
  }

  void measure() {
    std::ifstream status("/proc/" + std::to_string(daemon_->id()) + "/status");
    long resident = 0;
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmHWM:")) peak_kib_ = std::max(peak_kib_, std::atol(line.c_str() + 6));
      if (line.starts_with("VmRSS:")) resident = std::atol(line.c_str() + 6);
    }
    if (resident > 0) resident_kib_.push_back(resident);
    most_descriptors_ = std::max(most_descriptors_, descriptors());
  }

  [[nodiscard]] std::size_t descriptors() const {
    std::error_code gone;
    std::size_t all = 0;
    for (std::filesystem::directory_iterator at("/proc/" + std::to_string(daemon_->id()) + "/fd", gone), end;
         !gone && at != end; at.increment(gone))
      ++all;
    return all;
  }

  void keep_log() const {
    const auto kept = std::filesystem::temp_directory_path() / "soak.log";
    std::error_code none;
    std::filesystem::copy_file(log_file(), kept, std::filesystem::copy_options::overwrite_existing, none);
    std::printf("what the daemon said: %s\n", kept.c_str());
  }

  std::int64_t speed_;
  bool nudges_;
  line_test::WorldFile world_;
  Hospital hospital_;
  line_test::RepositorySide far_;
  line_test::SiteFolder site_;
  std::string config_file_;
  std::optional<Daemon> daemon_;
  std::vector<Later> later_;
  std::vector<Waiting> plans_;
  std::optional<Waiting> network_waits_, disk_waits_;
  Figures network_, disk_, plan_, exit_;
  std::map<std::string_view, int> begun_;
  std::vector<long> resident_kib_;
  long peak_kib_ = 0;
  std::size_t most_descriptors_ = 0, last_descriptors_ = 0;
  std::uint64_t ticks_ = 0;
  int starts_without_cause_ = 0;
  bool confirmed_ = false;
  std::string unexpected_;
};

int soak(std::int64_t seconds, std::uint64_t seed) {
  std::printf("%lld s, seed %llu\n", static_cast<long long>(seconds), static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  constexpr std::int64_t speed = 20;
  Soak all(speed, "10s", true);
  all.play(draw(seed, seconds));
  const bool well = all.ends_well();
  all.tell();
  std::printf("%s: soak of %lld s with seed %llu\n", well ? "passed" : "failed", static_cast<long long>(seconds),
              static_cast<unsigned long long>(seed));
  return well ? 0 : 1;
}

// One thing after the other, in real time.
int times() {
  constexpr std::int64_t many_reads = 400000;  // about 60 MB: long enough to be in the middle of it
  Soak all(1, "5s", false);
  for (const auto scene : {Scene::terminate, Scene::network_gone, Scene::disk_full}) {
    all.play({{.scene = Scene::run, .pause_ms = 1000, .amount = many_reads}});
    if (!all.something_is_under_way()) return 1;
    constexpr std::int64_t lasts_ms = 20000;
    all.play({{.scene = scene, .pause_ms = lasts_ms + 40000, .lasts_ms = scene == Scene::terminate ? 0 : lasts_ms}});
  }
  const bool well = all.ends_well();
  all.tell();
  return well ? 0 : 1;
}

bool number(std::string_view word, auto& into) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), into);
  return error == std::errc() && end == word.data() + word.size();
}

}  // namespace
}  // namespace tributary::soak

int main(int argc, char** argv) {
  using namespace tributary::soak;
  tributary::genomics::prepare();  // changes the environment, before there are threads
  const std::string_view word = argc > 1 ? argv[1] : "short";
  std::uint64_t seed = std::random_device{}();
  std::int64_t seconds = word == "short" ? 60 : word == "long" ? 1800 : 0;
  if (word == "times") return times();
  if ((seconds == 0 && !number(word, seconds)) || argc > 3 || (argc == 3 && !number(argv[2], seed))) {
    std::fprintf(stderr, "usage: soak short|long|times|SECONDS [SEED]\n");
    return 2;
  }
  return soak(seconds, seed);
}
