// plugins/consent/fhir/records.cpp: statements and code maps to records.
#include "plugins/consent/fhir/records.hpp"

#include <algorithm>

namespace tributary::fhir {
namespace {

using Consents = std::vector<const Consent*>;

struct Denial {
  const Consent* consent;
  const Statement* statement;
};

bool speaks(const Consent& consent) { return consent.problem.empty() && consent.standing == Consent::Standing::active; }
bool is_over(const Statement& denial, std::int64_t now_utc_s) {
  return denial.when.until && *denial.when.until < now_utc_s;
}

std::vector<Denial> denials_of(const Consents& consents, const std::vector<Code>& codes, std::int64_t now_utc_s) {
  std::vector<Denial> out;
  for (const auto* consent : consents) {
    if (!speaks(*consent)) continue;
    for (const auto& statement : consent->statements) {
      if (statement.permits || is_over(statement, now_utc_s)) continue;
      if (statement.all || names_any(statement, codes)) out.push_back({consent, &statement});
    }
  }
  return out;
}

// What the denials leave of a permit: the time before the first of them.
Interval before(Interval permit, const std::vector<Denial>& denials) {
  for (const auto& denial : denials) {
    const auto& from = denial.statement->when.from;
    if (both(permit, denial.statement->when).is_empty()) continue;
    if (!from) return {1, 0};
    permit.until = *from - 1;
  }
  return permit;
}

bool is_within(const std::vector<std::string>& bonds, const std::vector<std::string>& understood) {
  return std::all_of(bonds.begin(), bonds.end(), [&](const std::string& bond) {
    return std::find(understood.begin(), understood.end(), bond) != understood.end();
  });
}

class Teller {
 public:
  Teller(const Consents& consents, std::int64_t now_utc_s) : consents_(consents), now_utc_s_(now_utc_s) {}

  void documents() {
    for (const auto* consent : consents_) {
      using Standing = Consent::Standing;
      if (!consent->problem.empty()) {
        hold(*consent, consent->problem);
      } else if (consent->standing == Standing::rejected) {
        add({consent->id, "rejected", {}, {}, {}});
      } else if (consent->standing == Standing::erroneous) {
        add({consent->id, "entered-in-error", {}, {}, {}});
      } else if (consent->standing == Standing::silent || !consent->verified) {
        add({consent->id, "draft", {}, {}, {}});
      }
    }
  }

  void programme(const Programme& programme) {
    const auto* pack = programme.in_force(now_utc_s_);
    if (pack == nullptr) return;
    for (const auto& grant : pack->grants) this->grant(programme, grant);
  }

  Told take() {
    const bool denied = std::any_of(told_.records.begin(), told_.records.end(), [](const Record& record) {
      return record.status == "withdrawn" || record.status == "rejected";
    });
    if (!told_.held.empty() && denied) told_.held.clear();  // the unreadable record stays: nothing is permitted
    return std::move(told_);
  }

 private:
  void add(const Record& record) {
    if (std::find(told_.records.begin(), told_.records.end(), record) == told_.records.end()) {
      told_.records.push_back(record);
    }
  }
  void hold(const Consent& consent, const std::string& why) {
    told_.held = "a consent document of the person can not be used: " + why;
    add({consent.id, "unusable", {}, {}, {}});
  }
  void permit(const Consent& consent, const std::string& terms, const Interval& when) {
    if (!when.is_empty()) {
      add({consent.id, "active", terms, write_date(when.from, false), write_date(when.until, true)});
    }
  }

  static bool refuses(const Consent& consent, const Programme& programme) {
    return std::any_of(consent.policies.begin(), consent.policies.end(), [&](const std::string& policy) {
      return std::find(programme.refusals.begin(), programme.refusals.end(), policy) != programme.refusals.end();
    });
  }

  // Nothing when the permit counts; else it does not, and perhaps holds the person.
  bool counts(const Consent& consent, const Statement& statement, const Programme& programme) {
    if (!consent.verified || !is_within(statement.restrictions, programme.understood)) return false;
    if (programme.needs_periods && !statement.dated) {
      hold(consent, "a permit without a start");
      return false;
    }
    if (refuses(consent, programme)) {
      hold(consent, "a form that can only withdraw or refuse holds a permit");
      return false;
    }
    return true;
  }

  void grant(const Programme& programme, const Grant& grant) {
    const auto denials = denials_of(consents_, grant.codes, now_utc_s_);
    std::vector<Denial> cuts;
    for (const auto& denial : denials) {
      const auto& when = denial.statement->when;
      if (programme.denies_everything && when.holds(now_utc_s_)) {
        add({denial.consent->id, "withdrawn", grant.terms, write_date(when.from, false), write_date(when.until, true)});
      } else {
        cuts.push_back(denial);
      }
    }
    const auto exceptions = denials_of(consents_, grant.unless, now_utc_s_);
    for (const auto* consent : consents_) {
      if (!speaks(*consent)) continue;
      for (const auto& statement : consent->statements) {
        if (!statement.permits || !names_any(statement, grant.codes)) continue;
        if (!counts(*consent, statement, programme)) continue;
        tell_permit(programme, *consent, grant, before(statement.when, cuts), exceptions);
      }
    }
  }

  // The parts of `when` in which the document also permits one of `unless` are free of `bound`.
  void tell_permit(const Programme& programme, const Consent& consent, const Grant& grant, const Interval& when,
                   const std::vector<Denial>& exceptions) {
    if (when.is_empty()) return;
    if (grant.unless.empty()) return permit(consent, grant.terms, when);
    std::vector<Interval> bound{when};
    for (const auto& statement : consent.statements) {
      if (!statement.permits || !names_any(statement, grant.unless)) continue;
      if (!counts(consent, statement, programme)) continue;
      const auto free = both(when, before(statement.when, exceptions));
      if (free.is_empty()) continue;
      permit(consent, grant.terms, free);
      std::vector<Interval> rest;
      for (const auto& part : bound) {
        const auto left = without(part, free);
        rest.insert(rest.end(), left.begin(), left.end());
      }
      bound = std::move(rest);
    }
    for (const auto& part : bound) permit(consent, grant.terms + ";" + grant.bound, part);
  }

  const Consents& consents_;
  std::int64_t now_utc_s_;
  Told told_;
};

}  // namespace

Told tell(const Consents& consents, const std::vector<Programme>& programmes, std::int64_t now_utc_s) {
  Teller teller(consents, now_utc_s);
  teller.documents();
  for (const auto& programme : programmes) teller.programme(programme);
  return teller.take();
}

void add_turns(const Consent& consent, std::vector<std::int64_t>& turns_utc_s) {
  if (!speaks(consent)) return;
  for (const auto& statement : consent.statements) {
    if (statement.permits) continue;
    if (statement.when.from) turns_utc_s.push_back(*statement.when.from);
    if (statement.when.until) turns_utc_s.push_back(*statement.when.until + 1);
  }
}

}  // namespace tributary::fhir
