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

/// What a line is about, for who looks for lines by it; the line says all of it to people. Empty: nothing of the kind.
struct About {
  std::string_view station, run = {}, parcel = {}, destination = {};
};

class Log {
 public:
  virtual ~Log() = default;
  virtual void write(Level level, std::string_view line, const About& about) = 0;

  void error(std::string_view line, const About& about = {}) { write(Level::error, line, about); }
  void warning(std::string_view line, const About& about = {}) { write(Level::warning, line, about); }
  void info(std::string_view line, const About& about = {}) { write(Level::info, line, about); }
  void debug(std::string_view line, const About& about = {}) { write(Level::debug, line, about); }
};

/// Standard error: plain text, or, for a reader that understands it, with the prefix `<N>` of sd-daemon(3).
class StandardErrorLog final : public Log {
 public:
  explicit StandardErrorLog(Level most_verbose, bool prefixes = false)
      : most_verbose_(most_verbose), prefixes_(prefixes) {}
  void write(Level level, std::string_view line, const About& about) override;

 private:
  std::mutex mutex_;
  Level most_verbose_;
  bool prefixes_;
};

class SilentLog final : public Log {
 public:
  void write(Level, std::string_view, const About&) override {}
};

}  // namespace tributary
