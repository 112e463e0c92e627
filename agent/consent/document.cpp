// agent/consent/document.cpp: one consent document against one purpose: status, period, permission, modifiers.
#include "agent/consent/document.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "agent/base/clock.hpp"
#include "agent/base/text.hpp"
#include "agent/consent/regions.hpp"

namespace tributary::consent {
namespace {

struct Period {
  std::optional<std::int64_t> from_utc_s, until_utc_s;  // both inclusive
};

// What one rule says: nothing when it has no objection.
struct Objection {
  Weight weight;
  std::string rule, what;
};
using Objections = std::optional<Objection>;

std::string day_of(std::int64_t utc_s) { return to_rfc3339(utc_s).substr(0, 10); }

bool is(const Term& term, std::string_view code) { return term.code == code; }

std::string same_spelling(std::string_view curie) {
  auto word = lower(trim(curie));
  std::replace(word.begin(), word.end(), '_', ':');
  return word;
}

Objections outside(const Period& period, std::int64_t now_utc_s, const std::string& rule) {
  if (period.from_utc_s && period.until_utc_s && *period.from_utc_s > *period.until_utc_s) {
    return Objection{Weight::unreadable, rule, "ends before it begins"};
  }
  if (period.from_utc_s && now_utc_s < *period.from_utc_s) {
    return Objection{Weight::not_yet, rule, "begins on " + day_of(*period.from_utc_s)};
  }
  if (period.until_utc_s && now_utc_s > *period.until_utc_s) {
    return Objection{Weight::elsewhere, rule, "ended on " + day_of(*period.until_utc_s)};
  }
  return std::nullopt;
}

// False when a date is there and can not be read.
bool read_date(std::string_view text, bool end, std::optional<std::int64_t>& into) {
  const auto date = trim(text);
  if (date.empty()) return true;
  into = from_iso8601(date, end);
  return into.has_value();
}

std::int64_t months_after(std::int64_t utc_s, int months) {
  namespace chrono = std::chrono;
  const auto moment = chrono::sys_seconds(chrono::seconds(utc_s));
  const auto midnight = chrono::floor<chrono::days>(moment);
  auto date = chrono::year_month_day(midnight) + chrono::months(months);
  if (!date.ok()) date = date.year() / date.month() / chrono::last;
  return (chrono::sys_days(date) + (moment - midnight)).time_since_epoch().count();
}

// `18`, `18 months` or `P18M`.
std::optional<int> months_of(std::string_view text) {
  auto word = lower(trim(text));
  if (word.size() > 2 && word.front() == 'p' && word.back() == 'm') word = word.substr(1, word.size() - 2);
  for (const std::string_view unit : {" months", " month"}) {
    if (word.size() > unit.size() && word.ends_with(unit)) word.resize(word.size() - unit.size());
  }
  int months = 0;
  const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), months);
  const bool whole = problem == std::errc{} && end == word.data() + word.size();
  // Four digits are a year; 83 years are enough.
  return whole && word.size() <= 3 && months > 0 ? std::optional(months) : std::nullopt;
}

// TS[18] counts from the start of the document; TS[until], TS[from|until] and TS[from/until] are dates.
std::optional<Period> time_limit(const Term& term, const Period& document) {
  auto parts = term.parameters;
  if (parts.size() == 1 && parts[0].find('/') != std::string::npos) parts = split(parts[0], '/');
  Period limit;
  if (parts.size() == 1) {
    if (const auto months = months_of(parts[0])) {
      if (!document.from_utc_s) return std::nullopt;
      limit.until_utc_s = months_after(*document.from_utc_s, *months) - 1;
      return limit;
    }
    parts.insert(parts.begin(), "");
  }
  if (parts.size() != 2 || trim(parts[1]).empty()) return std::nullopt;
  if (!read_date(parts[0], false, limit.from_utc_s) || !read_date(parts[1], true, limit.until_utc_s)) {
    return std::nullopt;
  }
  return limit;
}

// --- permissions --------------------------------------------------------------------------------------------------

// Consent to research on a disease covers research on its kinds, never the other way round.
bool is_kind_of(const Purpose& purpose, const std::string& disease) {
  const auto wanted = same_spelling(disease);
  if (wanted == same_spelling(purpose.disease)) return true;
  return std::any_of(purpose.broader_diseases.begin(), purpose.broader_diseases.end(),
                     [&](const std::string& broader) { return same_spelling(broader) == wanted; });
}

bool covers(const Term& permission, const std::vector<Term>& terms, const Purpose& purpose) {
  if (is(permission, "NRES")) return true;
  if (purpose.use == Use::nres) return false;
  if (is(permission, "GRU")) return true;
  if (is(permission, "HMB")) return purpose.use == Use::hmb || purpose.use == Use::ds;
  if (is(permission, "POA")) return purpose.use == Use::poa;
  // DS: several of one document add up.
  return purpose.use == Use::ds && std::any_of(terms.begin(), terms.end(), [&](const Term& term) {
           return is(term, "DS") &&
                  std::any_of(term.parameters.begin(), term.parameters.end(),
                              [&](const std::string& disease) { return is_kind_of(purpose, disease); });
         });
}

bool is_permission(const Term& term) {
  return is(term, "NRES") || is(term, "GRU") || is(term, "HMB") || is(term, "DS") || is(term, "POA");
}

Objections permission_rule(const std::vector<Term>& terms, const Purpose& purpose) {
  bool any = false;
  for (const auto& term : terms) {
    if (!is_permission(term)) continue;
    any = true;
    if (covers(term, terms, purpose)) continue;
    std::string what = "permits " + term.code + ", the policy's purpose is " + std::string(name_of(purpose.use));
    if (is(term, "DS") && purpose.use == Use::ds) what = "permits research on another disease than " + purpose.disease;
    return Objection{Weight::elsewhere, term.code, what};
  }
  if (!any) return Objection{Weight::unreadable, "permission", "names no permission (NRES, GRU, HMB, DS or POA)"};
  return std::nullopt;
}

// --- modifiers ----------------------------------------------------------------------------------------------------

Objections forbid(const Term& term, const std::string& what) { return Objection{Weight::forbids, term.code, what}; }

Objections profit_rule(const Term& term, const Purpose& purpose) {
  const bool organisation = is(term, "NPU") || is(term, "NPUNCU");
  const bool use = is(term, "NCU") || is(term, "NPUNCU");
  if (organisation && purpose.for_profit) {
    return forbid(term, "is for non-profit organisations only, the policy's organisation is for-profit");
  }
  if (use && purpose.commercial) return forbid(term, "is for non-commercial use only, the policy's use is commercial");
  return std::nullopt;
}

Objections ancestry_rule(const Term& term, const Purpose& purpose) {
  if (purpose.use == Use::poa) return forbid(term, "prohibits ancestry research, the policy's purpose");
  if (purpose.use == Use::gru || purpose.use == Use::nres) {
    return forbid(term, "prohibits ancestry research, which the policy's purpose " + std::string(name_of(purpose.use)) +
                            " includes");
  }
  return std::nullopt;
}

Objections region_rule(const Term& term, const Purpose& purpose) {
  if (purpose.country.empty()) {
    return Objection{Weight::unreadable, term.code, "is bound to a region, and the policy names no country"};
  }
  bool understood = true;
  for (const auto& region : term.parameters) {
    const auto answer = in_region(purpose.country, region);
    if (answer == InRegion::yes) return std::nullopt;
    understood = understood && answer == InRegion::no;
  }
  if (!understood) return Objection{Weight::unreadable, term.code, "names a region that is not understood"};
  return forbid(term, "does not allow use in " + purpose.country);
}

bool accepts(const Purpose& purpose, const Term& obligation) {
  return std::find(purpose.accepts.begin(), purpose.accepts.end(), obligation.code) != purpose.accepts.end();
}

Objections approved_rule(const Term& term, const Purpose& purpose) {
  const auto names = [&](const std::string& value) {  // no parameter is empty
    return std::find(term.parameters.begin(), term.parameters.end(), value) != term.parameters.end();
  };
  if (is(term, "PS") && !names(purpose.project)) {
    return Objection{Weight::elsewhere, term.code, "is for approved projects only, the policy's is none of them"};
  }
  if (is(term, "IS") && !names(purpose.institution)) {
    return Objection{Weight::elsewhere, term.code, "is for approved institutions only, the policy's is none of them"};
  }
  if (is(term, "US") && !names(purpose.institution) && !names(purpose.project) && !accepts(purpose, term)) {
    return Objection{Weight::elsewhere, term.code,
                     "is for approved users only, the policy's are none of them and purpose.accepts does not name US"};
  }
  return std::nullopt;
}

Objections research_rule(const Term& term, const Purpose& purpose) {
  if (term.parameters.empty())
    return Objection{Weight::unreadable, term.code, "is bound to a type of research that it does not name"};
  if (purpose.research.empty()) {
    return Objection{Weight::unreadable, term.code,
                     "is bound to a type of research, and the policy names none (purpose.research)"};
  }
  const bool named =
      std::find(term.parameters.begin(), term.parameters.end(), purpose.research) != term.parameters.end();
  if (named) return std::nullopt;
  return Objection{Weight::elsewhere, term.code, "is for another type of research than the policy's"};
}

// What binds the receiver binds nobody unless the receiver has agreed to it.
Objections obligation_rule(const Term& term, const Purpose& purpose, std::int64_t now_utc_s) {
  if (is(term, "MOR") && !term.parameters.empty()) {
    const auto until = term.parameters.size() == 1 ? from_iso8601(term.parameters[0]) : std::nullopt;
    if (!until) return Objection{Weight::unreadable, term.code, "has a publication date that is no ISO 8601 date"};
    if (now_utc_s >= *until) return std::nullopt;  // publication is free from that day on
  }
  if (accepts(purpose, term)) return std::nullopt;
  return Objection{Weight::unreadable, term.code,
                   "binds the receiver by " + term.code + ", and the policy's purpose.accepts does not name it"};
}

Objections modifier_rule(const Term& term, const Purpose& purpose, const Period& document, std::int64_t now_utc_s) {
  if (is(term, "NPU") || is(term, "NCU") || is(term, "NPUNCU")) return profit_rule(term, purpose);
  if (is(term, "NPOA")) return ancestry_rule(term, purpose);
  if (is(term, "GS")) return region_rule(term, purpose);
  if (is(term, "PS") || is(term, "IS") || is(term, "US")) return approved_rule(term, purpose);
  if (is(term, "RS")) return research_rule(term, purpose);
  if (is_obligation(term) && !is(term, "US")) return obligation_rule(term, purpose, now_utc_s);
  if (is(term, "NMDS") && purpose.methods) return forbid(term, "prohibits methods development, the policy's purpose");
  if (is(term, "TS")) {
    const auto limit = time_limit(term, document);
    if (!limit) {
      return Objection{Weight::unreadable, term.code,
                       "has a time limit that is neither dates nor months after a start date"};
    }
    return outside(*limit, now_utc_s, term.code);
  }
  return std::nullopt;  // GSO: what leaves here is genetic data; CC allows more
}

// --- the document -------------------------------------------------------------------------------------------------

// For the operator's own eyes only: an id may be a person's number.
std::string id_of(const Record& record) {
  const auto id = printable(trim(record.consent_id));
  if (id.size() <= 64) return id;
  std::size_t cut = 61;
  while (cut > 0 && (static_cast<unsigned char>(id[cut]) & 0xc0U) == 0x80U) --cut;
  return id.substr(0, cut) + "...";
}

Verdict alone(Weight weight) {
  switch (weight) {
    case Weight::grants:
      return Verdict::permit;
    case Weight::forbids:
    case Weight::elsewhere:
      return Verdict::deny;
    default:
      return Verdict::unknown;
  }
}

Opinion opinion(const Record& record, Weight weight, std::string rule, const std::string& what) {
  Opinion out;
  out.weight = weight;
  out.finding = {std::move(rule), "the consent " + what, alone(weight), id_of(record), {}};
  return out;
}
Opinion opinion(const Record& record, const Objection& objection) {
  return opinion(record, objection.weight, objection.rule, objection.what);
}

std::optional<Opinion> by_status(const Record& record) {
  const auto status = lower(trim(record.status));
  if (status == "active") return std::nullopt;
  if (status == "withdrawn") return opinion(record, Weight::forbids, "status", "was withdrawn");
  if (status == "rejected") return opinion(record, Weight::forbids, "status", "was rejected");
  if (status == "draft") return opinion(record, Weight::silent, "status", "is a draft and grants nothing");
  if (status == "entered-in-error") {
    return opinion(record, Weight::void_, "status", "was entered in error and counts for nothing");
  }
  return opinion(record, Weight::unreadable, "status",
                 "has a status that is none of active, withdrawn, rejected, draft, entered-in-error");
}

std::optional<std::int64_t> earlier(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

// The strongest objection of permission and modifiers; of equals the first.
Objections strongest_objection(const std::vector<Term>& terms, const Purpose& purpose, const Period& document,
                               std::int64_t now_utc_s) {
  auto worst = permission_rule(terms, purpose);
  // A document about something else needs no judging of its fine print, but what it forbids it forbids.
  const auto rank = [](const Objection& o) {
    return o.weight == Weight::forbids ? 0 : o.weight == Weight::elsewhere ? 1 : o.weight == Weight::unreadable ? 2 : 3;
  };
  for (const auto& term : terms) {
    auto next = modifier_rule(term, purpose, document, now_utc_s);
    if (next && (!worst || rank(*next) < rank(*worst))) worst = std::move(next);
  }
  return worst;
}

Opinion by_terms(const Record& record, const Purpose& purpose, const Period& period, std::int64_t now_utc_s) {
  auto terms = parse_terms(record.permissions);
  if (!terms) {
    return opinion(record, Weight::unreadable, "permissions",
                   "has permissions that can not be read: " + terms.error().what);
  }
  if (const auto objection = strongest_objection(*terms, purpose, period, now_utc_s)) {
    return opinion(record, *objection);
  }
  auto out = opinion(record, Weight::grants, "permission", "permits " + std::string(name_of(purpose.use)));
  out.valid_until_utc_s = period.until_utc_s;
  for (const auto& term : *terms) {
    if (!is(term, "TS")) continue;
    if (const auto limit = time_limit(term, period)) {
      out.valid_until_utc_s = earlier(out.valid_until_utc_s, limit->until_utc_s);
    }
  }
  out.terms = std::move(*terms);
  return out;
}

}  // namespace

bool is_obligation(const Term& term) {
  return is(term, "COL") || is(term, "IRB") || is(term, "PUB") || is(term, "RTN") || is(term, "MOR") || is(term, "US");
}

Opinion judge(const Record& record, const Purpose& purpose, std::int64_t now_utc_s) {
  if (auto decided = by_status(record)) return *decided;
  Period period;
  if (!read_date(record.valid_from, false, period.from_utc_s)) {
    return opinion(record, Weight::unreadable, "period", "has a start that is no ISO 8601 date");
  }
  if (!read_date(record.valid_until, true, period.until_utc_s)) {
    return opinion(record, Weight::unreadable, "period", "has an end that is no ISO 8601 date");
  }
  if (const auto objection = outside(period, now_utc_s, "period")) return opinion(record, *objection);
  return by_terms(record, purpose, period, now_utc_s);
}

}  // namespace tributary::consent
