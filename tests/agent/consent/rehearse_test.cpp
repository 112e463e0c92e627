// tests/agent/consent/rehearse_test.cpp: cases of policies come out as real samples would.
#include "agent/consent/rehearse.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::consent {

TEST_GROUP(Rehearsal) {
  config::Settings settings;
  config::Policy policy;
  config::PolicyCase one;

  void setup() override {
    policy.name = "research";
    policy.purpose.use = Use::hmb;
    policy.purpose.country = "DE";
    policy.files = {"bam"};
    policy.samples.except = {"NTC*"};
    one.sample_name = "S";
    one.project = "P";
    one.files = {"bam", "fastq"};
    told({{"c", "active", "HMB", "", "2026-12-31"}});
  }
  Rehearsal made_at(std::int64_t now_utc_s) {
    settings.policies = {policy};
    one.policy = policy.name;
    return rehearse(settings, one, now_utc_s);
  }
  void told(const std::vector<Record>& records) { one.consent = {Told{"lims", records}}; }
  std::string outcome(std::int64_t now_utc_s = 0) {
    const auto made = made_at(now_utc_s);
    return std::string(config::name_of(made.found)) + (made.rule.empty() ? "" : " " + made.rule);
  }
};

TEST(Rehearsal, sends_refuses_and_holds_by_the_rule_that_decides) {
  STRCMP_EQUAL("send permission", outcome().c_str());
  told({{"c", "active", "HMB;GS[FR]", "", ""}});
  STRCMP_EQUAL("refuse GS", outcome().c_str());
  told({{"c", "active", "GRU", "", ""}, {"d", "withdrawn", "GRU", "", ""}});
  STRCMP_EQUAL("refuse status", outcome().c_str());
  told({});
  STRCMP_EQUAL("hold silence", outcome().c_str());
  one.consent.reset();
  STRCMP_EQUAL("hold source", outcome().c_str());
}

TEST(Rehearsal, asks_every_source_of_the_case_to_agree) {
  one.consent->push_back({"registry", {{"d", "rejected", "", "", ""}}});
  STRCMP_EQUAL("refuse status", outcome().c_str());
  one.consent->pop_back();
  one.away = {"registry"};
  STRCMP_EQUAL("hold source", outcome().c_str());
}

TEST(Rehearsal, knows_families_countries_sizes_and_policies_before_it) {
  policy.whole_family = true;
  STRCMP_EQUAL("hold family", outcome().c_str());
  one.family_size = 2;
  STRCMP_EQUAL("hold family", outcome().c_str());
  one.family.push_back({*one.consent, false});
  STRCMP_EQUAL("send permission", outcome().c_str());
  one.family[0].withdrawn = true;
  STRCMP_EQUAL("refuse withdrawn", outcome().c_str());
  one.family.clear();
  one.family_size = 1;
  settings.egress = Egress{"CH", {"CH"}, Verdict::deny};
  STRCMP_EQUAL("refuse egress", outcome().c_str());
  settings.egress->country.clear();
  one.countries = {"FR"};
  STRCMP_EQUAL("send permission", outcome().c_str());
  policy.minimum.bytes = 10;
  one.file_bytes = 9;
  STRCMP_EQUAL("not-taken", outcome().c_str());
  one.file_bytes = 10;
  STRCMP_EQUAL("send permission", outcome().c_str());
}

TEST(Rehearsal, refuses_who_was_withdrawn_here) {
  one.withdrawn = true;
  STRCMP_EQUAL("refuse withdrawn", outcome().c_str());
}

TEST(Rehearsal, does_not_take_what_the_policy_does_not) {
  one.files = {"fastq"};
  STRCMP_EQUAL("not-taken", outcome().c_str());
  one.files = {"bam"};
  one.sample_name = "NTC-1";
  STRCMP_EQUAL("not-taken", outcome().c_str());
  policy.samples.except.clear();
  STRCMP_EQUAL("send permission", outcome().c_str());
  policy.samples.project = {"other"};
  STRCMP_EQUAL("not-taken", outcome().c_str());
}

TEST(Rehearsal, decides_as_of_the_instant_of_the_case_and_else_as_of_now) {
  const std::int64_t in_2027 = 1798761600;
  STRCMP_EQUAL("refuse period", outcome(in_2027).c_str());
  one.at_utc_s = in_2027 - 1;
  STRCMP_EQUAL("send permission", outcome(in_2027).c_str());
}

TEST(Rehearsal, is_as_expected_when_action_and_rule_are) {
  one.expected = config::Expectation::send;
  CHECK_TRUE(made_at(0).as_expected);
  one.rule = "permission";
  CHECK_TRUE(made_at(0).as_expected);
  one.rule = "GS";
  CHECK_FALSE(made_at(0).as_expected);
  one.rule.clear();
  one.expected = config::Expectation::hold;
  CHECK_FALSE(made_at(0).as_expected);
}

}  // namespace tributary::consent
