// tests/agent/store/tail_test.cpp: a file that grows beside a database, and databases that are set aside.
#include <sys/stat.h>

#include "tests/agent/store/shop.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::store_test {

using store::Tail;

TEST_GROUP(Tail) {
  Shop shop;
  std::string path = shop.directory + "/journal.copy";
  std::unique_ptr<Tail> tail;
  void setup() override {
    auto opened = Tail::open(path);
    CHECK_TRUE(opened.ok());
    tail = std::move(*opened);
  }
  [[nodiscard]] std::string content() const {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

TEST(Tail, is_nobody_elses_to_read) {
  struct stat info{};
  CHECK_TRUE(::stat(path.c_str(), &info) == 0);
  LONGS_EQUAL(0600, info.st_mode & 07777U);
}

TEST(Tail, holds_what_was_put_and_nothing_behind_it) {
  CHECK_TRUE(tail->put(0, "one,two").ok());
  CHECK_TRUE(tail->put(4, "2").ok());
  STRCMP_EQUAL("one,2", content().c_str());
  LONGS_EQUAL(5, *tail->size());
  CHECK_TRUE(tail->put(3, "").ok());
  STRCMP_EQUAL("one", content().c_str());
}

TEST(Tail, reads_what_there_is) {
  CHECK_TRUE(tail->put(0, "0123456789").ok());
  STRCMP_EQUAL("345", tail->read(3, 3)->c_str());
  STRCMP_EQUAL("89", tail->read(8, 100)->c_str());
  STRCMP_EQUAL("", tail->read(100, 5)->c_str());
}

TEST(Tail, takes_and_gives_more_than_a_call_of_the_layer_below_takes) {
  std::string much;
  while (much.size() < 300'000) much += std::to_string(much.size()) + " ";
  much.resize(1U << 18);  // whole multiples of what is counted there
  CHECK_TRUE(tail->put(0, much).ok());
  CHECK_TRUE(content() == much);
  CHECK_TRUE(*tail->read(0, much.size()) == much);
}

TEST(Tail, in_a_directory_that_is_not_there_is_an_error) {
  CHECK_FALSE(Tail::open(shop.directory + "/absent/journal.copy").ok());
}

TEST_GROUP(SetAside) { Shop shop; };

TEST(SetAside, keeps_every_file_under_a_name_of_its_own) {
  for (const char* end : {"", "-wal", "-suspect"}) std::ofstream(shop.path + end) << "content" << end;
  const auto name = store::set_aside(shop.path);
  CHECK_TRUE(name.ok());
  STRCMP_EQUAL((shop.path + ".damaged-1").c_str(), name->c_str());
  STRCMP_EQUAL("journal.db.damaged-1 journal.db.damaged-1-suspect journal.db.damaged-1-wal", shop.names().c_str());
  shop.put_bytes("more");
  STRCMP_EQUAL((shop.path + ".damaged-2").c_str(), store::set_aside(shop.path)->c_str());
}

TEST_GROUP(Tidy) {
  Shop shop;
  void setup() override { CHECK_TRUE(shop.open().ok()); }
  void fill_and_empty() {
    auto transaction = store::Transaction::begin(*shop.database);
    for (int i = 0; i < 2000; ++i) CHECK_TRUE(shop.add(std::to_string(i) + std::string(1000, 'x')).ok());
    CHECK_TRUE(transaction->commit().ok());
    CHECK_TRUE(shop.database->run("DELETE FROM parcel").ok());
  }
  int steps() {
    int count = 1;
    while (*shop.database->tidy(64)) ++count;
    return count;
  }
};

TEST(Tidy, gives_the_room_back_in_small_steps) {
  fill_and_empty();
  CHECK_TRUE(shop.ask("PRAGMA auto_vacuum") == "2");
  const auto before = std::stoi(shop.ask("PRAGMA page_count"));
  CHECK_TRUE(*shop.database->tidy(64));
  const auto after_one = std::stoi(shop.ask("PRAGMA page_count"));
  CHECK_TRUE(after_one < before && after_one >= before - 64 - 2);
  CHECK_TRUE(steps() > 5);
  STRCMP_EQUAL("0", shop.ask("PRAGMA freelist_count").c_str());
  CHECK_TRUE(shop.bytes().size() < 100'000);
  LONGS_EQUAL(0, std::filesystem::file_size(shop.path + "-wal"));
  STRCMP_EQUAL("10000", shop.ask("PRAGMA busy_timeout").c_str());
}

TEST(Tidy, waits_for_nobody_and_keeps_nobody_waiting) {
  fill_and_empty();
  const auto reader = store::Database::open_read_only(shop.path, 2);
  auto reading = (*reader)->prepare("SELECT name FROM parcel UNION ALL SELECT 'x'");
  CHECK_TRUE(*reading->step());
  CHECK_TRUE(shop.database->tidy(64).ok());  // a reader is in the way of the log
  // A writer may come between any two steps.
  auto other = store::Database::open(shop.path, schema());
  CHECK_TRUE(other.ok());
  CHECK_TRUE((*other)->run("PRAGMA busy_timeout=0").ok());
  while (*shop.database->tidy(64))
    CHECK_TRUE((*other)->run("INSERT INTO parcel (name) VALUES (hex(randomblob(9)))").ok());
  STRCMP_EQUAL("0", shop.ask("PRAGMA freelist_count").c_str());
}

TEST(Tidy, comes_to_a_database_of_before_when_it_is_opened) {
  shop.database.reset();
  std::filesystem::remove(shop.path);
  CHECK_TRUE(shop.open({}).ok());
  CHECK_TRUE(shop.database->run("PRAGMA auto_vacuum=NONE; VACUUM; PRAGMA user_version=0").ok());
  STRCMP_EQUAL("0", shop.ask("PRAGMA auto_vacuum").c_str());
  CHECK_TRUE(shop.open().ok());
  STRCMP_EQUAL("2", shop.ask("PRAGMA auto_vacuum").c_str());
  STRCMP_EQUAL("wal", shop.ask("PRAGMA journal_mode").c_str());
}

}  // namespace tributary::store_test
