// tests/agent/cli/desk.hpp: where an operator sits: a folder for files, a site that delivers into a folder, and both
// programs.
#pragma once

#include <sys/stat.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "agent/port/files/files.hpp"
#include "agent/port/json/json.hpp"
#include "tests/line/laboratory.hpp"
#include "tests/line/program.hpp"

namespace tributary::cli_test {

using line_test::Ending;

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// For commands that need no configuration.
class Desk {
 public:
  [[nodiscard]] std::string at(const std::string& name) const { return directory_.path() + "/" + name; }
  std::string write(const std::string& name, const std::string& content) const {
    if (!files::write_atomic(at(name), view(content), 0600)) std::abort();
    return at(name);
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    return files::read_small(at(name), 1U << 24).value_or("(no file)");
  }
  [[nodiscard]] bool exists(const std::string& name) const {
    struct stat info{};
    return ::lstat(at(name).c_str(), &info) == 0;
  }
  [[nodiscard]] unsigned mode(const std::string& name) const {
    struct stat info{};
    return ::stat(at(name).c_str(), &info) == 0 ? info.st_mode & 0777U : 0;
  }
  /// `tributary WORDS...`
  [[nodiscard]] Ending run(const std::vector<std::string>& words) const {
    std::vector<std::string> command{TRIBUTARY_TEST_COMMAND};
    command.insert(command.end(), words.begin(), words.end());
    return line_test::run_program(command, words_.path(), false);
  }

 private:
  fakes::TemporaryDirectory directory_, words_;
};

/// A site with a finished run of three people, of whom two agreed.
class Site {
 public:
  Site() : laboratory(20), folder(laboratory, line_test::folder_at(far.path())) {}

  [[nodiscard]] Ending run(const std::vector<std::string>& words) const {
    std::vector<std::string> all{"--config", folder.config_file()};
    all.insert(all.end(), words.begin(), words.end());
    return desk.run(all);
  }
  /// The daemon, once: two parcels are delivered, one is refused.
  [[nodiscard]] Ending deliver() const {
    return line_test::run_program({TRIBUTARY_TEST_DAEMON, "--config", folder.config_file(), "--once"}, said_.path(),
                                  false);
  }
  /// What the command prints with --json; null when it is no JSON.
  [[nodiscard]] Json json(std::vector<std::string> words) const {
    words.emplace_back("--json");
    auto parsed = json::parse(run(words).words);
    return parsed ? std::move(*parsed) : Json();
  }
  /// The configuration with one text in place of another.
  void change(const std::string& from, const std::string& to) const {
    auto text = files::read_small(folder.config_file(), 1U << 20).value_or("");
    const auto place = text.find(from);
    if (place == std::string::npos) std::abort();
    if (!files::write_atomic(folder.config_file(), view(text.replace(place, from.size(), to)), 0600)) std::abort();
  }
  /// The first identifier of a person in a text, or "". At this machine the run's own name may be seen.
  [[nodiscard]] static std::string leak(const std::string& text) {
    for (const auto& word : line_test::Laboratory::identifiers()) {
      if (word != fakes::miseq_run && has(text, word)) return word;
    }
    return {};
  }

  Desk desk;
  fakes::TemporaryDirectory far;
  line_test::Laboratory laboratory;
  line_test::SiteFolder folder;

 private:
  fakes::TemporaryDirectory said_;
};

}  // namespace tributary::cli_test
