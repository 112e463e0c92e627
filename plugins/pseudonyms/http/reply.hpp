// plugins/pseudonyms/http/reply.hpp: what a trusted third party is sent and what it answers, as FHIR Parameters.
//
// Source     HL7 FHIR R4 Parameters; operations $pseudonymizeAllowCreate and $pseudonymize of gPAS' TTP-FHIR gateway:
//            in `target` (the domain) and `original` 1..*; out `pseudonym` 0..*, each with the parts `original`,
//            `target` and `pseudonym`; since 2023 also `error` 0..* for single originals.
// Failure    an answer that is not exactly that is an empty optional: half an answer is none.
// Never      takes text of an answer into an error: servers repeat the originals in theirs.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::pseudonym_http {

std::string write_question(const std::string& domain, const std::vector<std::string>& originals);

/// Pseudonyms by original. Every original in it was asked, and its domain is `domain`; none comes twice. One that is
/// not in it, or has an `error`, is not known to the far side.
using Answer = std::map<std::string, std::string>;
std::optional<Answer> read_answer(std::string_view json, const std::string& domain,
                                  const std::vector<std::string>& originals);

}  // namespace tributary::pseudonym_http
