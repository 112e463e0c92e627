// tests/line/program.hpp: runs a program of ours to its end, with or without a crash inside.
#pragma once

#include <string>
#include <vector>

namespace tributary::line_test {

struct Crash {
  long at = 0;        // the act before which the program ends; 0: it lives
  bool torn = false;  // half of the act's bytes pass first
};

struct Ending {
  int code = -1;      // exit code; -1: it had to be killed after a minute, or ended by a signal
  long acts = 0;      // how many acts on the world it counted, when it ended by itself
  std::string words;  // standard output and standard error
};

/// `program` is a path; `directory` takes what it says. With `counted` the shim is preloaded.
Ending run_program(const std::vector<std::string>& command, const std::string& directory, bool counted,
                   const Crash& crash = {});
/// `tributaryd --config FILE` while it runs. Ends it (SIGKILL) when it goes out of scope.
class Daemon {
 public:
  explicit Daemon(const std::string& config_file);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  /// Reads what it says until `word` came, beginning behind the one that was waited for before. False: it ended, or
  /// said nothing like it for a minute.
  bool says(const std::string& word);
  void signal(int number) const;
  /// Waits for its end; the exit code, or -1 as `Ending::code`.
  int end();
  /// All that was read.
  [[nodiscard]] const std::string& words() const { return words_; }

 private:
  int child_ = 0, pipe_ = -1;
  std::string words_;
  std::size_t heard_ = 0;
};

/// `tributaryd --config FILE --once`.
Ending run_daemon_once(const std::string& config_file, const std::string& directory, const Crash& crash = {});

}  // namespace tributary::line_test
