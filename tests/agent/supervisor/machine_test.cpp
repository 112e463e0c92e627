// tests/agent/supervisor/machine_test.cpp: how we stand back behind the others.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "agent/port/supervisor/supervisor.hpp"

#include <CppUTest/TestHarness.h>

namespace supervisor = tributary::supervisor;

namespace {

struct Standing {
  int nice;
  long io;  // as ioprio_get(2) tells it
};
Standing standing() { return {::getpriority(PRIO_PROCESS, 0), ::syscall(SYS_ioprio_get, 1, 0)}; }

// On a thread of its own: what stands back stays back.
Standing after(int nice, supervisor::Disk disk) {
  Standing out{};
  std::thread([&] {
    if (!supervisor::stand_back(nice, disk)) return;  // and `out` tells of nothing
    std::thread([&] { out = standing(); }).join();    // threads that it begins inherit it
  }).join();
  return out;
}

}  // namespace

TEST_GROUP(Machine){};

TEST(Machine, lets_us_stand_back_with_all_threads_that_come_after) {
  const auto before = standing();
  const auto idle = after(19, supervisor::Disk::idle);
  LONGS_EQUAL(19, idle.nice);
  LONGS_EQUAL(3, idle.io >> 13);
  const auto low = after(0, supervisor::Disk::low);
  LONGS_EQUAL(before.nice, low.nice);  // never nearer than we were
  LONGS_EQUAL(2 << 13 | 7, low.io);
  LONGS_EQUAL(before.nice, standing().nice);
}

TEST(Machine, tells_its_load) { CHECK_TRUE(supervisor::machine().load() >= 0); }

TEST(Machine, leaves_no_core_file) {
  const auto child = ::fork();  // what it does, it does to the whole process
  if (child == 0) {
    supervisor::keep_memory_private();
    rlimit core{1, 1};
    const bool none = ::getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 && core.rlim_max == 0;
    ::_exit(none && ::prctl(PR_GET_DUMPABLE) == 0 ? 0 : 1);
  }
  int ended = -1;
  LONGS_EQUAL(child, ::waitpid(child, &ended, 0));
  LONGS_EQUAL(0, ended);
}
