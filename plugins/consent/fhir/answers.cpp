// plugins/consent/fhir/answers.cpp: items in items and in answers.
#include "plugins/consent/fhir/answers.hpp"

namespace tributary::fhir {
namespace {

using Kind = Value::Kind;
using sdk::consent::Answer;
using sdk::consent::Answers;

constexpr std::size_t most_answers = 10000;

Answer spellings_of(const Value& answer) {
  Answer out;
  for (const auto& [name, value] : answer.members()) {
    if (name.compare(0, 5, "value") != 0) continue;
    if (name == "valueCoding") {
      const auto code = text_of(value, "code");
      if (!code.empty()) out = {code, text_of(value, "system") + "|" + code};
    } else if (value.is(Kind::text) || value.is(Kind::boolean) || value.is(Kind::number)) {
      out.push_back(value.text());
    }
  }
  return out;
}

void read_items(const Value& parent, Answers& into, std::size_t& left) {
  for (const auto& item : list_of(parent, "item")) {
    const auto question = text_of(item, "linkId");
    if (question.empty()) throw Malformed("an item without a linkId");
    for (const auto& answer : list_of(item, "answer")) {
      if (!answer.is(Kind::object)) throw Malformed("an answer that is no object");
      if (left-- == 0) throw Malformed("more than " + std::to_string(most_answers) + " answers");
      into[question].push_back(spellings_of(answer));
      read_items(answer, into, left);
    }
    read_items(item, into, left);
  }
}

}  // namespace

Answers read_answers(const Value& response) {
  Answers out;
  auto left = most_answers;
  read_items(response, out, left);
  return out;
}

}  // namespace tributary::fhir
