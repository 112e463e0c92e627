// plugins/consent/gics/reply.cpp: Parameters, written and read.
#include "plugins/consent/gics/reply.hpp"

#include "plugins/sdk/consent/json.hpp"
#include "plugins/sdk/json.hpp"

namespace tributary::gics {
namespace {

Poco::JSON::Object::Ptr parameter(const char* name, const char* type, const Poco::Dynamic::Var& value) {
  auto out = sdk::json_object();
  out->set("name", name);
  out->set(type, value);
  return out;
}

Poco::JSON::Object::Ptr pair(const char* first, const std::string& a, const char* second, const std::string& b) {
  auto out = sdk::json_object();
  out->set(first, a);
  out->set(second, b);
  return out;
}

Poco::JSON::Object::Ptr parameters(const Poco::JSON::Array::Ptr& list) {
  auto out = sdk::json_object();
  out->set("resourceType", "Parameters");
  out->set("parameter", list);
  return out;
}

Poco::JSON::Object::Ptr config_of(const Domain& domain) {
  auto list = sdk::json_array();
  list->add(parameter("ignoreVersionNumber", "valueBoolean", domain.ignore_version));
  list->add(parameter("unknownStateIsConsideredAsDecline", "valueBoolean", true));
  return parameters(list);
}

}  // namespace

std::string write_question(const Domain& domain, const std::string& subject, const sdk::consent::Code& policy) {
  const auto& system = policy.system.empty() ? domain.policy_system : policy.system;
  auto list = sdk::json_array();
  list->add(parameter("personIdentifier", "valueIdentifier", pair("system", domain.person_system, "value", subject)));
  list->add(parameter("domain", "valueString", domain.name));
  list->add(parameter("policy", "valueCoding", pair("system", system, "code", policy.code)));
  list->add(parameter("version", "valueString", domain.version));
  list->add(parameter("config", "resource", config_of(domain)));
  return sdk::json_text(parameters(list));
}

std::optional<bool> read_answer(std::string_view body) {
  using sdk::consent::text_of;
  using sdk::consent::Value;
  try {
    sdk::consent::Memory bytes(body);
    sdk::consent::Reader reader(bytes);
    const auto answer = reader.value();
    if (reader.next() != -1 || text_of(answer, "resourceType") != "Parameters") return std::nullopt;
    const auto& list = sdk::consent::list_of(answer, "parameter");
    if (list.size() != 1 || text_of(list[0], "name") != "consented") return std::nullopt;
    for (const auto& [name, value] : list[0].members()) {
      if (name != "name" && name != "valueBoolean" && name != "id") return std::nullopt;  // a modifier, two values
    }
    const auto& consented = list[0]["valueBoolean"];
    if (!consented.is(Value::Kind::boolean)) return std::nullopt;
    return consented.text() == "true";
  } catch (const sdk::consent::Malformed&) {
    return std::nullopt;
  }
}

}  // namespace tributary::gics
