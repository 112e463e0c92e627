// tests/agent/consent/decide_test.cpp: many sources, one answer.
#include "agent/consent/decide.hpp"

#include <algorithm>

#include "agent/base/clock.hpp"

#include <CppUTest/TestHarness.h>

namespace {

using namespace tributary::consent;  // NOLINT: a test of this namespace

constexpr std::int64_t now = 1795255200;  // 2026-11-21T10:00:00Z

Told told(const std::string& source, const std::string& permissions, const std::string& status = "active",
          const std::string& until = "") {
  return {source, {{"c-1", status, permissions, "2026-01-01", until}}};
}
Decision decided(std::vector<Told> all, std::vector<std::string> unknown_for = {}) {
  Purpose purpose;
  purpose.country = "DE";
  return decide({std::move(all), std::move(unknown_for), {}, false}, purpose, now);
}

}  // namespace

TEST_GROUP(Decide){};

TEST(Decide, denies_before_it_does_not_know_before_it_permits) {
  const auto yes = told("a", "HMB");
  const auto no = told("b", "HMB", "withdrawn");
  const auto perhaps = told("c", "HMB", "draft");
  CHECK(decided({yes}).verdict == Verdict::permit);
  CHECK(decided({yes, perhaps}).verdict == Verdict::unknown);
  CHECK(decided({yes, perhaps, no}).verdict == Verdict::deny);
  CHECK(decided({yes}, {"a source is away"}).verdict == Verdict::unknown);
  CHECK(decided({yes, no}, {"a source is away"}).verdict == Verdict::deny);
  CHECK(decided({}).verdict == Verdict::unknown);
  STRCMP_EQUAL("silence", decided({}).rule.c_str());
}

TEST(Decide, denies_when_one_source_permits_another_use_only) {
  CHECK(decided({told("a", "HMB"), told("b", "DS[MONDO:0007254]")}).verdict == Verdict::deny);
  CHECK(decided({told("a", "HMB"), told("b", "HMB", "active", "2026-10-31")}).verdict == Verdict::deny);
}

TEST(Decide, intersects_periods_and_adds_up_terms_over_sources) {
  const auto decision = decided(
      {told("a", "HMB;NPU", "active", "2027-03-31"), told("b", "GRU", "active", "2026-12-31"), told("c", "GRU")});
  CHECK(decision.verdict == Verdict::permit);
  STRCMP_EQUAL("2026-12-31T23:59:59Z", tributary::to_rfc3339(*decision.valid_until_utc_s).c_str());
  LONGS_EQUAL(3, decision.terms.size());
  STRCMP_EQUAL("DUO:0000042", decision.terms[2].c_str());
}

TEST(Decide, holds_when_every_source_leaves_consent_to_the_others) {
  const Told silent{"a", {}, true};
  const auto decision = decided({silent, {"b", {{"c-1", "entered-in-error", "HMB", "", ""}}, true}});
  CHECK(decision.verdict == Verdict::unknown);
  STRCMP_EQUAL("silence", decision.rule.c_str());
  STRCMP_EQUAL("no consent is on record", decision.reason.c_str());
  CHECK(decided({silent, told("b", "HMB")}).verdict == Verdict::permit);
  CHECK(decided({silent, {"b", {}, false}}).verdict == Verdict::unknown);
  CHECK(decided({{"a", {{"c-1", "draft", "HMB", "", ""}}, true}, told("b", "HMB")}).verdict == Verdict::unknown);
}

TEST(Decide, asks_of_the_receiver_what_any_source_asks) {
  Purpose purpose;
  purpose.country = "DE";
  purpose.accepts = {"IRB", "PUB"};
  const Known known{{told("a", "HMB;IRB"), told("b", "GRU;PUB;IRB")}, {}, {}, false};
  const auto decision = decide(known, purpose, now);
  CHECK(decision.verdict == Verdict::permit);
  LONGS_EQUAL(2, decision.obligations.size());
  STRCMP_EQUAL("PUB", decision.obligations[1].code.c_str());
}

TEST(Decide, says_which_source_found_what) {
  const auto decision = decided({told("b", "HMB", "rejected"), told("a", "HMB")}, {"subject source c can not answer"});
  LONGS_EQUAL(3, decision.findings.size());
  STRCMP_EQUAL("a", decision.findings[0].source.c_str());
  STRCMP_EQUAL("b", decision.findings[1].source.c_str());
  STRCMP_EQUAL("", decision.findings[2].source.c_str());
  STRCMP_EQUAL("status", decision.rule.c_str());
  STRCMP_EQUAL("the consent was rejected", decision.reason.c_str());
  STRCMP_EQUAL("b", std::string(to_json(decision)["findings"].items()[1]["source"].as_string()).c_str());
}

TEST(Decide, has_the_evidence_of_one_source_and_another_one_for_several) {
  const auto a = told("a", "HMB");
  const auto b = told("b", "GRU");
  Purpose purpose;
  purpose.country = "DE";
  CHECK(decided({a}).evidence_sha256 == evaluate(a.records, purpose, now).evidence_sha256);
  const auto both = decided({a, b});
  CHECK(both.evidence_sha256 == decided({b, a}).evidence_sha256);
  CHECK(both.evidence_sha256 != decided({a}).evidence_sha256);
  auto together = a;
  together.records.push_back(b.records[0]);
  CHECK(both.evidence_sha256 != decided({together}).evidence_sha256);
}

TEST(Decide, denies_whom_the_own_register_holds) {
  const auto decision = decide({{told("a", "HMB")}, {}, {}, true}, {}, now);
  CHECK(decision.verdict == Verdict::deny);
  STRCMP_EQUAL("withdrawn", decision.rule.c_str());
  CHECK_TRUE(taken_back(decision));
  CHECK_FALSE(taken_back(decided({told("a", "HMB", "active", "2026-10-31")})));
  CHECK_TRUE(decision.terms.empty());
}
