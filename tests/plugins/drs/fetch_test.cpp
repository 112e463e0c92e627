// tests/plugins/drs/fetch_test.cpp: reading back what a repository registered, from one that may not let us.
#include "tests/plugins/drs/bench.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::tests {

TEST_GROUP(DrsFetch) {
  Bench bench;
  std::unique_ptr<suites::Instance<tributary_destination_ops>> at;

  void setup() override {
    at = std::make_unique<suites::Instance<tributary_destination_ops>>(tributary_plugin_drs(), bench.host);
    LONGS_EQUAL_TEXT(TRIBUTARY_DONE, at->ops().push(at->self(), bench.parcel.abi(), &bench.note), bench.note.what);
  }
  tributary_outcome fetch(std::uint64_t offset, std::string& into) {
    const auto object = bench.parcel.stored().front();
    return at->call([&](tributary_note* note) {
      return at->ops().fetch(at->self(), &object, offset, into.data(), into.size(), note);
    });
  }
  void says(const char* words) { STRCMP_CONTAINS(words, at->note.what); }
};

TEST(DrsFetch, keeps_a_url_for_the_object_and_takes_a_new_one_when_it_ended) {
  bench.repository.url_serves = 2;
  std::string piece(100, 'x');
  for (std::uint64_t n = 0; n < 5; ++n) LONGS_EQUAL_TEXT(TRIBUTARY_DONE, fetch(n * 100, piece), at->note.what);
  LONGS_EQUAL(5 + 2, bench.repository.count["GET download"]);  // the third and the fifth asked twice
}

TEST(DrsFetch, is_refused_by_a_repository_that_lets_nobody_read) {
  bench.repository.lets_us_read = false;
  std::string piece(100, 'x');
  LONGS_EQUAL(TRIBUTARY_REFUSED, fetch(0, piece));
  says("no URL to read");
  bench.repository.lets_us_read = true;
  bench.repository.url_serves = 0;
  LONGS_EQUAL(TRIBUTARY_REFUSED, fetch(0, piece));
  says("does not let us read");
}

TEST(DrsFetch, does_not_take_a_whole_object_for_a_part_of_it) {
  bench.repository.gives_ranges = false;
  std::string piece(100, 'x');
  LONGS_EQUAL(TRIBUTARY_REFUSED, fetch(0, piece));
  says("parts of an object");
  std::string whole(12 * part_bytes + 5, 'x');
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, fetch(0, whole), at->note.what);
}

TEST(DrsFetch, says_when_there_are_fewer_bytes_than_were_sent) {
  for (auto& [path, stored] : bench.repository.store) stored.bytes.resize(stored.bytes.size() / 2);
  std::string piece(100, 'x');
  LONGS_EQUAL(TRIBUTARY_BROKEN, fetch(12 * part_bytes - 95, piece));
  says("fewer bytes");
}

TEST(DrsFetch, comes_back_when_the_bytes_are_not_there_or_the_store_is_busy) {
  std::string piece(100, 'x');
  bench.answer_instead("/access/", 0, reply(202));
  LONGS_EQUAL(TRIBUTARY_LATER, fetch(0, piece));
  bench.answer_instead("GET https://download", 0, reply(503));
  LONGS_EQUAL(TRIBUTARY_LATER, fetch(0, piece));
  bench.repository.store.clear();
  LONGS_EQUAL(TRIBUTARY_LATER, fetch(0, piece));
  says("does not give its bytes");
}

TEST(DrsFetch, asks_nothing_of_a_repository_that_must_be_believed) {
  const auto asked = bench.repository.count["GET /objects"];
  CHECK_TRUE(asked > 0);
  suites::ParcelOnHand other("p-0002", {{"TL-B.bed.c4gh", "b", false}}, part_bytes);
  auto parcel = *other.abi();
  parcel.believe_far_side = 1;
  bench.repository.fetch_by_checksum = false;
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, at->ops().push(at->self(), &parcel, &bench.note), bench.note.what);
  LONGS_EQUAL(asked, bench.repository.count["GET /objects"]);
  LONGS_EQUAL(1, other.registered.size());
}

}  // namespace tributary::tests
