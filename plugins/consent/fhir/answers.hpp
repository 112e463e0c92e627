// plugins/consent/fhir/answers.hpp: the answers of a QuestionnaireResponse (FHIR R4, R5), by linkId.
#pragma once

#include "plugins/consent/fhir/consent.hpp"

namespace tributary::fhir {

/// Of all levels. Throws Malformed; an answer of a type that no condition can name is one with no spelling.
sdk::consent::Answers read_answers(const Value& response);

}  // namespace tributary::fhir
