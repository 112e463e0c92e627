// agent/consent/decide.cpp: our register first, then the sources, each by its own documents.
#include "agent/consent/decide.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "agent/port/crypto/crypto.hpp"

namespace tributary::consent {
namespace {

// Of one part its own; of several a digest over theirs, in an order that does not depend on that of the parts. A part
// without documents has none.
Digest256 evidence_of(const std::vector<Decision>& parts) {
  std::vector<Digest256> digests;
  for (const auto& part : parts) {
    if (part.evidence_sha256 != Digest256{}) digests.push_back(part.evidence_sha256);
  }
  if (digests.size() == 1) return digests.front();
  std::sort(digests.begin(), digests.end());
  constexpr std::string_view domain = "tributary/consent-evidence/several";
  Bytes all(domain.begin(), domain.end());
  for (const auto& digest : digests) all.insert(all.end(), digest.begin(), digest.end());
  return crypto::sha256(all);
}

template <typename List>
void add_missing(List& list, const List& more) {
  for (const auto& one : more) {
    if (std::find(list.begin(), list.end(), one) == list.end()) list.push_back(one);
  }
}

void add_permit(Decision& decision, const Decision& part) {
  add_missing(decision.terms, part.terms);
  add_missing(decision.obligations, part.obligations);
  if (!part.valid_until_utc_s) return;
  decision.valid_until_utc_s =
      std::min(decision.valid_until_utc_s.value_or(*part.valid_until_utc_s), *part.valid_until_utc_s);
}

// From the one that decides before all others to the one that all must share.
int rank(Verdict verdict) { return verdict == Verdict::deny ? 0 : verdict == Verdict::unknown ? 1 : 2; }

bool says_nothing(const Decision& decision) { return decision.rule == silence; }

}  // namespace

Decision by_rule(Verdict verdict, std::string rule, std::string reason) {
  Decision out;
  out.verdict = verdict;
  out.findings = {{rule, reason, verdict, {}, {}}};
  out.rule = std::move(rule);
  out.reason = std::move(reason);
  return out;
}

Decision all_of(const std::vector<Decision>& parts) {
  Decision out;
  const auto first = std::min_element(parts.begin(), parts.end(), [](const Decision& a, const Decision& b) {
    return rank(a.verdict) < rank(b.verdict);
  });
  out.evidence_sha256 = evidence_of(parts);
  if (first == parts.end()) return out;
  out.verdict = first->verdict;
  out.rule = first->rule;
  out.reason = first->reason;
  for (const auto& part : parts) {
    out.findings.insert(out.findings.end(), part.findings.begin(), part.findings.end());
    if (out.verdict == Verdict::permit) add_permit(out, part);
  }
  return out;
}

Decision decide(const Known& known, const Purpose& purpose, std::int64_t now_utc_s) {
  auto told = known.told;
  std::sort(told.begin(), told.end(), [](const Told& a, const Told& b) { return a.source < b.source; });
  std::vector<Decision> parts;
  if (known.withdrawn) {
    parts.push_back(by_rule(Verdict::deny, "withdrawn", "the subject was withdrawn at this site"));
  }
  bool somebody_speaks = false;
  std::vector<Decision> silent;
  for (const auto& one : told) {
    auto part = evaluate(one.records, purpose, now_utc_s);
    for (auto& finding : part.findings) finding.source = one.source;
    const bool passes = says_nothing(part) && one.may_be_silent;
    somebody_speaks = somebody_speaks || !passes;
    (passes ? silent : parts).push_back(std::move(part));
  }
  // Nobody said a word of consent: then silence holds, wherever it was allowed.
  if (!somebody_speaks) std::move(silent.begin(), silent.end(), std::back_inserter(parts));
  auto unknown_for = known.unknown_for;
  std::sort(unknown_for.begin(), unknown_for.end());
  for (const auto& why : unknown_for) parts.push_back(by_rule(Verdict::unknown, "source", why));
  if (told.empty()) parts.push_back(evaluate({}, purpose, now_utc_s));
  return all_of(parts);
}

}  // namespace tributary::consent
