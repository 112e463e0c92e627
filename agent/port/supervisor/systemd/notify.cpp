// agent/port/supervisor/systemd/notify.cpp: the sd_notify protocol: datagrams to the socket in NOTIFY_SOCKET.
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>  // NOLINT: clock_gettime
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "agent/port/supervisor/supervisor.hpp"

namespace tributary::supervisor {
namespace {

void send(const std::string& message) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || (path[0] != '/' && path[0] != '@')) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t length = std::strlen(path);
  if (length >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path, length);
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // the abstract name space
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  static_cast<void>(
      ::sendto(fd, message.data(), message.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size));
  ::close(fd);
}

}  // namespace

void ready(const std::string& status) { send("READY=1\nSTATUS=" + status); }
void status(const std::string& status) { send("STATUS=" + status); }
void stopping() { send("STOPPING=1"); }

void reloading() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(std::int64_t{now.tv_sec} * 1000000 + now.tv_nsec / 1000));
}

void alive() {
  if (watchdog_s() > 0) send("WATCHDOG=1");
}

std::uint64_t watchdog_s() {
  const char* pid = std::getenv("WATCHDOG_PID");
  if (pid != nullptr && std::strtoll(pid, nullptr, 10) != ::getpid()) return 0;
  const char* microseconds = std::getenv("WATCHDOG_USEC");
  return microseconds != nullptr ? std::strtoull(microseconds, nullptr, 10) / 1000000 : 0;
}

}  // namespace tributary::supervisor
