// agent/consent/rehearse.hpp: a policy against a case that its author wrote down: the same choice and the same decision
// as for a real sample, without one.
#pragma once

#include <string>

#include "agent/config/cases.hpp"
#include "agent/consent/evaluate.hpp"

namespace tributary::consent {

struct Rehearsal {
  config::Expectation found = config::Expectation::hold;
  std::string rule;    // that decided; "" when the policy does not take the sample, or nobody said anything
  std::string reason;  // one sentence
  bool as_expected = false;
};
/// By the policy that the case names, which is one of the settings. `now_utc_s` for a case without an instant of its
/// own.
Rehearsal rehearse(const config::Settings& settings, const config::PolicyCase& one, std::int64_t now_utc_s);

}  // namespace tributary::consent
