// agent/consent/desk.cpp: asks the sources about each sample of a run, and the rules about each policy.
#include <optional>
#include <utility>

#include "agent/base/text.hpp"
#include "agent/consent/choose.hpp"
#include "agent/consent/consent.hpp"

namespace tributary::consent {
namespace {

// What the sources know of one sample: a subject, or the reason why there is none.
struct Answer {
  std::optional<plugin::Subject> subject;
  std::string unknown_reason;
};

Answer ask_sources(const std::vector<plugin::SubjectSource*>& sources, const std::string& sample_id) {
  for (auto* source : sources) {
    auto told = source->ask(sample_id);
    if (!told) return {std::nullopt, "subject source " + source->name() + " can not answer: " + told.error().what};
    if (!*told) continue;
    if ((*told)->subject_id.empty()) {
      return {std::nullopt, "subject source " + source->name() + " knows the sample and names no subject"};
    }
    return {std::move(**told), {}};
  }
  if (sources.empty()) return {std::nullopt, "no subject source is configured"};
  return {std::nullopt, "no subject source knows the sample"};
}

Decision decided(Verdict verdict, const std::string& rule, const std::string& reason, Decision base) {
  base.verdict = verdict;
  base.reason = reason;
  base.findings.insert(base.findings.begin(), Finding{rule, reason, verdict, {}});
  base.obligations.clear();
  base.terms.clear();
  base.valid_until_utc_s.reset();
  return base;
}

Decision decide(const Answer& answer, bool withdrawn, const Purpose& purpose, std::int64_t now_utc_s) {
  if (!answer.subject) {
    return decided(Verdict::unknown, "source", answer.unknown_reason, evaluate({}, purpose, now_utc_s));
  }
  auto decision = evaluate(answer.subject->records, purpose, now_utc_s);
  if (!withdrawn) return decision;
  return decided(Verdict::deny, "withdrawn", "the subject was withdrawn at this site", std::move(decision));
}

// Every name, number and date of the person becomes a word that must not be found in what leaves.
void learn(identify::Identity& identity, const plugin::Subject& subject) {
  identity.set_subject(subject.subject_id);
  identity.add("subject id", subject.subject_id);
  for (const auto& attribute : subject.attributes) {
    if (!attribute.identifying || attribute.value.empty()) continue;
    auto kind = printable(lower(attribute.name));
    for (auto& c : kind) c = c == '_' ? ' ' : c;
    identity.add(std::move(kind), attribute.value);
  }
}

}  // namespace

Desk::Desk(const config::Settings& settings, std::vector<plugin::SubjectSource*> sources,
           std::function<bool(const std::string& subject_id)> withdrawn, const Clock& clock)
    : settings_(settings), sources_(std::move(sources)), withdrawn_(std::move(withdrawn)), clock_(clock) {}

ConsentedSample Desk::ask(const identify::IdentifiedSample& sample) const {
  ConsentedSample out;
  out.sample = sample;
  const auto answer = ask_sources(sources_, sample.identity.sample_id());
  out.known = answer.subject.has_value();
  out.unknown_reason = answer.unknown_reason;
  const bool withdrawn = out.known && withdrawn_(answer.subject->subject_id);
  if (out.known) learn(out.sample.identity, *answer.subject);
  const auto now_utc_s = clock_.now_utc_s();
  for (const auto& policy : settings_.policies) {
    auto choice = choose(policy, sample);
    if (choice.matches) choice.decision = decide(answer, withdrawn, policy.purpose, now_utc_s);
    out.choices.push_back(std::move(choice));
  }
  return out;
}

Result<ConsentedRun> Desk::ask(const identify::IdentifiedRun& run) const {
  ConsentedRun out(run.run());
  out.identifiers_ = run.identifiers();
  out.read_name_words_ = run.read_name_words();
  out.withheld_ = run.withheld();
  for (const auto& sample : run.samples()) out.samples_.push_back(ask(sample));
  return out;
}

Decision Desk::ask_again(const std::string& sample_id, const config::Policy& policy) const {
  const auto answer = ask_sources(sources_, sample_id);
  const bool withdrawn = answer.subject && withdrawn_(answer.subject->subject_id);
  return decide(answer, withdrawn, policy.purpose, clock_.now_utc_s());
}

}  // namespace tributary::consent
