// agent/line/rules.hpp: what the bytes of a sealed parcel follow, beside its source: who can open them, which samples
// and files go, and what is taken away from them.
//
// A parcel may wait for weeks, and rules change meanwhile: what followed others is not sent as it is.
#pragma once

#include "agent/base/bytes.hpp"
#include "agent/line/site.hpp"

namespace tributary::line {

/// SHA-256; other rules, another one.
Digest256 rules_of(const config::Policy& policy, const OpenDestination& destination);

}  // namespace tributary::line
