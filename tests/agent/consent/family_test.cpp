// tests/agent/consent/family_test.cpp: families that go whole or not at all.
#include "agent/consent/family.hpp"

#include "agent/base/clock.hpp"

#include <CppUTest/TestHarness.h>

namespace {

using namespace tributary::consent;  // NOLINT: a test of this namespace

constexpr std::int64_t now = 1795255200;  // 2026-11-21T10:00:00Z

Member member(const std::string& subject, const std::string& status = "active", const std::string& until = "") {
  Purpose purpose;
  purpose.country = "DE";
  return {subject,
          {"FAMILY-01", 3, {}},
          decide({{{"lims", {{"c-" + subject, status, "HMB;NPU", "", until}}, false}}, {}, {}, false}, purpose, now)};
}
const char* word(const Decision& decision) {
  return decision.verdict == Verdict::permit ? "permit" : decision.verdict == Verdict::deny ? "deny" : "unknown";
}

}  // namespace

TEST_GROUP(Family) {
  Member self = member("child");
  std::vector<Member> others{member("mother"), member("father")};

  void is(const char* verdict, const char* reason) {
    const auto decision = whole_family(self, others);
    STRCMP_EQUAL_TEXT(verdict, word(decision), decision.reason.c_str());
    STRCMP_EQUAL(reason, decision.reason.c_str());
  }
};

TEST(Family, goes_when_all_members_are_there_and_agree) {
  is("permit", "the consent permits HMB");
  others.push_back(member("father"));  // a second sample of his
  is("permit", "the consent permits HMB");
}

TEST(Family, stays_when_one_member_does_not_agree) {
  others[1] = member("father", "withdrawn");
  is("deny", "another member of the family: the consent was withdrawn");
  CHECK_TRUE(taken_back(whole_family(self, others)));
  others[1] = member("father", "draft");
  is("unknown", "another member of the family: the consent is a draft and grants nothing");
  CHECK_FALSE(taken_back(whole_family(self, others)));
  self = member("child", "rejected");
  is("deny", "the consent was rejected");
}

TEST(Family, stays_when_it_is_not_known_to_be_whole) {
  others.pop_back();
  is("unknown", "of 3 members of the family 2 are in this run");
  others.clear();
  is("unknown", "of 3 members of the family 1 is in this run");
  self.kin.size = 1;
  is("permit", "the consent permits HMB");
  others.push_back(member("mother"));
  others.back().kin.size = 1;
  is("unknown", "2 members are in this run, of a family that has 1");
  others.back().kin.size = 2;
  is("unknown", "members of the family are told different sizes");
  self.kin.size.reset();
  is("unknown", "no subject source tells how many members the family has");
  others.clear();
  is("unknown", "no subject source tells how many members the family has");
  self.kin = {};
  is("unknown", "no subject source tells the family of the sample");
  self.kin.problem = "subject sources tell different families";
  is("unknown", "subject sources tell different families");
}

TEST(Family, takes_a_size_that_not_every_member_is_told_with) {
  others[0].kin.size.reset();
  is("permit", "the consent permits HMB");
}

TEST(Family, lasts_as_long_as_its_shortest_consent_and_keeps_everybodys_terms_apart) {
  self.decision.terms = {"DUO:0000006"};
  others[0] = member("mother", "active", "2026-12-31");
  const auto decision = whole_family(self, others);
  STRCMP_EQUAL("2026-12-31T23:59:59Z", tributary::to_rfc3339(*decision.valid_until_utc_s).c_str());
  LONGS_EQUAL(1, decision.terms.size());
  LONGS_EQUAL(1, decision.findings.size());
  CHECK(decision.evidence_sha256 != self.decision.evidence_sha256);
}

TEST(Family, names_no_document_and_no_member_of_another) {
  others[1] = member("father", "withdrawn");
  const auto json = to_json(whole_family(self, others), Naming::documents).dump();
  STRCMP_CONTAINS("c-child", json.c_str());
  CHECK_TRUE(json.find("c-father") == std::string::npos && json.find("FAMILY-01") == std::string::npos);
}
