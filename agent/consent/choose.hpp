// agent/consent/choose.hpp: which policy takes which sample and which of its files, before anyone is asked.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "agent/config/settings.hpp"
#include "agent/consent/consent.hpp"
#include "agent/identify/identify.hpp"

namespace tributary::consent {

/// The choice without its decision. `except` looks at every name of the sample, `name` at its id and the names its
/// files carry. An index file goes with the data file that it belongs to. `why_not` holds no identifiers.
PolicyChoice choose(const config::Policy& policy, const identify::IdentifiedSample& sample);
/// By every policy, in configuration order: what one takes with `further_policies: skip` no later one takes.
std::vector<PolicyChoice> choose(const std::vector<config::Policy>& policies, const identify::IdentifiedSample& sample);

}  // namespace tributary::consent
