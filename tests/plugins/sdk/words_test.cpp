// tests/plugins/sdk/words_test.cpp: dates, Retry-After, encodings and JSON as plugins read and write them.
#include <string>

#include "plugins/sdk/digest.hpp"
#include "plugins/sdk/json.hpp"
#include "plugins/sdk/retry_after.hpp"
#include "plugins/sdk/text.hpp"
#include "plugins/sdk/time.hpp"

#include <CppUTest/TestHarness.h>

namespace sdk = tributary::sdk;

TEST_GROUP(RetryAfter){};

TEST(RetryAfter, counts_seconds_from_now) { CHECK_EQUAL(1120, sdk::retry_after("120", 1000)); }
TEST(RetryAfter, understands_a_date) {
  CHECK_EQUAL(784111777, sdk::retry_after("Sun, 06 Nov 1994 08:49:37 GMT", 784111700));
}
TEST(RetryAfter, never_lies_in_the_past_and_never_beyond_a_day) {
  CHECK_EQUAL(900000000, sdk::retry_after("Sun, 06 Nov 1994 08:49:37 GMT", 900000000));
  CHECK_EQUAL(1000 + 86400, sdk::retry_after("999999999999", 1000));
}
TEST(RetryAfter, says_nothing_when_it_can_not_be_understood) {
  CHECK_EQUAL(0, sdk::retry_after("", 1000));
  CHECK_EQUAL(0, sdk::retry_after("-5", 1000));
  CHECK_EQUAL(0, sdk::retry_after("soon", 1000));
  CHECK_EQUAL(0, sdk::retry_after("Sun, 31 Feb 1994 08:49:37 GMT", 1000));
}

TEST_GROUP(Dates){};

TEST(Dates, of_rfc_3339_are_read_with_fractions_and_offsets) {
  CHECK_EQUAL(1763719200, sdk::parse_rfc3339("2025-11-21T10:00:00Z").value_or(0));
  CHECK_EQUAL(1763719200, sdk::parse_rfc3339("2025-11-21T10:00:00.123456Z").value_or(0));
  CHECK_EQUAL(1763719200, sdk::parse_rfc3339("2025-11-21T11:00:00+01:00").value_or(0));
}
TEST(Dates, that_are_none_are_nothing) {
  for (const char* text : {"", "2025-11-21", "2025-11-21T10:00:00", "2025-13-21T10:00:00Z", "2025-02-30T10:00:00Z",
                           "2025-11-21T10:00:00+1", "2025-11-21T10:00:00Zx", "aaaa-bb-ccTdd:ee:ffZ"}) {
    CHECK_FALSE_TEXT(sdk::parse_rfc3339(text).has_value(), text);
  }
}
TEST(Dates, in_the_basic_form_are_what_signatures_want) {
  STRCMP_EQUAL("20150830T123600Z", sdk::basic_utc(1440938160).c_str());
}

TEST_GROUP(Spellings){};

TEST(Spellings, of_base_64_follow_the_rfc_with_its_padding) {
  STRCMP_EQUAL("", sdk::base64("").c_str());
  STRCMP_EQUAL("Zg==", sdk::base64("f").c_str());
  STRCMP_EQUAL("Zm8=", sdk::base64("fo").c_str());
  STRCMP_EQUAL("Zm9vYmFy", sdk::base64("foobar").c_str());
}
TEST(Spellings, of_digests_are_lower_case) {
  STRCMP_EQUAL("900150983cd24fb0d6963f7d28e17f72", sdk::hex(sdk::md5("abc")).c_str());
}
TEST(Spellings, of_percent_encoding_are_in_capitals_and_keep_unreserved_characters) {
  STRCMP_EQUAL("a%20b%2B%C3%A9-._~", sdk::percent_encode("a b+\xc3\xa9-._~").c_str());
  STRCMP_EQUAL("a%2Fb", sdk::percent_encode("a/b").c_str());
  STRCMP_EQUAL("a/b", sdk::percent_encode("a/b", true).c_str());
}
TEST(Spellings, of_foreign_text_are_cut_and_cleaned_before_people_see_them) {
  STRCMP_EQUAL("a b", sdk::excerpt("a\nb\x1b").c_str());
  STRCMP_EQUAL("aaa...", sdk::excerpt("aaaaaa", 3).c_str());
}
TEST(Spellings, of_portable_names_have_no_way_out_of_a_folder) {
  CHECK_TRUE(sdk::is_portable_name("TL-7.cram.c4gh"));
  for (const char* text : {"", ".", "..", ".hidden", "a/b", "a b", "a\\b"}) {
    CHECK_FALSE_TEXT(sdk::is_portable_name(text), text);
  }
}

TEST_GROUP(ForeignJson){};

TEST(ForeignJson, reads_members_and_falls_back_on_the_wrong_type) {
  const auto json = sdk::parse_json(R"({"a":"x","n":7,"s":"8","b":true,"l":[1,2],"z":null,"f":1.5})");
  CHECK_TRUE(json.has_value());
  STRCMP_EQUAL("x", (*json)["a"].text().c_str());
  STRCMP_EQUAL("none", (*json)["n"].text("none").c_str());
  CHECK_EQUAL(7, (*json)["n"].integer().value_or(0));
  CHECK_EQUAL(8, (*json)["s"].integer().value_or(0));
  CHECK_FALSE((*json)["b"].integer().has_value());
  CHECK_FALSE((*json)["a"].integer().has_value());
  CHECK_FALSE((*json)["f"].integer().has_value());
  CHECK_TRUE((*json)["b"].flag().value_or(false));
  CHECK_EQUAL(2, (*json)["l"].items().size());
  CHECK_TRUE((*json)["z"].is_null());
  CHECK_TRUE((*json)["missing"]["deeper"].is_null());
}
TEST(ForeignJson, is_nothing_when_the_text_is_none_or_nests_too_deeply) {
  CHECK_FALSE(sdk::parse_json("<html>").has_value());
  CHECK_FALSE(sdk::parse_json("").has_value());
  CHECK_FALSE(sdk::parse_json("{\"a\":1} x").has_value());
  CHECK_FALSE(sdk::parse_json(std::string(5000, '[')).has_value());
  CHECK_FALSE(sdk::parse_json(std::string(5000, '[') + std::string(5000, ']')).has_value());
}
