// plugins/consent/fhir/consent.hpp: one FHIR Consent, R4 or R5/R6, as statements that no longer nest.
//
// Version    R4 by scope, patient, dateTime, policy, policyRule, performer, organization or a provision that is an
//            object; R5 and R6 by subject, decision, date, period, grantor, grantee, policyBasis, regulatoryBasis or a
//            provision that is a list. Marks of both, or of none: refused, for what permits in one denies in the other.
// Tree       R4 names the type at each level; in R5 each level is the negation of the one above. Periods intersect on
//            the way down. What nesting means is flattened so that never more is permitted than the document says:
//            a denial holds for all of its codes, whatever actor, purpose or data it is bound to, and no exception
//            beneath it brings anything back; a permit holds for the codes that it and the permits above it name, and
//            is none without a code; a denial that names no code denies all, but for the base rule of a document,
//            which denies what no permit beneath it permits.
// Refused    modifierExtension or implicitRules anywhere (FHIR: who does not understand them must not use the
// resource),
//            an unknown status, a provision without type (R4) or a decision that is missing (R5).
// Source     FHIR R4 and R5 Consent; R6 ballot: as R5.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plugins/sdk/consent/form.hpp"
#include "plugins/sdk/consent/json.hpp"

namespace tributary::fhir {

using sdk::consent::Code;
using sdk::consent::Form;
using sdk::consent::Interval;
using sdk::consent::list_of;
using sdk::consent::Malformed;
using sdk::consent::Statement;
using sdk::consent::text_of;
using sdk::consent::Value;

/// How a resource names a person.
struct Who {
  std::string reference;  // as it was written
  std::string system, value;
  friend bool operator==(const Who&, const Who&) = default;
};

/// Of one with a problem only `id` and `who` count.
struct Consent : Form {
  std::string updated, version;      // meta.lastUpdated, meta.versionId
  std::vector<std::string> sources;  // QuestionnaireResponses, as they are referred to
  std::vector<Who> who;              // all of them name one person, or the document is contradictory
};

/// Never throws but std::bad_alloc: what can not be used is a Consent with a problem.
Consent read_consent(const Value& resource);

/// Throws Malformed. A reference to a contained Patient is the identifiers of that Patient.
std::vector<Who> read_reference(const Value& reference, const Value& resource);
/// Throws Malformed when it stands anywhere in the value.
void refuse_modifiers(const Value& value);

}  // namespace tributary::fhir
