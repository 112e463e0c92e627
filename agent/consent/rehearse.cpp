// agent/consent/rehearse.cpp: makes the sample that a case tells of.
#include "agent/consent/rehearse.hpp"

#include <algorithm>
#include <utility>

#include "agent/consent/choose.hpp"
#include "agent/consent/family.hpp"

namespace tributary::consent {
namespace {

identify::IdentifiedSample sample_of(const config::PolicyCase& one) {
  identify::IdentifiedSample sample;
  sample.identity = identify::Identity(one.sample_name, one.project);
  for (const auto& kind : one.files) {
    identify::SampleFile file;
    file.path = one.sample_name + "." + kind;
    file.kind = kind;
    file.id.size = one.file_bytes;
    sample.files.push_back(std::move(file));
  }
  return sample;
}

Known known_of(const config::PolicyCase& one) {
  Known known{{}, {}, one.countries, one.withdrawn};
  if (one.consent) known.told = *one.consent;
  for (const auto& source : one.away) known.unknown_for.push_back("subject source " + source + " can not answer");
  if (!one.consent && one.away.empty()) known.unknown_for.emplace_back("no subject source knows the sample");
  return known;
}

config::Expectation found(Verdict verdict) {
  if (verdict == Verdict::permit) return config::Expectation::send;
  return verdict == Verdict::deny ? config::Expectation::refuse : config::Expectation::hold;
}

Decision decide_on(const config::Settings& settings, const config::Policy& policy, const config::PolicyCase& one,
                   std::int64_t at_utc_s) {
  auto decision = decide(known_of(one), policy.purpose, settings.egress, at_utc_s);
  if (!policy.whole_family) return decision;
  const std::string family = one.family_size ? "family" : "";
  std::vector<Member> others;
  for (const auto& member : one.family) {
    const Known person{member.consent, {}, one.countries, member.withdrawn};
    others.push_back({"member " + std::to_string(others.size()),
                      {family, one.family_size, {}},
                      decide(person, policy.purpose, settings.egress, at_utc_s)});
  }
  return whole_family({"self", {family, one.family_size, {}}, std::move(decision)}, others);
}

}  // namespace

Rehearsal rehearse(const config::Settings& settings, const config::PolicyCase& one, std::int64_t now_utc_s) {
  Rehearsal out;
  const auto choices = choose(settings.policies, sample_of(one));
  const auto choice =
      std::find_if(choices.begin(), choices.end(), [&](const PolicyChoice& made) { return made.policy == one.policy; });
  if (choice == choices.end()) return out;
  if (!choice->matches) {
    out.found = config::Expectation::not_taken;
    out.reason = choice->why_not;
  } else {
    const auto& policy = *settings.policy(one.policy);
    const auto decision = decide_on(settings, policy, one, one.at_utc_s.value_or(now_utc_s));
    out.found = found(decision.verdict);
    out.rule = decision.rule;
    out.reason = decision.reason;
  }
  out.as_expected = out.found == one.expected && (one.rule.empty() || one.rule == out.rule);
  return out;
}

}  // namespace tributary::consent
