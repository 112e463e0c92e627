// tests/agent/json/foreign_test.cpp: JSON at the edges of RFC 8259 and beyond them.
#include "agent/port/json/json.hpp"

#include <string>

#include <CppUTest/TestHarness.h>

using tributary::Json;
using tributary::Remedy;
using tributary::json::parse;

TEST_GROUP(ForeignJson){static std::string round(const std::string& text){const auto value = parse(text);
return value.ok() ? value->dump() : "error: " + value.error().what;
}
static void refused(const std::string& text) {
  const auto value = parse(text);
  CHECK_TEXT(!value.ok(), text.c_str());
  CHECK(value.error().remedy == Remedy::give_up);
}
}
;

TEST(ForeignJson, keeps_what_it_reads_in_order) {
  const std::string text = R"({"b":[1,-2,{"c":null}],"a":"x","t":true,"f":false,"e":{},"l":[]})";
  STRCMP_EQUAL(text.c_str(), round(text).c_str());
  STRCMP_EQUAL(text.c_str(), round(" \n\t" + text + "\r\n ").c_str());
}

TEST(ForeignJson, knows_every_escape) {
  STRCMP_EQUAL("\"\\/\b\f\n\r\t\xc3\xa4\xf0\x9f\x98\x80",
               std::string((*parse(R"(["\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00"])")).items().at(0).as_string()).c_str());
}

TEST(ForeignJson, keeps_whole_numbers_exact_up_to_64_bits) {
  const auto list = parse("[0,-0,9007199254740993,9223372036854775807,-9223372036854775808]");
  CHECK(list.ok());
  LONGS_EQUAL(0, list->items()[0].as_integer(7));
  CHECK(list->items()[2].as_integer() == 9007199254740993);
  CHECK(list->items()[3].as_integer() == INT64_MAX);
  CHECK(list->items()[4].as_integer() == INT64_MIN);
}

TEST(ForeignJson, makes_no_integer_of_a_number_that_does_not_fit) {
  for (const std::string number :
       {"9223372036854775808", "18446744073709551615", "18446744073709551616", "-9223372036854775809",
        "340282366920938463463374607431768211456", "100000000000000000000000000000000000000000"}) {
    const auto list = parse("[" + number + "]");
    CHECK_TEXT(list.ok(), number.c_str());
    CHECK_TEXT(!list->items()[0].is_integer(), number.c_str());
    CHECK(!list->items()[0].is_null());
    LONGS_EQUAL(77, list->items()[0].as_integer(77));
  }
}

TEST(ForeignJson, reads_fractions_and_exponents_as_doubles) {
  for (const std::string number : {"1.5", "1e3", "1E-2", "-0.25", "1.0"}) {
    const auto list = parse("[" + number + "]");
    CHECK_TEXT(list.ok(), number.c_str());
    CHECK(!list->items()[0].is_integer());
  }
}

TEST(ForeignJson, refuses_a_member_that_stands_twice) {
  refused(R"({"a":1,"a":2})");
  refused(R"({"a":1,"\u0061":2})");
  STRCMP_EQUAL(R"([{"a":1},{"a":2}])", round(R"([{"a":1},{"a":2}])").c_str());
}

TEST(ForeignJson, refuses_what_is_no_json) {
  for (const std::string text : {"",
                                 " ",
                                 "nul",
                                 "{",
                                 "}",
                                 "[1",
                                 "[1,]",
                                 "[,1]",
                                 "{\"a\"}",
                                 "{\"a\":}",
                                 "{\"a\":1,}",
                                 "{a:1}",
                                 "['a']",
                                 "[01]",
                                 "[+1]",
                                 "[1.]",
                                 "[.5]",
                                 "[1e]",
                                 "[-]",
                                 "[NaN]",
                                 "[Infinity]",
                                 "[\"\\x\"]",
                                 "[\"\\u12\"]",
                                 "[\"a]",
                                 "[\"\t\"]",
                                 "[1]]",
                                 "[1] x",
                                 "{}{}",
                                 "[1][2]",
                                 "/**/[]",
                                 "[] // a",
                                 "[1 2]",
                                 "{\"a\" 1}",
                                 "[tru]",
                                 "[True]",
                                 "[\"a\" \"b\"]",
                                 "{1:2}",
                                 "{\"a\":1 \"b\":2}",
                                 "]",
                                 "[}",
                                 "{]"}) {
    refused(text);
  }
}

TEST(ForeignJson, refuses_broken_text) {
  refused("[\"\xff\"]");
  refused("[\"\xc0\xaf\"]");
  refused("[\"\xed\xa0\x80\"]");
  refused(std::string("[\"a\0b\"]", 7));
  refused("[\"\\ud800\"]");
  refused("[\"\\udc00\\ud800\"]");
  refused("[\"\\u0000\"]");
  refused("{\"a\\u0000b\":1}");
}

TEST(ForeignJson, takes_a_backslash_for_what_it_is) {
  STRCMP_EQUAL("\\u0000", std::string(parse(R"(["\\u0000"])")->items().at(0).as_string()).c_str());
  STRCMP_EQUAL(R"(["\\","[[[["])", round(R"(["\\","[[[["])").c_str());
}

TEST(ForeignJson, goes_as_deep_as_allowed_and_no_deeper) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(parse(nested(64)).ok());
  CHECK(!parse(nested(65)).ok());
  CHECK(parse(nested(3), 3).ok());
  CHECK(!parse(nested(4), 3).ok());
  CHECK(!parse(nested(1000000)).ok());
  CHECK(!parse(std::string(1000000, '[')).ok());
  CHECK(!parse(std::string(1000000, '{')).ok());
}

TEST(ForeignJson, does_not_echo_what_it_refuses) {
  for (const std::string text : {R"({"SAMPLE-01":1,"SAMPLE-01":2})", R"({"SAMPLE-01")", "[SAMPLE-01]"}) {
    const auto value = parse(text);
    CHECK(!value.ok());
    CHECK(value.error().what.find("SAMPLE") == std::string::npos);
  }
}

TEST(ForeignJson, reads_a_large_list) {
  std::string text = "[";
  for (int i = 0; i < 100000; ++i) text += std::to_string(i) + ",";
  text += "\"end\"]";
  LONGS_EQUAL(100001, parse(text)->items().size());
}
