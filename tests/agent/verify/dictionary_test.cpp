// tests/agent/verify/dictionary_test.cpp: which words are looked for, and what a finding tells.
#include "agent/verify/everyday.hpp"
#include "tests/agent/verify/looking.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::verify {

TEST_GROUP(Dictionary){};

TEST(Dictionary, counts_words_that_can_not_be_looked_for) {
  const auto dictionary =
      dictionary_of({"S1", "sample", "GRCh38", "123", "2026", "", "  ", "NORMAL", "1-2-3", "GOOD-7", "4711", "chr7"});
  CHECK(dictionary->unsearchable() == (std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 11}));
  LONGS_EQUAL(12, dictionary->words());
}

TEST(Dictionary, tells_place_kind_and_number_of_the_word_and_nothing_else) {
  const auto dictionary = *Dictionary::build({{"project", "none"}, {"sample name", "QUX-0042"}});
  const auto findings = *dictionary->scan_text("file name", "qux-0042_S1_R1.fastq.gz");
  LONGS_EQUAL(1, findings.size());
  STRCMP_EQUAL("file name", findings[0].place.c_str());
  STRCMP_EQUAL("sample name", findings[0].kind.c_str());
  LONGS_EQUAL(1, findings[0].word);
}

TEST(Dictionary, tells_every_word_that_shares_a_spelling) {
  const auto dictionary = dictionary_of({"QUX-0042", "QUX_0042", "QUX-0043"});
  LONGS_EQUAL(2, dictionary->scan_text("t", "qux0042")->size());
}

TEST(Dictionary, finds_short_words_and_numbers_only_where_they_stand_alone) {
  CHECK(found("X7Q", "tube=X7Q;"));
  CHECK(found("X7Q", "x7q_1"));
  CHECK_FALSE(found("X7Q", "AX7Q"));
  CHECK_FALSE(found("X7Q", "X7Q1"));
  CHECK(found("471100", "id 471100."));
  CHECK_FALSE(found("471100", "14711000"));
  CHECK_FALSE(found("471100", "rs471100"));
}

TEST(Dictionary, finds_long_words_within_others) { CHECK(found("QUX-0042", "1QUX-00421")); }

TEST(Dictionary, does_not_take_part_of_a_digest_or_uuid_for_a_word) {
  CHECK_FALSE(found("abc123", "M5:0011223344556677abc12388990011aa"));
  CHECK_FALSE(found("abc123", "00112233-4455-6677-8899-abc123aabbcc"));
  CHECK(found("abc123", "0011-abc123"));
  CHECK(found("00112233-4455-6677-8899-abc123aabbcc", "id=00112233-4455-6677-8899-abc123aabbcc"));
}

TEST(Dictionary, without_words_finds_nothing) { CHECK(dictionary_of({})->scan_text("t", "anything")->empty()); }

TEST(Dictionary, takes_words_of_any_bytes_and_any_length) {
  const std::string large(5000, 'q');
  CHECK(found("w" + large, "w" + large));
  CHECK(found(std::string("ab\0cd\x01zz", 8), std::string("xx ab\0cd\x01zz xx", 14)));
  CHECK(found("\xff\xfe\xfd\xfc\xfb\xfa\xf9", "\xff\xfe\xfd\xfc\xfb\xfa\xf9"));
  CHECK(found("\xe2\x82", "see \xe2\x82") == false);
}

TEST(Dictionary, knows_everyday_words_in_any_case) {
  CHECK(is_everyday("Tumor"));
  CHECK(is_everyday("chr22"));
  CHECK_FALSE(is_everyday("tumor7"));
  CHECK_FALSE(is_everyday(""));
}

TEST(Dictionary, tells_how_far_a_word_can_be_searched_for) {
  const auto reach = [](const char* value) { return reach_of({"identifier", value}); };
  CHECK(reach("QUX-0042") == Reach::everywhere);
  CHECK(reach("X7Q") == Reach::alone);
  CHECK(reach("471100") == Reach::alone);
  CHECK(reach("S1") == Reach::too_short);
  CHECK(reach("471") == Reach::few_digits);
  CHECK(reach("1987") == Reach::few_digits);
  CHECK(reach("Illumina") == Reach::everyday);
  CHECK(is_searchable(Reach::alone) && !is_searchable(Reach::everyday));
  // What it says is what is done.
  for (const auto* value : {"QUX-0042", "X7Q", "471100", "S1", "471", "1987", "Illumina"}) {
    const auto dictionary = *Dictionary::build({{"identifier", value}});
    CHECK_TEXT(dictionary->unsearchable().empty() == is_searchable(reach(value)), value);
  }
}

}  // namespace tributary::verify
