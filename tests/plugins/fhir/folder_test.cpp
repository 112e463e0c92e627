// tests/plugins/fhir/folder_test.cpp: a folder of FHIR resources as a plugin: the suite, persons, versions, bad files.
#include <algorithm>

#include "tests/plugins/csv/answer.hpp"
#include "tests/plugins/csv/consent_suite.hpp"
#include "tests/plugins/fhir/drop.hpp"

#include <CppUTest/TestHarness.h>

namespace {

using namespace tributary;         // NOLINT: brevity of a test
using namespace tributary::tests;  // NOLINT
using Source = suites::Instance<tributary_consent_ops>;

const std::string dates = "2025-01-01/2030-12-31";
const std::string tree = r4("deny", dates, "", {r4("permit", dates, mii(8))});
const std::string granted = consent_r4("c-1", "active", tree);

// The facts of the suite as resources, with a code map in which `word-HMB` permits HMB.
class Side final : public suites::ConsentSide {
 public:
  Side() {
    std::ofstream(drop_.folder() + "/map.yaml") << "programme: suite\npacks:\n  - valid_from: 2000-01-01\n    "
                                                   "grants:\n      - { codes: [word-HMB], terms: HMB }\n";
    drop_.host.settings["code_map"] = drop_.folder() + "/map.yaml";
  }
  [[nodiscard]] const tributary_descriptor* plugin() const override { return tributary_plugin_fhir(); }
  [[nodiscard]] fakes::PluginHost& host() override { return drop_.host; }
  void hold(const std::vector<suites::ConsentFact>& facts) override {
    std::vector<std::string> all;
    for (const auto& f : facts) {
      const auto when = f.from + "/" + f.until;
      const auto* type = f.status == "active" ? "permit" : "deny";
      all.push_back(
          consent_r4(f.consent, "active", r4("deny", when, "", {r4(type, when, "word-" + f.permissions)}), f.subject));
      all.push_back(patient(f.subject, f.subject));
      all.push_back(specimen(f.sample, f.subject));
    }
    drop_.put("all.json", bundle(all));
  }
  void go_away() override { std::filesystem::remove_all(drop_.in("")); }
  void hold_nonsense() override {
    std::filesystem::create_directory(drop_.in(""));
    drop_.put("all.json", "<html>no Bundle</html>");
  }

 private:
  Drop drop_;
};

}  // namespace

TEST_GROUP(FhirFolder) {
  Drop drop;

  suites::Answer ask(const std::string& sample = "SAMPLE-01") {
    Source at(tributary_plugin_fhir(), drop.host);
    return suites::ask(at, sample);
  }
  suites::Answer answer(const std::vector<std::string>& resources, const std::string& sample = "SAMPLE-01") {
    drop.clear();
    drop.put("all.json", bundle(resources));
    return ask(sample);
  }
  suites::Answer about(const std::vector<std::string>& resources, const std::string& subject = "SUBJECT-01") {
    drop.clear();
    drop.put("all.json", bundle(resources));
    Source at(tributary_plugin_fhir(), drop.host);
    return suites::ask_subject(at, subject);
  }
  void is_later(const suites::Answer& told, const std::string& why) {
    LONGS_EQUAL_TEXT(TRIBUTARY_LATER, told.outcome, told.note.what);
    STRCMP_CONTAINS(why.c_str(), told.note.what);
    LONGS_EQUAL(0, told.records.size());
  }
};

TEST(FhirFolder, holds_what_every_consent_plugin_must_hold) {
  suites::consent_must_hold([] { return std::make_unique<Side>(); });
}

TEST(FhirFolder, ties_sample_patient_and_consent_by_reference_and_by_identifier) {
  const auto by_identifier =
      R"({"resourceType":"Consent","id":"c-2","status":"active","scope":{"coding":[{"code":"research"}]},)"
      R"("patient":{"identifier":{"system":"urn:test:person","value":"SUBJECT-01"}},"provision":)" +
      tree + "}";
  for (const auto& consent : {granted, by_identifier}) {
    const auto told = answer({consent, specimen("SAMPLE-01", "p1"), patient("p1", "SUBJECT-01")});
    LONGS_EQUAL_TEXT(TRIBUTARY_DONE, told.outcome, told.note.what);
    STRCMP_EQUAL("SUBJECT-01", told.subject.c_str());
    LONGS_EQUAL(1, told.records.size());
  }
}

TEST(FhirFolder, finds_a_sample_that_a_patient_names) {
  const auto told = answer(
      {granted, R"({"resourceType":"Patient","id":"p1","identifier":[{"system":"urn:test:sample","value":"SAMPLE-01"},)"
                R"({"system":"urn:test:person","value":"SUBJECT-01"}]})"});
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, told.outcome, told.note.what);
}

TEST(FhirFolder, reads_resources_alone_in_bundles_and_one_a_line) {
  drop.put("a.json", granted);
  drop.put("b.ndjson", patient("p1", "SUBJECT-01") + "\n\n" + specimen("SAMPLE-01", "p1") + "\n");
  drop.put("c.txt", "nothing to do with it");
  LONGS_EQUAL(1, ask().records.size());
}

TEST(FhirFolder, knows_a_patient_by_the_url_of_its_entry) {
  const auto person = R"({"resourceType":"Patient","identifier":[{"system":"urn:test:person","value":"SUBJECT-01"}]})";
  const auto sample =
      R"({"resourceType":"Specimen","identifier":[{"system":"urn:test:sample","value":"SAMPLE-01"}],"subject":{"reference":"urn:uuid:1"}})";
  const auto consent =
      R"({"resourceType":"Consent","status":"active","scope":{"coding":[{"code":"research"}]},"patient":{"reference":"urn:uuid:1"},"provision":)" +
      tree + "}";
  drop.put("all.json", R"({"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:2","resource":)" +
                           consent + R"(},{"fullUrl":"urn:uuid:3","resource":)" + std::string(sample) +
                           R"(},{"fullUrl":"urn:uuid:1","request":{"method":"POST"},"resource":)" + person + "}]}");
  const auto told = ask();
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, told.outcome, told.note.what);
  LONGS_EQUAL(1, told.records.size());
}

TEST(FhirFolder, knows_a_contained_patient_by_its_identifier) {
  const auto contained =
      R"({"resourceType":"Consent","id":"c-2","contained":[{"resourceType":"Patient","id":"x","identifier":[{"system":"urn:test:person","value":"SUBJECT-01"}]}],)"
      R"("status":"active","scope":{"coding":[{"code":"research"}]},"patient":{"reference":"#x"},"provision":)" +
      tree + "}";
  LONGS_EQUAL(1, answer({contained, specimen("SAMPLE-01", "p1"), patient("p1", "SUBJECT-01")}).records.size());
}

TEST(FhirFolder, gives_a_person_all_documents_of_linked_patients) {
  const auto old =
      R"({"resourceType":"Patient","id":"p2","active":false,"identifier":[{"system":"urn:test:person","value":"SUBJECT-99"}],)"
      R"("link":[{"other":{"reference":"Patient/p1"},"type":"replaced-by"}]})";
  const auto withdrawn = consent_r4("c-2", "active", r4("deny", dates, "", {r4("deny", dates, mii(8))}), "p2");
  const auto told = answer({granted, withdrawn, specimen("SAMPLE-01", "p1"), patient("p1", "SUBJECT-01"), old});
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, told.outcome, told.note.what);
  STRCMP_EQUAL("SUBJECT-01", told.subject.c_str());
  LONGS_EQUAL(2, told.records.size());
}

TEST(FhirFolder, does_not_mix_persons) {
  const auto told = answer({consent_r4("c-2", "active", tree, "p2"), specimen("SAMPLE-01", "p1"),
                            patient("p1", "SUBJECT-01"), patient("p2", "SUBJECT-02")});
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, told.outcome, told.note.what);
  LONGS_EQUAL(0, told.records.size());
}

TEST(FhirFolder, holds_who_can_not_be_told) {
  const auto p1 = patient("p1", "SUBJECT-01"), p2 = patient("p2", "SUBJECT-02");
  is_later(answer({granted, specimen("SAMPLE-01", "p1")}), "the Patient of the sample's Specimen is not there");
  is_later(answer({p1, p2, specimen("SAMPLE-01", "p1"), specimen("SAMPLE-01", "p2")}), "different persons");
  is_later(answer({R"({"resourceType":"Patient","id":"p1"})", specimen("SAMPLE-01", "p1")}),
           "no identifier of the system");
  is_later(answer({p1, patient("p1", "SUBJECT-02"), specimen("SAMPLE-01", "p1")}), "has 2 subject ids");
  is_later(
      answer(
          {p1, p2, specimen("SAMPLE-01", "p1"),
           R"({"resourceType":"Consent","status":"active","scope":{},"patient":{"reference":"Patient/p2","identifier":{"system":"urn:test:person","value":"SUBJECT-01"}}})"}),
      "it names two persons");
}

TEST(FhirFolder, holds_everybody_when_a_consent_may_be_anyones) {
  const auto foreign =
      R"({"resourceType":"Consent","status":"active","scope":{},"patient":{"identifier":{"system":"urn:other","value":"1"}}})";
  const auto nobody = R"({"resourceType":"Consent","status":"active","scope":{"coding":[{"code":"research"}]}})";
  const auto p1 = patient("p1", "SUBJECT-01"), s1 = specimen("SAMPLE-01", "p1");
  is_later(answer({granted, p1, s1, foreign}), "1 consent documents name a person that can not be told");
  is_later(answer({granted, p1, s1, nobody}), "a Consent that names no patient");
}

TEST(FhirFolder, a_document_of_somebody_else_holds_nobody) {
  const auto other = consent_r4("c-2", "actve", tree, "p2");
  LONGS_EQUAL(TRIBUTARY_DONE, answer({granted, other, patient("p1", "SUBJECT-01"), patient("p2", "SUBJECT-02"),
                                      specimen("SAMPLE-01", "p1")})
                                  .outcome);
}

TEST(FhirFolder, takes_the_newer_of_two_versions_and_holds_when_neither_is) {
  const auto version = [](const std::string& status, const std::string& meta) {
    return consent_r4("c-1", status, tree, "p1", meta.empty() ? "" : R"(,"meta":{"lastUpdated":")" + meta + "\"}");
  };
  const auto p1 = patient("p1", "SUBJECT-01"), s1 = specimen("SAMPLE-01", "p1");
  const auto old = version("active", "2025-02-01T00:00:00Z"), fresh = version("inactive", "2025-02-01T01:00:00+00:00");
  for (const auto& order : {std::vector<std::string>{old, fresh, p1, s1}, {fresh, old, p1, s1}}) {
    const auto told = answer(order);
    LONGS_EQUAL(1, told.records.size());
    STRCMP_CONTAINS("c-1 draft", told.records[0].c_str());
  }
  is_later(answer({version("active", ""), version("inactive", ""), p1, s1}), "neither is newer");
  LONGS_EQUAL(1, answer({old, old, p1, s1}).records.size());
}

TEST(FhirFolder, takes_documents_of_one_id_for_versions_unless_their_urls_differ) {
  const auto entry = [](const std::string& url, const std::string& resource) {
    return R"({"fullUrl":")" + url + R"(","resource":)" + resource + "}";
  };
  const auto meta = [](const std::string& day) { return R"(,"meta":{"lastUpdated":")" + day + "\"}"; };
  const auto p1 = patient("p1", "SUBJECT-01"), s1 = specimen("SAMPLE-01", "p1");
  const auto old = consent_r4("c-1", "active", tree, "p1", meta("2025-02-01T00:00:00Z"));
  const auto ended = consent_r4("c-1", "inactive", tree, "p1", meta("2025-03-01T00:00:00Z"));
  drop.put("a.json", bundle({p1, s1, old}));
  const auto fresh = [&](const std::string& entries) {
    drop.put("b.json", R"({"resourceType":"Bundle","type":"collection","entry":[)" + entries + "]}");
    return ask();
  };
  auto told = fresh(entry("https://a.example.org/Consent/c-1", ended));
  LONGS_EQUAL(1, told.records.size());
  STRCMP_CONTAINS("c-1 draft", told.records[0].c_str());
  drop.put("a.json", bundle({p1, s1}));
  told =
      fresh(entry("https://a.example.org/Consent/c-1", old) + "," + entry("https://b.example.org/Consent/c-1", ended));
  LONGS_EQUAL(2, told.records.size());
  drop.put("a.json", bundle({p1, s1, old}));
  is_later(fresh(entry("https://a.example.org/Consent/c-1", consent_r4("c-1", "inactive", tree, "p2"))),
           "its versions name two persons");
}

TEST(FhirFolder, tells_a_denial_even_beside_a_document_that_can_not_be_used) {
  const auto denied = consent_r4("c-2", "active", r4("deny", dates, "", {r4("deny", dates, mii(8))}));
  const auto told =
      answer({denied, consent_r4("c-3", "actve", tree), patient("p1", "SUBJECT-01"), specimen("SAMPLE-01", "p1")});
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, told.outcome, told.note.what);
  LONGS_EQUAL(2, told.records.size());
}

TEST(FhirFolder, holds_everybody_while_a_file_can_not_be_read) {
  drop.hold({granted});
  LONGS_EQUAL(TRIBUTARY_DONE, ask().outcome);
  drop.put("b.json", R"({"resourceType":"Consent","status":"act)");
  is_later(ask(), "file 2 of 2 in the order of names: line 1: ends in the middle");
  drop.put("b.json", R"({"resourceType":"Consent","resourceType":"Consent"})");
  is_later(ask(), "a name stands twice");
  drop.put("b.json", patient("p9", "SUBJECT-09") + "{}");
  is_later(ask(), "something stands behind the resource");
  drop.put("b.json", bundle({granted}, "history"));
  is_later(ask(), "a Bundle of another type");
  drop.put("b.json", R"({"resourceType":"Consent","extension":)" + std::string(100000, '['));
  is_later(ask(), "levels");
  std::filesystem::remove(drop.in("b.json"));
  drop.set_age(60);
  LONGS_EQUAL(TRIBUTARY_DONE, ask().outcome);
}

TEST(FhirFolder, finds_one_word_in_fifty_megabytes) {
  const std::string other = R"({"resourceType":"Observation","valueString":")" + std::string(1000, 'x') + "\"}";
  std::vector<std::string> all(50000, other);
  all.insert(all.begin() + 10000, specimen("SAMPLE-01", "p1"));
  all.insert(all.begin() + 30000, patient("p1", "SUBJECT-01"));
  all.push_back(granted);
  drop.put("a.json", bundle(all));
  CHECK_TRUE(std::filesystem::file_size(drop.in("a.json")) > 50U << 20U);
  const auto told = ask();
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, told.outcome, told.note.what);
  LONGS_EQUAL(1, told.records.size());
}

TEST(FhirFolder, trusts_a_folder_up_to_its_age) {
  drop.hold({granted});
  drop.set_age(26 * 3600);
  LONGS_EQUAL(TRIBUTARY_DONE, ask().outcome);
  drop.host.now_utc_s += 1;
  is_later(ask(), "nothing changed for 26 h, of at most 26 h");
  drop.set_age(-301);
  is_later(ask(), "in the future");
}

TEST(FhirFolder, changes_its_revision_when_a_denial_begins) {
  drop.hold({consent_r4("c-1", "active", r4("deny", "2020-01-01/", "", {r4("deny", "2025-11-22/", mii(8))}))});
  Source at(tributary_plugin_fhir(), drop.host);
  const auto revision = [&] {
    std::array<char, 64> word{};
    at.ops().revision(at.self(), word.data(), 64);
    return std::string(word.data());
  };
  const auto before = revision();
  drop.host.now_utc_s += 13 * 3600;
  STRCMP_EQUAL(before.c_str(), revision().c_str());
  drop.host.now_utc_s += 3600;
  CHECK_TRUE(before != revision());
}

TEST(FhirFolder, tells_names_and_numbers_as_identifying) {
  const auto person =
      patient("p1", "SUBJECT-01", R"(,"name":[{"family":"Nguyen-Testfall","given":["Kim"]}],"birthDate":"2001-02-03")");
  const auto told = answer({granted, person, specimen("SAMPLE-01", "p1")});
  const auto has = [&](const std::string& word) {
    return std::find(told.attributes.begin(), told.attributes.end(), word) != told.attributes.end();
  };
  CHECK_TRUE(has("!family_name=Nguyen-Testfall") && has("!given_name=Kim") && has("!birth_date=2001-02-03"));
  CHECK_TRUE(has("!patient_identifier=SUBJECT-01") && has("!specimen_identifier=SAMPLE-01"));
}

TEST(FhirFolder, holds_everybody_while_the_code_map_can_not_be_read) {
  drop.hold({granted});
  drop.host.settings["code_map"] = drop.folder() + "/map.yaml";
  std::ofstream(drop.folder() + "/map.yaml") << "programme: x\npacks: [ { valid_from: 2020, grants: [] } ]\n";
  is_later(ask(), "map.yaml: line 2: valid_from is no day");
}

TEST(FhirFolder, tells_of_a_person_whose_sample_stands_in_another_source) {
  const auto denied = consent_r4("c-2", "active", r4("deny", dates, "", {r4("deny", dates, mii(8))}));
  const auto told = about({denied, patient("p1", "SUBJECT-01", R"(,"name":[{"family":"Muster"}])")});
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, told.outcome, told.note.what);
  LONGS_EQUAL(1, told.records.size());
  STRCMP_CONTAINS("c-2 withdrawn", told.records[0].c_str());
  CHECK_TRUE(std::find(told.attributes.begin(), told.attributes.end(), "!family_name=Muster") != told.attributes.end());
  LONGS_EQUAL(TRIBUTARY_REFUSED, about({denied, patient("p1", "SUBJECT-01")}, "SUBJECT-02").outcome);
}

TEST(FhirFolder, holds_a_person_whom_a_document_without_its_patient_may_mean) {
  const auto by_id = [](const std::string& subject) {
    return R"({"resourceType":"Consent","id":"c-2","status":"active","scope":{"coding":[{"code":"research"}]},)"
           R"("patient":{"identifier":{"system":"urn:test:person","value":")" +
           subject + R"("}},"provision":)" + tree + "}";
  };
  is_later(about({by_id("SUBJECT-01")}), "consent documents are or may be of a person who is not here");
  LONGS_EQUAL(TRIBUTARY_REFUSED, about({by_id("SUBJECT-02")}).outcome);
  is_later(about({granted}), "may be of a person who is not here");
}
