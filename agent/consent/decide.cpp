// agent/consent/decide.cpp: our register first, then the documents.
#include "agent/consent/decide.hpp"

#include <utility>

namespace tributary::consent {
namespace {

Decision decided(Verdict verdict, const std::string& rule, const std::string& reason, Decision base) {
  base.verdict = verdict;
  base.reason = reason;
  base.findings.insert(base.findings.begin(), Finding{rule, reason, verdict, {}});
  base.obligations.clear();
  base.terms.clear();
  base.valid_until_utc_s.reset();
  return base;
}

}  // namespace

Decision decide(const Known& known, const Purpose& purpose, std::int64_t now_utc_s) {
  if (!known.records) {
    return decided(Verdict::unknown, "source", known.unknown_reason, evaluate({}, purpose, now_utc_s));
  }
  auto decision = evaluate(*known.records, purpose, now_utc_s);
  if (!known.withdrawn) return decision;
  return decided(Verdict::deny, "withdrawn", "the subject was withdrawn at this site", std::move(decision));
}

}  // namespace tributary::consent
