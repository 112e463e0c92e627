// agent/consent/desk.cpp: asks the sources about each sample of a run, and the rules about each policy.
#include <optional>
#include <utility>

#include "agent/base/text.hpp"
#include "agent/consent/choose.hpp"
#include "agent/consent/consent.hpp"
#include "agent/consent/decide.hpp"

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

Known known_of(const Answer& answer, bool withdrawn) {
  Known known{{}, answer.unknown_reason, withdrawn};
  if (answer.subject) known.records = answer.subject->records;
  return known;
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

ConsentedSample Desk::ask(const identify::IdentifiedSample& sample, std::optional<std::int64_t> at_utc_s) const {
  ConsentedSample out;
  out.sample = sample;
  const auto answer = ask_sources(sources_, sample.identity.sample_id());
  out.known = answer.subject.has_value();
  out.unknown_reason = answer.unknown_reason;
  const bool withdrawn = out.known && withdrawn_(answer.subject->subject_id);
  if (out.known) learn(out.sample.identity, *answer.subject);
  const auto known = known_of(answer, withdrawn);
  const auto now = at_utc_s.value_or(clock_.now_utc_s());
  for (const auto& policy : settings_.policies) {
    auto choice = choose(policy, sample);
    if (choice.matches) choice.decision = decide(known, policy.purpose, now);
    out.choices.push_back(std::move(choice));
  }
  return out;
}

Result<ConsentedRun> Desk::ask(const identify::IdentifiedRun& run, std::optional<std::int64_t> at_utc_s) const {
  ConsentedRun out(run.run());
  out.identifiers_ = run.identifiers();
  out.read_name_words_ = run.read_name_words();
  out.withheld_ = run.withheld();
  for (const auto& sample : run.samples()) out.samples_.push_back(ask(sample, at_utc_s));
  return out;
}

Decision Desk::ask_again(const std::string& sample_id, const config::Policy& policy) const {
  const auto answer = ask_sources(sources_, sample_id);
  const bool withdrawn = answer.subject && withdrawn_(answer.subject->subject_id);
  return decide(known_of(answer, withdrawn), policy.purpose, clock_.now_utc_s());
}

}  // namespace tributary::consent
