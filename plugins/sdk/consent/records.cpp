// plugins/sdk/consent/records.cpp: statements and code maps to records.
#include "plugins/sdk/consent/records.hpp"

#include <algorithm>

namespace tributary::sdk::consent {
namespace {

using Forms = std::vector<const Form*>;

struct Denial {
  const Form* form;
  const Statement* statement;
};

bool speaks(const Form& form) { return form.problem.empty() && form.standing == Form::Standing::active; }
bool is_over(const Statement& denial, std::int64_t now_utc_s) {
  return denial.when.until && *denial.when.until < now_utc_s;
}

std::vector<Denial> denials_of(const Forms& forms, const std::vector<Code>& codes, std::int64_t now_utc_s) {
  std::vector<Denial> out;
  for (const auto* form : forms) {
    if (!speaks(*form)) continue;
    for (const auto& statement : form->statements) {
      if (statement.permits || is_over(statement, now_utc_s)) continue;
      if (statement.all || names_any(statement, codes)) out.push_back({form, &statement});
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
  Teller(const Forms& forms, std::int64_t now_utc_s) : forms_(forms), now_utc_s_(now_utc_s) {}

  void documents() {
    for (const auto* form : forms_) {
      using Standing = Form::Standing;
      if (!form->problem.empty()) {
        hold(*form, form->problem);
      } else if (form->standing == Standing::rejected) {
        add({form->id, "rejected", {}, {}, {}});
      } else if (form->standing == Standing::erroneous) {
        add({form->id, "entered-in-error", {}, {}, {}});
      } else if (form->standing == Standing::silent || !form->verified) {
        add({form->id, "draft", {}, {}, {}});
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
  void hold(const Form& form, const std::string& why) {
    told_.held = "a consent document of the person can not be used: " + why;
    add({form.id, "unusable", {}, {}, {}});
  }
  void permit(const Form& form, const std::string& terms, const Interval& when) {
    if (!when.is_empty()) {
      add({form.id, "active", terms, write_date(when.from, false), write_date(when.until, true)});
    }
  }

  static bool is_one_of(const Form& form, const std::vector<std::string>& policies) {
    return std::any_of(form.policies.begin(), form.policies.end(), [&](const std::string& policy) {
      return std::find(policies.begin(), policies.end(), policy) != policies.end();
    });
  }
  static bool refuses(const Form& form, const Programme& programme) { return is_one_of(form, programme.refusals); }

  // Nothing when the permit counts; else it does not, and perhaps holds the person.
  bool counts(const Form& form, const Statement& statement, const Programme& programme) {
    if (!form.verified || !is_within(statement.restrictions, programme.understood)) return false;
    if (programme.needs_periods && !statement.dated) {
      hold(form, "a permit without a start");
      return false;
    }
    if (refuses(form, programme)) {
      hold(form, "a form that can only withdraw or refuse holds a permit");
      return false;
    }
    return true;
  }

  void grant(const Programme& programme, const Grant& grant) {
    const auto denials = denials_of(forms_, grant.codes, now_utc_s_);
    std::vector<Denial> cuts;
    for (const auto& denial : denials) {
      const auto& when = denial.statement->when;
      if (programme.denies_everything && when.holds(now_utc_s_)) {
        add({denial.form->id, "withdrawn", grant.terms, write_date(when.from, false), write_date(when.until, true)});
      } else {
        cuts.push_back(denial);
      }
    }
    if (grant.when) return answers(programme, grant, cuts);
    const auto exceptions = denials_of(forms_, grant.unless, now_utc_s_);
    for (const auto* form : forms_) {
      if (!speaks(*form)) continue;
      for (const auto& statement : form->statements) {
        if (!statement.permits || !names_any(statement, grant.codes)) continue;
        if (!counts(*form, statement, programme)) continue;
        tell_permit(programme, *form, grant, before(statement.when, cuts), exceptions);
      }
    }
  }

  // Forms whose answers permit or deny; a denial among them ends the permits of the others, too.
  void answers(const Programme& programme, const Grant& grant, const std::vector<Denial>& cuts) {
    std::vector<const Form*> permits;
    bool denied = false;
    for (const auto* form : forms_) {
      if (!speaks(*form) || !is_one_of(*form, programme.forms)) continue;
      if (!form->answers) {
        hold(*form,
             form->without_answers.empty() ? "the answers that it rests on are not there" : form->without_answers);
      } else if (grant.denied_when && grant.denied_when->holds(*form->answers) == true) {
        denied = true;
        if (programme.denies_everything) add({form->id, "withdrawn", grant.terms, {}, {}});
      } else if (form->verified && grant.when->holds(*form->answers) == true &&
                 (!grant.denied_when || grant.denied_when->holds(*form->answers) == false)) {
        permits.push_back(form);
      }
    }
    for (const auto* form : permits) {
      if (!denied) permit(*form, grant.terms, before({}, cuts));
    }
  }

  // The parts of `when` in which the document also permits one of `unless` are free of `bound`.
  void tell_permit(const Programme& programme, const Form& form, const Grant& grant, const Interval& when,
                   const std::vector<Denial>& exceptions) {
    if (when.is_empty()) return;
    if (grant.unless.empty()) return permit(form, grant.terms, when);
    std::vector<Interval> bound{when};
    for (const auto& statement : form.statements) {
      if (!statement.permits || !names_any(statement, grant.unless)) continue;
      if (!counts(form, statement, programme)) continue;
      const auto free = both(when, before(statement.when, exceptions));
      if (free.is_empty()) continue;
      permit(form, grant.terms, free);
      std::vector<Interval> rest;
      for (const auto& part : bound) {
        const auto left = without(part, free);
        rest.insert(rest.end(), left.begin(), left.end());
      }
      bound = std::move(rest);
    }
    for (const auto& part : bound) permit(form, grant.terms + ";" + grant.bound, part);
  }

  const Forms& forms_;
  std::int64_t now_utc_s_;
  Told told_;
};

}  // namespace

Told tell(const Forms& forms, const std::vector<Programme>& programmes, std::int64_t now_utc_s) {
  Teller teller(forms, now_utc_s);
  teller.documents();
  for (const auto& programme : programmes) teller.programme(programme);
  return teller.take();
}

void add_turns(const Form& form, std::vector<std::int64_t>& turns_utc_s) {
  if (!speaks(form)) return;
  for (const auto& statement : form.statements) {
    if (statement.permits) continue;
    if (statement.when.from) turns_utc_s.push_back(*statement.when.from);
    if (statement.when.until) turns_utc_s.push_back(*statement.when.until + 1);
  }
}

}  // namespace tributary::sdk::consent
