// plugins/sdk/consent/answers.cpp: three-valued logic over answers.
#include "plugins/sdk/consent/answers.hpp"

#include <algorithm>

namespace tributary::sdk::consent {
namespace {

std::optional<bool> is_answered_with(const Answers& answers, const std::string& question, const std::string& wanted) {
  const auto found = answers.find(question);
  if (found == answers.end() || found->second.empty()) return std::nullopt;
  const auto agreeing = std::count_if(found->second.begin(), found->second.end(), [&](const Answer& one) {
    return std::find(one.begin(), one.end(), wanted) != one.end();
  });
  if (agreeing == 0) return false;
  if (static_cast<std::size_t>(agreeing) == found->second.size()) return true;
  return std::nullopt;
}

}  // namespace

std::optional<bool> Condition::holds(const Answers& answers) const {
  if (kind == Kind::constant) return value;
  if (kind == Kind::equals) return is_answered_with(answers, question, answer);
  if (kind == Kind::answered) {
    const auto found = answers.find(question);
    return (found != answers.end() && !found->second.empty()) == value;
  }
  if (kind == Kind::negated) {
    const auto inner = parts.front().holds(answers);
    return inner ? std::optional(!*inner) : std::nullopt;
  }
  const bool decisive = kind == Kind::any;  // one such part decides
  bool all_told = true;
  for (const auto& part : parts) {
    const auto inner = part.holds(answers);
    if (inner == decisive) return decisive;
    all_told = all_told && inner.has_value();
  }
  return all_told ? std::optional(!decisive) : std::nullopt;
}

}  // namespace tributary::sdk::consent
