// tests/plugins/fhir/document_test.cpp: one Consent of each version: which it is, what nests, what must not be used.
#include "plugins/consent/fhir/bundle.hpp"
#include "plugins/consent/fhir/consent.hpp"
#include "tests/plugins/fhir/resources.hpp"

#include <CppUTest/TestHarness.h>

namespace {

using namespace tributary::fhir;          // NOLINT: brevity of a test
using namespace tributary::sdk::consent;  // NOLINT
using namespace tributary::tests;         // NOLINT

const std::string dates = "2025-01-01/2030-12-31";

Consent read(const std::string& text) {
  Consent out;
  Memory bytes(text);
  read_resource(bytes, [&](const Value& resource, const std::string&) { out = read_consent(resource); });
  return out;
}

// "+a b" permits a and b, "-a" denies it, "-" denies all; with ! for a permit that is bound.
std::string shape(const std::string& text) {
  const auto consent = read(text);
  if (!consent.problem.empty()) return "refused: " + consent.problem;
  std::string out;
  for (const auto& statement : consent.statements) {
    out += out.empty() ? "" : " | ";
    out += statement.permits ? "+" : "-";
    for (const auto& code : statement.codes) out += code.code;
    for (const auto& bond : statement.restrictions) out += "!" + bond;
  }
  return out;
}

void is(const char* expected, const std::string& text) { STRCMP_EQUAL(expected, shape(text).c_str()); }

std::string plain(const std::string& members) {
  return R"({"resourceType":"Consent","id":"c","status":"active",)" + members + "}";
}

}  // namespace

TEST_GROUP(FhirDocument){};

TEST(FhirDocument, is_of_one_version_or_refused) {
  const std::string who = R"({"reference":"Patient/p1"})";
  is("refused: elements of FHIR R4 and of R5 stand in one Consent",
     plain(R"("patient":)" + who + R"(,"decision":"permit")"));
  is("refused: elements of FHIR R4 and of R5 stand in one Consent",
     plain(R"("subject":)" + who + R"(,"provision":{"type":"deny"})"));
  is("refused: elements of FHIR R4 and of R5 stand in one Consent",
     plain(R"("patient":)" + who + R"(,"provision":[{}])"));
  is("refused: neither a Consent of FHIR R4 nor of R5 or R6", plain(R"("category":[])"));
  is("refused: a provision of FHIR R4 in a Consent of R5",
     plain(R"("subject":)" + who + R"(,"decision":"deny","provision":[{"type":"permit"}])"));
  is("refused: a provision that neither permits nor denies",
     plain(R"("patient":)" + who +
           R"(,"provision":{"type":"deny","provision":[{"code":[{"coding":[{"code":"a"}]}]}]})"));
}

TEST(FhirDocument, names_its_person_even_when_it_must_not_be_used) {
  const auto consent = read(plain(R"("patient":{"reference":"Patient/p1"},"decision":"permit")"));
  LONGS_EQUAL(1, consent.who.size());
  STRCMP_EQUAL("Patient/p1", consent.who[0].reference.c_str());
}

TEST(FhirDocument, reads_the_type_of_each_level_in_r4) {
  is("+a", consent_r4("c", "active", r4("deny", dates, "", {r4("permit", dates, "a")})));
  is("+a | -b", consent_r4("c", "active", r4("permit", dates, "a", {r4("deny", dates, "b")})));
  is("-b", consent_r4("c", "active", r4("permit", dates, "", {r4("deny", dates, "b")})));
  is("-", consent_r4("c", "active", r4("deny", dates, "")));
  is("", consent_r4("c", "active", r4("permit", dates, "")));
  is("", consent_r4("c", "active", ""));
}

TEST(FhirDocument, negates_from_level_to_level_in_r5) {
  is("+a", consent_r5("c", "active", "deny", dates, {r5("", "a")}));
  is("-a", consent_r5("c", "active", "permit", dates, {r5("", "a")}));
  is("+a | -b", consent_r5("c", "active", "deny", dates, {r5("", "a", {r5("", "b")})}));
  // What a third level would bring back stays denied.
  is("+a | -b", consent_r5("c", "active", "deny", dates, {r5("", "a", {r5("", "b", {r5("", "b")})})}));
  // A permit narrows to what the permit above it names; the exception in between denies all of its codes.
  is("-a", consent_r5("c", "active", "permit", dates, {r5("", "a", {r5("", "a")})}));
  is("-", consent_r5("c", "active", "deny", dates, {}));
  is("-", consent_r5("c", "active", "permit", dates, {r5("", "")}));
  is("+a | -", consent_r5("c", "active", "deny", dates, {r5("", "a", {r5("", "")})}));
  is("", consent_r5("c", "active", "permit", dates, {}));
  is("refused: a Consent whose decision is neither permit nor deny",
     plain(R"("subject":{"reference":"Patient/p1"},"provision":[{}])"));
  is("refused: a Consent whose decision is neither permit nor deny",
     plain(R"("subject":{"reference":"Patient/p1"},"decision":"opt-in")"));
}

TEST(FhirDocument, narrows_permits_beneath_permits_in_r4) {
  is("+a", consent_r4("c", "active", r4("permit", dates, "a", {r4("permit", dates, "b")})));
  is("+a | +a", consent_r4("c", "active", r4("permit", dates, "a", {r4("permit", dates, "a")})));
  is("+a | -b",
     consent_r4("c", "active", r4("permit", dates, "a", {r4("deny", dates, "b", {r4("permit", dates, "b")})})));
}

TEST(FhirDocument, intersects_periods_down_the_tree) {
  const auto nested = read(
      consent_r4("c", "active", r4("deny", "2022-01-01/2024-12-31", "", {r4("permit", "2020-01-01/2023-12-31", "a")})));
  STRCMP_EQUAL("2022-01-01", write_date(nested.statements[0].when.from, false).c_str());
  STRCMP_EQUAL("2023-12-31", write_date(nested.statements[0].when.until, true).c_str());
  const auto root = read(consent_r5("c", "active", "deny", "2022-01-01/2024-12-31", {r5("", "a")}));
  STRCMP_EQUAL("2022-01-01", write_date(root.statements[0].when.from, false).c_str());
  CHECK_TRUE(root.statements[0].dated);  // by the Consent
  const auto bare = read(consent_r4("c", "active", r4("deny", dates, "", {r4("permit", "", "a")})));
  CHECK_FALSE(bare.statements[0].dated);  // R4: the profile wants one at each level
  is("", consent_r4("c", "active", r4("deny", "2022-01-01/2022-12-31", "", {r4("permit", "2023-01-01/", "a")})));
}

TEST(FhirDocument, binds_a_permit_and_never_a_denial) {
  const auto bound = [](const std::string& type, const std::string& more) {
    return consent_r4("c", "active", r4("deny", dates, "", {r4(type, dates, "a", {}, more)}));
  };
  is("+a!purpose:TREAT", bound("permit", R"(,"purpose":[{"code":"TREAT"}])"));
  is("+a!action:use", bound("permit", R"(,"action":[{"coding":[{"code":"use"}]}])"));
  is("+a!actor", bound("permit", R"(,"actor":[{"role":{},"reference":{}}])"));
  is("+a!dataPeriod", bound("permit", R"(,"dataPeriod":{"start":"2020"})"));
  is("+a!somethingNew", bound("permit", R"(,"somethingNew":true)"));
  is("-a", bound("deny", R"(,"actor":[{"role":{},"reference":{}}])"));
}

TEST(FhirDocument, is_refused_when_a_modifier_is_not_understood) {
  const auto tree = r4("deny", dates, "", {r4("permit", dates, "a", {}, R"(,"modifierExtension":[{"url":"urn:x"}])")});
  is("refused: a modifierExtension, which is not understood", consent_r4("c", "active", tree));
  is("refused: a modifierExtension, which is not understood",
     consent_r4("c", "active", "", "p1", R"(,"modifierExtension":[])"));
  is("refused: implicitRules, which are not understood",
     consent_r4("c", "active", "", "p1", R"(,"implicitRules":"urn:x")"));
}

TEST(FhirDocument, is_refused_without_a_status_that_it_can_have) {
  is("refused: a status that is none of a Consent of this version", consent_r4("c", "not-done", ""));
  is("refused: a status that is none of a Consent of this version", consent_r5("c", "rejected", "permit", "", {}));
  is("refused: a status that is none of a Consent of this version", consent_r5("c", "unknown", "permit", "", {}));
  is("refused: a status that is none of a Consent of this version", consent_r4("c", "", ""));
}

TEST(FhirDocument, permits_no_research_in_another_scope) {
  const auto scoped = [](const std::string& scope, const std::string& tree) {
    auto text = consent_r4("c", "active", tree);
    return text.replace(text.find("research\"}]}"), 8, scope);
  };
  const auto tree = r4("deny", dates, "", {r4("permit", dates, "a"), r4("deny", dates, "b")});
  is("-b", scoped("treatment", tree));
  is("", scoped("treatment", r4("deny", dates, "")));
  is("-", scoped("patient-privacy", r4("deny", dates, "")));
}

TEST(FhirDocument, is_not_verified_when_one_verification_says_so) {
  const auto with = [](const std::string& list) {
    return read(consent_r4("c", "active", "", "p1", R"(,"verification":)" + list)).verified;
  };
  CHECK_TRUE(with(R"([{"verified":true}])"));
  CHECK_FALSE(with(R"([{"verified":true},{"verified":false}])"));
  CHECK_FALSE(with(R"([{"verified":"true"}])"));
  CHECK_FALSE(with(R"([{}])"));
}

TEST(FhirDocument, takes_no_date_that_something_else_replaces) {
  const auto dated = [](const std::string& period) {
    return consent_r4("c", "active",
                      R"({"type":"deny","period":)" + period +
                          R"(,"provision":[{"type":"permit","code":[{"coding":[{"code":"a"}]}]}]})");
  };
  is("+a", dated(R"({"start":"2020-01-01"})"));
  is("refused: a date of a period is missing and something stands in its place",
     dated(R"({"start":"2020-01-01","_end":{}})"));
  is("refused: a date that is none of FHIR's", dated(R"({"start":"2020-1-1"})"));
  is("refused: a date that is none of FHIR's", dated(R"({"start":"2020-02-30"})"));
  is("refused: a date that is none of FHIR's", dated(R"({"end":20301231})"));
  is("refused: a time without a time zone", dated(R"({"start":"2020-01-01T00:00:00"})"));
  is("refused: a period that ends before it begins", dated(R"({"start":"2020-01-02","end":"2020-01-01"})"));
  is("refused: a period that is no object", dated(R"("2020")"));
}
