// agent/port/supervisor/supervisor.hpp: the machine around us: who started us (sd_notify protocol), who keeps our log
// (journald's native protocol), who else works here.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "agent/base/log.hpp"
#include "agent/base/result.hpp"

namespace tributary::supervisor {

/// Messages go nowhere when nobody listens (NOTIFY_SOCKET is not set). Failures to notify are not errors of ours.
void ready(const std::string& status);
void status(const std::string& status);
void stopping();
void reloading();
/// A sign of progress; call it when work moved on, never from a timer.
void alive();
/// Seconds within which `alive` is expected (WATCHDOG_USEC), 0 when nobody waits for it.
std::uint64_t watchdog_s();

/// Seconds since `alive` was called last, at first since this was asked; by a clock that nobody sets.
std::uint64_t idle_s();

/// The log of the service. When standard error is the journal's (JOURNAL_STREAM names it), each line is an entry with
/// the fields MESSAGE, PRIORITY, SYSLOG_IDENTIFIER and, as far as they are known, TRIBUTARY_STATION, TRIBUTARY_RUN,
/// TRIBUTARY_PARCEL, TRIBUTARY_DESTINATION; what the socket does not take goes to standard error with prefixes.
/// Otherwise plain lines on standard error. Source: systemd, "Native Journal Protocol".
std::unique_ptr<Log> make_log(Level most_verbose, const std::string& socket = "/run/systemd/journal/socket");

/// What else the machine does.
class Machine {
 public:
  virtual ~Machine() = default;
  /// Load average of the last minute (getloadavg(3)); 0 when it is not known.
  [[nodiscard]] virtual double load() const = 0;
};
const Machine& machine();

/// How the program stands back, as in setpriority(2) and ioprio_set(2).
enum class Disk : std::uint8_t { idle, low, normal };
/// Of the calling thread and of those that it begins from now on. ask_operator: the kernel does not let us.
Status stand_back(int nice, Disk disk);

/// What this process knows (keys, names) gets into no core file, and no other process of its user can read it from
/// memory. For the whole process; whoever is root can undo it.
void keep_memory_private();

}  // namespace tributary::supervisor
