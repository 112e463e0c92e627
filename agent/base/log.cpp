// agent/base/log.cpp: one line per event.
#include "agent/base/log.hpp"

#include <cstdio>

#include "agent/base/text.hpp"

namespace tributary {

void StandardErrorLog::write(Level level, std::string_view line, const About& /*about*/) {
  if (level > most_verbose_) return;
  std::string out;
  if (prefixes_) {
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
