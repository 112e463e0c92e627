// tests/agent/pseudonymise/pseudonym_test.cpp: names that can not be put together.
#include "agent/pseudonymise/pseudonym.hpp"

#include <algorithm>
#include <set>

#include "agent/port/files/files.hpp"
#include "tests/fakes/run_folder.hpp"

#include <CppUTest/TestHarness.h>

namespace {

using tributary::Secret;
using tributary::pseudonymise::is_pseudonym;
using tributary::pseudonymise::Kind;
using tributary::pseudonymise::PseudonymKey;

PseudonymKey key_of(char fill) { return PseudonymKey(Secret<32>(tributary::view(std::string(32, fill)))); }

}  // namespace

TEST_GROUP(Pseudonym) { PseudonymKey key = key_of('k'); };

TEST(Pseudonym, is_always_the_same_for_one_person_at_one_destination) {
  const auto name = key.make(Kind::subject, "national", "SUBJECT-01");
  STRCMP_EQUAL(name.c_str(), key_of('k').make(Kind::subject, "national", "SUBJECT-01").c_str());
  STRCMP_EQUAL(name.c_str(), key.make(Kind::subject, "national", "  SUBJECT-01\t").c_str());
}

TEST(Pseudonym, is_another_for_another_person_destination_kind_or_key) {
  const std::set<std::string> all = {
      key.make(Kind::subject, "national", "SUBJECT-01").substr(3),
      key.make(Kind::subject, "national", "SUBJECT-02").substr(3),
      key.make(Kind::subject, "national", "subject-01").substr(3),
      key.make(Kind::subject, "archive", "SUBJECT-01").substr(3),
      key.make(Kind::sample, "national", "SUBJECT-01").substr(3),
      key_of('x').make(Kind::subject, "national", "SUBJECT-01").substr(3),
  };
  LONGS_EQUAL(6, all.size());
}

TEST(Pseudonym, does_not_confuse_where_one_field_ends_and_the_next_begins) {
  CHECK(key.make(Kind::sample, "a", "bsample") != key.make(Kind::sample, "ab", "sample"));
}

TEST(Pseudonym, is_written_in_capitals_digits_and_one_dash_only) {
  for (int i = 0; i < 5000; ++i) {
    const auto name = key.make(i % 2 == 0 ? Kind::subject : Kind::sample, "national", "S" + std::to_string(i));
    CHECK_TRUE(name.starts_with(i % 2 == 0 ? "TS-" : "TL-"));
    LONGS_EQUAL(30, name.size());
    CHECK_TRUE(std::all_of(name.begin() + 3, name.end(),
                           [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }));
    CHECK_TRUE(is_pseudonym(name));
  }
}

TEST(Pseudonym, with_one_wrong_or_two_exchanged_characters_is_noticed) {
  const auto name = key.make(Kind::sample, "national", "SAMPLE-01");
  for (std::size_t at = 3; at < name.size(); ++at) {
    auto wrong = name;
    wrong[at] = wrong[at] == '7' ? '8' : '7';
    CHECK_FALSE(is_pseudonym(wrong));
    auto exchanged = name;
    if (at + 2 < name.size() && exchanged[at] != exchanged[at + 1]) {
      std::swap(exchanged[at], exchanged[at + 1]);
      CHECK_FALSE(is_pseudonym(exchanged));
    }
  }
  for (const auto* text : {"", "TL-", "SAMPLE-01", "TL-0123456789ABCDEFGHJKMNPQRSU"}) CHECK_FALSE(is_pseudonym(text));
}

TEST(Pseudonym, key_is_named_without_being_told) {
  LONGS_EQUAL(16, key.id().size());
  CHECK(key.id() != key_of('x').id());
  CHECK_FALSE(key.id().starts_with("6b6b"));
}

TEST(Pseudonym, key_gives_other_keys_for_read_names_and_the_journal) {
  const auto text_of = [](const Secret<32>& secret) { return tributary::to_hex(secret.bytes()); };
  const std::set<std::string> all = {text_of(key.state_key()), text_of(key.name_key("national", "TL-1")),
                                     text_of(key.name_key("national", "TL-2")),
                                     text_of(key.name_key("archive", "TL-1")), std::string(64, '6')};
  LONGS_EQUAL(5, all.size());
}

TEST(Pseudonym, key_file_must_have_32_bytes) {
  const tributary::fakes::TemporaryDirectory directory;
  const auto path = directory.path() + "/key";
  for (const std::size_t size : {0U, 31U, 33U}) {
    CHECK_TRUE(tributary::files::write_atomic(path, tributary::view(std::string(size, 'k')), 0600).ok());
    const auto loaded = PseudonymKey::load(path);
    CHECK_FALSE(loaded.ok());
    STRCMP_CONTAINS((std::to_string(size) + " bytes").c_str(), loaded.error().what.c_str());
  }
  CHECK_TRUE(tributary::files::write_atomic(path, tributary::view(std::string(32, 'k')), 0600).ok());
  STRCMP_EQUAL(key.id().c_str(), PseudonymKey::load(path)->id().c_str());
  CHECK_FALSE(PseudonymKey::load(directory.path() + "/none").ok());
}
