// tests/agent/store/statement_test.cpp: values in and out, transactions, and errors that keep what they were told.
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <limits>

#include "tests/agent/store/shop.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::store_test {

using store::Database;
using store::Transaction;

TEST_GROUP(Statement) {
  Shop shop;
  void setup() override { CHECK_TRUE(shop.open().ok()); }
};

TEST(Statement, gives_back_every_value_as_it_was_bound) {
  const std::string words("a'; DROP TABLE parcel; --\0b", 27);
  const Bytes bytes{0, 255, 1, 0};
  const std::int64_t least = std::numeric_limits<std::int64_t>::min();
  auto ask = shop.database->prepare("SELECT ?, ?, ?, ?, ?, ?, ?, ?");
  ask->bind(least).bind(std::string_view(words)).bind(ByteView(bytes)).bind_null();
  ask->bind(std::string_view()).bind(ByteView()).bind(std::optional<std::int64_t>()).bind(std::optional(least));
  CHECK_TRUE(*ask->step());
  CHECK_TRUE(ask->integer(0) == least);
  CHECK_TRUE(ask->text(1) == words);
  CHECK_TRUE(ask->blob(2) == bytes);
  CHECK_TRUE(ask->is_null(3) && ask->integer(3) == 0 && ask->text(3).empty() && ask->blob(3).empty());
  CHECK_TRUE(!ask->is_null(4) && ask->text(4).empty());  // empty is not nothing
  CHECK_TRUE(!ask->is_null(5) && ask->blob(5).empty());
  CHECK_TRUE(ask->is_null(6));
  CHECK_TRUE(!ask->is_null(7) && ask->integer(7) == least);
  CHECK_FALSE(*ask->step());
}

TEST(Statement, gives_its_rows_and_then_the_end) {
  for (const char* name : {"a", "b", "c"}) CHECK_TRUE(shop.add(name).ok());
  auto ask = shop.database->prepare("SELECT name FROM parcel ORDER BY id");
  std::string said;
  while (*ask->step()) said += ask->text(0);
  STRCMP_EQUAL("abc", said.c_str());
}

TEST(Statement, keeps_a_copy_of_what_was_bound) {
  auto insert = shop.database->prepare("INSERT INTO parcel (name) VALUES (?)");
  {
    std::string name = "a name that is longer than a short string";
    insert->bind(std::string_view(name));
    name.assign(name.size(), '-');
  }
  CHECK_TRUE(insert->run().ok());
  STRCMP_EQUAL("a name that is longer than a short string", shop.ask("SELECT name FROM parcel").c_str());
}

TEST(Statement, with_more_values_than_places_does_nothing) {
  auto insert = shop.database->prepare("INSERT INTO parcel (name) VALUES (?)");
  CHECK_FALSE(insert->bind("a").bind("b").run().ok());
  STRCMP_EQUAL("0", shop.count().c_str());
}

TEST(Statement, that_can_not_be_understood_is_an_error) {
  CHECK_FALSE(shop.database->prepare("SELEKT 1").ok());
  CHECK_FALSE(shop.database->prepare("SELECT absent FROM parcel").ok());
  CHECK_FALSE(shop.database->prepare("").ok());
  CHECK_FALSE(shop.database->run("CREATE TABLE x (a) STRICT; SELEKT").ok());
}

TEST(Statement, with_fewer_values_than_places_does_nothing) {
  auto insert = shop.database->prepare("INSERT INTO parcel (name, size) VALUES (?, ?)");
  const auto done = insert->bind("a").run();  // no size would be taken for NULL
  CHECK_FALSE(done.ok());
  STRCMP_CONTAINS("1 of 2 values", done.error().what.c_str());
  STRCMP_EQUAL("0", shop.count().c_str());
}

TEST(Statement, says_why_it_does_not_take_a_value_whatever_was_done_meanwhile) {
  auto ask = shop.database->prepare("SELECT ?");
  ask->bind("a").bind("b");
  CHECK_TRUE(shop.database->run("SELECT 1").ok());
  STRCMP_CONTAINS("binding a value: column index out of range", ask->step().error().what.c_str());
}

TEST(Statement, takes_no_value_once_it_has_begun) {
  for (const char* name : {"a", "b"}) CHECK_TRUE(shop.add(name).ok());
  auto ask = shop.database->prepare("SELECT name FROM parcel WHERE name >= ? ORDER BY name");
  CHECK_TRUE(*ask->bind("a").step());
  CHECK_FALSE(ask->bind("b").step().ok());
}

TEST(Statement, is_one_and_not_two) {
  CHECK_FALSE(shop.database->prepare("SELECT 1; DELETE FROM parcel").ok());  // the second was left out
  CHECK_TRUE(shop.database->prepare("SELECT 1;\n ").ok());
}

TEST(Statement, is_not_run_twice) {
  auto insert = shop.database->prepare("INSERT INTO parcel (name) VALUES (?)");
  CHECK_TRUE(insert->bind("a").run().ok());
  CHECK_TRUE(shop.database->run("DELETE FROM parcel").ok());
  CHECK_FALSE(insert->run().ok());  // it would put back what was deleted
  STRCMP_EQUAL("0", shop.count().c_str());
}

TEST(Statement, is_spent_after_an_error) {
  CHECK_TRUE(shop.add("a").ok());
  auto insert = shop.database->prepare("INSERT INTO parcel (name) VALUES ('a')");
  CHECK_FALSE(insert->run().ok());
  CHECK_TRUE(shop.database->run("DELETE FROM parcel").ok());
  CHECK_FALSE(insert->run().ok());
  STRCMP_EQUAL("0", shop.count().c_str());
}

TEST(Statement, that_outlives_its_database_works_and_closes_it) {
  CHECK_TRUE(shop.add("a").ok());
  {
    auto ask = shop.database->prepare("SELECT name FROM parcel");
    shop.database.reset();
    CHECK_TRUE(*ask->step());
    STRCMP_EQUAL("a", ask->text(0).c_str());
  }
  STRCMP_EQUAL("journal.db", shop.names().c_str());
}

TEST(Statement, says_how_many_rows_it_changed) {
  for (const char* name : {"a", "b", "c"}) CHECK_TRUE(shop.add(name).ok());
  CHECK_TRUE(shop.database->run("UPDATE parcel SET size = 5 WHERE name <> 'a'").ok());
  LONGS_EQUAL(2, shop.database->changes());
  CHECK_TRUE(shop.database->run("UPDATE parcel SET size = 6 WHERE name = 'x'").ok());
  LONGS_EQUAL(0, shop.database->changes());
}

// Rows hold what nobody may read in a log.
TEST(Statement, tells_no_value_in_an_error) {
  CHECK_TRUE(shop.add("SAMPLE-01").ok());
  std::string said;
  const auto fails = [&](const Status& done) {
    CHECK_FALSE(done.ok());
    said += sentence(done.error()) + "\n";
  };
  const auto fails_with = [&](std::string_view sql) {
    auto statement = shop.database->prepare(sql);
    CHECK_TRUE(statement.ok());
    fails(statement->bind("SAMPLE-01").run());
  };
  fails(shop.add("SAMPLE-01"));                                   // UNIQUE
  fails(shop.add("SAMPLE-01-negative", -99177));                  // CHECK
  fails_with("UPDATE parcel SET name = NULL WHERE name = ?");     // NOT NULL
  fails_with("INSERT INTO parcel (name, size) VALUES ('x', ?)");  // the wrong type
  fails_with("INSERT INTO parcel (id, name) VALUES (?, 'x')");    // no row id
  fails_with("INSERT INTO part (parcel, body) SELECT 99177, id FROM parcel WHERE name = ?");
  auto transaction = Transaction::begin(*shop.database);
  CHECK_TRUE(shop.database->run("INSERT INTO part (parcel) VALUES (99177)").ok());
  fails(transaction->commit());  // FOREIGN KEY
  CHECK_TEXT(said.find("SAMPLE") == std::string::npos && said.find("99177") == std::string::npos, said.c_str());
  STRCMP_CONTAINS("UNIQUE constraint failed: parcel.name", said.c_str());
}

TEST_GROUP(Transaction) {
  Shop shop;
  void setup() override { CHECK_TRUE(shop.open().ok()); }
};

TEST(Transaction, is_undone_when_nobody_commits_it) {
  {
    auto transaction = Transaction::begin(*shop.database);
    CHECK_TRUE(transaction.ok());
    CHECK_TRUE(shop.add("a").ok());
    STRCMP_EQUAL("1", shop.count().c_str());
  }
  STRCMP_EQUAL("0", shop.count().c_str());
  CHECK_TRUE(Transaction::begin(*shop.database).ok());  // and nothing is left open
}

TEST(Transaction, is_there_for_others_once_committed) {
  auto transaction = Transaction::begin(*shop.database);
  CHECK_TRUE(shop.add("a").ok());
  CHECK_TRUE(transaction->commit().ok());
  const auto other = Database::open_read_only(shop.path, 2);
  STRCMP_EQUAL("1", Shop::ask(**other, "SELECT count(*) FROM parcel").c_str());
}

TEST(Transaction, that_was_moved_is_undone_once) {
  {
    auto first = Transaction::begin(*shop.database);
    {
      const Transaction moved(std::move(*first));
      CHECK_TRUE(shop.add("a").ok());
    }
    STRCMP_EQUAL("0", shop.count().c_str());
    CHECK_TRUE(shop.add("after it").ok());
  }
  STRCMP_EQUAL("1", shop.count().c_str());
}

TEST(Transaction, is_committed_once) {
  auto transaction = Transaction::begin(*shop.database);
  CHECK_TRUE(transaction->commit().ok());
  CHECK_FALSE(transaction->commit().ok());
}

TEST(Transaction, begins_not_within_another) {
  auto outer = Transaction::begin(*shop.database);
  CHECK_FALSE(Transaction::begin(*shop.database).ok());
  CHECK_TRUE(shop.add("a").ok());
  CHECK_TRUE(outer->commit().ok());
  STRCMP_EQUAL("1", shop.count().c_str());
}

TEST(Transaction, that_could_not_be_committed_is_undone) {
  {
    auto transaction = Transaction::begin(*shop.database);
    CHECK_TRUE(shop.add("a").ok());
    CHECK_TRUE(shop.database->run("INSERT INTO part (parcel) VALUES (42)").ok());  // a parcel that is not there
    CHECK_FALSE(transaction->commit().ok());
  }
  STRCMP_EQUAL("0", shop.count().c_str());
  STRCMP_EQUAL("0", shop.ask("SELECT count(*) FROM part").c_str());
}

TEST(Transaction, waits_for_another_writer_and_then_says_that_it_will_be_tried_again) {
  std::unique_ptr<Database> other = std::move(*Database::open(shop.path, schema()));
  CHECK_TRUE(other->run("PRAGMA busy_timeout=0").ok());  // the ten seconds are not waited for here
  auto transaction = Transaction::begin(*shop.database);
  const auto late = Transaction::begin(*other);
  CHECK_FALSE(late.ok());
  CHECK_TRUE(late.error().remedy == Remedy::wait);
  CHECK_TRUE(transaction->commit().ok());
  CHECK_TRUE(Transaction::begin(*other).ok());
}

TEST(Transaction, on_a_full_disk_waits_for_room_and_leaves_what_was_there) {
  CHECK_TRUE(shop.add("kept").ok());
  CHECK_TRUE(shop.database->run("PRAGMA max_page_count=12").ok());
  {
    auto transaction = Transaction::begin(*shop.database);
    CHECK_TRUE(shop.add("half").ok());
    const auto done = shop.add(std::string(100'000, 'x'));
    CHECK_FALSE(done.ok());
    CHECK_TRUE(done.error().remedy == Remedy::wait);
    STRCMP_CONTAINS("make room in state_dir", done.error().hint.c_str());
  }
  STRCMP_EQUAL("kept", shop.ask("SELECT name FROM parcel").c_str());
  STRCMP_EQUAL("1", shop.count().c_str());
}

TEST(Transaction, that_the_disk_did_not_take_never_was) {
  CHECK_TRUE(shop.add("kept").ok());
  shop.database.reset();
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    if (!shop.open()) ::_exit(2);
    const rlimit limit{65536, 65536};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(3);
    const auto done = shop.add(std::string(200'000, 'x'));
    if (done) ::_exit(4);
    ::_exit(done.error().remedy == Remedy::wait ? 0 : 1);  // without closing anything
  }
  int status = 0;
  CHECK_TRUE(::waitpid(child, &status, 0) == child && WIFEXITED(status));
  LONGS_EQUAL(0, WEXITSTATUS(status));
  CHECK_TRUE(shop.open().ok());
  STRCMP_EQUAL("1", shop.count().c_str());
}

TEST(Transaction, is_there_after_the_process_was_killed_and_an_open_one_is_not) {
  shop.database.reset();
  const pid_t child = ::fork();
  if (child == 0) {
    if (!shop.open() || !shop.add("committed")) ::_exit(2);
    auto transaction = Transaction::begin(*shop.database);
    if (!shop.add("open") || !shop.database->run("PRAGMA cache_spill=ON")) ::_exit(3);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  CHECK_TRUE(::waitpid(child, &status, 0) == child && WIFSIGNALED(status));
  CHECK_TRUE(shop.open().ok());
  STRCMP_EQUAL("committed", shop.ask("SELECT name FROM parcel").c_str());
  STRCMP_EQUAL("1", shop.count().c_str());
}

}  // namespace tributary::store_test
