// agent/port/supervisor/supervisor.hpp: what the daemon tells the one that started it (sd_notify protocol).
#pragma once

#include <cstdint>
#include <string>

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

}  // namespace tributary::supervisor
