// tests/agent/store/opening_test.cpp: schemas, durability, and files that are not what they should be.
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>

#include "tests/agent/store/shop.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::store_test {

using store::Database;

namespace {

void asks_operator(const Status& done, const char* about) {
  CHECK_TEXT(!done.ok(), about);
  CHECK_TEXT(done.error().remedy == Remedy::ask_operator, done.error().what.c_str());
  STRCMP_CONTAINS(about, sentence(done.error()).c_str());
}

unsigned mode_of(const std::string& path) {
  struct stat info{};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777U : 0xFFFFU;
}

Status read_only(const Shop& shop, std::size_t version) {
  const auto opened = Database::open_read_only(shop.path, version);
  return opened ? Status() : opened.error();
}

}  // namespace

TEST_GROUP(Database) {
  Shop shop;
  /// Several pages of rows.
  void fill() {
    auto transaction = store::Transaction::begin(*shop.database);
    for (int i = 0; i < 200; ++i) CHECK_TRUE(shop.add("SAMPLE-" + std::string(100, 'a') + std::to_string(i)).ok());
    CHECK_TRUE(transaction->commit().ok());
    shop.database.reset();
  }
};

TEST(Database, writes_ahead_and_waits_for_the_disk) {
  CHECK_TRUE(shop.open().ok());
  STRCMP_EQUAL("wal", shop.ask("PRAGMA journal_mode").c_str());
  STRCMP_EQUAL("2", shop.ask("PRAGMA synchronous").c_str());  // FULL
  STRCMP_EQUAL("1", shop.ask("PRAGMA foreign_keys").c_str());
  STRCMP_EQUAL("0", shop.ask("PRAGMA trusted_schema").c_str());
  STRCMP_EQUAL("10000", shop.ask("PRAGMA busy_timeout").c_str());
  CHECK_TRUE(shop.open().ok());  // and not only when it is made
  STRCMP_EQUAL("wal", shop.ask("PRAGMA journal_mode").c_str());
  STRCMP_EQUAL("2", shop.ask("PRAGMA synchronous").c_str());
}

TEST(Database, that_can_not_write_ahead_is_refused) {
  shop.path = ":memory:";
  asks_operator(shop.open(), "write-ahead");
}

TEST(Database, is_brought_up_to_date_step_by_step) {
  CHECK_TRUE(shop.open({schema()[0]}).ok());
  STRCMP_EQUAL("1", shop.ask("PRAGMA user_version").c_str());
  CHECK_TRUE(shop.add("kept").ok());
  CHECK_TRUE(shop.open().ok());
  STRCMP_EQUAL("2", shop.ask("PRAGMA user_version").c_str());
  STRCMP_EQUAL("kept", shop.ask("SELECT name FROM parcel").c_str());
  STRCMP_EQUAL("0", shop.ask("SELECT count(*) FROM part").c_str());
  CHECK_TRUE(shop.open().ok());  // nothing is done twice
}

TEST(Database, keeps_the_steps_that_were_good_and_nothing_of_the_one_that_failed) {
  const Migrations broken{schema()[0], "CREATE TABLE half (id INTEGER); INSERT INTO absent VALUES (1)"};
  const auto done = shop.open(broken);
  asks_operator(done, "migration 2");
  CHECK_TRUE(shop.open({schema()[0]}).ok());
  STRCMP_EQUAL("1", shop.ask("PRAGMA user_version").c_str());
  STRCMP_EQUAL("0", shop.ask("SELECT count(*) FROM sqlite_schema WHERE name = 'half'").c_str());
  CHECK_TRUE(shop.open().ok());
}

TEST(Database, that_several_processes_bring_up_to_date_at_once_takes_each_step_once) {
  const std::string step = "INSERT INTO step VALUES (1)";
  Migrations steps(30, step);
  steps[0] = "CREATE TABLE step (done INTEGER) STRICT";
  int gate[2];
  LONGS_EQUAL(0, ::pipe(gate));
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      char begin = 0;
      ::close(gate[1]);
      if (::read(gate[0], &begin, 1) != 0) ::_exit(2);  // all begin when the last of them is there
      const auto done = shop.open(steps);
      ::_exit(done.ok() || done.error().remedy == Remedy::wait ? 0 : 1);
    }
    children.push_back(child);
  }
  ::close(gate[1]);
  ::close(gate[0]);
  int worst = 0;
  for (const pid_t child : children) {
    int status = 0;
    CHECK_TRUE(::waitpid(child, &status, 0) == child);
    worst = std::max(worst, status);
  }
  LONGS_EQUAL(0, worst);
  CHECK_TRUE(shop.open(steps).ok());
  STRCMP_EQUAL("29", shop.ask("SELECT count(*) FROM step").c_str());
}

TEST(Database, of_a_newer_program_is_refused_by_both_versions_and_left_alone) {
  CHECK_TRUE(shop.open().ok());
  CHECK_TRUE(shop.database->run("PRAGMA user_version=7").ok());
  shop.database.reset();
  const auto before = shop.bytes();
  for (const auto& done : {shop.open(), read_only(shop, 2)}) {
    asks_operator(done, "7");
    STRCMP_CONTAINS("up to 2", done.error().what.c_str());
  }
  CHECK_TRUE(shop.bytes() == before);
}

TEST(Database, with_a_version_that_no_program_gives_is_refused) {
  CHECK_TRUE(shop.open().ok());
  CHECK_TRUE(shop.database->run("PRAGMA user_version=-1").ok());
  asks_operator(shop.open(), "-1");
}

TEST(Database, that_is_another_kind_of_file_is_refused_and_left_alone) {
  const std::string other(9000, 'x');
  shop.put_bytes(other);
  asks_operator(shop.open(), "makes it anew from journal.copy");
  asks_operator(read_only(shop, 2), "makes it anew from journal.copy");
  CHECK_TRUE(shop.bytes() == other);
}

TEST(Database, that_was_cut_short_is_refused) {
  CHECK_TRUE(shop.open().ok());
  fill();
  const auto whole = shop.bytes();
  shop.put_bytes(whole.substr(0, whole.size() / 2));
  asks_operator(shop.open(), "makes it anew from journal.copy");
}

TEST(Database, with_a_damaged_page_is_refused_before_anything_is_done) {
  CHECK_TRUE(shop.open().ok());
  fill();
  auto content = shop.bytes();
  CHECK_TRUE(content.size() > 40'000);
  content.replace(content.size() - 4096, 4096, std::string(4096, '\x41'));
  shop.put_bytes(content);
  const auto done = shop.open();
  asks_operator(done, "makes it anew from journal.copy");
  CHECK_TRUE(sentence(done.error()).find("SAMPLE-") == std::string::npos);
}

TEST(Database, that_was_found_damaged_once_is_looked_at_whole_until_it_is_found_good) {
  // More pages than are looked at after a clean end, and an end that was not clean.
  sqlite3* raw = nullptr;
  LONGS_EQUAL(SQLITE_OK, sqlite3_open(shop.path.c_str(), &raw));
  LONGS_EQUAL(SQLITE_OK, sqlite3_exec(raw,
                                      "PRAGMA page_size=512; CREATE TABLE large (content BLOB);"
                                      "INSERT INTO large VALUES (zeroblob(34000000))",
                                      nullptr, nullptr, nullptr));
  sqlite3_close(raw);
  const auto whole = shop.bytes();
  auto damaged = whole;
  damaged.replace(whole.size() / 2 / 512 * 512, 512, std::string(512, '\x41'));
  shop.put_bytes(damaged);
  CHECK_TRUE(shop.open({}).ok());  // nobody looks
  shop.database.reset();
  std::ofstream(shop.path + "-wal") << "what was left of it";
  for (int i = 0; i < 2; ++i) asks_operator(shop.open({}), "makes it anew from journal.copy");
  shop.put_bytes(whole);
  CHECK_TRUE(shop.open({}).ok());
  CHECK_TRUE(shop.names().find("suspect") == std::string::npos);
}

TEST(Database, that_can_not_be_made_is_told_by_its_path) {
  for (const auto& path : {shop.directory + "/absent/journal.db", shop.directory}) {
    shop.path = path;
    asks_operator(shop.open(), path.c_str());
  }
  STRCMP_EQUAL("", shop.names().c_str());
}

TEST(Database, is_nobody_elses_to_read_whatever_the_mask) {
  const auto before = ::umask(0);
  const auto done = shop.open();
  const bool added = done.ok() && shop.add("a").ok();
  ::umask(before);
  CHECK_TRUE(added);
  for (const char* end : {"", "-wal", "-shm"}) LONGS_EQUAL(0600, mode_of(shop.path + end));
}

TEST(Database, that_may_not_be_written_is_refused_at_once) {
  CHECK_TRUE(shop.open().ok());
  shop.database.reset();
  CHECK_TRUE(::chmod(shop.path.c_str(), 0444) == 0 && ::chmod(shop.directory.c_str(), 0777) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(2);
    const auto done = shop.open();
    if (done.ok() || done.error().remedy != Remedy::ask_operator) ::_exit(1);
    ::_exit(done.error().hint.find("belongs to the user of the daemon") != std::string::npos ? 0 : 3);
  }
  int status = 0;
  CHECK_TRUE(::waitpid(child, &status, 0) == child && WIFEXITED(status));
  LONGS_EQUAL(0, WEXITSTATUS(status));
}

TEST(Database, leaves_one_file_when_it_is_closed) {
  CHECK_TRUE(shop.open().ok());
  CHECK_TRUE(shop.add("a").ok());
  shop.database.reset();
  STRCMP_EQUAL("journal.db", shop.names().c_str());
}

TEST_GROUP(Reader) { Shop shop; };

TEST(Reader, makes_no_database) {
  asks_operator(read_only(shop, 2), shop.path.c_str());
  STRCMP_EQUAL("", shop.names().c_str());
}

TEST(Reader, sees_what_is_committed_while_somebody_writes) {
  CHECK_TRUE(shop.open().ok());
  CHECK_TRUE(shop.add("before").ok());
  const auto reader = Database::open_read_only(shop.path, 2);
  CHECK_TRUE(reader.ok());
  auto writing = store::Transaction::begin(*shop.database);
  CHECK_TRUE(shop.add("not yet").ok());
  STRCMP_EQUAL("1", Shop::ask(**reader, "SELECT count(*) FROM parcel").c_str());
  CHECK_TRUE(writing->commit().ok());
  STRCMP_EQUAL("2", Shop::ask(**reader, "SELECT count(*) FROM parcel").c_str());
}

TEST(Reader, changes_nothing) {
  CHECK_TRUE(shop.open().ok());
  CHECK_TRUE(shop.add("a").ok());
  shop.database.reset();
  const auto before = shop.bytes();
  {
    const auto reader = Database::open_read_only(shop.path, 2);
    STRCMP_EQUAL("a", Shop::ask(**reader, "SELECT name FROM parcel").c_str());
    asks_operator((*reader)->run("DELETE FROM parcel"), "readonly");
    asks_operator((*reader)->run("PRAGMA user_version=9"), "readonly");
  }
  CHECK_TRUE(shop.bytes() == before);
  CHECK_TRUE(shop.open().ok());
  STRCMP_EQUAL("1", shop.count().c_str());
}

TEST(Reader, asks_for_the_daemon_when_the_schema_is_older) {
  CHECK_TRUE(shop.open({schema()[0]}).ok());
  const auto done = read_only(shop, 2);
  asks_operator(done, "start tributaryd once");
  STRCMP_CONTAINS("version 1", done.error().what.c_str());
  STRCMP_CONTAINS("needs 2", done.error().what.c_str());
}

}  // namespace tributary::store_test
