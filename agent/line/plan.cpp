// agent/line/plan.cpp: what a plan says of one sample: its name, its verdict, and the record of a name that was
// refused.
#include "agent/line/runner.hpp"

namespace tributary::line {

using pseudonymise::Name;

Result<std::vector<pseudonymise::Assignment>> Runner::assign(const consent::ConsentedRun& run) {
  const auto key_id = site_.name_key_id();
  std::optional<OutsideNames> outside;
  if (auto* source = site_.pseudonym_source()) outside.emplace(journal_, *source, key_id);
  const pseudonymise::Registrar registrar(
      site_.settings(), site_.pseudonym_key(),
      [&](const std::string& destination, const std::string& kind, const std::string& pseudonym, const std::string& id,
          const std::string& subject_id) {
        return journal_.link({pseudonym, destination, kind, key_id, id, subject_id});
      },
      outside ? &*outside : nullptr);
  return registrar.assign(run);
}

void Runner::judge(const pseudonymise::Assignment& assignment, const std::string& run_name,
                   journal::ParcelRow& parcel) const {
  parcel.destination = assignment.destination;
  parcel.policy = assignment.policy;
  parcel.pseudonym = assignment.pseudonym;
  parcel.subject_pseudonym = assignment.subject_pseudonym;
  parcel.key_id = site_.name_key_id();
  parcel.evidence = assignment.decision.evidence_sha256;
  parcel.files = assignment.parcel ? static_cast<std::int64_t>(assignment.parcel->files().size()) : 0;
  const auto say = [&](journal::Condition condition, std::string reason, std::string hint) {
    parcel.condition = condition;
    parcel.reason = std::move(reason);
    parcel.hint = std::move(hint);
  };
  using journal::Condition;
  const auto verdict = assignment.decision.verdict;
  const auto& name = assignment.naming;
  if (verdict == consent::Verdict::deny) {
    say(Condition::refused, "consent: " + assignment.decision.reason, {});
  } else if (verdict == consent::Verdict::unknown) {
    say(Condition::held, "consent: " + assignment.decision.reason,
        "complete the consent at its source; it is asked again by itself");
  } else if (!assignment.problems.empty()) {
    say(Condition::held, "identify: " + assignment.problems.front(),
        "mend the run folder or its sample sheet, then: tributary retry --run " + run_name);
  } else if (name.state != Name::State::given) {
    say(name.state == Name::State::refused ? Condition::refused : Condition::held, "pseudonymise: " + name.reason,
        name.hint);
  }
}

bool Runner::asks_again(const pseudonymise::Assignment& assignment) {
  const auto verdict = assignment.decision.verdict;
  if (verdict == consent::Verdict::unknown) return true;
  return verdict == consent::Verdict::permit && assignment.problems.empty() &&
         assignment.naming.state == Name::State::unknown;
}

// A parcel that was planned without a pseudonym, or under one of before the key was rotated, takes the present one.
// What was sealed keeps its own: sent again under another name it would be a second copy of the same person.
Result<bool> Runner::settle_name(const pseudonymise::Assignment& assignment, journal::ParcelRow& parcel) {
  const auto place_beside = [&](const std::string& pseudonym) {
    return assignment.pending.empty()
               ? pending_name(journal_, {parcel.destination, pseudonymise::Kind::sample, pseudonym})
               : assignment.pending;
  };
  if (const auto& name = assignment.naming; name.state == Name::State::held) {
    auto same = journal_.parcel_of(parcel.run, parcel.policy, name.word);
    if (!same) return same.error();
    if (*same && (*same)->stage > journal::Stage::sealing) return false;
    // Otherwise it must not be found as a parcel of whom the pseudonym stands for.
    parcel.pseudonym = *same ? name.word : place_beside(name.word);
    return true;
  }
  auto former = place_beside(parcel.pseudonym);
  auto before = journal_.parcel_before(parcel.run, parcel.policy, parcel.pseudonym);
  if (!before) return before.error();
  if (*before && (*before)->stage > journal::Stage::sealing) return false;
  if (*before) former = (*before)->pseudonym;
  if (!former.empty() && former != parcel.pseudonym) {
    auto named = journal_.name_parcel(parcel.run, parcel.policy, former, parcel.pseudonym);
    if (!named) return named.error();
  }
  if (assignment.naming.state == Name::State::refused) {
    if (auto told = tell_of_refused_name(assignment, parcel); !told) return told.error();
  }
  return true;
}

// A pseudonym that was refused is an event that an auditor must find, once; never the word itself, for it may be an
// identity.
Status Runner::tell_of_refused_name(const pseudonymise::Assignment& assignment, const journal::ParcelRow& parcel) {
  auto before = journal_.parcel_of(parcel.run, parcel.policy, parcel.pseudonym);
  if (!before) return before.error();
  // What is sealed or further is not touched by a plan, and what was recorded is not recorded again.
  if (*before && ((*before)->stage > journal::Stage::sealing || (*before)->reason == parcel.reason)) return {};
  Json record;
  record.add("at", to_rfc3339(clock_.now_utc_s())).add("action", "refuse pseudonym");
  record.add("destination", parcel.destination).add("policy", parcel.policy).add("key_id", parcel.key_id);
  record.add("why", assignment.naming.reason);
  return journal_.add_audit(record);
}

}  // namespace tributary::line
