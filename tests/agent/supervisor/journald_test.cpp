// tests/agent/supervisor/journald_test.cpp: what the journal of the machine hears, by a socket of our own.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "agent/port/supervisor/supervisor.hpp"

#include <CppUTest/TestHarness.h>

namespace supervisor = tributary::supervisor;
using tributary::Level;

TEST_GROUP(Journald) {
  std::string folder, socket_path;
  int journal = -1, kept_stderr = -1;

  void setup() override {
    std::string name = (std::filesystem::temp_directory_path() / "tributary-journald-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    socket_path = folder + "/socket";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, socket_path.data(), socket_path.size());
    journal = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    LONGS_EQUAL(0, ::bind(journal, reinterpret_cast<const sockaddr*>(&address), sizeof address));
    kept_stderr = ::dup(STDERR_FILENO);
    const int file = ::open((folder + "/stderr").c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ::dup2(file, STDERR_FILENO);
    ::close(file);
    is_journal(true);
  }
  void teardown() override {
    ::dup2(kept_stderr, STDERR_FILENO);
    ::close(kept_stderr);
    ::close(journal);
    ::unsetenv("JOURNAL_STREAM");
    std::filesystem::remove_all(folder);
  }
  static void is_journal(bool it_is) {
    struct stat info{};
    ::fstat(STDERR_FILENO, &info);
    const auto stream = std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino + (it_is ? 0 : 1));
    ::setenv("JOURNAL_STREAM", stream.c_str(), 1);
  }
  std::string heard() const {
    std::array<char, 4096> buffer{};
    const auto n = ::recv(journal, buffer.data(), buffer.size(), 0);
    return n < 0 ? "nothing" : std::string(buffer.data(), static_cast<std::size_t>(n));
  }
  static std::string on_stderr() {
    std::string text(65536, '\0');
    const auto n = ::pread(STDERR_FILENO, text.data(), text.size(), 0);
    text.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
    return text;
  }
  /// The content of a descriptor that came with an empty datagram.
  std::string heard_as_file() const {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> room{};
    msghdr message{};
    message.msg_control = room.data();
    message.msg_controllen = room.size();
    if (::recvmsg(journal, &message, 0) != 0 || CMSG_FIRSTHDR(&message) == nullptr) return "no descriptor";
    int file = -1;
    std::memcpy(&file, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof file);
    struct stat info{};
    ::fstat(file, &info);
    std::string text(static_cast<std::size_t>(info.st_size), '\0');
    const bool whole = ::pread(file, text.data(), text.size(), 0) == info.st_size;
    const bool sealed = (::fcntl(file, F_GET_SEALS) & F_SEAL_WRITE) != 0;
    ::close(file);
    return whole && sealed ? text : "not whole, or not sealed";
  }
};

TEST(Journald, hears_fields) {
  supervisor::make_log(Level::info, socket_path)
      ->warning("parcel p-1: held", {"push", "251120_RUN", "p-1", "national"});
  STRCMP_EQUAL(
      "PRIORITY=4\nSYSLOG_IDENTIFIER=tributaryd\nTRIBUTARY_STATION=push\nTRIBUTARY_RUN=251120_RUN\n"
      "TRIBUTARY_PARCEL=p-1\nTRIBUTARY_DESTINATION=national\nMESSAGE=parcel p-1: held\n",
      heard().c_str());
  STRCMP_EQUAL("", on_stderr().c_str());
}

TEST(Journald, hears_no_field_that_is_empty_and_no_level_that_is_not_wanted) {
  const auto log = supervisor::make_log(Level::info, socket_path);
  log->debug("a detail");
  log->info("ready");
  STRCMP_EQUAL("PRIORITY=6\nSYSLOG_IDENTIFIER=tributaryd\nMESSAGE=ready\n", heard().c_str());
  STRCMP_EQUAL("nothing", heard().c_str());
}

TEST(Journald, takes_no_foreign_field_for_one_of_ours) {
  supervisor::make_log(Level::info, socket_path)->info("a\nPRIORITY=0", {"push", "run\nMESSAGE=x"});
  const auto said = heard();
  STRCMP_CONTAINS("\nMESSAGE=a\\x0aPRIORITY=0\n", said.c_str());
  STRCMP_CONTAINS("\nTRIBUTARY_RUN=run\\x0aMESSAGE=x\n", said.c_str());
}

TEST(Journald, gets_what_no_datagram_holds_as_a_file) {
  const std::string large(8U << 20, 'x');
  supervisor::make_log(Level::info, socket_path)->info(large);
  const auto said = heard_as_file();
  STRCMP_EQUAL("PRIORITY=6\nSYSLOG_IDENTIFIER=tributaryd\nMESSAGE=", said.substr(0, 48).c_str());
  LONGS_EQUAL(48 + large.size() + 1, said.size());
  STRCMP_EQUAL("", on_stderr().c_str());
}

TEST(Journald, that_is_gone_leaves_prefixes_on_standard_error) {
  const auto log = supervisor::make_log(Level::info, socket_path);
  std::filesystem::remove(socket_path);
  ::close(journal);
  log->warning("still there", {"push"});
  supervisor::make_log(Level::info, socket_path)->error("not even at first");
  STRCMP_EQUAL("<4>still there\n<3>not even at first\n", on_stderr().c_str());
}

TEST(Journald, is_not_asked_when_standard_error_is_another) {
  is_journal(false);
  supervisor::make_log(Level::info, socket_path)->warning("on a terminal");
  ::unsetenv("JOURNAL_STREAM");
  supervisor::make_log(Level::info, socket_path)->info("here as well");
  STRCMP_EQUAL("nothing", heard().c_str());
  STRCMP_EQUAL("warning: on a terminal\nhere as well\n", on_stderr().c_str());
}
