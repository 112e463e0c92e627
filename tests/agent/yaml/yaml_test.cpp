// tests/agent/yaml/yaml_test.cpp: the tree, where its nodes stand, and everything that is refused.
#include "agent/port/yaml/yaml.hpp"

#include <string>

#include <CppUTest/TestHarness.h>

namespace {

using tributary::yaml::Kind;
using tributary::yaml::Node;
using tributary::yaml::parse;

Node good(const std::string& text) {
  auto node = parse(text, "t.yaml");
  if (!node) FAIL(tributary::sentence(node.error()).c_str());
  return *node;
}

std::string bad(const std::string& text) {
  const auto node = parse(text, "t.yaml");
  if (node) FAIL(("was taken: " + text.substr(0, 60)).c_str());
  return tributary::sentence(node.error());
}

std::string repeat(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace

TEST_GROUP(Yaml){};

TEST(Yaml, keeps_keys_in_file_order_with_their_places) {
  const auto root = good("b: 1\na:\n  - x\n  - [y, 'z']\n");
  CHECK(root.kind == Kind::map);
  LONGS_EQUAL(2, root.members.size());
  STRCMP_EQUAL("b", root.members[0].key.c_str());
  LONGS_EQUAL(2, root.members[1].mark.line);
  LONGS_EQUAL(1, root.members[1].mark.column);
  const auto& list = root.members[1].value;
  LONGS_EQUAL(3, list.items[0].mark.line);
  LONGS_EQUAL(5, list.items[0].mark.column);
  CHECK(list.items[1].kind == Kind::sequence);
  CHECK_TRUE(list.items[1].items[1].quoted);
  CHECK_FALSE(list.items[1].items[0].quoted);
}

TEST(Yaml, knows_null_from_the_word_null) {
  const auto root = good("a: null\nb: 'null'\nc: ~\nd:\ne: ''\n");
  CHECK(root.find("a")->kind == Kind::null);
  CHECK(root.find("b")->kind == Kind::scalar);
  CHECK(root.find("c")->kind == Kind::null);
  CHECK(root.find("d")->kind == Kind::null);
  CHECK(root.find("e")->kind == Kind::scalar);
  POINTERS_EQUAL(nullptr, root.find("f"));
}

TEST(Yaml, takes_an_empty_file_as_null) {
  CHECK(good("").kind == Kind::null);
  CHECK(good("# only a comment\n").kind == Kind::null);
  CHECK(good("---\n").kind == Kind::null);
}

TEST(Yaml, takes_a_byte_order_mark_and_carriage_returns) {
  const auto root = good(
      "\xef\xbb\xbf"
      "a: 1\r\nb: 2\r\n");
  STRCMP_EQUAL("1", root.find("a")->scalar.c_str());
  STRCMP_EQUAL("2", root.find("b")->scalar.c_str());
}

TEST(Yaml, copies_what_an_alias_stands_for) {
  const auto root = good("a: &x {k: v}\nb: *x\n");
  STRCMP_EQUAL("v", root.find("b")->find("k")->scalar.c_str());
}

TEST(Yaml, says_where_the_syntax_breaks) {
  const auto what = bad("a: [1, 2\nb: 3\n");
  CHECK_TRUE(what.rfind("t.yaml:", 0) == 0);
  CHECK_TRUE(what.find("not YAML: ") != std::string::npos);
}

TEST(Yaml, refuses_a_key_that_stands_twice) {
  STRCMP_EQUAL("t.yaml:3:1: the key 'a' stands twice, first at line 1, column 1; keep one of them",
               bad("a: 1\nb: 2\na: 3\n").c_str());
}

TEST(Yaml, refuses_merge_keys_with_a_reason) {
  STRCMP_EQUAL("t.yaml:3:3: merge keys (<<) are not supported; write the keys out, or use an alias for a whole value",
               bad("x: &x {a: 1}\ny:\n  <<: *x\n").c_str());
}

TEST(Yaml, refuses_a_second_document) {
  CHECK_TRUE(bad("a: 1\n---\nb: 2\n").find("a second document") != std::string::npos);
}

TEST(Yaml, refuses_keys_that_are_no_words) {
  CHECK_TRUE(bad("? [a, b]\n: 1\n").find("as a key") != std::string::npos);
  CHECK_TRUE(bad("~: 1\n").find("no word") != std::string::npos);
}

TEST(Yaml, refuses_tags_it_does_not_know) {
  CHECK_TRUE(bad("a: !secret x\n").find("the tag '!secret'") != std::string::npos);
  CHECK_TRUE(bad("a: !!python/object x\n").find("is not known here") != std::string::npos);
  CHECK_TRUE(good("a: !!str 5\n").find("a")->quoted);
}

TEST(Yaml, refuses_more_than_100_levels) {
  CHECK_TRUE(bad(repeat("[", 101) + repeat("]", 101)).find("deeper than 100 levels") != std::string::npos);
  CHECK_TRUE(bad(repeat("- ", 300000)).find("deeper than 100 levels") != std::string::npos);
  CHECK_TRUE(bad(repeat("[", 300000) + repeat("]", 300000)).find("deeper than 100 levels") != std::string::npos);
  CHECK_TRUE(bad("a: " + repeat("{a: ", 200000)).find("t.yaml:1:") == 0);
  good(repeat("[", 100) + repeat("]", 100));
}

TEST(Yaml, refuses_aliases_that_would_blow_up) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const auto below = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + below;
    for (int j = 1; j < 10; ++j) text += ", " + below;
    text += "]\n";
  }
  CHECK_TRUE(bad(text).find("more than 100000 values") != std::string::npos);
  const auto large = "a: &a " + std::string(100000, 'x') + "\nb: [" + repeat("*a, ", 200) + "]\n";
  CHECK_TRUE(bad(large).find("bytes of values") != std::string::npos);
}

TEST(Yaml, refuses_an_alias_inside_of_itself) {
  CHECK_TRUE(bad("a: &x [1, *x]\n").find("t.yaml:1:") != std::string::npos);
}

TEST(Yaml, refuses_other_encodings_and_control_characters) {
  CHECK_TRUE(bad("a: \xff\n").find("not UTF-8") != std::string::npos);
  CHECK_TRUE(bad(std::string("a\0:\0 \0", 6)).find("control character \\x00") != std::string::npos);
  STRCMP_EQUAL("t.yaml:2:4: the control character \\x1b; remove it", bad("a: 1\nb: \x1b[0m\n").c_str());
}

TEST(Yaml, refuses_a_file_that_is_too_large) {
  CHECK_TRUE(bad(std::string((1U << 20) + 1, '#')).find("of at most 1048576") != std::string::npos);
}
