// plugins/consent/gics/reply.hpp: the operation $isConsented of gICS' TTP-FHIR gateway, as FHIR Parameters.
//
// Source     mosaic-hgw/ttp-fhir-ig, operationdefinition-IsConsented: in personIdentifier 1..*, domain, policy
// (Coding),
//            version, config 0..1 (nested Parameters); out `consented` 1..1 boolean; 400, 401, 404 and 422 come with an
//            OperationOutcome.
// Never      takes text of an answer into an error: servers repeat identifiers in theirs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "plugins/sdk/consent/form.hpp"

namespace tributary::gics {

struct Domain {
  std::string name, version, person_system, policy_system;
  bool ignore_version = false;
};

/// What is asked about one person and one policy. A policy whose state is not known counts as declined.
std::string write_question(const Domain& domain, const std::string& subject, const sdk::consent::Code& policy);

/// Nothing when the answer is not exactly one `consented`.
std::optional<bool> read_answer(std::string_view body);

}  // namespace tributary::gics
