// tests/agent/config/cases_test.cpp: files of policy cases, read or refused with the place.
#include "agent/config/cases.hpp"
#include "tests/agent/config/workspace.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::config {

TEST_GROUP(Cases) {
  Workspace workspace;
  Settings settings;

  void setup() override {
    Policy policy;
    policy.name = "research";
    settings.policies.push_back(policy);
  }
  LoadedCases load(const std::string& text) {
    workspace.write("cases.yaml", text);
    return load_cases(workspace.path("cases.yaml"), settings);
  }
  /// The one case of a file that is good.
  PolicyCase one(const std::string& text) {
    auto loaded = load(text);
    CHECK_TRUE_TEXT(loaded.cases.has_value(), trouble(loaded).c_str());
    LONGS_EQUAL(1, loaded.cases->size());
    return loaded.cases->front();
  }
  std::string trouble(const LoadedCases& loaded) {
    std::string out;
    for (const auto& problem : loaded.problems) {
      const auto line = problem.sentence();
      out += line.substr(line.rfind('/') + 1) + "\n";
    }
    return out;
  }
  std::string trouble(const std::string& text) {
    const auto loaded = load(text);
    CHECK_FALSE(loaded.cases.has_value());
    return trouble(loaded);
  }
};

TEST(Cases, say_who_agreed_to_what_and_what_is_to_come_out) {
  const auto read = one(
      "at: 2026-06-01\ncases:\n  - name: a\n    policy: research\n    sample: { name: S, project: P, files: [ bam ] }\n"
      "    consent:\n      - { id: c, status: active, permissions: \"GS[DE|FR]\", valid_from: 2026-01-01, valid_until: "
      "2026-12-31 }\n    withdrawn: true\n    expect: refuse\n    rule: GS\n");
  STRCMP_EQUAL("a research S P bam GS", (read.name + " " + read.policy + " " + read.sample_name + " " + read.project +
                                         " " + read.files[0] + " " + read.rule)
                                            .c_str());
  LONGS_EQUAL(1780272000, *read.at_utc_s);
  const auto& record = read.consent->front().records.front();
  STRCMP_EQUAL("c active GS[DE|FR] 2026-01-01 2026-12-31",
               (record.consent_id + " " + record.status + " " + record.permissions + " " + record.valid_from + " " +
                record.valid_until)
                   .c_str());
  CHECK_TRUE(read.withdrawn);
  CHECK_TRUE(read.expected == Expectation::refuse);
  STRCMP_CONTAINS("cases.yaml:3", read.place.c_str());
}

TEST(Cases, know_a_person_without_documents_from_a_sample_that_nobody_knows) {
  CHECK_FALSE(one("cases: [ { name: a, policy: research, expect: hold } ]").consent.has_value());
  CHECK_TRUE(
      one("cases: [ { name: a, policy: research, expect: hold, consent: [] } ]").consent->front().records.empty());
}

TEST(Cases, sort_documents_by_the_source_that_tells_them) {
  const auto read =
      one("cases: [ { name: a, policy: research, expect: hold, away: [ registry ], consent: [ { source: lims, status: "
          "active, "
          "permissions: HMB }, { status: active, permissions: GRU }, { source: lims, status: draft, permissions: GRU } "
          "] } ]");
  LONGS_EQUAL(2, read.consent->size());
  STRCMP_EQUAL("", read.consent->front().source.c_str());
  STRCMP_EQUAL("lims", read.consent->back().source.c_str());
  LONGS_EQUAL(2, read.consent->back().records.size());
  STRCMP_EQUAL("registry", read.away[0].c_str());
}

TEST(Cases, tell_of_families_countries_and_sizes) {
  const auto read = one(
      "cases:\n  - name: a\n    policy: research\n    sample: { size: 2KiB }\n    country: [ DE, FR ]\n    "
      "family_size: 3\n"
      "    family:\n      - { consent: [ { status: active, permissions: HMB } ] }\n      - { withdrawn: true }\n    "
      "expect: hold\n");
  LONGS_EQUAL(2048, read.file_bytes);
  LONGS_EQUAL(2, read.countries.size());
  LONGS_EQUAL(3, *read.family_size);
  LONGS_EQUAL(2, read.family.size());
  STRCMP_EQUAL("HMB", read.family[0].consent[0].records[0].permissions.c_str());
  CHECK_TRUE(!read.family[0].withdrawn && read.family[1].withdrawn);
  CHECK_FALSE(one("cases: [ { name: a, policy: research, expect: hold } ]").family_size.has_value());
}

TEST(Cases, have_instants_of_their_own) {
  CHECK_FALSE(one("cases: [ { name: a, policy: research, expect: hold } ]").at_utc_s.has_value());
  LONGS_EQUAL(1, *one("at: 2026-06-01\ncases: [ { name: a, policy: research, expect: hold, at: "
                      "\"1970-01-01T00:00:01Z\" } ]")
                      .at_utc_s);
}

TEST(Cases, that_are_wrong_are_told_all_at_once_with_their_places) {
  STRCMP_EQUAL(
      "cases.yaml:2:14: cases[0].policy: there is no policy 'reserch'; did you mean 'research'?\n"
      "cases.yaml:3:7: cases[0].at: 'soon' has the wrong form; write a date, or a date-time with Z or an offset\n"
      "cases.yaml:4:11: cases[0].expect: 'sent' is not known here; did you mean 'send'? known: send, refuse, hold, "
      "not-taken\n"
      "cases.yaml:5:3: cases[0].konsent: no key of the case; did you mean 'consent'?\n",
      trouble("cases:\n- { name: a, policy: reserch,\n  at: soon,\n  expect: sent,\n  konsent: [] }\n").c_str());
}

TEST(Cases, that_contradict_themselves_are_refused) {
  STRCMP_CONTAINS("rule: no rule decides on what the policy does not take",
                  trouble("cases: [ { name: a, policy: research, expect: not-taken, rule: GS } ]").c_str());
  STRCMP_CONTAINS("withdrawn: nobody knows whose sample it is",
                  trouble("cases: [ { name: a, policy: research, expect: refuse, withdrawn: true } ]").c_str());
  STRCMP_CONTAINS("cases: is empty", trouble("cases: []").c_str());
  STRCMP_CONTAINS("cases: is missing", trouble("at: 2026-06-01").c_str());
}

TEST(Cases, that_can_not_be_read_are_refused) {
  STRCMP_CONTAINS("cases.yaml:1:", trouble("cases: [").c_str());
  CHECK_FALSE(load_cases(workspace.path("none.yaml"), settings).cases.has_value());
}

}  // namespace tributary::config
