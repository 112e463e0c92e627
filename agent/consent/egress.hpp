// agent/consent/egress.hpp: data that must stay where they come from.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/consent/decide.hpp"

namespace tributary::consent {

struct Egress {
  std::string country;               // of the site, ISO 3166-1 alpha-2; "" when it says none
  std::vector<std::string> keep_in;  // countries and groups of them (regions.hpp) that their data never leave
  Verdict unknown = Verdict::deny;   // when nobody knows where data come from, or where they go; permit: they may go
};

/// The rule `egress` on data that go to `destination`. Data come from the site's country and from each of `countries`,
/// which sources tell of the person. Nothing: they may go.
std::optional<Decision> objection(const Egress& egress, const std::vector<std::string>& countries,
                                  const std::string& destination);

/// As decide.hpp, and for data of a person whom somebody knows the rule `egress`. `egress` empty: data may go anywhere.
Decision decide(const Known& known, const Purpose& purpose, const std::optional<Egress>& egress,
                std::int64_t now_utc_s);

}  // namespace tributary::consent
