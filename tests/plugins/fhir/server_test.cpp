// tests/plugins/fhir/server_test.cpp: consents from a FHIR server: searches, pages, faults, and what stands on the
// wire.
#include "tests/plugins/csv/answer.hpp"
#include "tests/plugins/csv/consent_suite.hpp"
#include "tests/plugins/fhir/drop.hpp"
#include "tests/plugins/fhir/fhir_server.hpp"

#include <CppUTest/TestHarness.h>

namespace {

using namespace tributary;         // NOLINT: brevity of a test
using namespace tributary::tests;  // NOLINT
using Source = suites::Instance<tributary_consent_ops>;

const std::string base = "https://fhir.example.org/fhir";
const std::string dates = "2025-01-01/2030-12-31";
const std::string granted = consent_r4("c-1", "active", r4("deny", dates, "", {r4("permit", dates, mii(8))}));
const std::string denied = consent_r4("c-2", "active", r4("deny", dates, "", {r4("deny", dates, mii(8))}));

struct Site {
  Site() {
    host.settings["url"] = base + "/";
    host.settings["code_map"] = TRIBUTARY_CONF_FOLDER "/consent-codes/mii-broad-consent.yaml";
    host.settings["sample_systems"] = sample_system;
    host.settings["subject_system"] = subject_system;
    host.http = [this](const fakes::HttpAsked& asked) { return server.answer(asked); };
    server.resources = {granted, patient("p1", "SUBJECT-01"), specimen("SAMPLE-01", "p1")};
  }
  FhirServer server{base};
  fakes::PluginHost host{tributary_plugin_fhir()};
};

// The facts of the suite as resources of a server, with a code map in which `word-HMB` permits HMB.
class Side final : public suites::ConsentSide {
 public:
  Side() {
    std::ofstream(files_.folder() + "/map.yaml") << "programme: suite\npacks:\n  - valid_from: 2000-01-01\n    "
                                                    "grants:\n      - { codes: [word-HMB], terms: HMB }\n";
    site_.host.settings["code_map"] = files_.folder() + "/map.yaml";
    site_.host.settings["poll"] = "0";
  }
  [[nodiscard]] const tributary_descriptor* plugin() const override { return tributary_plugin_fhir(); }
  [[nodiscard]] fakes::PluginHost& host() override { return site_.host; }
  void hold(const std::vector<suites::ConsentFact>& facts) override {
    site_.server.instead = nullptr;
    ++site_.server.changes;
    site_.host.now_utc_s += 31;
    site_.server.resources.clear();
    for (const auto& f : facts) {
      const auto when = f.from + "/" + f.until;
      const auto* type = f.status == "active" ? "permit" : "deny";
      site_.server.resources.push_back(
          consent_r4(f.consent, "active", r4("deny", when, "", {r4(type, when, "word-" + f.permissions)}), f.subject));
      site_.server.resources.push_back(patient(f.subject, f.subject));
      site_.server.resources.push_back(specimen(f.sample, f.subject));
    }
  }
  void go_away() override {
    site_.server.instead = [](const fakes::HttpAsked&) {
      return fakes::HttpAnswer{TRIBUTARY_LATER, "fhir.example.org:443: no answer", 0, {}, {}};
    };
  }
  void hold_nonsense() override {
    site_.host.now_utc_s += 31;
    site_.server.instead = [](const fakes::HttpAsked&) { return FhirServer::json("<html>Sign in</html>"); };
  }

 private:
  Drop files_;
  Site site_;
};

}  // namespace

TEST_GROUP(FhirServer) {
  Site site;

  suites::Answer ask(const std::string& sample = "SAMPLE-01") {
    Source at(tributary_plugin_fhir(), site.host);
    return suites::ask(at, sample);
  }
  /// The n-th request (from 0) whose "METHOD URL" contains the mark is answered with this.
  void instead(const std::string& mark, const fakes::HttpAnswer& answer) {
    site.server.instead = [=](const fakes::HttpAsked& asked) -> std::optional<fakes::HttpAnswer> {
      if ((asked.method + " " + asked.url).find(mark) == std::string::npos) return {};
      return answer;
    };
  }
  void is_held(const std::string& why, tributary_outcome outcome = TRIBUTARY_LATER) {
    const auto told = ask();
    LONGS_EQUAL_TEXT(outcome, told.outcome, told.note.what);
    STRCMP_CONTAINS(why.c_str(), told.note.what);
    LONGS_EQUAL(0, told.records.size());
    CHECK_TRUE(std::string(told.note.what).find("SAMPLE-01") == std::string::npos);
  }
};

TEST(FhirServer, holds_what_every_consent_plugin_must_hold) {
  suites::consent_must_hold([] { return std::make_unique<Side>(); });
}

TEST(FhirServer, goes_from_the_sample_to_the_patient_to_the_consents) {
  const auto told = ask();
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, told.outcome, told.note.what);
  STRCMP_EQUAL("SUBJECT-01", told.subject.c_str());
  LONGS_EQUAL(1, told.records.size());
  STRCMP_EQUAL("c-1 active HMB;GS[EEA] 2025-01-01 2030-12-31", told.records[0].c_str());
}

TEST(FhirServer, puts_identifiers_into_bodies_and_never_into_urls) {
  ask();
  CHECK_TRUE(site.host.asked.size() >= 5);
  for (const auto& asked : site.host.asked) {
    STRCMP_EQUAL("POST", asked.method.c_str());
    for (const auto* word : {"SAMPLE-01", "SUBJECT-01", "p1"}) {
      CHECK_TRUE(asked.url.find(word) == std::string::npos);
      for (const auto& [name, value] : asked.headers) CHECK_TRUE(value.find(word) == std::string::npos);
    }
    CHECK_TRUE(asked.authorize);
    STRCMP_EQUAL("handling=strict", asked.header("Prefer").c_str());
  }
  STRCMP_EQUAL("accession=urn%3Atest%3Asample%7CSAMPLE-01&_count=100", site.host.asked[0].body.c_str());
}

TEST(FhirServer, searches_by_get_only_when_told_to) {
  site.host.settings["search"] = "get";
  LONGS_EQUAL(TRIBUTARY_DONE, ask().outcome);
  STRCMP_EQUAL("GET", site.host.asked[0].method.c_str());
  site.host.settings["search"] = "post";
  instead("POST", FhirServer::json("{}", 405));
  is_held("takes no POST search of Specimen (HTTP 405)");
}

TEST(FhirServer, reads_all_pages) {
  site.server.page_size = 1;
  site.server.resources.push_back(denied);
  LONGS_EQUAL(2, ask().records.size());
  site.server.tells_total = false;
  LONGS_EQUAL(2, ask().records.size());
}

TEST(FhirServer, holds_when_a_page_is_missing_or_pages_go_wrong) {
  site.server.page_size = 1;
  site.server.resources.push_back(denied);
  const auto next = [](const std::string& url) {
    return FhirServer::json(
        R"({"resourceType":"Bundle","type":"searchset","total":2,"link":[{"relation":"next","url":")" + url +
        R"("}],"entry":[{"resource":)" + granted + "}]}");
  };
  instead("?page=", FhirServer::json(R"({"resourceType":"Bundle","type":"searchset","total":2})"));
  is_held("1 of 2 entries came");
  instead("?page=", next(base + "?page=0"));
  is_held("its pages go in a circle");
  instead("Consent/_search", next("https://fhir.example.org.evil.example/fhir?page=1"));
  is_held("its next page is on another server");
  instead("?page=", FhirServer::json("{}", 410));
  is_held("HTTP 410");
}

TEST(FhirServer, never_permits_on_an_answer_that_it_can_not_trust) {
  instead("Consent/", FhirServer::json("{}", 500));
  is_held("the FHIR server can not answer on Consent (HTTP 500)");
  instead("Consent/", FhirServer::json("{}", 401));
  is_held("does not let us ask for Consent (HTTP 401)", TRIBUTARY_BROKEN);
  instead("Consent/", FhirServer::json("<html><body>Please sign in</body></html>"));
  is_held("is no JSON");
  instead("Consent/", FhirServer::json(R"({"resourceType":"Bundle","type":"searchset","entry":[{"resour)"));
  is_held("ends in the middle");
  instead("Consent/", FhirServer::json(granted));
  is_held("it is no Bundle of type searchset");
  instead("Consent/", FhirServer::json(bundle({granted})));
  is_held("it is no Bundle of type searchset");
  instead("Consent/", FhirServer::json(bundle({R"({"resourceType":"OperationOutcome","issue":[{"severity":"error"}]})"},
                                              "searchset")));
  is_held("it reports an error");
  instead("Consent/", FhirServer::json(bundle({patient("p1", "SUBJECT-01")}, "searchset")));
  is_held("it holds something else");
  instead("Consent/", FhirServer::json(R"({"resourceType":"Bundle","type":"searchset","entry":[],"entry":[]})"));
  is_held("a name stands twice");
}

TEST(FhirServer, holds_when_the_server_tells_of_somebody_else) {
  instead("Consent/",
          FhirServer::json(bundle({granted, consent_r4("c-9", "active", r4("deny", dates, ""), "p2")}, "searchset")));
  is_held("it holds consents of somebody else");
}

TEST(FhirServer, finds_the_withdrawal_under_another_record_of_the_person) {
  site.server.resources.push_back(patient("p2", "SUBJECT-01"));
  site.server.resources.push_back(
      consent_r4("c-2", "active", r4("deny", dates, "", {r4("deny", dates, mii(8))}), "p2"));
  const auto told = ask();
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, told.outcome, told.note.what);
  LONGS_EQUAL(2, told.records.size());
}

TEST(FhirServer, does_not_ask_again_at_once_when_there_was_no_answer) {
  Source at(tributary_plugin_fhir(), site.host);
  site.server.instead = [](const fakes::HttpAsked&) {
    return fakes::HttpAnswer{TRIBUTARY_LATER, "fhir.example.org:443: no answer", 0, {}, {}};
  };
  LONGS_EQUAL(TRIBUTARY_LATER, suites::ask(at, "SAMPLE-01").outcome);
  LONGS_EQUAL(TRIBUTARY_LATER, suites::ask(at, "SAMPLE-01").outcome);
  LONGS_EQUAL(1, site.host.asked.size());
  site.server.instead = nullptr;
  site.host.now_utc_s += 30;
  LONGS_EQUAL(TRIBUTARY_DONE, suites::ask(at, "SAMPLE-01").outcome);
}

TEST(FhirServer, keeps_no_answer) {
  Source at(tributary_plugin_fhir(), site.host);
  LONGS_EQUAL(1, suites::ask(at, "SAMPLE-01").records.size());
  site.server.resources.push_back(denied);
  LONGS_EQUAL(2, suites::ask(at, "SAMPLE-01").records.size());
}

TEST(FhirServer, asks_whether_anything_changed_with_entity_tags) {
  Source at(tributary_plugin_fhir(), site.host);
  const auto revision = [&] {
    std::array<char, 64> word{};
    at.ops().revision(at.self(), word.data(), 64);
    return std::string(word.data());
  };
  const auto before = revision();
  LONGS_EQUAL(3, site.host.asked.size());
  STRCMP_EQUAL(before.c_str(), revision().c_str());
  LONGS_EQUAL(3, site.host.asked.size());  // within `poll`
  site.host.now_utc_s += 60;
  STRCMP_EQUAL(before.c_str(), revision().c_str());
  STRCMP_EQUAL("W/\"1\"", site.host.asked.back().header("If-None-Match").c_str());
  site.host.now_utc_s += 60;
  site.server.changes = 2;
  const auto after = revision();
  CHECK_TRUE(before != after);
  instead("", FhirServer::json("{}", 503));
  site.host.now_utc_s += 60;
  STRCMP_CONTAINS("unknown", revision().c_str());
  site.server.instead = nullptr;
  site.host.now_utc_s += 60;
  STRCMP_EQUAL(after.c_str(), revision().c_str());
}

TEST(FhirServer, says_what_it_speaks_and_refuses_what_is_older) {
  Source at(tributary_plugin_fhir(), site.host);
  const auto probe = [&] { return at.call([&](tributary_note* note) { return at.ops().probe(at.self(), note); }); };
  LONGS_EQUAL(TRIBUTARY_DONE, probe());
  STRCMP_CONTAINS("FHIR 4.0.1", site.host.logged.back().c_str());
  site.server.version = "3.0.2";
  LONGS_EQUAL(TRIBUTARY_BROKEN, probe());
  instead("metadata", FhirServer::json(R"({"resourceType":"Patient"})"));
  LONGS_EQUAL(TRIBUTARY_LATER, probe());
}

TEST(FhirServer, is_either_a_folder_or_a_server) {
  site.host.settings["folder"] = "/tmp";
  const auto* ops = static_cast<const tributary_consent_ops*>(tributary_plugin_fhir()->ops);
  void* self = nullptr;
  tributary_note note{};
  LONGS_EQUAL(TRIBUTARY_BROKEN, ops->open(site.host.abi(), &self, &note));
  STRCMP_CONTAINS("neither or both of folder and url", note.what);
}

TEST(FhirServer, goes_from_the_person_to_the_consents_when_the_sample_stands_in_another_source) {
  const auto about = [&](const std::string& subject) {
    Source at(tributary_plugin_fhir(), site.host);
    return suites::ask_subject(at, subject);
  };
  site.server.resources = {denied, patient("p1", "SUBJECT-01")};
  const auto told = about("SUBJECT-01");
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, told.outcome, told.note.what);
  LONGS_EQUAL(1, told.records.size());
  STRCMP_CONTAINS("c-2 withdrawn", told.records[0].c_str());
  LONGS_EQUAL(TRIBUTARY_REFUSED, about("SUBJECT-02").outcome);
  instead("Patient", FhirServer::json("<html>Sign in</html>"));
  LONGS_EQUAL(TRIBUTARY_LATER, about("SUBJECT-01").outcome);
}
