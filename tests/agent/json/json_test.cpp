// tests/agent/json/json_test.cpp: JSON that others wrote, and JSON that we write.
#include "agent/port/json/json.hpp"

#include <CppUTest/TestHarness.h>

using tributary::Json;

TEST_GROUP(JsonText){
    void is_refused(const std::string& text){CHECK_FALSE_TEXT(tributary::json::parse(text).ok(), text.c_str());
}
}
;

TEST(JsonText, comes_back_as_it_went) {
  const std::string text = R"({"a":[1,-2,true,false,null,"x\"y\\z"],"b":{"c":9223372036854775807},"d":"ü"})";

  const auto value = tributary::json::parse(text);

  CHECK(value.ok());
  STRCMP_EQUAL(text.c_str(), value->dump().c_str());
  CHECK((*value)["b"]["c"].as_integer() == INT64_MAX);
}

TEST(JsonText, gives_null_for_what_is_not_there) {
  const auto value = tributary::json::parse(R"({"a":1})");

  CHECK(value.ok());
  CHECK((*value)["b"]["c"].is_null());
  STRCMP_EQUAL("none", std::string((*value)["a"].as_string("none")).c_str());
}

TEST(JsonText, is_refused_when_it_is_broken) {
  for (const char* text :
       {"", "   ", "{", "[1,", "{\"a\":}", "{\"a\":1,\"a\":2}", "<html></html>", "nonsense", "{\"a\" 1}", "[1] x"}) {
    is_refused(text);
  }
  is_refused("{\"a\":\"\xff\"}");
  is_refused(std::string("{\"a\":\"\0\"}", 9));
}

TEST(JsonText, is_refused_when_it_is_too_deep) {
  is_refused(std::string(100000, '['));
  is_refused(std::string(65, '[') + std::string(65, ']'));
  CHECK(tributary::json::parse(std::string(64, '[') + std::string(64, ']')).ok());
}

TEST(JsonText, never_repeats_what_it_refused) {
  const auto value = tributary::json::parse("{\"name\": SECRET-WORD}");

  CHECK_FALSE(value.ok());
  CHECK(value.error().what.find("SECRET") == std::string::npos);
}

TEST(JsonText, keeps_the_order_of_members_and_escapes_control_characters) {
  Json value;
  value.add("z", 1).add("a", "line\nend\x01");

  STRCMP_EQUAL("{\"z\":1,\"a\":\"line\\u000aend\\u0001\"}", value.dump().c_str());
}
