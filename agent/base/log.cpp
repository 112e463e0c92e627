// agent/base/log.cpp: one line per event.
#include "agent/base/log.hpp"

#include <cstdio>
#include <cstdlib>

#include "agent/base/text.hpp"

namespace tributary {

StandardErrorLog::StandardErrorLog(Level most_verbose)
    : most_verbose_(most_verbose), journald_(std::getenv("JOURNAL_STREAM") != nullptr) {}

void StandardErrorLog::write(Level level, std::string_view line) {
  if (level > most_verbose_) return;
  std::string out;
  if (journald_) {
    out = "<" + std::to_string(static_cast<int>(level)) + ">";
  } else if (level <= Level::warning) {
    out = level == Level::error ? "error: " : "warning: ";
  }
  out += printable(line);
  out += '\n';
  const std::lock_guard lock(mutex_);
  std::fwrite(out.data(), 1, out.size(), stderr);
}

}  // namespace tributary
