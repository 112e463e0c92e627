// tests/agent/cli/ledger_test.cpp: what the data protection officer is told of a person, and what nobody else learns.
#include <sstream>

#include "tests/agent/cli/desk.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::cli_test {
namespace {

const char* const disclosure =
    "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PrivacyDisclosure.Source";

std::string word(const Json& value) { return std::string(value.as_string()); }

}  // namespace

/// A site that delivered two persons' data to a folder.
TEST_GROUP(Ledger) {
  Site site;
  std::string list = site.desk.at("subjects.txt");
  void setup() override {
    LONGS_EQUAL(3, site.deliver().code);
    about("SUBJECT-01\n");
  }
  void about(const std::string& text) const { CHECK_TRUE(files::write_atomic(list, view(text), 0600).ok()); }
  Ending ledger(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"ledger", "--subject-file", list};
    words.insert(words.end(), more.begin(), more.end());
    return site.run(words);
  }
  Json as_json(const char* form = "--json") const {
    const auto ended = ledger({form});
    LONGS_EQUAL_TEXT(0, ended.code, ended.words.c_str());
    auto parsed = json::parse(ended.words);
    CHECK_TRUE(parsed.ok());
    return *parsed;
  }
  Ending withdraw(const std::string& level) const {
    return site.run({"withdraw", "--subject-file", list, "--level", level});
  }
  std::vector<Json> of_kind(const Json& bundle, const std::string& type) const {
    std::vector<Json> out;
    for (const auto& entry : bundle["entry"].items()) {
      if (word(entry["resource"]["resourceType"]) == type) out.push_back(entry["resource"]);
    }
    return out;
  }
};

TEST(Ledger, tells_what_left_when_where_to_and_under_which_consent) {
  const auto all = as_json();
  LONGS_EQUAL(1, all.items().size());
  const auto& one = all.items()[0];
  STRCMP_EQUAL("SUBJECT-01", word(one["subject"]).c_str());
  CHECK_TRUE(one["no_further_use_since"].is_null());
  LONGS_EQUAL(1, one["parcels"].items().size());
  const auto& parcel = one["parcels"].items()[0];
  STRCMP_EQUAL("delivered", word(parcel["state"]).c_str());
  STRCMP_EQUAL("far", word(parcel["destination"]).c_str());
  LONGS_EQUAL(1, parcel["events"].items().size());
  const auto& event = parcel["events"].items()[0];
  STRCMP_EQUAL("delivered", word(event["kind"]).c_str());
  CHECK_TRUE(event["delivered_at"].is_string());
  LONGS_EQUAL(64, word(event["consent_evidence_sha256"]).size());
  STRCMP_EQUAL("DUO:0000042", word(event["terms"].items().at(0)).c_str());
  LONGS_EQUAL(3, event["objects"].items().size());
  const auto people = ledger().words;
  STRCMP_CONTAINS("subject SUBJECT-01\n  delivered  far  TL-", people.c_str());
  STRCMP_CONTAINS("terms DUO:0000042", people.c_str());
}

TEST(Ledger, tells_what_was_withdrawn) {
  LONGS_EQUAL(0, withdraw("no-further-use").code);
  LONGS_EQUAL(3, site.deliver().code);
  const auto all = as_json();
  const auto& one = all.items()[0];
  CHECK_TRUE(one["no_further_use_since"].is_string());
  const auto& parcel = one["parcels"].items()[0];
  STRCMP_EQUAL("withdrawn", word(parcel["state"]).c_str());
  STRCMP_EQUAL("consent: the subject withdrew", word(parcel["reason"]).c_str());
  LONGS_EQUAL(2, parcel["events"].items().size());
  STRCMP_EQUAL("withdrawn", word(parcel["events"].items()[1]["kind"]).c_str());
}

TEST(Ledger, and_whoever_reidentifies_are_told_of_those_who_want_no_contact) {
  const auto ended = withdraw("no-further-contact");
  LONGS_EQUAL_TEXT(0, ended.code, ended.words.c_str());
  STRCMP_CONTAINS("1 subject not to be contacted; what was agreed to goes on", ended.words.c_str());
  const auto all = as_json();
  const auto& one = all.items()[0];
  CHECK_TRUE(one["no_further_contact_since"].is_string());
  CHECK_TRUE(one["no_further_use_since"].is_null());
  STRCMP_EQUAL("delivered", word(one["parcels"].items()[0]["state"]).c_str());
  LONGS_EQUAL(3, site.deliver().code);
  STRCMP_EQUAL("delivered", word(as_json().items()[0]["parcels"].items()[0]["state"]).c_str());
  const auto pseudonym = word(one["parcels"].items()[0]["pseudonym"]);
  const auto told = site.run({"reidentify", "--pseudonym", pseudonym, "--reason", "incidental finding"}).words;
  STRCMP_CONTAINS("subject SUBJECT-01\nnot to be contacted since 20", told.c_str());
}

TEST(Ledger, of_somebody_unknown_is_empty) {
  about("SUBJECT-77\nSUBJECT-01\nSUBJECT-77\n");
  const auto all = as_json();
  LONGS_EQUAL(2, all.items().size());
  LONGS_EQUAL(0, all.items()[0]["parcels"].items().size());
  STRCMP_CONTAINS("subject SUBJECT-77\n  nothing is known of it here", ledger().words.c_str());
  about("SUBJECT-77\n");
  CHECK_FALSE(as_json("--fhir").has("entry"));
}

TEST(Ledger, is_audited_without_saying_about_whom) {
  LONGS_EQUAL(0, ledger().code);
  LONGS_EQUAL(0, ledger({"--fhir"}).code);
  std::size_t asked = 0;
  const auto exported = site.run({"audit", "export"}).words;
  std::istringstream lines(exported);
  for (std::string line; std::getline(lines, line);) {
    const auto row = json::parse(line);
    const auto body = json::parse((*row)["body"].as_string());
    if ((*body)["action"].as_string() != "ledger") continue;
    ++asked;
    LONGS_EQUAL(1, (*body)["subjects"].as_integer());
    CHECK_TRUE((*body)["uid"].is_integer());
  }
  LONGS_EQUAL(2, asked);
  STRCMP_EQUAL("", Site::leak(exported).c_str());
}

TEST(Ledger, in_fhir_has_a_disclosure_and_a_provenance_for_each_delivery) {
  const auto bundle = as_json("--fhir");
  STRCMP_EQUAL("Bundle", word(bundle["resourceType"]).c_str());
  STRCMP_EQUAL("collection", word(bundle["type"]).c_str());
  LONGS_EQUAL(2, bundle["entry"].items().size());
  const auto events = of_kind(bundle, "AuditEvent");
  LONGS_EQUAL(1, events.size());
  const auto& event = events[0];
  STRCMP_EQUAL(disclosure, word(event["meta"]["profile"].items().at(0)).c_str());
  STRCMP_EQUAL("110106", word(event["type"]["code"]).c_str());
  STRCMP_EQUAL("disclose", word(event["subtype"].items().at(0)["code"]).c_str());
  STRCMP_EQUAL("R", word(event["action"]).c_str());
  const auto& agents = event["agent"].items();
  STRCMP_EQUAL("110153", word(agents.at(0)["type"]["coding"].items()[0]["code"]).c_str());
  STRCMP_EQUAL("110152", word(agents.at(1)["type"]["coding"].items()[0]["code"]).c_str());
  STRCMP_EQUAL(agents[0]["who"].dump().c_str(), event["source"]["observer"].dump().c_str());  // val-audit-source
  const auto& entities = event["entity"].items();
  LONGS_EQUAL(5, entities.size());  // the patient, three objects, the consent
  STRCMP_EQUAL("SUBJECT-01", word(entities[0]["what"]["identifier"]["value"]).c_str());
  STRCMP_EQUAL("Patient", word(entities[0]["what"]["type"]).c_str());
  const auto provenances = of_kind(bundle, "Provenance");
  LONGS_EQUAL(1, provenances.size());
  LONGS_EQUAL(3, provenances[0]["target"].items().size());
  STRCMP_EQUAL("pseudonymize", word(provenances[0]["activity"]["coding"].items()[0]["code"]).c_str());
}

TEST(Ledger, in_fhir_has_an_event_for_each_withdrawal) {
  LONGS_EQUAL(0, withdraw("no-further-use").code);
  LONGS_EQUAL(3, site.deliver().code);
  const auto events = of_kind(as_json("--fhir"), "AuditEvent");
  LONGS_EQUAL(2, events.size());
  STRCMP_EQUAL("destroy", word(events[1]["type"]["code"]).c_str());
  STRCMP_EQUAL("D", word(events[1]["action"]).c_str());
  STRCMP_EQUAL("0", word(events[1]["outcome"]).c_str());
  CHECK_FALSE(events[1].has("meta"));  // the profile is of disclosures only
}

TEST(Ledger, wants_a_file_with_ids) {
  LONGS_EQUAL(2, site.run({"ledger"}).code);
  LONGS_EQUAL(2, site.run({"ledger", "SUBJECT-01"}).code);
  LONGS_EQUAL(2, ledger({"--json", "--fhir"}).code);
  LONGS_EQUAL(2, withdraw("nothing").code);
  about("\n \n");
  LONGS_EQUAL(2, ledger().code);
  about(std::string("\xff\xfeS", 3));
  LONGS_EQUAL(2, ledger().code);
  LONGS_EQUAL(1, site.run({"ledger", "--subject-file", list + ".none"}).code);
}

}  // namespace tributary::cli_test
