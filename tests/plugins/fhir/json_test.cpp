// tests/plugins/fhir/json_test.cpp: what is JSON and what is not, bounds, and Bundles of any size.
#include "plugins/consent/fhir/bundle.hpp"
#include "tests/plugins/fhir/resources.hpp"

#include <CppUTest/TestHarness.h>

namespace {

using namespace tributary::fhir;          // NOLINT: brevity of a test
using namespace tributary::sdk::consent;  // NOLINT
using namespace tributary::tests;         // NOLINT

std::string problem_of(const std::string& text) {
  try {
    Memory bytes(text);
    Reader reader(bytes);
    reader.value();
    if (reader.next() != -1) return "something stands behind";
  } catch (const Malformed& problem) {
    return problem.what();
  }
  return {};
}

void refuses(const std::string& why, const std::string& text) {
  STRCMP_CONTAINS(why.c_str(), problem_of(text).c_str());
}

Value read(const std::string& text) {
  Memory bytes(text);
  return Reader(bytes).value();
}

// A Bundle with so many Patients, made while it is read.
class Endless final : public Bytes {
 public:
  explicit Endless(std::size_t entries) : left_(entries) {}
  std::size_t read(char* into, std::size_t room) override {
    while (text_.size() < room && left_ > 0) {
      text_ += entry_;
      entry_ = R"(,{"resource":{"resourceType":"Patient","id":"p","text":")" + std::string(1000, 'x') + "\"}}";
      if (--left_ == 0) text_ += "]}";
    }
    const auto n = std::min(room, text_.size());
    text_.copy(into, n);
    text_.erase(0, n);
    return n;
  }

 private:
  std::string text_ = R"({"resourceType":"Bundle","type":"collection","entry":[)";
  std::string entry_ = R"({"resource":{"resourceType":"Patient","id":"p"}})";
  std::size_t left_;
};

}  // namespace

TEST_GROUP(FhirJson){};

TEST(FhirJson, reads_every_kind_of_value) {
  const auto value =
      read("\xef\xbb\xbf { \"a\" : [ null , true, -1.5e+3, \"x\\n\\u00e4\\ud83d\\ude00\" ] , \"b\":{}}\n");
  const auto& list = value["a"].items();
  CHECK_TRUE(list[0].is(Value::Kind::null) && list[1].text() == "true" && list[2].text() == "-1.5e+3");
  STRCMP_EQUAL("x\n\xc3\xa4\xf0\x9f\x98\x80", list[3].text().c_str());
  CHECK_TRUE(value.has("b") && !value.has("c") && value["c"].is(Value::Kind::null));
}

TEST(FhirJson, refuses_what_two_readers_could_read_in_two_ways) {
  refuses("line 2: a name stands twice in one object", "{\"a\":1,\n\"a\":2}");
  refuses("a name stands twice", R"({"x":{"a":1,"\u0061":2}})");
  for (const auto* text : {"[1,]", "{\"a\":1,}", "[01]", "[+1]", "[.5]", "[1.]", "['a']", "[nul]", "{a:1}", "[1 2]",
                           "[\"\\x\"]", "", "[\"a"}) {
    CHECK_TRUE_TEXT(!problem_of(text).empty(), text);
  }
  refuses("a NUL in a text", R"(["\u0000"])");
  refuses("half a character", R"(["\ud800"])");
  refuses("half a character", R"(["\udc00\ud800"])");
  refuses("not UTF-8", "[\"\xc0\xaf\"]");
  refuses("a control character", "[\"a\nb\"]");
  refuses("something stands behind", "{} {}");
}

TEST(FhirJson, bounds_depth_texts_and_resources) {
  CHECK_TRUE(problem_of(std::string(64, '[') + std::string(64, ']')).empty());
  refuses("more than 64 levels", std::string(66, '[') + std::string(66, ']'));
  refuses("more than 64 levels", std::string(1000000, '['));
  refuses("a text of more than 1048576 bytes", "[\"" + std::string((1U << 20U) + 1, 'x') + "\"]");
  std::string many = "[0";
  for (int i = 0; i < 100000; ++i) many += ",0";
  refuses("more than 100000 values", many + "]");
  std::string large = "[0";
  for (int i = 0; i < 3; ++i) large += ",\"" + std::string(1U << 20U, 'x') + "\"";
  refuses("more than 2097152 bytes", large + "]");
}

TEST(FhirJson, walks_a_bundle_of_any_size_entry_by_entry) {
  Endless bytes(60000);  // 60 MB
  std::size_t seen = 0;
  const auto head = read_resource(bytes, [&](const Value&, const std::string&) { ++seen; });
  LONGS_EQUAL(60000, seen);
  STRCMP_EQUAL("collection", head["type"].text().c_str());
}

TEST(FhirJson, takes_no_bundle_for_another_and_no_other_for_a_bundle) {
  const auto of = [](const std::string& text) {
    try {
      Memory bytes(text);
      read_resource(bytes, [](const Value&, const std::string&) {});
    } catch (const Malformed& problem) {
      return std::string(problem.what());
    }
    return std::string();
  };
  STRCMP_CONTAINS("no Bundle", of(R"({"entry":[{"resource":{}}],"resourceType":"List"})").c_str());
  STRCMP_EQUAL("", of(R"({"entry":[{"item":{}}],"resourceType":"List"})").c_str());
  STRCMP_CONTAINS("an entry without a resource",
                  of(R"({"entry":[{}],"type":"collection","resourceType":"Bundle"})").c_str());
  STRCMP_CONTAINS(
      "neither PUT nor POST",
      of(R"({"resourceType":"Bundle","type":"transaction","entry":[{"resource":{},"request":{"method":"DELETE"}}]})")
          .c_str());
  STRCMP_CONTAINS("another type", of(R"({"resourceType":"Bundle","type":"history"})").c_str());
  STRCMP_CONTAINS("a name stands twice",
                  of(R"({"resourceType":"Bundle","type":"collection","entry":[],"entry":[]})").c_str());
}
