// tests/agent/supervisor/notify_test.cpp: what the supervisor hears.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

#include "agent/port/supervisor/supervisor.hpp"

#include <CppUTest/TestHarness.h>

namespace supervisor = tributary::supervisor;

TEST_GROUP(Supervisor) {
  int fd = -1;

  // Listens in the abstract name space: nothing is left behind.
  void setup() override {
    const std::string name = "tributary-test-" + std::to_string(::getpid());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    LONGS_EQUAL(0, ::bind(fd, reinterpret_cast<const sockaddr*>(&address), size));
    ::setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
  }
  void teardown() override {
    ::close(fd);
    for (const auto* const name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
  }
  std::string heard() const {
    std::array<char, 512> buffer{};
    const auto n = ::recv(fd, buffer.data(), buffer.size(), 0);
    return n < 0 ? "nothing" : std::string(buffer.data(), static_cast<std::size_t>(n));
  }
};

TEST(Supervisor, hears_of_every_change) {
  supervisor::ready("watching 2 folders");
  STRCMP_EQUAL("READY=1\nSTATUS=watching 2 folders", heard().c_str());
  supervisor::status("1 parcel");
  STRCMP_EQUAL("STATUS=1 parcel", heard().c_str());
  supervisor::stopping();
  STRCMP_EQUAL("STOPPING=1", heard().c_str());
  supervisor::reloading();
  CHECK(heard().starts_with("RELOADING=1\nMONOTONIC_USEC="));
}

TEST(Supervisor, a_status_stays_one_line) {
  supervisor::status("one\nREADY=1");
  STRCMP_EQUAL("STATUS=one READY=1", heard().c_str());
}

TEST(Supervisor, hears_signs_of_life_only_when_it_waits_for_them) {
  supervisor::alive();
  STRCMP_EQUAL("nothing", heard().c_str());
  ::setenv("WATCHDOG_USEC", "30000000", 1);
  LONGS_EQUAL(30, supervisor::watchdog_s());
  supervisor::alive();
  STRCMP_EQUAL("WATCHDOG=1", heard().c_str());
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  LONGS_EQUAL(30, supervisor::watchdog_s());
  ::setenv("WATCHDOG_PID", "1", 1);
  LONGS_EQUAL(0, supervisor::watchdog_s());
}

TEST(Supervisor, a_short_watchdog_is_a_watchdog) {
  ::setenv("WATCHDOG_USEC", "500000", 1);
  LONGS_EQUAL(1, supervisor::watchdog_s());
  ::setenv("WATCHDOG_USEC", "nonsense", 1);
  LONGS_EQUAL(0, supervisor::watchdog_s());
}

TEST(Supervisor, nobody_has_to_listen) {
  for (const auto* const path : {"", "relative", "/nonexistent/socket"}) {
    ::setenv("NOTIFY_SOCKET", path, 1);
    supervisor::ready("x");
  }
  ::setenv("NOTIFY_SOCKET", ("/" + std::string(300, 'x')).c_str(), 1);
  supervisor::ready("x");
  ::unsetenv("NOTIFY_SOCKET");
  supervisor::ready("x");
  STRCMP_EQUAL("nothing", heard().c_str());
}
