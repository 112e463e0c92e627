// agent/port/supervisor/systemd/notify.cpp: the sd_notify protocol: datagrams to the socket in NOTIFY_SOCKET.
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>  // NOLINT: clock_gettime
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "agent/port/supervisor/supervisor.hpp"

namespace tributary::supervisor {
namespace {

std::atomic<std::chrono::steady_clock::time_point>& last_alive() {
  static std::atomic<std::chrono::steady_clock::time_point> at{std::chrono::steady_clock::now()};
  return at;
}

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

// A line of its own would be a message of its own.
std::string one_line(std::string text) {
  std::replace_if(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return text;
}

}  // namespace

void ready(const std::string& status) { send("READY=1\nSTATUS=" + one_line(status)); }
void status(const std::string& status) { send("STATUS=" + one_line(status)); }
void stopping() { send("STOPPING=1"); }

void reloading() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(std::int64_t{now.tv_sec} * 1000000 + now.tv_nsec / 1000));
}

void alive() {
  last_alive() = std::chrono::steady_clock::now();
  if (watchdog_s() > 0) send("WATCHDOG=1");
}

std::uint64_t idle_s() {
  const auto idle = std::chrono::steady_clock::now() - last_alive().load();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(idle).count());
}

std::uint64_t watchdog_s() {
  const char* pid = std::getenv("WATCHDOG_PID");
  if (pid != nullptr && std::strtoll(pid, nullptr, 10) != ::getpid()) return 0;
  const char* microseconds = std::getenv("WATCHDOG_USEC");
  const auto span_us = microseconds != nullptr ? std::strtoull(microseconds, nullptr, 10) : 0;
  return span_us == 0 ? 0 : std::max<std::uint64_t>(1, span_us / 1000000);
}

}  // namespace tributary::supervisor
