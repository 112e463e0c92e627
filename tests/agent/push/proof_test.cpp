// tests/agent/push/proof_test.cpp: what lies at the far side is looked at before a parcel counts as delivered.
#include <algorithm>
#include <set>

#include "agent/journal/migrations.hpp"
#include "tests/agent/push/bench.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::push_test {

using config::VerifyAfter;

namespace {

constexpr std::size_t many_reads = 20000;  // some 25 segments

}  // namespace

TEST_GROUP(Proof) {
  Bench bench{many_reads};

  void setup() override { CHECK_TRUE(bench.push().ok()); }
  Bytes& data() { return bench.far.kept.at(bench.objects()[0].name); }
  void proves(VerifyAfter how) {
    const auto done = bench.prove(how);
    CHECK_TEXT(done.ok(), done.ok() ? "" : sentence(done.error()).c_str());
  }
  void finds(VerifyAfter how, const char* words) {
    const auto done = bench.prove(how);
    CHECK_FALSE(done.ok());
    CHECK_TRUE(done.error().remedy == Remedy::ask_operator);
    STRCMP_CONTAINS(words, done.error().what.c_str());
    STRCMP_EQUAL("", bench.row().proof.c_str());
  }
};

TEST(Proof, reads_nothing_when_the_word_of_the_far_side_counts) {
  proves(VerifyAfter::head);
  STRCMP_EQUAL(R"({"how":"head"})", bench.row().proof.c_str());
  LONGS_EQUAL(0, bench.far.fetched.size());
}

TEST(Proof, of_a_sample_opens_header_first_and_last_segment_and_others_by_chance) {
  CHECK_TRUE(data().size() > 18 * crypt4gh::sealed_segment_bytes);
  proves(VerifyAfter::sample);
  std::set<std::uint64_t> offsets;
  for (const auto& [name, offset] : bench.far.fetched) {
    if (name == bench.objects()[0].name) offsets.insert(offset);
  }
  const auto header = *std::next(offsets.begin());  // the first segment stands behind it
  LONGS_EQUAL(0, *offsets.begin());
  CHECK_TRUE(header < 1000);
  const auto last = (data().size() - header - 1) / crypt4gh::sealed_segment_bytes;
  LONGS_EQUAL(header + last * crypt4gh::sealed_segment_bytes, *offsets.rbegin());
  CHECK_TRUE(offsets.size() >= 8);  // 16 drawn of some 25: fewer than 6 different ones is out of the question
  STRCMP_CONTAINS(R"("how":"sample","segments":)", bench.row().proof.c_str());
}

TEST(Proof, of_everything_reads_every_byte) {
  proves(VerifyAfter::full);
  std::uint64_t all = 0;
  for (const auto& object : bench.objects()) all += object.bytes;
  STRCMP_EQUAL((R"({"how":"full","bytes":)" + std::to_string(all) + "}").c_str(), bench.row().proof.c_str());
}

TEST(Proof, is_made_once) {
  proves(VerifyAfter::sample);
  const auto before = bench.far.fetched.size();
  proves(VerifyAfter::sample);
  LONGS_EQUAL(before, bench.far.fetched.size());
}

TEST(Proof, finds_one_changed_byte_when_everything_is_read) {
  data()[data().size() / 2] ^= 1;
  finds(VerifyAfter::full, "other bytes than were sent");
}

TEST(Proof, finds_a_changed_header_first_or_last_segment_and_a_changed_manifest_by_a_sample) {
  const auto size = data().size();
  for (const std::size_t at : {std::size_t{30}, std::size_t{500}, size - 1, size - 40}) {
    data()[at] ^= 1;
    finds(VerifyAfter::sample, "other bytes than were sent");
    data()[at] ^= 1;
  }
  auto& manifest = bench.far.kept.at(bench.objects()[1].name);
  manifest[manifest.size() / 2] ^= 1;
  finds(VerifyAfter::sample, "manifest");
}

TEST(Proof, finds_segments_that_changed_places_by_a_sample) {
  // All but the first and the last are moved by one: whichever is drawn opens, and stands at another's place.
  proves(VerifyAfter::sample);
  const auto first = bench.far.fetched[1].second;
  CHECK_TRUE(bench.state.journal->set_proof(bench.id, "").ok());
  const auto begin = data().begin() + static_cast<std::ptrdiff_t>(first + crypt4gh::sealed_segment_bytes);
  const auto segments = (data().size() - first) / crypt4gh::sealed_segment_bytes;
  const auto end =
      data().begin() + static_cast<std::ptrdiff_t>(first + (segments - 1) * crypt4gh::sealed_segment_bytes);
  std::rotate(begin, begin + static_cast<std::ptrdiff_t>(crypt4gh::sealed_segment_bytes), end);
  finds(VerifyAfter::sample, "other bytes than were sent");
}

TEST(Proof, of_a_parcel_whose_recipe_is_lost_reads_everything_and_the_parcel_goes_on) {
  {
    auto database = store::Database::open(bench.state.directory + "/journal.db", journal::migrations());
    CHECK_TRUE(database.ok() && (*database)->run("UPDATE parcel SET recipe = NULL").ok());
  }
  proves(VerifyAfter::sample);
  STRCMP_CONTAINS(R"("how":"full")", bench.row().proof.c_str());
  CHECK_TRUE(bench.ingest().ok());
}

TEST(Proof, needs_no_source_any_more) {
  std::filesystem::remove_all(bench.desk.house.run.path());
  proves(VerifyAfter::sample);
}

TEST(Proof, asks_a_person_when_nothing_can_be_read_back_and_waits_for_a_far_side_that_is_away) {
  bench.far.fetch_fails = refusal("far: you may not");
  finds(VerifyAfter::sample, "can not be read back: far: you may not");
  bench.far.fetch_fails = wait_error("far: away");
  const auto later = bench.prove(VerifyAfter::sample);
  CHECK_FALSE(later.ok());
  CHECK_TRUE(later.error().remedy == Remedy::wait);
  bench.far.fetch_fails.reset();
  proves(VerifyAfter::sample);
}

TEST(Proof, is_broken_off_when_the_parcel_is_called_off) {
  CHECK_TRUE(*bench.state.journal->begin_work(bench.id, journal::Stage::uploading, journal_test::noon));
  CHECK_TRUE(bench.state.withdraw(bench.id));
  const auto done = bench.prove(VerifyAfter::full);
  CHECK_FALSE(done.ok());
  STRCMP_CONTAINS("while it was read back", done.error().what.c_str());
}

}  // namespace tributary::push_test
