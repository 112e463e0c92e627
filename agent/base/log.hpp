// agent/base/log.hpp: one line per event, for the journal of the machine.
//
// Levels     by consequence: error = something could not be done; warning = unexpected, going on; info = normal and
//            worth knowing; debug = for developers.
// Threads    any.
// Never      an identifier of a person, a path below a run folder, a credential. Callers pass pseudonyms and run names.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace tributary {

enum class Level : std::uint8_t { error = 3, warning = 4, info = 6, debug = 7 };  // numbers of syslog (RFC 5424)

class Log {
 public:
  virtual ~Log() = default;
  virtual void write(Level level, std::string_view line) = 0;

  void error(std::string_view line) { write(Level::error, line); }
  void warning(std::string_view line) { write(Level::warning, line); }
  void info(std::string_view line) { write(Level::info, line); }
  void debug(std::string_view line) { write(Level::debug, line); }
};

/// Standard error, with the `<N>` prefix that journald understands when it listens, plain text on a terminal.
class StandardErrorLog final : public Log {
 public:
  explicit StandardErrorLog(Level most_verbose);
  void write(Level level, std::string_view line) override;

 private:
  std::mutex mutex_;
  Level most_verbose_;
  bool journald_;
};

class SilentLog final : public Log {
 public:
  void write(Level, std::string_view) override {}
};

}  // namespace tributary
