// agent/consent/rehearse.cpp: makes the sample that a case tells of.
#include "agent/consent/rehearse.hpp"

#include "agent/consent/choose.hpp"
#include "agent/consent/decide.hpp"

namespace tributary::consent {
namespace {

identify::IdentifiedSample sample_of(const config::PolicyCase& one) {
  identify::IdentifiedSample sample;
  sample.identity = identify::Identity(one.sample_name, one.project);
  for (const auto& kind : one.files) {
    identify::SampleFile file;
    file.path = one.sample_name + "." + kind;
    file.kind = kind;
    sample.files.push_back(std::move(file));
  }
  return sample;
}

Known known_of(const config::PolicyCase& one) {
  Known known{{}, {}, one.withdrawn};
  if (one.consent) known.told = *one.consent;
  for (const auto& source : one.away) known.unknown_for.push_back("subject source " + source + " can not answer");
  if (!one.consent && one.away.empty()) known.unknown_for.emplace_back("no subject source knows the sample");
  return known;
}

config::Expectation found(Verdict verdict) {
  if (verdict == Verdict::permit) return config::Expectation::send;
  return verdict == Verdict::deny ? config::Expectation::refuse : config::Expectation::hold;
}

}  // namespace

Rehearsal rehearse(const config::Policy& policy, const config::PolicyCase& one, std::int64_t now_utc_s) {
  Rehearsal out;
  const auto choice = choose(policy, sample_of(one));
  if (!choice.matches) {
    out.found = config::Expectation::not_taken;
    out.reason = choice.why_not;
  } else {
    const auto known = known_of(one);
    const auto decision = decide(known, policy.purpose, one.at_utc_s.value_or(now_utc_s));
    out.found = found(decision.verdict);
    out.rule = decision.rule;
    out.reason = decision.reason;
  }
  out.as_expected = out.found == one.expected && (one.rule.empty() || one.rule == out.rule);
  return out;
}

}  // namespace tributary::consent
