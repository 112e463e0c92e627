// agent/cli/command.hpp: what every command has: a name, a help text, options, an exit code.
//
// Exit codes (CONTRACT): 0 yes; 1 could not; 2 usage or configuration; 3 not all is well; 4 identifiers found.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/clock.hpp"
#include "agent/base/json.hpp"
#include "agent/base/log.hpp"
#include "agent/base/result.hpp"
#include "agent/base/stop.hpp"
#include "agent/config/settings.hpp"
#include "agent/journal/journal.hpp"
#include "agent/line/site.hpp"

namespace tributary::cli {

inline constexpr int exit_yes = 0;
inline constexpr int exit_could_not = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_not_well = 3;
inline constexpr int exit_identifiers = 4;

/// Words of a command line, sorted into options and the rest.
class Arguments {
 public:
  /// `valued` and `flags` name the options that are understood, with their dashes; a valued one may be repeated, and
  /// takes `--name VALUE` or `--name=VALUE`. `--` ends the options.
  static Result<Arguments> parse(const std::vector<std::string>& words, const std::vector<std::string>& valued,
                                 const std::vector<std::string>& flags);
  [[nodiscard]] bool has(const std::string& name) const { return values_.count(name) != 0; }
  [[nodiscard]] std::string value(const std::string& name) const;  // the last one, or ""
  [[nodiscard]] std::vector<std::string> values(const std::string& name) const;
  [[nodiscard]] const std::vector<std::string>& rest() const { return rest_; }

 private:
  std::map<std::string, std::vector<std::string>> values_;
  std::vector<std::string> rest_;
};

/// What a command works with. One per process.
struct Context {
  std::string config_file = "/etc/tributary/tributary.yaml";
  SystemClock clock;
  Stop stop;
  std::unique_ptr<Log> log;
};

struct Command {
  std::string name;
  std::string usage;    // after "tributary "
  std::string summary;  // one line
  std::string help;     // the rest of --help
  std::vector<std::string> valued, flags;
  int (*run)(Context&, const Arguments&) = nullptr;
};

/// All commands, in the order of the help text.
const std::vector<Command>& commands();

// --- shared by the commands
// ---------------------------------------------------------------------------------------------

/// Prints `tributary: <sentence>` to standard error.
int complain(const Error& error, int exit_code = exit_could_not);
int usage(const std::string& what);
/// Prints to standard output; a closed pipe is nobody's fault.
void say(const std::string& line);

/// What `--threads` says, 2 when it is not there; nothing when it is no number from 1 to 64.
std::optional<std::size_t> threads_of(const Arguments& arguments);

/// The configuration, or every problem of it on standard error; `thoroughly` with warnings, and with what plugins say
/// against their settings: for those who are about to open them.
std::optional<config::Settings> load_settings(const Context& context, bool thoroughly = false);

/// Configuration and journal together.
struct State {
  config::Settings settings;
  std::unique_ptr<journal::Journal> journal;
};
/// Opens both; `make` makes the journal when there is none. The error has its exit code said with it.
std::optional<State> open_state(const Context& context, bool make, int& exit_code);
/// The same, to write into a journal that is there: where no daemon ever ran, nothing is made that it would then find.
std::optional<State> open_made_state(const Context& context, int& exit_code);

/// True when standard output is a terminal.
bool on_terminal();
/// Colour when on a terminal and NO_COLOR is not set.
std::string coloured(const std::string& text, const char* code);
/// Columns padded to their widest cell; the first row is the heading. Control characters are shown, not sent.
void say_table(std::vector<std::vector<std::string>> rows);
/// `[#####...............]`
std::string progress_bar(std::int64_t done, std::int64_t total);

}  // namespace tributary::cli
