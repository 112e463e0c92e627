// tests/plugins/fhir/property_test.cpp: laws that hold for all documents: seeded trees of both versions.
#include <algorithm>
#include <random>

#include "agent/consent/evaluate.hpp"
#include "plugins/consent/fhir/bundle.hpp"
#include "plugins/consent/fhir/consent.hpp"
#include "plugins/sdk/consent/records.hpp"
#include "tests/plugins/fhir/resources.hpp"

#include <CppUTest/TestHarness.h>

namespace {

using namespace tributary;                // NOLINT: brevity of a test
using namespace tributary::sdk::consent;  // NOLINT
using namespace tributary::fhir;          // NOLINT
using namespace tributary::tests;         // NOLINT

constexpr std::int64_t now_utc_s = 1763719200;  // 2025-11-21

Programme programme(bool denies_everything) {
  return read_programme(std::string("programme: laws\ndenies: ") + (denies_everything ? "everything" : "programme") +
                        "\nperiods: optional\npacks:\n  - valid_from: 2000-01-01\n    grants:\n"
                        "      - { codes: [a, b], terms: HMB, unless: [c], bound: 'GS[EEA]' }\n");
}

class Garden {
 public:
  explicit Garden(unsigned seed) : random_(seed) {}
  unsigned pick(unsigned n) { return static_cast<unsigned>(random_() % n); }

  std::string when() {
    static const std::vector<std::string> all{
        "", "2020-01-01/2030-12-31", "2020/2026", "2025-11-21/", "/2025-11-20", "2025-11-22/2025-12-24"};
    return all[pick(6)];
  }
  std::string word() {
    static const std::vector<std::string> all{"", "a", "a", "b", "c"};
    return all[pick(5)];
  }
  std::string of_r4(int depth) {
    std::vector<std::string> nested;
    for (unsigned i = depth < 3 ? pick(3) : 0; i > 0; --i) nested.push_back(of_r4(depth + 1));
    return r4(depth == 0 || pick(4) == 0 ? "deny" : "permit", when(), depth == 0 && pick(4) != 0 ? "" : word(), nested,
              pick(6) == 0 ? R"(,"purpose":[{"code":"TREAT"}])" : "");
  }
  std::string of_r5(int depth) {
    std::vector<std::string> nested;
    for (unsigned i = depth < 3 ? pick(4) / 2 : 0; i > 0; --i) nested.push_back(of_r5(depth + 1));
    return r5(when(), word(), nested);
  }
  std::string document() {
    const auto id = "c-" + std::to_string(++count_);
    if (pick(2) == 0) return consent_r4(id, "active", of_r4(0));
    std::vector<std::string> provisions;
    for (auto i = pick(3); i > 0; --i) provisions.push_back(of_r5(1));
    return consent_r5(id, "active", pick(3) != 0 ? "deny" : "permit", when(), provisions);
  }
  std::mt19937& random() { return random_; }

 private:
  std::mt19937 random_;
  int count_ = 0;
};

Consent read(const std::string& text) {
  Consent out;
  Memory bytes(text);
  read_resource(bytes, [&](const Value& resource, const std::string&) { out = read_consent(resource); });
  return out;
}

consent::Decision decide(const std::vector<Consent>& documents, const Programme& rules, const std::string& country) {
  std::vector<const Form*> pointers;
  for (const auto& document : documents) pointers.push_back(&document);
  const auto told = tell(pointers, {rules}, now_utc_s);
  if (!told.held.empty()) return {};
  std::vector<consent::Record> records;
  for (const auto& r : told.records) records.push_back({r.id, r.status, r.terms, r.from, r.until});
  consent::Purpose purpose;
  purpose.country = country;
  return consent::evaluate(records, purpose, now_utc_s);
}

bool permits(const std::vector<Consent>& documents, const Programme& rules, const std::string& country) {
  return decide(documents, rules, country).verdict == consent::Verdict::permit;
}

/// Runs the law on many sets of documents, under both kinds of denial, in and outside the area of `bound`.
template <typename Law>
void holds(Law&& law) {
  int permitted = 0;
  for (unsigned seed = 1; seed <= 500; ++seed) {
    Garden garden(seed);
    std::vector<Consent> documents;
    for (auto i = 1 + garden.pick(2); i > 0; --i) documents.push_back(read(garden.document()));
    for (const bool everything : {true, false}) {
      const auto rules = programme(everything);
      for (const auto* country : {"DE", "US"}) {
        const bool before = permits(documents, rules, country);
        permitted += before ? 1 : 0;
        CHECK_TRUE_TEXT(law(garden, documents, rules, country, before), ("seed " + std::to_string(seed)).c_str());
      }
    }
  }
  CHECK_TRUE(permitted > 50);  // else the law was never at stake
}

}  // namespace

TEST_GROUP(FhirLaws){};

TEST(FhirLaws, one_more_denial_never_turns_no_into_yes) {
  holds([](Garden& garden, auto documents, const Programme& rules, const char* country, bool before) {
    auto& document = documents[garden.pick(static_cast<unsigned>(documents.size()))];
    const auto more = read(consent_r4("c-x", "active", r4("deny", "", "", {r4("deny", garden.when(), garden.word())})));
    if (garden.pick(2) == 0) {
      documents.push_back(more);
    } else {
      document.statements.insert(document.statements.end(), more.statements.begin(), more.statements.end());
    }
    return before || !permits(documents, rules, country);
  });
}

TEST(FhirLaws, a_denial_of_all_in_force_leaves_no_permit) {
  holds([](Garden&, auto documents, const Programme& rules, const char* country, bool) {
    documents.push_back(read(consent_r4("c-x", "active", r4("deny", "2020-01-01/", ""))));
    return !permits(documents, rules, country);
  });
}

TEST(FhirLaws, one_permit_less_never_turns_no_into_yes) {
  holds([](Garden& garden, auto documents, const Programme& rules, const char* country, bool before) {
    auto& statements = documents[garden.pick(static_cast<unsigned>(documents.size()))].statements;
    const auto permit =
        std::find_if(statements.begin(), statements.end(), [](const Statement& s) { return s.permits; });
    if (permit != statements.end()) statements.erase(permit);
    return before || !permits(documents, rules, country);
  });
}

TEST(FhirLaws, one_document_less_that_only_permits_never_turns_no_into_yes) {
  holds([](Garden&, auto documents, const Programme& rules, const char* country, bool before) {
    std::erase_if(documents, [](const Consent& document) {
      return std::all_of(document.statements.begin(), document.statements.end(),
                         [](const Statement& s) { return s.permits; });
    });
    return before || !permits(documents, rules, country);
  });
}

TEST(FhirLaws, order_does_not_matter) {
  holds([](Garden& garden, auto documents, const Programme& rules, const char* country, bool) {
    const auto before = decide(documents, rules, country);
    std::shuffle(documents.begin(), documents.end(), garden.random());
    for (auto& document : documents)
      std::shuffle(document.statements.begin(), document.statements.end(), garden.random());
    const auto after = decide(documents, rules, country);
    return before.verdict == after.verdict && before.evidence_sha256 == after.evidence_sha256;
  });
}

TEST(FhirLaws, what_can_not_be_used_never_turns_no_into_yes_and_leaves_no_permit) {
  holds([](Garden&, auto documents, const Programme& rules, const char* country, bool) {
    documents.push_back(read(consent_r4("c-x", "actve", "")));
    return !permits(documents, rules, country);
  });
}
