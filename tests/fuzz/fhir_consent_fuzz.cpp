// tests/fuzz/fhir_consent_fuzz.cpp: any bytes as resources, Bundles, lines and code maps; no permit without a document
// that permits, and a denial of all in force leaves none.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/consent/fhir/bundle.hpp"
#include "plugins/consent/fhir/facts.hpp"
#include "plugins/sdk/consent/records.hpp"
#include "plugins/sdk/sdk.hpp"

namespace {

using namespace tributary::fhir;          // NOLINT: a fuzz target of this namespace
using namespace tributary::sdk::consent;  // NOLINT

constexpr std::int64_t now_utc_s = 1763719200;

const std::vector<Programme>& programmes() {
  static const std::vector<Programme> all{
      read_programme("programme: fuzz\nperiods: optional\npacks:\n  - valid_from: 2000-01-01\n    grants:\n"
                     "      - { codes: [a, b], terms: HMB, unless: [c], bound: 'GS[EEA]' }\n"),
      read_programme("programme: answers\nforms: ['1.2']\npacks:\n  - valid_from: 2000-01-01\n    grants:\n"
                     "      - { terms: HMB, when: { not: { question: q, answer: n } }, denied_when: false }\n")};
  return all;
}

Consent denial() {
  Consent out;
  out.standing = Consent::Standing::active;
  Statement all;
  all.all = true;
  out.statements.push_back(all);
  return out;
}

bool says(const Told& told, const char* status) {
  for (const auto& record : told.records) {
    if (record.status == status) return true;
  }
  return false;
}

void judge(const Facts& facts) {
  std::vector<const Form*> all;
  bool active = false;
  for (const auto& consent : facts.consents()) {
    all.push_back(&consent);
    if (!consent.problem.empty()) continue;
    active = active || (consent.answers && consent.answers->count("q") == 1);
    for (const auto& statement : consent.statements) active = active || statement.permits;
  }
  const auto told = tell(all, programmes(), now_utc_s);
  if (says(told, "active") && !active) std::abort();
  const auto more = denial();
  all.push_back(&more);
  if (!says(tell(all, programmes(), now_utc_s), "withdrawn")) std::abort();
}

void read(std::string_view text, bool lines) {
  Facts facts({{"s"}, "p", "https://h/f", true, {}});
  const Take take = [&](const Value& resource, const std::string& full_url) { facts.take(resource, full_url); };
  Memory bytes(text);
  try {
    if (lines) {
      read_lines(bytes, take);
    } else {
      read_resource(bytes, take);
    }
    static_cast<void>(facts.names("S"));
    facts.close();
  } catch (const Malformed&) {
    return;
  }
  judge(facts);
  try {
    if (facts.find("S").subject_id.empty()) std::abort();
  } catch (const tributary::sdk::Outcome&) {
    return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 3 != 2) {
    read(text, data[0] % 3 == 1);
    return 0;
  }
  try {
    static_cast<void>(read_programme(std::string(text)).in_force(now_utc_s));
  } catch (const Malformed&) {
    return 0;
  }
  return 0;
}
