// tests/sandbox/drs_words.cpp: small common parts of the APIs.
#include "tests/sandbox/drs_words.hpp"

#include <algorithm>

#include "agent/port/json/json.hpp"

namespace tributary::sandbox {

Json service_of(std::string_view artifact, std::string_view version) {
  auto type = Json::object();
  type.add("group", "org.ga4gh").add("artifact", artifact).add("version", version);
  auto organization = Json::object();
  organization.add("name", "Tributary sandbox").add("url", "https://localhost");
  auto info = Json::object();
  info.add("id", "org.localhost.sandbox." + std::string(artifact)).add("name", "Tributary sandbox repository");
  info.add("type", std::move(type))
      .add("description", "A repository for demos and acceptance tests; never for data of people");
  info.add("organization", std::move(organization)).add("environment", "test").add("version", TRIBUTARY_VERSION);
  return info;
}

Json list_of(const std::vector<std::string>& words) {
  auto list = Json::array();
  for (const auto& word : words) list.push(word);
  return list;
}

Result<Json> parse_body(std::string_view text) {
  auto body = json::parse(text);
  if (body && !body->is_object()) return refusal("request: the body is no JSON object");
  return body;
}

bool is_portable(std::string_view name) {
  if (name.empty() || name.size() > 255 || name == "." || name == "..") return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

}  // namespace tributary::sandbox
