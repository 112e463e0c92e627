// tests/plugins/fhir/truth_test.cpp: what documents of the broad consent mean on a day: plugin and agent together.
#include <fstream>
#include <iterator>

#include "agent/base/clock.hpp"
#include "tests/plugins/fhir/drop.hpp"

#include <CppUTest/TestHarness.h>

namespace {

using namespace tributary;         // NOLINT: brevity of a test
using namespace tributary::tests;  // NOLINT
using Source = suites::Instance<tributary_consent_ops>;

const std::string root = "2020-09-01/2050-08-31";

std::string document(const std::string& id, const std::vector<std::string>& nested, const std::string& dates = root) {
  return consent_r4(id, "active", r4("deny", dates, "", nested));
}
std::string permit(int n, const std::string& dates) { return r4("permit", dates, mii(n)); }
std::string deny(int n, const std::string& dates = root) { return r4("deny", dates, mii(n)); }

const std::string consented = document("c-1", {permit(1, "2020-09-01/2025-08-31")});
const std::string refused = document("c-2", {deny(1)});

}  // namespace

TEST_GROUP(FhirTruth) {
  Drop drop;

  // File systems have no dates as late as consents have.
  void setup() override { drop.host.settings["max_age"] = "99999999999"; }

  Judgement at(const std::vector<std::string>& consents, const std::string& day, const consent::Purpose& purpose = {}) {
    drop.host.now_utc_s = *from_iso8601(day);
    drop.clear();
    drop.hold(consents);
    Source source(tributary_plugin_fhir(), drop.host);
    return judge(source, drop.host.now_utc_s, purpose);
  }
  void is(const char* expected, const std::vector<std::string>& consents, const std::string& day,
          const consent::Purpose& purpose = {}) {
    const auto told = at(consents, day, purpose);
    const auto verdict = told.outcome != TRIBUTARY_DONE                      ? "held"
                         : told.decision.verdict == consent::Verdict::permit ? "permit"
                         : told.decision.verdict == consent::Verdict::deny   ? "deny"
                                                                             : "unknown";
    STRCMP_EQUAL_TEXT(expected, verdict, (day + " " + told.what + told.decision.reason).c_str());
  }
};

TEST(FhirTruth, a_permit_holds_within_its_period_and_ends) {
  is("permit", {consented}, "2024-01-01");
  is("permit", {consented}, "2025-06-25");
  is("permit", {consented}, "2025-08-31T23:59:59Z");
  is("deny", {consented}, "2025-09-01");
  is("deny", {consented}, "2026-11-21");
  is("unknown", {consented}, "2020-08-31");
}

TEST(FhirTruth, a_denial_wins_across_documents_and_an_ended_permit_is_none) {
  const auto expired = document("c-3", {permit(1, "2020-09-01/2024-12-01")});
  is("deny", {refused}, "2025-06-25");
  is("deny", {expired}, "2025-06-25");
  is("deny", {consented, refused}, "2025-06-25");
  is("deny", {refused, consented}, "2025-06-25");
  is("permit", {consented, expired}, "2025-06-25");
}

TEST(FhirTruth, permits_of_other_modules_say_nothing) {
  const auto other = document("c-4", {permit(6, "2020-09-01/2025-08-31"), permit(7, root)});
  is("unknown", {other}, "2025-06-25");
  is("permit", {consented, other}, "2025-06-25");
}

TEST(FhirTruth, the_order_of_provisions_does_not_matter) {
  is("deny", {document("c-5", {deny(1), permit(1, root)})}, "2025-10-13");
  is("deny", {document("c-5", {permit(1, root), deny(1)})}, "2025-10-13");
  is("deny", {document("c-5", {permit(1, root), deny(8)})}, "2025-10-13");
}

TEST(FhirTruth, the_root_caps_what_is_open_beneath_it) {
  const auto capped = document("c-6", {permit(8, "2020-09-01/")}, "2020-09-01/2030-08-31");
  is("permit", {capped}, "2030-08-31T23:59:59Z");
  is("deny", {capped}, "2030-09-01");
  const auto open = document("c-7", {permit(8, "2020-09-01/")}, "2020-09-01/");
  is("permit", {open}, "2020-09-01");
  is("permit", {open}, "2999-12-31");
  is("unknown", {open}, "2020-08-31T23:59:59Z");
}

TEST(FhirTruth, what_is_not_active_grants_nothing) {
  const auto tree = r4("deny", root, "", {permit(1, root)});
  for (const auto* status : {"draft", "proposed", "inactive", "entered-in-error"}) {
    is("unknown", {consent_r4("c-8", status, tree)}, "2024-01-01");
    is("permit", {consent_r4("c-8", status, tree), consented}, "2024-01-01");
  }
  is("deny", {consent_r4("c-8", "rejected", tree)}, "2024-01-01");
  is("held", {consent_r4("c-8", "actve", tree), consented}, "2024-01-01");
}

TEST(FhirTruth, withdrawals_and_rejections_deny) {
  const auto form = [](const std::string& number) {
    return R"(,"category":[{"coding":[{"code":")" + oid + "2." + number + R"("}]}])";
  };
  const auto withdrawal = consent_r4("c-9", "active", r4("deny", root, "", {deny(1)}), "p1", form("2720"));
  is("deny", {withdrawal}, "2024-01-01");
  is("deny", {withdrawal, consented}, "2024-01-01");
  const auto rejection = consent_r4("c-9", "active", r4("deny", root, ""), "p1", form("4054"));
  is("deny", {rejection}, "2024-01-01");
  const auto contradiction = consent_r4("c-9", "active", r4("deny", root, "", {permit(1, root)}), "p1", form("2720"));
  is("held", {contradiction}, "2024-01-01");
}

TEST(FhirTruth, a_withdrawal_that_will_begin_ends_the_permit_before_it) {
  const auto later = document("c-2", {deny(1, "2025-01-01/2050-08-31")});
  is("permit", {consented, later}, "2024-12-31T23:59:59Z");
  const auto told = at({consented, later}, "2024-06-01");
  STRCMP_EQUAL("2024-12-31T23:59:59Z", to_rfc3339(*told.decision.valid_until_utc_s).c_str());
  is("deny", {consented, later}, "2025-01-01");
}

TEST(FhirTruth, a_denial_that_is_over_takes_nothing_away) {
  is("permit", {consented, document("c-2", {deny(1, "2020-09-01/2022-12-31")})}, "2024-01-01");
}

TEST(FhirTruth, a_period_is_required_at_every_level) {
  is("held", {document("c-1", {permit(1, root)}, "")}, "2024-01-01");
  is("held", {document("c-1", {permit(1, "")})}, "2024-01-01");
  is("unknown", {consent_r4("c-1", "active", "")}, "2024-01-01");
}

TEST(FhirTruth, leaves_the_area_of_the_gdpr_only_with_the_additional_consent) {
  consent::Purpose abroad;
  abroad.country = "US";
  is("deny", {document("c-1", {permit(8, root)})}, "2024-01-01", abroad);
  const auto both = document("c-1", {permit(8, root), permit(49, "2023-01-01/2024-12-31")});
  is("permit", {both}, "2024-01-01", abroad);
  is("deny", {both}, "2022-01-01", abroad);
  is("deny", {both}, "2025-01-01", abroad);
  is("permit", {both}, "2022-01-01");
  is("deny", {both, document("c-2", {deny(48)})}, "2024-01-01", abroad);
  is("permit", {both, document("c-2", {deny(48)})}, "2024-01-01");
  is("deny", {document("c-1", {permit(8, root)}), document("c-2", {permit(49, root)})}, "2024-01-01", abroad);
}

TEST(FhirTruth, a_partial_start_is_read_against_the_permit) {
  is("unknown", {document("c-1", {permit(1, "2024/2025")})}, "2024-12-30");
  is("permit", {document("c-1", {permit(1, "2024/2025")})}, "2024-12-31");
  is("permit", {document("c-1", {permit(1, "2024/2025")})}, "2025-12-31T23:59:59Z");
  is("deny", {document("c-1", {permit(1, "2024/2025")})}, "2026-01-01");
  is("deny", {consented, document("c-2", {deny(1, "2024-02/2024-03")})}, "2024-02-01");
  is("deny", {consented, document("c-2", {deny(1, "2024-02/2024-03")})}, "2024-03-31T23:59:59Z");
  is("permit", {consented, document("c-2", {deny(1, "2024-02/2024-03")})}, "2024-04-01");
}

TEST(FhirTruth, an_end_with_a_zone_ends_there) {
  const auto east = document("c-1", {permit(1, "2020-09-01T00:00:00+02:00/2024-06-30T23:59:59+02:00")});
  is("permit", {east}, "2024-06-30T21:59:59Z");
  is("deny", {east}, "2024-06-30T22:00:00Z");
  is("held", {document("c-1", {permit(1, "2020-09-01T00:00:00/2024-06-30")})}, "2024-01-01");
}

TEST(FhirTruth, the_statutory_project_does_not_fall_with_the_broad_consent) {
  drop.host.settings["code_map"] = TRIBUTARY_CONF_FOLDER "/consent-codes";
  consent::Purpose project;
  project.project = "MVGENOMSEQ";
  const auto sequencing = consent_r4("c-mv", "active", r4("deny", root, "", {r4("permit", root, "mvSequencing")}));
  is("permit", {sequencing}, "2024-01-01", project);
  is("deny", {sequencing}, "2024-01-01");
  const auto denied = consent_r4("c-mv", "active", r4("deny", root, "", {r4("deny", root, "mvSequencing")}));
  is("permit", {denied, consented}, "2024-01-01");
  is("deny",
     {sequencing, consent_r4("c-x", "active", r4("deny", root, "", {r4("deny", "2023-12-01/", "mvSequencing")}))},
     "2024-01-01", project);
}

TEST(FhirTruth, holds_for_the_public_examples) {
  const auto* shared = std::getenv("TRIBUTARY_SHARED_DATA");
  if (shared == nullptr || !std::filesystem::exists(std::string(shared) + "/fhir-consent/mii")) {
    UT_PRINT("skipped: shared data is not here");
    return;
  }
  const auto read = [&](const std::string& name) {
    std::ifstream file(std::string(shared) + "/fhir-consent/mii/" + name + ".json", std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    CHECK_TRUE(text.size() > 100);
    if (text.find("resourceType") == std::string::npos) text.insert(text.find('{') + 1, R"("resourceType":"Consent",)");
    return text;
  };
  const auto person = patient("9b4a702d-162c-428a-8c5d-8b98af21b693", "SUBJECT-01");
  const auto row = [&](const char* expected, const std::vector<std::string>& names, const std::string& day) {
    drop.host.now_utc_s = *from_iso8601(day);
    drop.clear();
    int n = 0;
    for (const auto& name : names) drop.put(std::to_string(n++) + ".json", read(name));
    drop.put("who.json", bundle({person, specimen("SAMPLE-01", "9b4a702d-162c-428a-8c5d-8b98af21b693")}));
    Source source(tributary_plugin_fhir(), drop.host);
    const auto told = judge(source, drop.host.now_utc_s);
    const bool permits = told.outcome == TRIBUTARY_DONE && told.decision.verdict == consent::Verdict::permit;
    STRCMP_EQUAL_TEXT(expected, permits ? "permit" : "no", (names[0] + " " + day + " " + told.what).c_str());
  };
  row("permit", {"minimal_consented"}, "2024-01-01");
  row("permit", {"minimal_consented"}, "2025-06-25");
  row("no", {"minimal_consented"}, "2026-11-21");
  row("no", {"minimal_nonconsented"}, "2025-06-25");
  row("no", {"minimal_consented_expired"}, "2025-06-25");
  row("no", {"minimal_consented", "minimal_nonconsented"}, "2025-06-25");
  row("permit", {"minimal_consented", "minimal_consented_expired"}, "2025-06-25");
  row("no", {"mii_ig_consent_v2025_example1"}, "2025-06-25");
  row("permit", {"minimal_consented", "mii_ig_consent_v2025_example1"}, "2025-06-25");
  row("permit", {"minimal_consented_open_ended"}, "2030-01-01");
  row("permit", {"minimal_consented_with_datetime"}, "2024-01-01");
  row("no", {"status_rejected"}, "2024-01-01");
  row("no", {"withdrawal_complete"}, "2024-01-01");
  row("permit", {"mii_ig_consent_v2026_example1"}, "2026-11-21");
  row("no", {"invalid_missing_fields"}, "2024-01-01");
  row("no", {"invalid_root_provision_code"}, "2024-01-01");
}
