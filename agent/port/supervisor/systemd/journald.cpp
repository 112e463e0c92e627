// agent/port/supervisor/systemd/journald.cpp: log lines with fields, as datagrams to journald's socket.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "agent/base/text.hpp"
#include "agent/port/supervisor/supervisor.hpp"

namespace tributary::supervisor {
namespace {

/// JOURNAL_STREAM is `device:inode` of the stream; another one was put in its place when it does not fit.
bool stderr_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat info{};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &info) != 0) return false;
  return stream == std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino);
}

// `printable` leaves no line end in a value: the form NAME=value is enough.
std::string entry_of(Level level, std::string_view line, const About& about) {
  std::string out = "PRIORITY=" + std::to_string(static_cast<int>(level)) + "\nSYSLOG_IDENTIFIER=tributaryd\n";
  const auto add = [&](const char* name, std::string_view value) {
    if (!value.empty()) out += name + ("=" + printable(value)) + "\n";
  };
  add("TRIBUTARY_STATION", about.station);
  add("TRIBUTARY_RUN", about.run);
  add("TRIBUTARY_PARCEL", about.parcel);
  add("TRIBUTARY_DESTINATION", about.destination);
  add("MESSAGE", line);
  return out;
}

class JournalLog final : public Log {
 public:
  JournalLog(Level most_verbose, int fd) : most_verbose_(most_verbose), fd_(fd), fallback_(most_verbose, true) {}
  JournalLog(const JournalLog&) = delete;
  JournalLog& operator=(const JournalLog&) = delete;
  ~JournalLog() override { ::close(fd_); }

  void write(Level level, std::string_view line, const About& about) override {
    if (level > most_verbose_) return;
    const auto entry = entry_of(level, line, about);
    if (::send(fd_, entry.data(), entry.size(), MSG_NOSIGNAL) >= 0) return;
    if ((errno == EMSGSIZE || errno == ENOBUFS) && send_as_file(entry)) return;
    fallback_.write(level, line, about);
  }

 private:
  // What no datagram holds goes as a sealed memory file, and the datagram is empty.
  [[nodiscard]] bool send_as_file(const std::string& entry) const {
    const int file = ::memfd_create("tributary-log", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file < 0) return false;
    const bool written = ::write(file, entry.data(), entry.size()) == static_cast<ssize_t>(entry.size()) &&
                         ::fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0;
    const bool sent = written && send_descriptor(file);
    ::close(file);
    return sent;
  }
  [[nodiscard]] bool send_descriptor(int file) const {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof file)> room{};
    msghdr message{};
    message.msg_control = room.data();
    message.msg_controllen = room.size();
    cmsghdr* control = CMSG_FIRSTHDR(&message);
    control->cmsg_level = SOL_SOCKET;
    control->cmsg_type = SCM_RIGHTS;
    control->cmsg_len = CMSG_LEN(sizeof file);
    std::memcpy(CMSG_DATA(control), &file, sizeof file);
    return ::sendmsg(fd_, &message, MSG_NOSIGNAL) >= 0;
  }

  Level most_verbose_;
  int fd_;
  StandardErrorLog fallback_;
};

// A descriptor, or -1.
int connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return -1;
  std::memcpy(address.sun_path, path.data(), path.size());
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  if (fd >= 0) ::close(fd);
  return -1;
}

}  // namespace

std::unique_ptr<Log> make_log(Level most_verbose, const std::string& socket) {
  if (!stderr_is_journal()) return std::make_unique<StandardErrorLog>(most_verbose);
  const int fd = connect_to(socket);
  if (fd < 0) return std::make_unique<StandardErrorLog>(most_verbose, true);
  return std::make_unique<JournalLog>(most_verbose, fd);
}

}  // namespace tributary::supervisor
