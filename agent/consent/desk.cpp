// agent/consent/desk.cpp: asks the sources about each sample of a run, and the rules about each policy.
#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include "agent/base/text.hpp"
#include "agent/consent/choose.hpp"
#include "agent/consent/consent.hpp"

namespace tributary::consent {
namespace {

std::string kind_of(const std::string& attribute) {
  auto kind = printable(lower(attribute));
  std::replace(kind.begin(), kind.end(), '_', ' ');
  return kind;
}

void add_size(Kin& kin, const std::string& text) {
  std::uint32_t size = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), size);
  const bool is_number = problem == std::errc{} && end == text.data() + text.size() && size > 0;
  if (!is_number) kin.problem = "a subject source tells a family size that is no number";
  if (is_number && kin.size.value_or(size) != size) kin.problem = "subject sources tell different sizes of the family";
  if (is_number) kin.size = size;
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
  static const config::SubjectSource defaults;
  const auto found = std::find_if(settings_.subjects.begin(), settings_.subjects.end(),
                                  [&](const config::SubjectSource& one) { return one.name == source.name(); });
  const auto& entry = found != settings_.subjects.end() ? *found : defaults;
  answer.known.told.push_back({source.name(), std::move(subject.records), entry.may_be_silent});
  answer.words.push_back({"subject id", subject.subject_id});
  for (auto& attribute : subject.attributes) read(entry, attribute, answer);
}

// What policies ask for tells of nobody, but for the family. Every name, number and date of the person becomes a word
// that must not be found in what leaves.
void Desk::read(const config::SubjectSource& entry, const plugin::Subject::Attribute& attribute, Answer& answer) {
  auto& kin = answer.kin;
  const std::string value(trim(attribute.value));
  if (value.empty()) return;
  if (attribute.name == entry.family_size) return add_size(kin, value);
  if (attribute.name == entry.country) return answer.known.countries.push_back(value);
  if (attribute.name == entry.family) {
    if (!kin.family.empty() && kin.family != value) kin.problem = "subject sources tell different families";
    kin.family = value;
  }
  if (attribute.identifying || attribute.name == entry.family)
    answer.words.push_back({kind_of(attribute.name), attribute.value});
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

ConsentedSample Desk::ask_one(const identify::IdentifiedSample& sample, std::int64_t at_utc_s, Kin& kin) const {
  ConsentedSample out;
  out.sample = sample;
  auto answer = ask_sources(sample.identity.sample_id());
  out.known = !answer.known.told.empty();
  if (out.known) {
    out.sample.identity.set_subject(answer.subject_id);
  } else {
    out.unknown_reason = answer.known.unknown_for.front();
  }
  for (auto& word : answer.words) out.sample.identity.add(std::move(word.kind), std::move(word.value));
  out.choices = choose(settings_.policies, sample);
  for (std::size_t i = 0; i < out.choices.size(); ++i) {
    auto& choice = out.choices[i];
    if (choice.matches)
      choice.decision = decide(answer.known, settings_.policies[i].purpose, settings_.egress, at_utc_s);
  }
  kin = std::move(answer.kin);
  return out;
}

// A member whose sample can not go whatever consent says keeps the others here.
Member Desk::member_of(const ConsentedSample& sample, const Kin& kin, std::size_t policy) {
  const auto& choice = sample.choices[policy];
  Member out{sample.sample.identity.subject_id(), kin, choice.decision};
  if (!choice.matches) {
    out.decision = by_rule(Verdict::unknown, "family", "is not taken by this policy: " + choice.why_not);
  } else if (choice.decision.verdict == Verdict::permit && !sample.sample.problems.empty()) {
    out.decision = by_rule(Verdict::unknown, "family", "waits: " + sample.sample.problems.front());
  }
  return out;
}

void Desk::bind_families(std::vector<ConsentedSample>& samples, const std::vector<Kin>& kin) const {
  std::map<std::string, std::vector<std::size_t>> families;
  for (std::size_t i = 0; i < kin.size(); ++i) {
    if (!kin[i].family.empty()) families[kin[i].family].push_back(i);
  }
  for (std::size_t policy = 0; policy < settings_.policies.size(); ++policy) {
    if (!settings_.policies[policy].whole_family) continue;
    std::vector<Decision> bound(samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const auto& choice = samples[i].choices[policy];
      std::vector<Member> others;
      for (const auto other : families[kin[i].family]) {
        if (choice.matches && other != i) others.push_back(member_of(samples[other], kin[other], policy));
      }
      const Member self{samples[i].sample.identity.subject_id(), kin[i], choice.decision};
      if (choice.matches) bound[i] = whole_family(self, others);
    }
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i].choices[policy].decision = std::move(bound[i]);
  }
}

ConsentedSample Desk::ask(const identify::IdentifiedSample& sample, std::optional<std::int64_t> at_utc_s) const {
  std::vector<Kin> kin(1);
  std::vector<ConsentedSample> alone{ask_one(sample, at_utc_s.value_or(clock_.now_utc_s()), kin.front())};
  bind_families(alone, kin);
  return std::move(alone.front());
}

Result<ConsentedRun> Desk::ask(const identify::IdentifiedRun& run, std::optional<std::int64_t> at_utc_s) const {
  ConsentedRun out(run.run());
  out.identifiers_ = run.identifiers();
  out.read_name_words_ = run.read_name_words();
  out.withheld_ = run.withheld();
  const auto now = at_utc_s.value_or(clock_.now_utc_s());
  std::vector<Kin> kin(run.samples().size());
  for (std::size_t i = 0; i < kin.size(); ++i) out.samples_.push_back(ask_one(run.samples()[i], now, kin[i]));
  bind_families(out.samples_, kin);
  return out;
}

Decision Desk::ask_person(const std::string& subject_id, const config::Policy& policy) const {
  Answer answer;
  answer.subject_id = subject_id;
  for (auto* source : sources_) take(source->ask_subject(subject_id), *source, answer);
  answer.known.withdrawn = withdrawn_(subject_id);
  return decide(answer.known, policy.purpose, settings_.egress, clock_.now_utc_s());
}

Again Desk::ask_again(const std::string& sample_id, const config::Policy& policy,
                      const std::vector<OtherSample>& others_in_run) const {
  const auto now = clock_.now_utc_s();
  std::string whose;
  const auto ask_member = [&](const std::string& id) {
    auto answer = ask_sources(id);
    if (id == sample_id && !answer.contradictory) whose = answer.subject_id;
    auto decision = decide(answer.known, policy.purpose, settings_.egress, now);
    return Member{std::move(answer.subject_id), std::move(answer.kin), std::move(decision)};
  };
  const auto self = ask_member(sample_id);
  if (!policy.whole_family) return {self.decision, whose};
  std::vector<Member> family;
  for (const auto& other : others_in_run) {
    if (self.kin.family.empty()) break;
    auto member = ask_member(other.sample_id);
    if (member.kin.family != self.kin.family) continue;
    if (!other.sealed) {
      member.decision =
          all_of({std::move(member.decision), by_rule(Verdict::unknown, "family", "its sample is not ready to go")});
    }
    family.push_back(std::move(member));
  }
  return {whole_family(self, family), whose};
}

}  // namespace tributary::consent
