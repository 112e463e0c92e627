// agent/consent/decide.hpp: the decision on one sample, from what every source and our own register say.
//
// Rules      Every source that knows the person must agree: a denial of one denies; without one, a source that can not
//            answer, or whose documents do not settle it, makes the answer unknown. Permit is what all of them permit
//            by their own documents, and at least one. Periods intersect, terms and obligations add up. Neither the
//            order of the sources nor that of their documents matters.
#pragma once

#include <string>
#include <vector>

#include "agent/consent/evaluate.hpp"

namespace tributary::consent {

/// What one source tells of a person whom it knows.
struct Told {
  std::string source;
  std::vector<Record> records;
  bool may_be_silent = false;  // without a document it says whose sample it is, and leaves consent to others
};

/// What is known of one sample.
struct Known {
  std::vector<Told> told;                // one per source that knows the person
  std::vector<std::string> unknown_for;  // why somebody's answer is missing; without identifiers
  std::vector<std::string> countries;    // that sources tell of the person
  bool withdrawn = false;                // by our own register; that denies whatever a source says
};
Decision decide(const Known& known, const Purpose& purpose, std::int64_t now_utc_s);

/// What all of the parts say together: deny before unknown before permit; no part is unknown. Reason and rule are of
/// the first part that decides.
Decision all_of(const std::vector<Decision>& parts);
/// A decision by something that is no document of a person.
Decision by_rule(Verdict verdict, std::string rule, std::string reason);

}  // namespace tributary::consent
