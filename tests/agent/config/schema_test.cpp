// tests/agent/config/schema_test.cpp: the schema comes from the key tables, and the file in conf/ is that schema.
#include <fstream>
#include <iterator>
#include <string>

#include "agent/config/config.hpp"
#include "agent/config/key_table.hpp"

#include <CppUTest/TestHarness.h>

namespace {

using namespace tributary;          // NOLINT: brevity of a test
using namespace tributary::config;  // NOLINT

void has_every_key(const Table& table, const Json& schema) {
  for (const auto& key : table.keys) {
    const auto& one = schema["properties"][key.name];
    CHECK_TRUE_TEXT(one.is_object(), std::string(key.name).c_str());
    CHECK_TRUE_TEXT(!one["description"].as_string().empty(), std::string(key.name).c_str());
    if (key.type == Type::map) has_every_key(*key.table, one);
    if (key.type == Type::maps) has_every_key(*key.table, one["items"]);
  }
}

}  // namespace

TEST_GROUP(Schema){};

TEST(Schema, holds_every_key_of_the_tables) {
  const auto all = schema();
  STRCMP_EQUAL("https://json-schema.org/draft/2020-12/schema", std::string(all["$schema"].as_string()).c_str());
  has_every_key(main_table, all);
  has_every_key(subject_table, all["$defs"]["subject"]);
  has_every_key(destination_table, all["$defs"]["destination"]);
  has_every_key(policy_table, all["$defs"]["policy"]);
  has_every_key(notification_table, all["$defs"]["notification"]);
}

TEST(Schema, shows_types_defaults_and_bounds) {
  const auto all = schema();
  const auto& threads = all["properties"]["limits"]["properties"]["threads"];
  LONGS_EQUAL(2, threads["default"].as_integer());
  LONGS_EQUAL(64, threads["maximum"].as_integer());
  const auto& retain = all["properties"]["run_folders"]["items"]["properties"]["retain"];
  LONGS_EQUAL(3, retain["enum"].items().size());  // source, link, null
  CHECK_FALSE(all["additionalProperties"].as_bool(true));
}

TEST(Schema, stands_in_conf_as_it_is_made) {
  std::ifstream file(std::string(TRIBUTARY_CONF_FOLDER) + "/tributary.schema.json", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  STRCMP_EQUAL((schema().dump(true) + "\n").c_str(), text.c_str());
}
