// tests/agent/status/words_test.cpp: two languages, whole, and which one a browser gets.
#include <algorithm>

#include "agent/status/words.hpp"
#include "tests/agent/status/hospital.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::status_test {

using namespace status;  // NOLINT: the words

namespace {

std::string moment(Language language, std::int64_t utc_s) { return show_moment(language, utc_s, noon); }

}  // namespace

TEST_GROUP(Words) { InUtc zone; };

TEST(Words, exist_in_both_languages_with_the_same_gaps) {
  for (int i = 0; i < static_cast<int>(Word::count_); ++i) {
    const auto en = said(Language::en, static_cast<Word>(i));
    const auto de = said(Language::de, static_cast<Word>(i));
    CHECK_FALSE(en.empty() || de.empty());
    LONGS_EQUAL_TEXT(en.find("{}") == std::string_view::npos, de.find("{}") == std::string_view::npos, en.data());
    for (const auto text : {en, de}) CHECK_TRUE(text.find_first_of("<>&\"") == std::string_view::npos);
  }
}

TEST(Words, take_their_value) {
  STRCMP_EQUAL("3 Alarme", said(Language::de, Word::alarm_many, "3").c_str());
  STRCMP_EQUAL("All is well", said(Language::en, Word::all_well, "3").c_str());
}

TEST(Words, are_in_the_language_that_the_browser_likes_best) {
  const auto chosen = [](const char* accepts, const char* wish = "") {
    return std::string(code_of(choose_language(wish, accepts)));
  };
  STRCMP_EQUAL("en", chosen("").c_str());
  STRCMP_EQUAL("de", chosen("de").c_str());
  STRCMP_EQUAL("de", chosen("de-AT, en;q=0.7").c_str());
  STRCMP_EQUAL("en", chosen("en-GB;q=0.9, de;q=0.8").c_str());
  STRCMP_EQUAL("de", chosen("fr, de;q=0.3, en;q=0.2").c_str());
  STRCMP_EQUAL("en", chosen("fr, nl").c_str());
  STRCMP_EQUAL("en", chosen("de;q=0").c_str());
  STRCMP_EQUAL("en", chosen("de;q=9, de;q=x, ;;,,").c_str());
  STRCMP_EQUAL("de", chosen("en", "de").c_str());
  STRCMP_EQUAL("en", chosen("de", "en").c_str());
  STRCMP_EQUAL("de", chosen("de", "\"><script>").c_str());
}

TEST(Words, have_numbers_as_each_language_writes_them) {
  STRCMP_EQUAL("1,234,567", show_count(Language::en, 1234567).c_str());
  STRCMP_EQUAL("1.234.567", show_count(Language::de, 1234567).c_str());
  STRCMP_EQUAL("999", show_count(Language::de, 999).c_str());
  STRCMP_EQUAL("-1,000", show_count(Language::en, -1000).c_str());
  STRCMP_EQUAL("1.5 KiB", show_bytes(Language::en, 1536).c_str());
  STRCMP_EQUAL("1,5 KiB", show_bytes(Language::de, 1536).c_str());
  STRCMP_EQUAL("0 B", show_bytes(Language::en, -1).c_str());
  STRCMP_EQUAL("2 T 3 h", show_span(Language::de, 2 * 86400 + 3 * 3600).c_str());
}

TEST(Words, have_times_as_each_language_writes_them) {
  STRCMP_EQUAL("10:05", moment(Language::en, noon + 300).c_str());
  STRCMP_EQUAL("20 Nov 10:00", moment(Language::en, noon - 86400).c_str());
  STRCMP_EQUAL("20.11. 10:00", moment(Language::de, noon - 86400).c_str());
  STRCMP_EQUAL("21 Nov 2024 10:00", moment(Language::en, noon - 365 * 86400).c_str());
  STRCMP_EQUAL("21.11.2024 10:00", moment(Language::de, noon - 365 * 86400).c_str());
  STRCMP_EQUAL("Fr", show_weekday(Language::de, noon).c_str());
  STRCMP_EQUAL("UTC", zone_now(noon).c_str());
}

}  // namespace tributary::status_test
