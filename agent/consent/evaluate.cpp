// agent/consent/evaluate.cpp: many documents, one answer, and the evidence for it.
#include "agent/consent/evaluate.hpp"

#include <algorithm>
#include <tuple>

#include "agent/base/clock.hpp"
#include "agent/base/text.hpp"
#include "agent/consent/document.hpp"
#include "agent/port/crypto/crypto.hpp"

namespace tributary::consent {
namespace {

auto key_of(const Record& record) {
  return std::tie(record.consent_id, record.status, record.permissions, record.valid_from, record.valid_until);
}

// Sorted and without repetitions: neither order nor a row exported twice may change answer or evidence.
std::vector<Record> canonical(std::vector<Record> records) {
  std::sort(records.begin(), records.end(), [](const Record& a, const Record& b) { return key_of(a) < key_of(b); });
  const auto last = std::unique(records.begin(), records.end(),
                                [](const Record& a, const Record& b) { return key_of(a) == key_of(b); });
  records.erase(last, records.end());
  return records;
}

// Every field with its length in front, so that no two inputs share a spelling.
class Evidence {
 public:
  void add(std::string_view field) {
    append_le64(bytes_, field.size());
    const auto piece = view(field);
    bytes_.insert(bytes_.end(), piece.begin(), piece.end());
  }
  void add_flag(bool flag) { add(flag ? "1" : "0"); }
  [[nodiscard]] Digest256 digest() const { return crypto::sha256(bytes_); }

 private:
  Bytes bytes_;
};

// A purpose without the keys that came later is spelled as before them.
Digest256 evidence_of(const std::vector<Record>& records, const Purpose& purpose) {
  const bool later_keys = !purpose.broader_diseases.empty() || !purpose.research.empty() || !purpose.accepts.empty();
  Evidence evidence;
  evidence.add(later_keys ? "tributary/consent-evidence/v2" : "tributary/consent-evidence/v1");
  evidence.add(name_of(purpose.use));
  evidence.add(purpose.disease);
  evidence.add_flag(purpose.commercial);
  evidence.add_flag(purpose.for_profit);
  evidence.add(purpose.country);
  evidence.add(purpose.project);
  evidence.add(purpose.institution);
  evidence.add_flag(purpose.methods);
  evidence.add_flag(purpose.aggregate);
  if (later_keys) {
    evidence.add(join(purpose.broader_diseases, " "));
    evidence.add(purpose.research);
    evidence.add(join(purpose.accepts, " "));
  }
  evidence.add(std::to_string(records.size()));
  for (const auto& record : records) {
    for (const auto* field :
         {&record.consent_id, &record.status, &record.permissions, &record.valid_from, &record.valid_until}) {
      evidence.add(*field);
    }
  }
  return evidence.digest();
}

std::string spelling(const Term& term) {
  auto out = curie_of(term.code);
  for (std::size_t i = 0; i < term.parameters.size(); ++i) out += (i == 0 ? "[" : "|") + term.parameters[i];
  return term.parameters.empty() ? out : out + "]";
}

void add_once(std::vector<std::string>& list, const std::string& word) {
  if (std::find(list.begin(), list.end(), word) == list.end()) list.push_back(word);
}

// The document that lasts longest carries the permit; what any permitting document asks of the receiver is asked.
void fill_permit(Decision& decision, const std::vector<Opinion>& opinions) {
  const Opinion* best = nullptr;
  for (const auto& opinion : opinions) {
    if (opinion.weight != Weight::grants) continue;
    const bool lasts_longer = best != nullptr && best->valid_until_utc_s &&
                              (!opinion.valid_until_utc_s || *opinion.valid_until_utc_s > *best->valid_until_utc_s);
    if (best == nullptr || lasts_longer) best = &opinion;
  }
  decision.verdict = Verdict::permit;
  decision.rule = best->finding.rule;
  decision.reason = best->finding.evidence;
  decision.valid_until_utc_s = best->valid_until_utc_s;
  for (const auto& term : best->terms) add_once(decision.terms, spelling(term));
  std::vector<std::string> seen;
  for (const auto& opinion : opinions) {
    for (const auto& term : opinion.terms) {
      const auto word = spelling(term);
      if (!is_obligation(term) || std::find(seen.begin(), seen.end(), word) != seen.end()) continue;
      seen.push_back(word);
      decision.obligations.push_back(term);
      add_once(decision.terms, word);
    }
  }
}

std::string_view word_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::permit:
      return "permit";
    case Verdict::deny:
      return "deny";
    case Verdict::unknown:
      return "unknown";
  }
  return "unknown";
}

}  // namespace

Decision evaluate(const std::vector<Record>& given, const Purpose& purpose, std::int64_t now_utc_s) {
  const auto records = canonical(given);
  Decision decision;
  decision.evidence_sha256 = evidence_of(records, purpose);
  decision.rule = silence;
  decision.reason = "no consent is on record";
  std::vector<Opinion> opinions;
  for (const auto& record : records) {
    auto opinion = judge(record, purpose, now_utc_s);
    decision.findings.push_back(opinion.finding);
    if (opinion.weight != Weight::void_) opinions.push_back(std::move(opinion));
  }
  const auto strongest = std::min_element(opinions.begin(), opinions.end(),
                                          [](const Opinion& a, const Opinion& b) { return a.weight < b.weight; });
  if (strongest == opinions.end()) return decision;
  if (strongest->weight == Weight::grants) {
    fill_permit(decision, opinions);
  } else {
    decision.verdict = strongest->finding.says;
    decision.rule = strongest->finding.rule;
    decision.reason = strongest->finding.evidence;
  }
  return decision;
}

bool taken_back(const Decision& decision) {
  return std::any_of(decision.findings.begin(), decision.findings.end(), [](const Finding& finding) {
    return finding.says == Verdict::deny && (finding.rule == "status" || finding.rule == "withdrawn");
  });
}

Json to_json(const Decision& decision, Naming naming) {
  Json findings = Json::array();
  for (const auto& finding : decision.findings) {
    auto entry = Json::object();
    entry.add("rule", finding.rule).add("evidence", finding.evidence).add("says", word_of(finding.says));
    entry.add("source", finding.source.empty() ? Json() : Json(finding.source));
    if (naming == Naming::documents) {
      entry.add("consent", finding.document.empty() ? Json() : Json(finding.document));
    }
    findings.push(std::move(entry));
  }
  Json obligations = Json::array();
  for (const auto& term : decision.obligations) obligations.push(spelling(term));
  Json terms = Json::array();
  for (const auto& term : decision.terms) terms.push(term);
  Json out = Json::object();
  out.add("verdict", word_of(decision.verdict)).add("rule", decision.rule).add("reason", decision.reason);
  out.add("findings", std::move(findings));
  out.add("obligations", std::move(obligations)).add("terms", std::move(terms));
  out.add("valid_until", decision.valid_until_utc_s ? Json(to_rfc3339(*decision.valid_until_utc_s)) : Json());
  out.add("evidence_sha256", to_hex(decision.evidence_sha256));
  return out;
}

}  // namespace tributary::consent
