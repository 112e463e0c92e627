// agent/port/supervisor/systemd/machine.cpp: load, and our place behind the others.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "agent/port/supervisor/supervisor.hpp"

namespace tributary::supervisor {
namespace {

// linux/ioprio.h: class in the upper bits, priority within it from 0 to 7.
constexpr int class_shift = 13;
constexpr int best_effort = 2, idle = 3;
constexpr int who_process = 1;
constexpr int last = 7, middle = 4;

int io_priority(Disk disk) {
  if (disk == Disk::idle) return idle << class_shift | last;
  return best_effort << class_shift | (disk == Disk::low ? last : middle);
}

class ThisMachine final : public Machine {
 public:
  [[nodiscard]] double load() const override {
    double minute = 0;
    return ::getloadavg(&minute, 1) == 1 ? minute : 0;
  }
};

}  // namespace

const Machine& machine() {
  static const ThisMachine here;
  return here;
}

Status stand_back(int nice, Disk disk) {
  const bool nicer = ::getpriority(PRIO_PROCESS, 0) >= nice || ::setpriority(PRIO_PROCESS, 0, nice) == 0;
  const int problem = nicer ? 0 : errno;
  const bool yields = ::syscall(SYS_ioprio_set, who_process, 0, io_priority(disk)) == 0;
  if (nicer && yields) return {};
  return operator_error(std::string(nicer ? "limits.io" : "limits.nice") +
                            ": the system does not allow it: " + std::strerror(nicer ? errno : problem),
                        "under systemd: Nice=, IOSchedulingClass= and SystemCallFilter= of the unit");
}

// The limit alone is not asked where core files go to a program (core_pattern); prctl alone ends with the next execve.
void keep_memory_private() {
  const rlimit none{0, 0};
  static_cast<void>(::setrlimit(RLIMIT_CORE, &none));
  static_cast<void>(::prctl(PR_SET_DUMPABLE, 0));
}

}  // namespace tributary::supervisor
