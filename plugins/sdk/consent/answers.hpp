// plugins/sdk/consent/answers.hpp: answers to a questionnaire, and conditions on them.
//
// A condition is true, false, or can not be told; a question without an answer can not be told, and neither can one
// that is answered in two ways. `all`, `any` and `not` are Kleene's: silence never becomes consent by a `not`.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tributary::sdk::consent {

/// Every answer in all spellings that a condition may use: a coding as `code` and as `system|code`, a boolean as
/// `true`.
using Answer = std::vector<std::string>;
using Answers = std::map<std::string, std::vector<Answer>>;  // by question (linkId)

struct Condition {
  enum class Kind : std::uint8_t { constant, equals, answered, all, any, negated } kind = Kind::constant;
  bool value = false;            // of a constant; what `answered` must be
  std::string question, answer;  // of equals and answered
  std::vector<Condition> parts;

  /// Nothing: it can not be told.
  [[nodiscard]] std::optional<bool> holds(const Answers& answers) const;
};

}  // namespace tributary::sdk::consent
