// plugins/sdk/consent/form.hpp: a signed form of consent as statements about codes, whatever it was written in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plugins/sdk/consent/answers.hpp"
#include "plugins/sdk/consent/period.hpp"

namespace tributary::sdk::consent {

struct Code {
  std::string system, code;
};

struct Statement {
  bool permits = false;
  bool all = false;  // of a denial: every code
  std::vector<Code> codes;
  Interval when;
  bool dated = true;                      // every level named a start
  std::vector<std::string> restrictions;  // of a permit: "purpose:TREAT", "actor"
};

struct Form {
  enum class Standing : std::uint8_t { active, silent, rejected, erroneous };
  std::string id;
  Standing standing = Standing::silent;
  bool verified = true;               // or nothing is said about it
  std::vector<std::string> policies;  // URIs, without urn:oid:
  std::vector<Statement> statements;
  std::optional<Answers> answers;  // of the questionnaire that the form rests on, when they may be used
  std::string without_answers;     // why they may not be used; empty: they are not there
  std::string problem;             // why it must not be used; then nothing else but `id` counts
};

}  // namespace tributary::sdk::consent
