// tests/agent/cli/policy_test.cpp: `tributary policy test` and `tributary plan --at`.
#include <functional>

#include "agent/config/key_table.hpp"
#include "tests/agent/cli/desk.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::cli_test {

TEST_GROUP(PolicyTest) {
  Site site;

  Ending test(const std::string& expect, const std::vector<std::string>& more = {}) {
    const auto file = site.desk.write("cases.yaml",
                                      "cases:\n  - name: one\n    policy: research\n    consent: [ { status: active, "
                                      "permissions: GRU } ]\n    expect: " +
                                          expect + "\n");
    std::vector<std::string> words{"policy", "test", file};
    words.insert(words.end(), more.begin(), more.end());
    return site.run(words);
  }
};

TEST(PolicyTest, says_what_is_as_expected) {
  const auto ended = test("send");
  LONGS_EQUAL_TEXT(0, ended.code, ended.words.c_str());
  STRCMP_EQUAL("good    one: send by rule permission\n1 case, 0 not as expected\n", ended.words.c_str());
}

TEST(PolicyTest, says_what_is_not_with_both_sides_and_the_place) {
  const auto ended = test("refuse\n    rule: NPU");
  LONGS_EQUAL(3, ended.code);
  STRCMP_CONTAINS(
      "cases.yaml:2, policy research)\n        expected  refuse by rule NPU\n        found     send by rule "
      "permission: ",
      ended.words.c_str());
  STRCMP_CONTAINS("1 case, 1 not as expected", ended.words.c_str());
}

TEST(PolicyTest, tells_programs_in_json) {
  const auto report = json::parse(test("hold", {"--json"}).words);
  CHECK_TRUE(report.ok());
  CHECK_FALSE((*report)["good"].as_bool(true));
  const auto& one = (*report)["cases"].items()[0];
  STRCMP_EQUAL("hold", std::string(one["expected"]["action"].as_string()).c_str());
  STRCMP_EQUAL("send", std::string(one["found"]["action"].as_string()).c_str());
  STRCMP_EQUAL("permission", std::string(one["found"]["rule"].as_string()).c_str());
}

TEST(PolicyTest, refuses_a_file_that_is_wrong) {
  LONGS_EQUAL(2, test("sent").code);
  LONGS_EQUAL(2, site.run({"policy", "test"}).code);
  LONGS_EQUAL(2, site.run({"policy", "try", "x"}).code);
  LONGS_EQUAL(2, site.run({"policy", "test", site.desk.at("none.yaml")}).code);
}

TEST(PolicyTest, names_every_key_of_a_file_of_cases_in_its_help) {
  const auto help = site.desk.run({"policy", "--help"}).words;
  const std::function<void(const config::Table&)> look = [&](const config::Table& table) {
    for (const auto& key : table.keys) {
      CHECK_TRUE_TEXT(has(help, std::string(key.name)), std::string(key.name).c_str());
      if (key.table != nullptr) look(*key.table);
    }
  };
  look(config::cases_table);
}

TEST(PolicyTest, examples_hold_for_the_example_of_a_policy) {
  const auto policies = site.folder.path() + "/policies.d";
  CHECK_TRUE(files::make_directories(policies, 0700).ok());
  auto policy = files::read_small(TRIBUTARY_TEST_CONF "/policies.d/wgs-research.yaml", 1U << 20).value_or("");
  const auto place = policy.find("destination: national");
  CHECK_TRUE(place != std::string::npos);
  policy.replace(place, 21, "destination: far");
  CHECK_TRUE(files::write_atomic(policies + "/wgs-research.yaml", view(policy), 0600).ok());
  const auto ended = site.run({"policy", "test", TRIBUTARY_TEST_CONF "/policy-cases.yaml"});
  LONGS_EQUAL_TEXT(0, ended.code, ended.words.c_str());
}

TEST_GROUP(PlanAt) {
  Site site;

  Ending plan(std::vector<std::string> words) {
    words.insert(words.begin(), {"plan", site.laboratory.run().path()});
    return site.run(words);
  }
};

TEST(PlanAt, another_day_says_what_is_different_from_today) {
  const auto ended = plan({"--at", "2100-01-01"});
  LONGS_EQUAL(3, ended.code);
  STRCMP_CONTAINS("(today: send)", ended.words.c_str());
  STRCMP_CONTAINS("refuse", ended.words.c_str());
  CHECK_FALSE(has(plan({"--at", "2099-12-31"}).words, "today:"));
}

TEST(PlanAt, another_day_says_so_in_json) {
  const auto out = json::parse(plan({"--at", "2100-01-01", "--json"}).words);
  STRCMP_EQUAL("2100-01-01T00:00:00Z", std::string((*out)["at"].as_string()).c_str());
  const auto& choice = (*out)["samples"].items()[0]["policies"].items()[0];
  STRCMP_EQUAL("refuse send",
               (std::string(choice["action"].as_string()) + " " + std::string(choice["today"].as_string())).c_str());
  const auto now = json::parse(plan({"--json"}).words);
  CHECK_FALSE(now->has("at") || (*now)["samples"].items()[0]["policies"].items()[0].has("today"));
}

TEST(PlanAt, no_day_is_refused) { LONGS_EQUAL(2, plan({"--at", "soon"}).code); }

}  // namespace tributary::cli_test
