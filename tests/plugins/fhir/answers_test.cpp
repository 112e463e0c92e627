// tests/plugins/fhir/answers_test.cpp: consents whose answer stands in a questionnaire: records of discussion, dynamic
// consent by a tree of conditions.
#include <fstream>

#include "plugins/sdk/consent/code_map.hpp"
#include "tests/plugins/fhir/drop.hpp"
#include "tests/plugins/fhir/fhir_server.hpp"

#include <CppUTest/TestHarness.h>

namespace {

using namespace tributary::tests;  // NOLINT: brevity of a test
using tributary::sdk::consent::Malformed;
using tributary::sdk::consent::read_programme;
using Source = tributary::suites::Instance<tributary_consent_ops>;

const std::string form = "https://www.example.org/record-of-discussion.pdf";

std::string discussion(const std::string& id = "c-1", const std::string& source = "QuestionnaireResponse/q-1") {
  return R"({"resourceType":"Consent","id":")" + id +
         R"(","status":"active","scope":{"coding":[{"code":"research"}]},"patient":{"reference":"Patient/p1"},)" +
         R"("policy":[{"authority":"https://www.example.org","uri":")" + form + R"("}])" +
         (source.empty() ? "" : R"(,"sourceReference":{"reference":")" + source + "\"}") + "}";
}
std::string item(const std::string& question, const std::string& value, const std::string& type = "valueString") {
  const bool bare = type == "valueBoolean" || type == "valueInteger" || type == "valueCoding";
  return R"({"linkId":")" + question + R"(","answer":[{")" + type + "\":" + (bare ? value : "\"" + value + "\"") +
         "}]}";
}
std::string response(const std::vector<std::string>& items, const std::string& status = "completed",
                     const std::string& patient_id = "p1", const std::string& more = {}) {
  return R"({"resourceType":"QuestionnaireResponse","id":"q-1","status":")" + status +
         R"(","subject":{"reference":"Patient/)" + patient_id + R"("})" + more + R"(,"item":[)" + joined(items) + "]}";
}
std::string map_with(const std::string& grant, const std::string& denies = "everything") {
  return "programme: made-up\ndenies: " + denies + "\nforms: [ \"" + form +
         "\" ]\npacks:\n  - valid_from: 2020-01-01\n    grants:\n      - " + grant + "\n";
}
const std::string discussed =
    "{ terms: HMB, when: { all: [ { question: discussed, answer: 'true' }, { question: choice, answer: 'yes' } ] }, "
    "denied_when: { question: choice, answer: 'no' } }";

}  // namespace

TEST_GROUP(FhirAnswers) {
  Drop drop;
  void setup() override { put_map(map_with(discussed)); }
  void put_map(const std::string& text) {
    std::ofstream(drop.folder() + "/map.yaml") << text;
    drop.host.settings["code_map"] = drop.folder() + "/map.yaml";
  }
  std::string told(const std::vector<std::string>& resources) {
    drop.clear();
    drop.hold(resources);
    Source at(tributary_plugin_fhir(), drop.host);
    const auto said = judge(at, drop.host.now_utc_s);
    if (said.outcome != TRIBUTARY_DONE) return "held: " + said.what;
    std::string out;
    for (const auto& record : said.records) {
      out += (out.empty() ? "" : ", ") + record.consent_id + " " + record.status + " " + record.permissions;
    }
    return out;
  }
  void is(const char* expected, const std::vector<std::string>& resources) {
    STRCMP_EQUAL(expected, told(resources).c_str());
  }
  void holds(const char* why, const std::vector<std::string>& resources) {
    const auto said = told(resources);
    STRCMP_CONTAINS("held: ", said.c_str());
    STRCMP_CONTAINS(why, said.c_str());
  }
};

TEST(FhirAnswers, permit_what_the_linked_questionnaire_permits) {
  const auto yes = response({item("discussed", "true", "valueBoolean"), item("choice", "yes")});
  is("c-1 active HMB", {discussion(), yes});
  is("c-1 active HMB", {discussion("c-1", "QuestionnaireResponse/q-1/_history/3"), yes});
  is("c-1 active HMB",
     {discussion(), response({R"({"linkId":"group","item":[)" + item("discussed", "true", "valueBoolean") + "," +
                              item("choice", "yes") + "]}"})});
}

TEST(FhirAnswers, deny_what_it_denies_and_say_nothing_when_the_choice_is_deferred) {
  const auto discussed_only = item("discussed", "true", "valueBoolean");
  is("c-1 withdrawn HMB", {discussion(), response({discussed_only, item("choice", "no")})});
  is("", {discussion(), response({discussed_only})});
  is("", {discussion(), response({discussed_only, item("choice", "later")})});
  is("", {discussion(), response({item("choice", "yes")})});
  is("", {discussion(), response({item("discussed", "false", "valueBoolean"), item("choice", "yes")})});
}

TEST(FhirAnswers, permit_nothing_when_one_question_is_answered_in_two_ways) {
  const auto discussed_only = item("discussed", "true", "valueBoolean");
  is("", {discussion(), response({discussed_only, item("choice", "yes"), item("choice", "no")})});
}

TEST(FhirAnswers, hold_the_person_while_they_may_not_be_used) {
  const std::vector<std::string> yes{item("discussed", "true", "valueBoolean"), item("choice", "yes")};
  holds("not there", {discussion()});
  holds("not there", {discussion("c-1", ""), response(yes)});
  holds("not there", {discussion("c-1", "QuestionnaireResponse/q-2"), response(yes)});
  for (const auto* status : {"in-progress", "stopped", "entered-in-error", ""}) {
    holds("not completed", {discussion(), response(yes, status)});
  }
  holds("do not name its person", {discussion(), response(yes, "completed", "p2"), patient("p2", "SUBJECT-02")});
  holds("do not name its person", {discussion(), response(yes, "completed", "p9")});
  holds("modifierExtension", {discussion(), response(yes, "completed", "p1", R"(,"modifierExtension":[{"url":"x"}])")});
  holds("two versions", {discussion(), response(yes), response({item("choice", "no")})});
  holds("without a linkId", {discussion(), response({R"({"answer":[{"valueString":"yes"}]})"})});
  is("c-1 active HMB", {discussion(), response(yes), response(yes)});
}

TEST(FhirAnswers, of_another_form_are_not_looked_at) {
  const auto other = consent_r4("c-2", "active", r4("permit", "2020-01-01/", "x"), "p1",
                                R"(,"sourceReference":{"reference":"QuestionnaireResponse/q-1"})");
  is("", {other, response({item("choice", "yes")}, "in-progress")});
}

TEST(FhirAnswers, of_one_form_deny_beside_another_that_permits) {
  const auto yes = response({item("discussed", "true", "valueBoolean"), item("choice", "yes")});
  auto no = response({item("choice", "no")});
  no.replace(no.find("q-1"), 3, "q-2");
  const std::vector<std::string> both{discussion(), yes, discussion("c-2", "QuestionnaireResponse/q-2"), no};
  is("c-2 withdrawn HMB", both);
  put_map(map_with(discussed, "programme"));
  is("", both);
}

TEST(FhirAnswers, come_to_terms_by_a_tree_of_conditions) {
  put_map(
      map_with("{ terms: 'HMB;NPU', when: { any: [ { all: [ { question: '1', answer: 'urn:x|a' }, { not: { question: "
               "'2', answer: '7' } } ] }, { question: '3', answered: false } ] } }"));
  const auto coded = item("1", R"({"system":"urn:x","code":"a"})", "valueCoding");
  const auto third = item("3", "x");
  is("c-1 active HMB;NPU", {discussion(), response({coded, item("2", "8", "valueInteger"), third})});
  is("", {discussion(), response({coded, item("2", "7", "valueInteger"), third})});
  is("", {discussion(), response({coded, third})});  // no answer is not the answer that `not` asks for
  is("", {discussion(), response({item("1", R"({"system":"urn:y","code":"a"})", "valueCoding"),
                                  item("2", "8", "valueInteger"), third})});
  is("c-1 active HMB;NPU", {discussion(), response({coded})});
}

TEST(FhirAnswers, are_asked_of_a_server_when_a_consent_rests_on_them) {
  const std::string base = "https://fhir.example.org/r4";
  drop.host.settings["folder"] = "";
  drop.host.settings["url"] = base;
  FhirServer server(base);
  server.resources = {patient("p1", "SUBJECT-01"), specimen("SAMPLE-01", "p1"), discussion(),
                      response({item("discussed", "true", "valueBoolean"), item("choice", "yes")})};
  drop.host.http = [&](const tributary::fakes::HttpAsked& asked) { return server.answer(asked); };
  Source at(tributary_plugin_fhir(), drop.host);
  CHECK_TRUE(judge(at, drop.host.now_utc_s).decision.verdict == tributary::consent::Verdict::permit);
  server.resources.pop_back();
  LONGS_EQUAL(TRIBUTARY_LATER, judge(at, drop.host.now_utc_s).outcome);
}

TEST(FhirAnswers, are_read_by_the_pattern_that_is_shipped) {
  drop.host.settings["code_map"] = TRIBUTARY_CONF_FOLDER "/consent-codes/questionnaires";
  auto consent = discussion();
  consent.replace(consent.find(form), form.size(), "https://hospital.example.org/record-of-discussion");
  is("c-1 active HMB",
     {consent, response({item("researchConfirmation1", "yes"), item("researchConfirmation2", "yes")})});
}

TEST(FhirAnswers, need_a_code_map_that_can_be_understood) {
  for (const auto* grant : {
           "{ terms: HMB }",
           "{ terms: HMB, codes: [a], when: true }",
           "{ terms: HMB, when: maybe }",
           "{ terms: HMB, when: { question: q } }",
           "{ terms: HMB, when: { answer: a } }",
           "{ terms: HMB, when: { not: 1 } }",
           "{ terms: HMB, when: { question: q, answer: a, answered: true } }",
           "{ terms: HMB, when: { all: [] } }",
           "{ terms: HMB, when: { all: [true], any: [true] } }",
           "{ terms: HMB, when: { any: true } }",
           "{ terms: HMB, when: true, unless: [a], bound: 'GS[DE]' }",
           "{ terms: HMB, codes: [a], denied_when: true }",
           "{ terms: HMB, when: { question: q, answered: perhaps } }",
       }) {
    CHECK_THROWS(Malformed, read_programme(map_with(grant)));
  }
  std::string deep = "true";
  for (int i = 0; i < 30; ++i) deep = "{ not: " + deep + " }";
  CHECK_THROWS(Malformed, read_programme(map_with("{ terms: HMB, when: " + deep + " }")));
  CHECK_THROWS(Malformed, read_programme("programme: x\npacks:\n  - valid_from: 2020-01-01\n    grants:\n"
                                         "      - { terms: HMB, when: true }\n"));
}
