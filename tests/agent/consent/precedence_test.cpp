// tests/agent/consent/precedence_test.cpp: which of several objections, documents and dates decides.
#include <algorithm>
#include <functional>

#include "agent/base/clock.hpp"
#include "agent/consent/evaluate.hpp"

#include <CppUTest/TestHarness.h>

namespace {

using namespace tributary::consent;  // NOLINT: a test of this namespace

constexpr std::int64_t now = 1795255200;  // 2026-11-21T10:00:00Z

Record active(const std::string& permissions, const std::string& from = "2026-01-01",
              const std::string& until = "2030-12-31") {
  return {"c-1", "active", permissions, from, until};
}
Purpose purpose_of(Use use, const std::string& disease = {}) {
  Purpose purpose;
  purpose.use = use;
  purpose.disease = disease;
  purpose.country = "DE";
  return purpose;
}
const Purpose hmb = purpose_of(Use::hmb);

void expect(const char* verdict, const std::vector<Record>& records, const Purpose& purpose = hmb) {
  const auto decision = evaluate(records, purpose, now);
  const char* found = decision.verdict == Verdict::permit ? "permit"
                      : decision.verdict == Verdict::deny ? "deny"
                                                          : "unknown";
  STRCMP_EQUAL_TEXT(verdict, found, decision.reason.c_str());
}
std::int64_t at(const char* text) { return *tributary::from_iso8601(text); }

}  // namespace

TEST_GROUP(Precedence){};

TEST(Precedence, holds_a_period_that_ends_before_it_begins) {
  expect("unknown", {active("HMB", "2026-06-01", "2026-01-01")});
  expect("unknown", {active("HMB", "2026-06-01", "2026-01-01"), {"c-9", "active", "GRU", "", ""}});
}

TEST(Precedence, ends_a_permit_with_the_document_when_its_time_limit_is_later) {
  const auto decision = evaluate({active("HMB;TS[2031-01-31]", "2026-01-01", "2030-12-31")}, hmb, now);
  LONGS_EQUAL(at("2030-12-31T23:59:59Z"), *decision.valid_until_utc_s);
}

TEST(Precedence, holds_a_document_without_permission_beside_one_that_permits) {
  expect("unknown", {active("NPU"), {"c-9", "active", "GRU", "", ""}});
}

TEST(Precedence, takes_the_strongest_objection_of_a_document_in_any_order_of_its_terms) {
  auto purpose = hmb;
  purpose.for_profit = true;
  const Record other{"c-9", "active", "GRU", "", ""};
  for (const auto* terms : {"POA;NPU", "NPU;POA", "HMB;TS[2026-01-01];NPU", "HMB;NPU;TS[2026-01-01]", "HMB;RS;NPU"}) {
    expect("deny", {active(terms), other}, purpose);
  }
  expect("deny", {active("HMB;RS;PS[other]")});
  expect("deny", {active("HMB;PS[other];RS")});
  expect("permit", {active("HMB;PS[other];RS"), other});
}

TEST(Precedence, takes_what_was_entered_in_error_for_nothing_at_all) {
  STRCMP_EQUAL("silence", evaluate({{"c-2", "entered-in-error", "HMB", "", ""}}, hmb, now).rule.c_str());
}

TEST(Precedence, lets_only_a_document_that_grants_carry_the_permit) {
  for (const auto* id : {"c-0", "c-9"}) {
    const auto decision = evaluate({active("HMB"), {id, "active", "POA", "", ""}}, hmb, now);
    STRCMP_EQUAL("the consent permits HMB", decision.reason.c_str());
    STRCMP_EQUAL("permission", decision.rule.c_str());
    LONGS_EQUAL(at("2030-12-31T23:59:59Z"), *decision.valid_until_utc_s);
    LONGS_EQUAL(1, decision.terms.size());
  }
}

TEST(Precedence, reads_the_disease_of_a_purpose_for_disease_research_only) {
  expect("deny", {active("DS[MONDO:0000003]")}, purpose_of(Use::hmb, "MONDO:0000003"));
}

TEST(Precedence, lets_the_permit_that_lasts_longest_carry) {
  for (const auto* other : {"c-0", "c-9"}) {
    const auto decision = evaluate({active("HMB"), {other, "active", "GRU", "", "2028-12-31"}}, hmb, now);
    LONGS_EQUAL(at("2030-12-31T23:59:59Z"), *decision.valid_until_utc_s);
  }
}

TEST(Precedence, gives_evidence_of_every_key_of_the_purpose) {
  const auto evidence = [](const Purpose& purpose) {
    return tributary::to_hex(evaluate({active("HMB")}, purpose, now).evidence_sha256);
  };
  auto with_research = hmb;
  with_research.research = "EX-1";
  std::vector<std::string> seen{evidence(hmb), evidence(with_research)};
  const auto is_new = [&](const std::function<void(Purpose&)>& change, const char* key) {
    for (const auto* base : {"", "EX-1"}) {
      auto purpose = hmb;
      purpose.research = base;
      change(purpose);
      const auto found = evidence(purpose);
      CHECK_TRUE_TEXT(std::find(seen.begin(), seen.end(), found) == seen.end(), key);
      seen.push_back(found);
    }
  };
  is_new([](Purpose& p) { p.use = Use::gru; }, "use");
  is_new([](Purpose& p) { p.disease = "MONDO:0000001"; }, "disease");
  is_new([](Purpose& p) { p.broader_diseases = {"MONDO:0000001"}; }, "broader diseases");
  is_new([](Purpose& p) { p.accepts = {"IRB"}; }, "accepts");
  is_new([](Purpose& p) { p.research += "paediatric"; }, "research");
  is_new([](Purpose& p) { p.commercial = true; }, "commercial");
  is_new([](Purpose& p) { p.for_profit = true; }, "organisation");
  is_new([](Purpose& p) { p.country = "FR"; }, "country");
  is_new([](Purpose& p) { p.project = "EX-1"; }, "project");
  is_new([](Purpose& p) { p.institution = "EX-1"; }, "institution");
  is_new([](Purpose& p) { p.methods = true; }, "methods");
  is_new([](Purpose& p) { p.aggregate = true; }, "aggregate");
}
