// tests/agent/base/words_test.cpp: bytes, times, units, text and ids in their spellings.
#include <type_traits>

#include "agent/base/bytes.hpp"
#include "agent/base/clock.hpp"
#include "agent/base/json.hpp"
#include "agent/base/secret.hpp"
#include "agent/base/text.hpp"
#include "agent/base/ulid.hpp"
#include "agent/base/units.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary {

TEST_GROUP(Bytes){};

TEST(Bytes, are_spelled_in_hexadecimal) {
  STRCMP_EQUAL("00ff10", to_hex(Bytes{0, 255, 16}).c_str());
  CHECK_TRUE(from_hex("00Ff10") == Bytes({0, 255, 16}));
  for (const auto* bad : {"0", "0g", "0x00", " 00", "00 "}) CHECK_FALSE(from_hex(bad).has_value());
  CHECK_TRUE(from_hex("")->empty());
}

TEST(Bytes, are_spelled_in_base64_as_in_RFC_4648) {
  const std::vector<std::pair<const char*, const char*>> vectors = {{"", ""},
                                                                    {"f", "Zg=="},
                                                                    {"fo", "Zm8="},
                                                                    {"foo", "Zm9v"},
                                                                    {"foob", "Zm9vYg=="},
                                                                    {"fooba", "Zm9vYmE="},
                                                                    {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, spelled] : vectors) {
    STRCMP_EQUAL(spelled, to_base64(view(plain)).c_str());
    STRCMP_EQUAL(plain, std::string(text(*from_base64(spelled))).c_str());
  }
  STRCMP_EQUAL("_-8", to_base64url(Bytes{0xff, 0xef}).c_str());
  CHECK_TRUE(from_base64url("_-8") == Bytes({0xff, 0xef}));
}

TEST(Bytes, in_base64_may_have_lines_and_nothing_else_that_is_foreign) {
  STRCMP_EQUAL("foobar", std::string(text(*from_base64("Zm9v\r\nYm Fy\n"))).c_str());
  for (const auto* bad : {"Zg", "Zg=", "Zg===", "Z===", "Zm9v!", "Zg==Zg==", "=", "Zm9v_-8="}) {
    CHECK_FALSE_TEXT(from_base64(bad).has_value(), bad);
  }
  for (const auto* bad : {"Zg==", "Zm9v Zm9v", "Z", "+/8"}) CHECK_FALSE_TEXT(from_base64url(bad).has_value(), bad);
}

TEST(Bytes, are_spelled_in_base_32_without_I_L_O_and_U) {
  Bytes all(256);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint8_t>(i * 37 + 11);
  const auto word = to_crockford(all);
  LONGS_EQUAL((256 * 8 + 4) / 5, word.size());
  LONGS_EQUAL(std::string::npos, word.find_first_of("ILOUilou"));
  STRCMP_EQUAL("", to_crockford({}).c_str());
  STRCMP_EQUAL("ZW", to_crockford(Bytes{0xff}).c_str());
}

TEST(Bytes, have_the_check_character_of_Crockford) {
  // 16j (the number 1234) modulo 37 is 13: D.
  CHECK_EQUAL('D', crockford_check("16J"));
  CHECK_EQUAL('0', crockford_check("0"));
  CHECK_EQUAL('U', crockford_check("14"));  // 36
  CHECK_EQUAL('0', crockford_check("15"));  // 37
}

TEST(Bytes, of_integers_are_little_endian) {
  Bytes bytes;
  append_le32(bytes, 0x01020304);
  append_le64(bytes, 0x0102030405060708);
  STRCMP_EQUAL("040302010807060504030201", to_hex(bytes).c_str());
  LONGS_EQUAL(0x01020304, load_le32(bytes));
  CHECK_TRUE(load_le64(ByteView(bytes).subspan(4)) == 0x0102030405060708);
}

TEST_GROUP(Time){};

TEST(Time, is_written_as_in_RFC_3339) {
  STRCMP_EQUAL("1970-01-01T00:00:00Z", to_rfc3339(0).c_str());
  STRCMP_EQUAL("2025-11-21T10:00:00Z", to_rfc3339(1763719200).c_str());
  STRCMP_EQUAL("1969-12-31T23:59:59Z", to_rfc3339(-1).c_str());
}

TEST(Time, is_read_in_every_form_of_the_contract) {
  LONGS_EQUAL(1763719200, *from_iso8601("2025-11-21T10:00:00Z"));
  LONGS_EQUAL(1763719200, *from_iso8601("2025-11-21T12:00:00+02:00"));
  LONGS_EQUAL(1763719200, *from_iso8601("2025-11-21T04:30:00.123-05:30"));
  LONGS_EQUAL(*from_iso8601("2025-11-21T00:00:00Z"), *from_iso8601("2025-11-21"));
  LONGS_EQUAL(*from_iso8601("2025-11-21T23:59:59Z"), *from_iso8601("2025-11-21", true));
  LONGS_EQUAL(*from_iso8601("2024-02-29T23:59:59Z"), *from_iso8601("2024-02", true));
  LONGS_EQUAL(*from_iso8601("2025-12-31T23:59:59Z"), *from_iso8601("2025", true));
  LONGS_EQUAL(*from_iso8601("2025-01-01"), *from_iso8601("2025"));
}

TEST(Time, that_is_none_is_not_read) {
  for (const auto* bad : {"", "25", "2025-13", "2025-00", "2025-02-29", "2025-1-1", "21.11.2025", "2025-11-21T10:00:00",
                          "2025-11-21T10:00", "2025-11-21T25:00:00Z", "2025-11-21T10:60:00Z", "2025-11-21Z",
                          "2025-11-21 ", "2025-11-21T10:00:00.Z", "2025-11-21T10:00:00+2", "-2025"}) {
    CHECK_FALSE_TEXT(from_iso8601(bad).has_value(), bad);
  }
}

TEST_GROUP(Units){};

TEST(Units, must_be_said) {
  LONGS_EQUAL(90, *parse_duration_s("90s"));
  LONGS_EQUAL(600, *parse_duration_s("10m"));
  LONGS_EQUAL(26 * 3600, *parse_duration_s("26h"));
  LONGS_EQUAL(7 * 86400, *parse_duration_s("7d"));
  LONGS_EQUAL(64U << 20, *parse_size_bytes("64MiB"));
  CHECK_TRUE(*parse_size_bytes("5GB") == 5000000000ULL);
  LONGS_EQUAL(50000000, *parse_rate_bytes_per_s("400Mbit/s"));
  LONGS_EQUAL(20U << 20, *parse_rate_bytes_per_s("20MiB/s"));
  for (const auto* bad : {"90", "", "s", "-1s", "1.5h", "500ms", "1h30m", "99999999999999999999s"}) {
    CHECK_FALSE_TEXT(parse_duration_s(bad).ok(), bad);
  }
  for (const auto* bad : {"64", "64mib", "64 M", "18446744073709551615KiB"}) {
    CHECK_FALSE_TEXT(parse_size_bytes(bad).ok(), bad);
  }
  for (const auto* bad : {"400", "400M", "400MB", "400mbps"}) CHECK_FALSE_TEXT(parse_rate_bytes_per_s(bad).ok(), bad);
  STRCMP_CONTAINS("has no unit", parse_duration_s("90").error().what.c_str());
}

TEST(Units, are_shown_to_people) {
  STRCMP_EQUAL("0 B", show_size(0).c_str());
  STRCMP_EQUAL("1.5 GiB", show_size(1610612736).c_str());
  STRCMP_CONTAINS("3 h 12 min", show_duration(3 * 3600 + 12 * 60).c_str());
  CHECK_FALSE(show_size(UINT64_MAX).empty());
}

TEST_GROUP(Text){};

TEST(Text, is_split_joined_and_trimmed) {
  LONGS_EQUAL(3, split("a;;b", ';').size());
  STRCMP_EQUAL("a, b", join({"a", "b"}, ", ").c_str());
  STRCMP_EQUAL("a b", std::string(trim(" \t\r\na b \n")).c_str());
  STRCMP_EQUAL("", std::string(trim(" \n")).c_str());
}

TEST(Text, matches_globs) {
  for (const auto& [pattern, text] : std::vector<std::pair<const char*, const char*>>{
           {"*", ""}, {"*", "abc"}, {"a*c", "abbbc"}, {"a?c", "abc"}, {"*a*b*", "xxaxxbxx"}, {"a[b]", "a[b]"}}) {
    CHECK_TRUE_TEXT(glob_match(pattern, text), pattern);
  }
  for (const auto& [pattern, text] : std::vector<std::pair<const char*, const char*>>{
           {"", "a"}, {"a*c", "abbb"}, {"a?c", "ac"}, {"A*", "abc"}, {"*a*b", "ba"}}) {
    CHECK_FALSE_TEXT(glob_match(pattern, text), pattern);
  }
}

TEST(Text, matches_a_hostile_glob_in_no_time) {
  CHECK_FALSE(glob_match("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", std::string(5000, 'a')));
}

TEST(Text, finds_the_nearest_word) {
  STRCMP_EQUAL("subjects", nearest("subject", {"site", "subjects", "listen"}).c_str());
  STRCMP_EQUAL("", nearest("quite-another-thing", {"site", "subjects"}).c_str());
  LONGS_EQUAL(3, edit_distance("kitten", "sitting"));
}

TEST(Text, is_a_portable_name_or_not) {
  for (const char* good : {"a", "TL-7.cram_2", "...", "-"}) CHECK(is_portable_name(good));
  for (const char* bad : {"", "a b", "a/b", "a\n", "caf\xc3\xa9", "a:b"}) CHECK(!is_portable_name(bad));
  CHECK(!is_portable_name(std::string_view("a\0b", 3)));
}

TEST(Text, is_UTF_8_or_not) {
  for (const auto* good : {"", "abc", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) CHECK_TRUE(is_utf8(good));
  for (const auto* bad : {"\xff", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80"}) {
    CHECK_FALSE(is_utf8(bad));
  }
}

TEST(Text, is_fit_for_a_terminal_when_it_is_printable) {
  const auto shown = printable("a\x1b[31m\n\xff\xc3\xa4");
  for (const char c : shown) CHECK_TRUE(static_cast<unsigned char>(c) >= 32 && c != 127);
  STRCMP_CONTAINS("\\x1b", shown.c_str());
  STRCMP_CONTAINS("\\xff", shown.c_str());
  STRCMP_CONTAINS("\xc3\xa4", shown.c_str());
}

TEST(Text, counts_in_the_singular_and_in_the_plural) {
  STRCMP_EQUAL("0 run folders", counted(0, "run folder").c_str());
  STRCMP_EQUAL("1 run folder", counted(1, "run folder").c_str());
  STRCMP_EQUAL("2 run folders", counted(2, "run folder").c_str());
  STRCMP_EQUAL("1 policy", counted(1, "policy", "policies").c_str());
  STRCMP_EQUAL("0 policies", counted(0, "policy", "policies").c_str());
}

TEST_GROUP(Ulid){};

TEST(Ulid, sorts_by_time) {
  const Bytes chance(10, 0xff), none(10, 0);
  LONGS_EQUAL(26, make_ulid(1, none).size());
  CHECK_TRUE(make_ulid(1000, chance) < make_ulid(1001, none));
  CHECK_TRUE(make_ulid(1763719200000, none) < make_ulid(1763719200000, chance));
  STRCMP_EQUAL("00000000000000000000000000", make_ulid(0, none).c_str());
}

TEST_GROUP(Secret){};

TEST(Secret, is_wiped) {
  char memory[8] = "secret!";
  wipe(memory, sizeof memory);
  for (const char c : memory) CHECK_EQUAL(0, c);
}

TEST(Secret, can_not_be_compared_or_printed_by_accident) {
  CHECK_FALSE((std::is_convertible_v<SecretText, std::string>));
  CHECK_FALSE((std::is_convertible_v<SecretText, std::string_view>));
  CHECK_FALSE((std::is_convertible_v<tributary::Secret<32>, ByteView>));
}

TEST_GROUP(Json){};

TEST(Json, keeps_the_order_of_its_members) {
  Json json;
  json.add("z", 1).add("a", "x").add("n", Json()).add("b", true).add("list", Json::array().push(1).push("2"));
  STRCMP_EQUAL(R"({"z":1,"a":"x","n":null,"b":true,"list":[1,"2"]})", json.dump().c_str());
  LONGS_EQUAL(1, json["z"].as_integer());
  CHECK_TRUE(json["none"].is_null());
  CHECK_FALSE(json.has("none"));
  STRCMP_EQUAL("{}", Json::object().dump().c_str());
  STRCMP_EQUAL("[]", Json::array().dump().c_str());
}

TEST(Json, escapes_what_must_be_escaped_and_mends_what_is_no_text) {
  STRCMP_EQUAL(R"("\"\\\u000a\u0009\u0001")", Json("\"\\\n\t\x01").dump().c_str());
  STRCMP_EQUAL("\"\xef\xbf\xbd\"", Json("\xff").dump().c_str());
}

}  // namespace tributary
