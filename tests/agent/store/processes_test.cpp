// tests/agent/store/processes_test.cpp: two processes at one database, one of which waits for the other.
#include <sched.h>
#include <sys/wait.h>

#include "tests/agent/store/shop.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::store_test {

using store::Transaction;

namespace {

/// True while the first thread of the process has nothing to do but to wait.
bool is_asleep(pid_t process) {
  std::ifstream in("/proc/" + std::to_string(process) + "/stat");
  const std::string line{std::istreambuf_iterator<char>(in), {}};
  const auto name_end = line.rfind(") ");
  return name_end == std::string::npos || line[name_end + 2] == 'S';
}

}  // namespace

/// Another process does `first`, lets this one go on, and does `then` as soon as this one waits.
TEST_GROUP(TwoProcesses) {
  Shop shop;

  void beside(const Migrations& migrations, std::string_view first, std::string_view then) {
    int told[2];
    CHECK_TRUE(::pipe(told) == 0);
    other_ = ::fork();
    if (other_ == 0) {
      const pid_t waiting = ::getppid();
      if (!shop.open(migrations) || !shop.database->run(first)) ::_exit(2);
      if (::write(told[1], "y", 1) != 1) ::_exit(3);
      while (!is_asleep(waiting)) ::sched_yield();
      ::_exit(shop.database->run(then) ? 0 : 4);
    }
    ::close(told[1]);
    char word = 0;
    const auto n = ::read(told[0], &word, 1);
    ::close(told[0]);
    LONGS_EQUAL(1, n);
  }
  void other_did_well() {
    int status = 0;
    CHECK_TRUE(::waitpid(other_, &status, 0) == other_ && WIFEXITED(status));
    LONGS_EQUAL(0, WEXITSTATUS(status));
  }

 private:
  pid_t other_ = -1;
};

TEST(TwoProcesses, take_turns_to_write) {
  beside(schema(), "BEGIN IMMEDIATE; INSERT INTO parcel (name) VALUES ('of the other')", "COMMIT");
  CHECK_TRUE(shop.open().ok());
  const auto mine = Transaction::begin(*shop.database);
  CHECK_TEXT(mine.ok(), mine.ok() ? "" : mine.error().what.c_str());
  STRCMP_EQUAL("of the other", shop.ask("SELECT name FROM parcel").c_str());
  other_did_well();
}

TEST(TwoProcesses, do_no_step_of_the_schema_twice) {
  CHECK_TRUE(shop.open({schema()[0]}).ok());
  shop.database.reset();
  const auto step = "BEGIN IMMEDIATE; PRAGMA user_version=2; " + std::string(schema()[1]);
  beside({schema()[0]}, step, "COMMIT");
  const auto done = shop.open();
  CHECK_TEXT(done.ok(), done.ok() ? "" : done.error().what.c_str());
  STRCMP_EQUAL("2", shop.ask("PRAGMA user_version").c_str());
  other_did_well();
}

TEST(TwoProcesses, wait_for_each_other_already_when_they_open) {
  beside(schema(), "PRAGMA journal_mode=DELETE; BEGIN EXCLUSIVE", "COMMIT");
  const auto done = shop.open();
  CHECK_TEXT(done.ok(), done.ok() ? "" : done.error().what.c_str());
  STRCMP_EQUAL("wal", shop.ask("PRAGMA journal_mode").c_str());
  other_did_well();
}

}  // namespace tributary::store_test
