// plugins/pseudonyms/http/reply.cpp: FHIR Parameters, written and read.
#include "plugins/pseudonyms/http/reply.hpp"

#include <set>

#include "plugins/sdk/json.hpp"

namespace tributary::pseudonym_http {
namespace {

constexpr std::size_t most_value_bytes = 4096;

void add_text(Poco::JSON::Array::Ptr list, const char* name, const std::string& value) {
  auto parameter = sdk::json_object();
  parameter->set("name", name);
  parameter->set("valueString", value);
  list->add(parameter);
}

// valueIdentifier as the gateway writes it, or valueString; nothing when it is none or both.
std::optional<std::string> value_of(const sdk::Json& part) {
  const bool identifier = part.has("valueIdentifier");
  if (identifier == part.has("valueString")) return std::nullopt;
  const auto value = identifier ? part["valueIdentifier"]["value"] : part["valueString"];
  if (!value.is_text()) return std::nullopt;
  auto text = value.text();
  if (text.empty() || text.size() > most_value_bytes) return std::nullopt;
  return text;
}

struct Triple {
  std::string original, target, pseudonym;
};

std::optional<Triple> triple_of(const sdk::Json& parameter) {
  std::map<std::string, std::string> values;
  const auto parts = parameter["part"];
  if (!parts.is_array()) return std::nullopt;
  for (const auto& part : parts.items()) {
    const auto name = part["name"].text();
    if (name != "original" && name != "target" && name != "pseudonym") continue;
    auto value = value_of(part);
    if (!value || !values.emplace(name, std::move(*value)).second) return std::nullopt;
  }
  if (values.size() != 3) return std::nullopt;
  return Triple{values["original"], values["target"], values["pseudonym"]};
}

}  // namespace

std::string write_question(const std::string& domain, const std::vector<std::string>& originals) {
  auto list = sdk::json_array();
  add_text(list, "target", domain);
  for (const auto& original : originals) add_text(list, "original", original);
  auto question = sdk::json_object();
  question->set("resourceType", "Parameters");
  question->set("parameter", list);
  return sdk::json_text(question);
}

std::optional<Answer> read_answer(std::string_view text, const std::string& domain,
                                  const std::vector<std::string>& originals) {
  const auto json = sdk::parse_json(text);
  if (!json || (*json)["resourceType"].text() != "Parameters") return std::nullopt;
  const auto parameters = (*json)["parameter"];
  if (!parameters.is_array() && !parameters.is_null()) return std::nullopt;  // FHIR leaves an empty list out
  const std::set<std::string> asked(originals.begin(), originals.end());
  Answer answer;
  for (const auto& parameter : parameters.items()) {
    const auto name = parameter["name"].text();
    if (name == "error") continue;
    if (name != "pseudonym") return std::nullopt;
    auto triple = triple_of(parameter);
    if (!triple || triple->target != domain || asked.count(triple->original) == 0) return std::nullopt;
    if (!answer.emplace(triple->original, triple->pseudonym).second) return std::nullopt;
  }
  return answer;
}

}  // namespace tributary::pseudonym_http
