// agent/consent/desk.cpp: asks the sources about each sample of a run, and the rules about each policy.
#include <algorithm>
#include <optional>
#include <utility>

#include "agent/base/text.hpp"
#include "agent/consent/choose.hpp"
#include "agent/consent/consent.hpp"

namespace tributary::consent {
namespace {

// Every name, number and date of the person becomes a word that must not be found in what leaves.
void learn(identify::Identity& identity, const plugin::Subject& subject) {
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

void Desk::take(Result<std::optional<plugin::Subject>> told, const plugin::SubjectSource& source,
                Answer& answer) const {
  const auto of_source = "subject source " + source.name();
  if (!told) return answer.miss(of_source + " can not answer: " + told.error().what);
  if (!*told) return;
  auto& subject = **told;
  if (subject.subject_id.empty()) return answer.miss(of_source + " knows the sample and names no subject");
  if (answer.subject_id.empty()) {
    answer.subject_id = subject.subject_id;
    answer.named_by = source.name();
  }
  if (subject.subject_id != answer.subject_id && !answer.contradictory) {
    answer.contradictory = true;
    answer.miss("subject sources " + answer.named_by + " and " + source.name() +
                " name different subjects for the sample");
  }
  const auto entry = std::find_if(settings_.subjects.begin(), settings_.subjects.end(),
                                  [&](const config::SubjectSource& one) { return one.name == source.name(); });
  const bool may_be_silent = entry != settings_.subjects.end() && entry->may_be_silent;
  answer.known.told.push_back({source.name(), std::move(subject.records), may_be_silent});
  subject.records.clear();
  answer.subjects.push_back(std::move(subject));
}

Desk::Answer Desk::ask_sources(const std::string& sample_id) const {
  Answer answer;
  std::vector<plugin::SubjectSource*> others;  // that know nothing of the sample, but may know the person
  for (auto* source : sources_) {
    auto told = source->ask(sample_id);
    if (told && !*told) {
      others.push_back(source);
    } else {
      take(std::move(told), *source, answer);
    }
  }
  // Whose sample it is must be beyond doubt before anybody's documents count, for or against.
  if (!answer.subject_id.empty() && !answer.contradictory) {
    for (auto* source : others) take(source->ask_subject(answer.subject_id), *source, answer);
  }
  if (answer.contradictory) answer.known.told.clear();
  if (sources_.empty()) answer.miss("no subject source is configured");
  if (answer.known.told.empty() && answer.known.unknown_for.empty()) answer.miss("no subject source knows the sample");
  answer.known.withdrawn = !answer.known.told.empty() && withdrawn_(answer.subject_id);
  return answer;
}

ConsentedSample Desk::ask(const identify::IdentifiedSample& sample, std::optional<std::int64_t> at_utc_s) const {
  ConsentedSample out;
  out.sample = sample;
  const auto answer = ask_sources(sample.identity.sample_id());
  out.known = !answer.known.told.empty();
  if (out.known) {
    out.sample.identity.set_subject(answer.subject_id);
  } else {
    out.unknown_reason = answer.known.unknown_for.front();
  }
  for (const auto& subject : answer.subjects) learn(out.sample.identity, subject);
  const auto now = at_utc_s.value_or(clock_.now_utc_s());
  for (const auto& policy : settings_.policies) {
    auto choice = choose(policy, sample);
    if (choice.matches) choice.decision = decide(answer.known, policy.purpose, now);
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
  return decide(ask_sources(sample_id).known, policy.purpose, clock_.now_utc_s());
}

}  // namespace tributary::consent
