// tests/agent/consent/evaluate_test.cpp: the truth tables of consent.
#include "agent/consent/evaluate.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "agent/base/clock.hpp"

#include <CppUTest/TestHarness.h>

namespace {

using namespace tributary::consent;  // NOLINT: a test of this namespace

constexpr std::int64_t now = 1795255200;  // 2026-11-21T10:00:00Z

Record active(const std::string& permissions, const std::string& from = "2026-01-01",
              const std::string& until = "2030-12-31") {
  return {"c-1", "active", permissions, from, until};
}
Record with_status(const std::string& status, const std::string& id = "c-2") {
  return {id, status, "HMB", "2026-01-01", "2030-12-31"};
}

Purpose purpose_of(Use use, const std::string& disease = {}) {
  Purpose purpose;
  purpose.use = use;
  purpose.disease = disease;
  purpose.country = "DE";
  return purpose;
}
const Purpose hmb = purpose_of(Use::hmb);
// A receiver who agreed to everything that a consent may ask of it.
const Purpose willing = [] {
  auto purpose = hmb;
  purpose.accepts = {"COL", "IRB", "MOR", "PUB", "RTN", "US"};
  return purpose;
}();

const char* word(Verdict verdict) {
  return verdict == Verdict::permit ? "permit" : verdict == Verdict::deny ? "deny" : "unknown";
}

void expect(const char* verdict, const std::vector<Record>& records, const Purpose& purpose = hmb,
            std::int64_t when = now) {
  const auto decision = evaluate(records, purpose, when);
  std::string label = decision.reason;
  for (const auto& record : records) label += " | " + record.status + " " + record.permissions;
  STRCMP_EQUAL_TEXT(verdict, word(decision.verdict), label.c_str());
  CHECK_FALSE(decision.reason.empty());
}

std::string reason(const std::vector<Record>& records, const Purpose& purpose = hmb) {
  return evaluate(records, purpose, now).reason;
}

std::int64_t at(const char* text) { return *tributary::from_iso8601(text); }

}  // namespace

TEST_GROUP(Evaluate){};

TEST(Evaluate, follows_the_table_of_permissions) {
  struct Row {
    const char* permission;
    const char* nres;
    const char* gru;
    const char* hmb;
    const char* ds;
    const char* other_ds;
    const char* poa;
  };
  const Row table[] = {
      {"NRES", "permit", "permit", "permit", "permit", "permit", "permit"},
      {"GRU", "deny", "permit", "permit", "permit", "permit", "permit"},
      {"HMB", "deny", "deny", "permit", "permit", "permit", "deny"},
      {"DS[MONDO:0007254]", "deny", "deny", "deny", "permit", "deny", "deny"},
      {"POA", "deny", "deny", "deny", "deny", "deny", "permit"},
      {"GRU;NPOA", "deny", "deny", "permit", "permit", "permit", "deny"},
      {"NRES;NPOA", "deny", "deny", "permit", "permit", "permit", "deny"},
      {"HMB;POA", "deny", "deny", "deny", "deny", "deny", "deny"},
      {"NPU", "unknown", "unknown", "unknown", "unknown", "unknown", "unknown"},
      {"", "unknown", "unknown", "unknown", "unknown", "unknown", "unknown"},
  };
  for (const auto& row : table) {
    expect(row.nres, {active(row.permission)}, purpose_of(Use::nres));
    expect(row.gru, {active(row.permission)}, purpose_of(Use::gru));
    expect(row.hmb, {active(row.permission)}, purpose_of(Use::hmb));
    expect(row.ds, {active(row.permission)}, purpose_of(Use::ds, "MONDO:0007254"));
    expect(row.other_ds, {active(row.permission)}, purpose_of(Use::ds, "MONDO:0000001"));
    expect(row.poa, {active(row.permission)}, purpose_of(Use::poa));
  }
}

TEST(Evaluate, compares_diseases_by_their_curie) {
  const auto purpose = purpose_of(Use::ds, "MONDO:0007254");
  expect("permit", {active("DS[mondo_0007254]")}, purpose);
  expect("permit", {active("DS[MONDO:0000001|MONDO:0007254]")}, purpose);
  expect("permit", {active("DS[MONDO:0000001];DS[MONDO:0007254]")}, purpose);
  expect("deny", {active("DS[MONDO:00072540]")}, purpose);
}

TEST(Evaluate, keeps_profit_away_where_it_is_prohibited) {
  auto commercial = hmb;
  commercial.commercial = true;
  auto company = hmb;
  company.for_profit = true;
  struct Row {
    const char* terms;
    const char* neither;
    const char* use;
    const char* organisation;
  };
  const Row table[] = {{"HMB", "permit", "permit", "permit"},
                       {"HMB;NPU", "permit", "permit", "deny"},
                       {"HMB;NCU", "permit", "deny", "permit"},
                       {"HMB;NPUNCU", "permit", "deny", "deny"},
                       {"HMB;NPU;NCU", "permit", "deny", "deny"}};
  for (const auto& row : table) {
    expect(row.neither, {active(row.terms)}, hmb);
    expect(row.use, {active(row.terms)}, commercial);
    expect(row.organisation, {active(row.terms)}, company);
  }
  STRCMP_EQUAL("the consent is for non-profit organisations only, the policy's organisation is for-profit",
               reason({active("HMB;NPU")}, company).c_str());
}

TEST(Evaluate, keeps_data_in_its_region) {
  auto nowhere = hmb;
  nowhere.country.clear();
  expect("permit", {active("HMB;GS[DE|FR]")});
  expect("permit", {active("HMB;GS[EU]")});
  expect("deny", {active("HMB;GS[FR]")});
  expect("deny", {active("HMB;GS[DE];GS[FR]")});
  expect("unknown", {active("HMB;GS[Bavaria]")});
  expect("permit", {active("HMB;GS[Bavaria|DE]")});
  expect("deny", {active("HMB;GS[FR]"), {"c-9", "active", "GRU", "", ""}});
  expect("unknown", {active("HMB;GS[DE]")}, nowhere);
}

TEST(Evaluate, asks_for_the_approved_project_institution_and_users) {
  auto purpose = hmb;
  purpose.project = "EX-1";
  purpose.institution = "Example University";
  expect("permit", {active("HMB;PS[EX-1]")}, purpose);
  expect("deny", {active("HMB;PS[EX-2]")}, purpose);
  expect("deny", {active("HMB;PS[EX-1]")});
  expect("permit", {active("HMB;IS[Other|Example University]")}, purpose);
  expect("deny", {active("HMB;IS[Other]")}, purpose);
  expect("permit", {active("HMB;US[EX-1]")}, purpose);
  expect("permit", {active("HMB;US[Example University]")}, purpose);
  expect("deny", {active("HMB;US[somebody]")}, purpose);
}

TEST(Evaluate, does_not_judge_what_it_can_not_judge) {
  expect("unknown", {active("HMB;RS")});
  expect("unknown", {active("HMB;RS[paediatric]")});
  auto purpose = hmb;
  purpose.research = "paediatric";
  expect("permit", {active("HMB;RS[adult|paediatric]")}, purpose);
  expect("deny", {active("HMB;RS[adult]")}, purpose);
  expect("unknown", {active("HMB;RS")}, purpose);
  expect("unknown", {active("HMB;MOR[soon]")});
  expect("unknown", {active("HMB;TS[soon]")});
  expect("unknown", {active("HMB;TS[soon]"), {"c-9", "active", "GRU", "", ""}});
}

TEST(Evaluate, lets_methods_development_and_genetic_studies_apart) {
  auto methods = hmb;
  methods.methods = true;
  expect("permit", {active("HMB;NMDS")});
  expect("deny", {active("HMB;NMDS")}, methods);
  expect("permit", {active("HMB;GSO;CC")});
}

TEST(Evaluate, holds_what_binds_the_receiver_to_something_that_the_purpose_does_not_accept) {
  for (const auto* code : {"COL", "IRB", "PUB", "RTN", "MOR"}) {
    auto purpose = hmb;
    const auto consent = active("HMB;" + std::string(code));
    expect("unknown", {consent}, purpose);
    STRCMP_CONTAINS("purpose.accepts does not name it", reason({consent}, purpose).c_str());
    STRCMP_EQUAL(code, evaluate({consent}, purpose, now).rule.c_str());
    for (const auto* other : {"COL", "IRB", "PUB", "RTN", "MOR"}) {
      purpose.accepts = {other};
      expect(std::string(code) == other ? "permit" : "unknown", {consent}, purpose);
    }
  }
}

TEST(Evaluate, holds_a_moratorium_until_its_day) {
  expect("unknown", {active("HMB;MOR[2026-11-22]")});
  expect("unknown", {active("HMB;MOR[2026-11-22]")}, hmb, at("2026-11-21T23:59:59Z"));
  expect("permit", {active("HMB;MOR[2026-11-22]")}, hmb, at("2026-11-22"));
  for (const auto* parameters : {"soon", "2026-01-01|2026-02-01"}) {
    expect("unknown", {active("HMB;MOR[" + std::string(parameters) + "]")}, willing);
  }
}

TEST(Evaluate, takes_approved_users_on_the_receivers_word) {
  auto purpose = hmb;
  expect("deny", {active("HMB;US[group]")}, purpose);
  purpose.accepts = {"IRB"};
  expect("deny", {active("HMB;US[group]")}, purpose);
  purpose.accepts = {"US"};
  expect("permit", {active("HMB;US[group]")}, purpose);
  STRCMP_EQUAL("US", evaluate({active("HMB;US[group]")}, purpose, now).obligations[0].code.c_str());
}

TEST(Evaluate, lets_consent_to_a_disease_cover_its_kinds_and_never_what_it_is_a_kind_of) {
  auto purpose = purpose_of(Use::ds, "MONDO:0000003");
  expect("deny", {active("DS[MONDO:0000001]")}, purpose);
  purpose.broader_diseases = {"MONDO:0000001", "MONDO:0000002"};
  expect("permit", {active("DS[MONDO:0000001]")}, purpose);
  expect("permit", {active("DS[MONDO:0000009|mondo_0000002]")}, purpose);
  expect("permit", {active("DS[MONDO:0000003]")}, purpose);
  expect("deny", {active("DS[MONDO:0000004]")}, purpose);
  purpose = purpose_of(Use::ds, "MONDO:0000001");
  expect("deny", {active("DS[MONDO:0000003]")}, purpose);
}

TEST(Evaluate, hands_obligations_on) {
  const auto decision = evaluate({active("HMB;IRB;PUB;COL[pi@example.org];RTN;MOR[2027-01-01];NPU")}, willing, now);
  STRCMP_EQUAL("permit", word(decision.verdict));
  LONGS_EQUAL(5, decision.obligations.size());
  STRCMP_EQUAL("COL", decision.obligations[2].code.c_str());
  LONGS_EQUAL(7, decision.terms.size());
  STRCMP_EQUAL("DUO:0000006", decision.terms[0].c_str());
  STRCMP_EQUAL("DUO:0000024[2027-01-01]", decision.terms[5].c_str());
}

TEST(Evaluate, follows_the_table_of_statuses) {
  struct Row {
    const char* status;
    const char* alone;
    const char* beside_a_permit;
  };
  const Row table[] = {
      {"active", "permit", "permit"},     {"Active ", "permit", "permit"}, {"withdrawn", "deny", "deny"},
      {"rejected", "deny", "deny"},       {"draft", "unknown", "permit"},  {"entered-in-error", "unknown", "permit"},
      {"inactive", "unknown", "unknown"}, {"", "unknown", "unknown"},      {"WITHDRAWN", "deny", "deny"}};
  for (const auto& row : table) {
    expect(row.alone, {with_status(row.status)});
    expect(row.beside_a_permit, {active("HMB"), with_status(row.status)});
  }
  expect("unknown", {});
  STRCMP_EQUAL("no consent is on record", reason({}).c_str());
  STRCMP_EQUAL("the consent was withdrawn", reason({active("HMB"), with_status("withdrawn")}).c_str());
}

TEST(Evaluate, denies_a_withdrawn_document_whatever_else_is_wrong_with_it) {
  expect("deny", {{"c-9", "withdrawn", "???", "never", "2001"}, active("GRU")});
}

TEST(Evaluate, keeps_to_the_period_with_both_days_included) {
  const auto record = active("HMB", "2026-01-10", "2026-02-20");
  expect("unknown", {record}, hmb, at("2026-01-09T23:59:59Z"));
  expect("permit", {record}, hmb, at("2026-01-10T00:00:00Z"));
  expect("permit", {record}, hmb, at("2026-02-20T23:59:59Z"));
  expect("deny", {record}, hmb, at("2026-02-21T00:00:00Z"));
  expect("permit", {active("HMB", "", "")}, hmb, 0);
  expect("permit", {active("HMB", "2026", "2026-11")});
  expect("permit", {active("HMB", "2026-11-21T11:00:00+01:00", "2026-11-21T10:00:00Z")});
  STRCMP_EQUAL("the consent ended on 2025-08-31", reason({active("HMB", "", "2025-08-31")}).c_str());
  STRCMP_EQUAL("the consent begins on 2027-01-01", reason({active("HMB", "2027-01-01", "")}).c_str());
  STRCMP_EQUAL("period", evaluate({active("HMB", "", "2025-08-31")}, hmb, now).findings[0].rule.c_str());
}

TEST(Evaluate, does_not_understand_a_broken_date) {
  expect("unknown", {active("HMB", "01.02.2026", "")});
  expect("unknown", {active("HMB", "2026-02-30", "")});
  expect("unknown", {active("HMB", "", "2026-13")});
  expect("unknown", {active("HMB", "2027-01-01", "2026-12-31")});
  STRCMP_EQUAL("the consent has an end that is no ISO 8601 date", reason({active("HMB", "", "x")}).c_str());
}

TEST(Evaluate, counts_a_time_limit_in_months_or_dates) {
  expect("permit", {active("HMB;TS[12]", "2025-11-22", "")});
  expect("deny", {active("HMB;TS[12]", "2025-11-21", "")}, hmb, now);
  expect("permit", {active("HMB;TS[12]", "2025-11-21", "")}, hmb, at("2026-11-20T23:59:59Z"));
  expect("permit", {active("HMB;TS[1 month]", "2026-11-21", "")});
  expect("permit", {active("HMB;TS[P18M]", "2026-01-31", "")});
  expect("unknown", {active("HMB;TS[12]", "", "")});
  expect("unknown", {active("HMB;TS[0]")});
  expect("permit", {active("HMB;TS[2026-11-21]")});
  expect("permit", {active("HMB;TS[2027]")});
  expect("deny", {active("HMB;TS[2026-11-20]")});
  expect("permit", {active("HMB;TS[2026-01-01|2026-12-31]")});
  expect("permit", {active("HMB;TS[2026-01-01/2026-12-31]")});
  expect("unknown", {active("HMB;TS[2026-12-01|2026-12-31]")});
  expect("unknown", {active("HMB;TS[2026-12-31|2026-01-01]")});
  expect("unknown", {active("HMB;TS[a|b|c]")});
}

TEST(Evaluate, takes_the_shorter_of_period_and_time_limit) {
  const auto decision = evaluate({active("HMB;TS[2027-01-31]", "2026-01-01", "2030-12-31")}, hmb, now);
  LONGS_EQUAL(at("2027-01-31T23:59:59Z"), *decision.valid_until_utc_s);
  CHECK_FALSE(evaluate({active("HMB", "", "")}, hmb, now).valid_until_utc_s.has_value());
}

TEST(Evaluate, clamps_months_at_the_end_of_a_month) {
  const auto record = active("HMB;TS[1]", "2026-01-31", "");
  expect("permit", {record}, hmb, at("2026-02-27T23:59:59Z"));
  expect("deny", {record}, hmb, at("2026-02-28T00:00:00Z"));
}

TEST(Evaluate, lets_a_new_document_follow_one_that_ended) {
  const Record old{"c-0", "active", "HMB", "2020-01-01", "2025-12-31"};
  expect("permit", {old, active("HMB")});
}

TEST(Evaluate, does_not_add_up_periods_or_permissions_of_two_documents) {
  const Record past{"c-0", "active", "HMB", "2020-01-01", "2025-12-31"};
  const Record present{"c-1", "active", "POA", "2026-01-01", ""};
  expect("deny", {past, present});
}

TEST(Evaluate, lets_a_document_about_something_else_stand_aside) {
  const Record study{"c-7", "active", "DS[MONDO:0000001]", "", ""};
  expect("permit", {study, active("HMB")});
  expect("deny", {study});
}

TEST(Evaluate, lets_a_prohibition_win_over_another_documents_permit) {
  auto commercial = hmb;
  commercial.commercial = true;
  const Record strict{"c-8", "active", "HMB;NCU", "", ""};
  expect("deny", {strict, active("GRU")}, commercial);
  expect("permit", {strict, active("GRU")});
}

TEST(Evaluate, holds_when_one_document_can_not_be_read) {
  expect("unknown", {active("HMB"), {"c-3", "active", "HMB;XYZ", "", ""}});
  STRCMP_EQUAL(
      "the consent has permissions that can not be read: term 2: not one of the 5 permissions and 18 modifiers of DUO",
      reason({active("HMB"), {"c-3", "active", "HMB;XYZ", "", ""}}).c_str());
}

TEST(Evaluate, never_shows_control_characters_or_endless_ids) {
  const auto decision = evaluate({{"\x1b[2J" + std::string(500, 'x'), "withdrawn", "", "", ""}}, hmb, now);
  const auto& id = decision.findings[0].document;
  CHECK_TRUE(id.size() < 80);
  STRCMP_CONTAINS("xxx...", id.c_str());
  CHECK_TRUE(id.find('\x1b') == std::string::npos);
}

TEST(Evaluate, keeps_the_id_of_a_document_out_of_every_sentence) {
  for (const auto* status : {"active", "withdrawn", "rejected", "draft", "entered-in-error", "odd"}) {
    for (const auto* terms : {"HMB", "POA", "HMB;RS", "nonsense", "GRU;TS[2]"}) {
      for (const auto* until : {"", "2025-08-31", "PERSON-4711"}) {
        const auto decision = evaluate({{"PERSON-4711", status, terms, "", until}}, hmb, now);
        CHECK_TRUE(decision.reason.find("4711") == std::string::npos);
        LONGS_EQUAL(std::string::npos, to_json(decision).dump().find("4711"));
        STRCMP_EQUAL("PERSON-4711", decision.findings[0].document.c_str());
      }
    }
  }
}

TEST(Evaluate, names_the_documents_to_the_operator_who_asks_for_them) {
  const auto json =
      to_json(evaluate({with_status("withdrawn"), {" ", "active", "HMB", "", ""}}, hmb, now), Naming::documents);
  const auto& findings = json["findings"].items();
  CHECK_TRUE(findings[0]["consent"].is_null());
  STRCMP_EQUAL("c-2", std::string(findings[1]["consent"].as_string()).c_str());
  STRCMP_EQUAL("the consent was withdrawn", std::string(json["reason"].as_string()).c_str());
}

TEST(Evaluate, gathers_obligations_of_every_permitting_document) {
  const Record second{"c-5", "active", "GRU;PUB", "", ""};
  const auto decision = evaluate({active("HMB;IRB"), second}, willing, now);
  LONGS_EQUAL(2, decision.obligations.size());
  CHECK_FALSE(decision.valid_until_utc_s.has_value());  // of c-5, which lasts longer
  STRCMP_EQUAL("DUO:0000042", decision.terms[0].c_str());
}

TEST(Evaluate, gives_the_same_evidence_in_any_order_and_another_for_other_input) {
  const std::vector<Record> records{active("HMB"), with_status("draft"), with_status("withdrawn", "c-4")};
  auto turned = records;
  std::reverse(turned.begin(), turned.end());
  turned.push_back(records[0]);
  const auto one = evaluate(records, hmb, now);
  const auto two = evaluate(turned, hmb, now + 60);
  CHECK(one.evidence_sha256 == two.evidence_sha256);
  STRCMP_EQUAL(one.reason.c_str(), two.reason.c_str());
  CHECK(one.evidence_sha256 != evaluate(records, purpose_of(Use::gru), now).evidence_sha256);
  auto shifted = records;
  shifted[0].valid_from.swap(shifted[0].valid_until);
  CHECK(one.evidence_sha256 != evaluate(shifted, hmb, now).evidence_sha256);
}

TEST(Evaluate, spells_its_evidence_in_a_way_that_stands_on_disk_for_ever) {
  // SHA-256 over every field with its length in front (little-endian, 8 bytes), made by another program.
  STRCMP_EQUAL("758bf2decfb3c9b48a6894fe03d54a2f963ed95dfc32d2e8dcb28758f4c1799e",
               tributary::to_hex(evaluate({active("HMB")}, hmb, now).evidence_sha256).c_str());
}

TEST(Evaluate, shows_itself_as_json) {
  const auto json = to_json(evaluate({active("HMB;IRB")}, willing, now));
  STRCMP_EQUAL("permit", std::string(json["verdict"].as_string()).c_str());
  STRCMP_EQUAL("the consent permits HMB", std::string(json["reason"].as_string()).c_str());
  STRCMP_EQUAL("DUO:0000021", std::string(json["obligations"].items()[0].as_string()).c_str());
  STRCMP_EQUAL("2030-12-31T23:59:59Z", std::string(json["valid_until"].as_string()).c_str());
  LONGS_EQUAL(64, json["evidence_sha256"].as_string().size());
}

namespace {

// Documents of every sort, for properties that must hold for all of them.
class Documents {
 public:
  Record next() {
    const char* statuses[] = {"active",   "active", "active",           "active", "withdrawn",
                              "rejected", "draft",  "entered-in-error", "odd"};
    const char* terms[] = {"HMB",       "GRU",      "NRES",     "POA",         "DS[MONDO:0007254]",
                           "HMB;NPU",   "HMB;NCU",  "GRU;NPOA", "HMB;GS[FR]",  "HMB;RS",
                           "HMB;TS[6]", "nonsense", "",         "HMB;PS[EX-1]"};
    const char* dates[] = {"", "2025-01-01", "2026-06-01", "2028-01-01", "bad"};
    return {"c-" + std::to_string(pick(5)), statuses[pick(9)], terms[pick(14)], dates[pick(5)], dates[pick(5)]};
  }
  Purpose purpose() {
    auto out = purpose_of(static_cast<Use>(pick(5)), "MONDO:0007254");
    out.commercial = pick(2) == 0;
    out.for_profit = pick(2) == 0;
    return out;
  }
  std::size_t pick(std::size_t n) { return random_() % n; }
  std::mt19937& random() { return random_; }

 private:
  std::mt19937 random_{20261121};
};

}  // namespace

TEST(Evaluate, never_turns_into_a_permit_by_a_record_that_does_not_permit_alone) {
  Documents documents;
  for (int round = 0; round < 20000; ++round) {
    const auto purpose = documents.purpose();
    std::vector<Record> records;
    for (std::size_t n = documents.pick(4); n > 0; --n) records.push_back(documents.next());
    const auto before = evaluate(records, purpose, now).verdict;
    const auto extra = documents.next();
    const auto alone = evaluate({extra}, purpose, now).verdict;
    records.push_back(extra);
    const auto after = evaluate(records, purpose, now).verdict;
    if (alone != Verdict::permit && before != Verdict::permit) CHECK(after != Verdict::permit);
    if (extra.status == "withdrawn" || extra.status == "rejected") CHECK(after == Verdict::deny);
  }
}

TEST(Evaluate, permits_only_when_one_document_permits_by_itself) {
  Documents documents;
  for (int round = 0; round < 20000; ++round) {
    const auto purpose = documents.purpose();
    std::vector<Record> records;
    for (std::size_t n = 1 + documents.pick(4); n > 0; --n) records.push_back(documents.next());
    if (evaluate(records, purpose, now).verdict != Verdict::permit) continue;
    CHECK(std::any_of(records.begin(), records.end(), [&](const Record& record) {
      return evaluate({record}, purpose, now).verdict == Verdict::permit;
    }));
  }
}

TEST(Evaluate, answers_the_same_in_any_order) {
  Documents documents;
  for (int round = 0; round < 5000; ++round) {
    const auto purpose = documents.purpose();
    std::vector<Record> records;
    for (std::size_t n = 1 + documents.pick(5); n > 0; --n) records.push_back(documents.next());
    const auto one = to_json(evaluate(records, purpose, now)).dump();
    std::shuffle(records.begin(), records.end(), documents.random());
    STRCMP_EQUAL(one.c_str(), to_json(evaluate(records, purpose, now)).dump().c_str());
  }
}
