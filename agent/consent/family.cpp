// agent/consent/family.cpp: one for all.
#include "agent/consent/family.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace tributary::consent {
namespace {

constexpr std::string_view rule = "family";

std::string members(std::size_t count) { return std::to_string(count) + (count == 1 ? " member" : " members"); }

// Why nobody can say that the family is whole; "" when it is.
std::string missing(const Member& self, const std::vector<Member>& others) {
  if (!self.kin.problem.empty()) return self.kin.problem;
  if (self.kin.family.empty()) return "no subject source tells the family of the sample";
  if (!self.kin.size) return "no subject source tells how many members the family has";
  std::set<std::string> present{self.subject};
  for (const auto& other : others) {
    present.insert(other.subject);
    if (other.kin.size && *other.kin.size != *self.kin.size) return "members of the family are told different sizes";
  }
  if (present.size() < *self.kin.size) {
    return "of " + members(*self.kin.size) + " of the family " + std::to_string(present.size()) +
           (present.size() == 1 ? " is" : " are") + " in this run";
  }
  if (present.size() > *self.kin.size) {
    return members(present.size()) + " are in this run, of a family that has " + std::to_string(*self.kin.size);
  }
  return {};
}

// What the decision on a member means for another: its verdict, period and evidence; its terms are its own.
Decision as_seen_by_another(Decision decision) {
  decision.terms.clear();
  decision.obligations.clear();
  const auto verdict = decision.verdict;
  std::erase_if(decision.findings,
                [&](const Finding& one) { return verdict == Verdict::permit || one.says != verdict; });
  const std::string of_another = "another member of the family: ";
  decision.reason = of_another + decision.reason;
  for (auto& finding : decision.findings) {
    finding.evidence = of_another + finding.evidence;
    finding.document.clear();
  }
  return decision;
}

}  // namespace

Decision whole_family(const Member& self, const std::vector<Member>& others) {
  std::vector<Decision> parts{self.decision};
  for (const auto& other : others) parts.push_back(as_seen_by_another(other.decision));
  if (auto why = missing(self, others); !why.empty())
    parts.push_back(by_rule(Verdict::unknown, std::string(rule), std::move(why)));
  return all_of(parts);
}

}  // namespace tributary::consent
