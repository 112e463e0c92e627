// tests/plugins/gics/gics_test.cpp: gICS as a source of consents: questions, answers, faults.
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>

#include "plugins/consent/gics/reply.hpp"
#include "tests/plugins/csv/answer.hpp"

#include <CppUTest/TestHarness.h>

extern "C" const tributary_descriptor* tributary_plugin_gics(void);

namespace {

using namespace tributary;  // NOLINT: brevity of a test
using Consent = suites::Instance<tributary_consent_ops>;

constexpr const char* map_of_policies =
    "programme: made-up\ndenies: everything\npacks:\n  - valid_from: 2020-01-01\n    grants:\n"
    "      - { codes: [MDAT_use, 'urn:x|BIOMAT_use'], terms: HMB, unless: [ABROAD], bound: 'GS[DE]' }\n"
    "  - valid_from: 2027-01-01\n    grants:\n      - { codes: [MDAT_use], terms: 'HMB;NPU' }\n";

std::string consented(bool yes) {
  return std::string(R"({"resourceType":"Parameters","parameter":[{"name":"consented","valueBoolean":)") +
         (yes ? "true" : "false") + "}]}";
}

}  // namespace

TEST_GROUP(Gics) {
  std::string folder;
  fakes::PluginHost host{tributary_plugin_gics()};
  std::set<std::string> permitted;  // codes
  std::function<fakes::HttpAnswer()> instead;

  void setup() override {
    std::array<char, 64> name{"/tmp/tributary-gics-XXXXXX"};
    folder = ::mkdtemp(name.data());
    std::ofstream(folder + "/map.yaml") << map_of_policies;
    host.settings["url"] = "https://ttp.example.org/ttp-fhir/fhir/gics/";
    host.settings["domain"] = "made-up-domain";
    host.settings["version"] = "1.1";
    host.settings["code_map"] = folder + "/map.yaml";
    host.http = [this](const fakes::HttpAsked& asked) { return answer(asked); };
  }
  void teardown() override { std::filesystem::remove_all(folder); }

  fakes::HttpAnswer answer(const fakes::HttpAsked& asked) {
    if (instead) return instead();
    if (asked.method == "GET") return {TRIBUTARY_DONE, {}, 200, {}, R"({"resourceType":"CapabilityStatement"})"};
    for (const auto& code : permitted) {
      if (asked.body.find(R"("code":")" + code + "\"") != std::string::npos) return reply(200, consented(true));
    }
    return reply(200, consented(false));
  }
  static fakes::HttpAnswer reply(int status, const std::string& body) { return {TRIBUTARY_DONE, {}, status, {}, body}; }

  suites::Answer asked() {
    Consent at(tributary_plugin_gics(), host);
    return suites::ask_subject(at, "SUBJECT-01");
  }
  void is_unknown(int status, const std::string& body, tributary_outcome outcome = TRIBUTARY_LATER) {
    instead = [=] { return reply(status, body); };
    const auto told = asked();
    LONGS_EQUAL_TEXT(outcome, told.outcome, body.c_str());
    LONGS_EQUAL(0, told.records.size());
    CHECK_TRUE(std::string(told.note.what).find("SUBJECT-01") == std::string::npos);
  }
};

TEST(Gics, is_a_plugin_of_consents) { suites::descriptor_must_hold(tributary_plugin_gics(), TRIBUTARY_CONSENT); }

TEST(Gics, is_asked_in_the_words_of_the_gateway_and_with_our_credentials) {
  asked();
  const auto& question = host.asked.at(0);
  STRCMP_EQUAL("POST", question.method.c_str());
  STRCMP_EQUAL("https://ttp.example.org/ttp-fhir/fhir/gics/$isConsented", question.url.c_str());
  STRCMP_EQUAL("application/fhir+json", question.header("Content-Type").c_str());
  CHECK_TRUE(question.authorize);
  STRCMP_EQUAL(
      R"({"resourceType":"Parameters","parameter":[{"name":"personIdentifier","valueIdentifier":{"system":)"
      R"("https://ths-greifswald.de/fhir/gics/identifiers/Pseudonym","value":"SUBJECT-01"}},)"
      R"({"name":"domain","valueString":"made-up-domain"},{"name":"policy","valueCoding":{"system":)"
      R"("https://ths-greifswald.de/fhir/CodeSystem/gics/Policy","code":"MDAT_use"}},)"
      R"({"name":"version","valueString":"1.1"},{"name":"config","resource":{"resourceType":"Parameters","parameter":)"
      R"([{"name":"ignoreVersionNumber","valueBoolean":false},)"
      R"({"name":"unknownStateIsConsideredAsDecline","valueBoolean":true}]}}]})",
      question.body.c_str());
}

TEST(Gics, permits_what_every_policy_of_a_grant_permits) {
  permitted = {"MDAT_use", "BIOMAT_use"};
  const auto bound = asked();
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, bound.outcome, bound.note.what);
  LONGS_EQUAL(1, bound.records.size());
  STRCMP_EQUAL("gics active HMB;GS[DE]  ", bound.records[0].c_str());
  permitted.insert("ABROAD");
  STRCMP_EQUAL("gics active HMB  ", asked().records.at(0).c_str());
  CHECK_TRUE(host.asked.back().body.find("ABROAD") != std::string::npos);
}

TEST(Gics, grants_nothing_and_refuses_nothing_without_consent) {
  for (const auto& some : {std::set<std::string>{}, {"MDAT_use"}, {"BIOMAT_use", "ABROAD"}}) {
    permitted = some;
    const auto told = asked();
    LONGS_EQUAL(TRIBUTARY_DONE, told.outcome);
    LONGS_EQUAL(1, told.records.size());
    STRCMP_EQUAL("gics draft   ", told.records[0].c_str());
  }
}

TEST(Gics, lends_no_grant_the_policies_of_another_and_passes_over_conditions_on_answers) {
  std::ofstream(folder + "/map.yaml")
      << "programme: made-up\nforms: [f]\npacks:\n  - valid_from: 2020-01-01\n    grants:\n"
         "      - { codes: [A], terms: 'HMB;NPU' }\n"
         "      - { codes: [A, B], terms: GRU }\n"
         "      - { when: true, terms: NRES }\n";
  permitted = {"A"};
  const auto told = asked();
  LONGS_EQUAL(1, told.records.size());
  STRCMP_EQUAL("gics active HMB;NPU  ", told.records[0].c_str());
  LONGS_EQUAL(2, host.asked.size());  // nothing is asked twice
}

TEST(Gics, asks_for_the_policies_of_the_pack_in_force) {
  permitted = {"MDAT_use"};
  Consent at(tributary_plugin_gics(), host);
  const auto before = suites::revision(at);
  host.now_utc_s = 1798761600;  // 2027-01-01
  STRCMP_EQUAL("gics active HMB;NPU  ", suites::ask_subject(at, "SUBJECT-01").records.at(0).c_str());
  LONGS_EQUAL(1, host.asked.size());
  CHECK_TRUE(before != suites::revision(at));
}

TEST(Gics, is_asked_again_after_a_while) {
  Consent at(tributary_plugin_gics(), host);
  const auto before = suites::revision(at);
  STRCMP_EQUAL(before.c_str(), suites::revision(at).c_str());
  host.now_utc_s += 900;
  CHECK_TRUE(before != suites::revision(at));
}

TEST(Gics, knows_no_samples) {
  Consent at(tributary_plugin_gics(), host);
  LONGS_EQUAL(TRIBUTARY_REFUSED, suites::ask(at, "SAMPLE-01").outcome);
  LONGS_EQUAL(0, host.asked.size());
}

TEST(Gics, is_unknown_when_it_does_not_answer_well) {
  const std::string outcome = R"({"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"not-found",)"
                              R"("diagnostics":"SUBJECT-01"}]})";
  for (const int status : {400, 404, 410, 422, 500, 501, 503}) is_unknown(status, outcome);
  for (const int status : {401, 403}) is_unknown(status, outcome, TRIBUTARY_BROKEN);
  for (const int status : {201, 204, 302}) is_unknown(status, consented(true));
  is_unknown(200, outcome);
  instead = [] { return fakes::HttpAnswer{TRIBUTARY_LATER, "no connection to the far side", 0, {}, {}}; };
  LONGS_EQUAL(TRIBUTARY_LATER, asked().outcome);
}

TEST(Gics, believes_no_odd_answer) {
  const auto with = [](const std::string& parameter) {
    return R"({"resourceType":"Parameters","parameter":[)" + parameter + "]}";
  };
  const std::string yes = R"({"name":"consented","valueBoolean":true})";
  CHECK_TRUE(gics::read_answer(with(yes)) == true);
  for (const auto& odd : {
           std::string(),
           std::string("<html/>"),
           std::string("true"),
           with(""),
           with(yes + "," + yes),
           with(yes) + "x",
           with(R"({"name":"consented","valueBoolean":"true"})"),
           with(R"({"name":"consented"})"),
           with(R"({"name":"consented","valueBoolean":true,"valueBoolean":false})"),
           with(R"({"name":"consented","valueBoolean":true,"modifierExtension":[{"url":"x"}]})"),
           with(R"({"name":"consented","valueString":"x","valueBoolean":true})"),
           with(R"({"name":"Consented","valueBoolean":true})"),
           std::string(R"({"resourceType":"Bundle","parameter":[)") + yes + "]}",
           std::string(R"({"parameter":[)") + yes + "]}",
           std::string(100000, '['),
       }) {
    CHECK_FALSE(gics::read_answer(odd).has_value());
  }
}

TEST(Gics, holds_everybody_without_a_code_map) {
  std::filesystem::remove(folder + "/map.yaml");
  LONGS_EQUAL(TRIBUTARY_LATER, asked().outcome);
}

TEST(Gics, reads_the_code_map_that_is_shipped_for_it) {
  host.settings["code_map"] = TRIBUTARY_CONF_FOLDER "/consent-codes/gics";
  permitted = {"2.16.840.1.113883.3.1937.777.24.5.3.8"};
  STRCMP_EQUAL("gics active HMB;GS[EEA]  ", asked().records.at(0).c_str());
  LONGS_EQUAL(2, host.asked.size());
}
