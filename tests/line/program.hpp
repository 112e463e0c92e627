// tests/line/program.hpp: runs a program of ours to its end, with or without a crash inside.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "tests/line/shim/harm.hpp"

namespace tributary::line_test {

struct Crash {
  long at = 0;                           // which act is harmed, of those that the harm is about; 0: none
  std::string_view harm = "end before";  // a name of shim/harm.hpp
  unsigned seed = 0;                     // what a power cut takes
  std::string world = {};                // a WorldFile's path; "": the real one
};

struct Ending {
  int code = -1;                                  // exit code; -1: killed after a minute, or ended by a signal
  std::array<long, shim::act_kinds> counts = {};  // acts on the world by kind, when it ended by itself
  std::string words = {};                         // standard output and standard error
  [[nodiscard]] long acts(unsigned kinds = shim::acts_that_change) const;
};

/// `program` is a path; `directory` takes what it says. With `counted` the shim is preloaded.
Ending run_program(const std::vector<std::string>& command, const std::string& directory, bool counted,
                   const Crash& crash = {});
/// `tributaryd --config FILE` while it runs. Ends it (SIGKILL) when it goes out of scope.
class Daemon {
 public:
  /// `world`: a WorldFile's path, under the shim. `log_file`: takes what it says, at its end; then nobody else hears
  /// it.
  explicit Daemon(const std::string& config_file, const std::string& world = {}, const std::string& log_file = {});
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  /// Reads what it says until `word` came, beginning behind the one that was waited for before. False: it ended, or
  /// said nothing like it for a minute.
  bool says(const std::string& word);
  void signal(int number) const;
  [[nodiscard]] int id() const { return child_; }
  [[nodiscard]] bool runs() const;
  /// Waits for its end; the exit code, or -1 as `Ending::code`.
  int end();
  /// The signal that ended it; 0: none did.
  [[nodiscard]] int ended_by() const { return ended_by_; }
  /// All that was read.
  [[nodiscard]] const std::string& words() const { return words_; }

 private:
  int child_ = 0, pipe_ = -1, ended_by_ = 0;
  std::string words_;
  std::size_t heard_ = 0;
};

/// `tributaryd --config FILE --once`.
Ending run_daemon_once(const std::string& config_file, const std::string& directory, const Crash& crash = {});

}  // namespace tributary::line_test
