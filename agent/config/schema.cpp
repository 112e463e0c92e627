// agent/config/schema.cpp: the key tables as JSON Schema 2020-12, for editors.
#include <charconv>

#include "agent/base/text.hpp"
#include "agent/config/config.hpp"
#include "agent/config/key_table.hpp"
#include "agent/port/yaml/yaml.hpp"

namespace tributary::config {
namespace {

// Whatever may be left out may be null.
Json type_of(std::string_view word, bool may_be_null) {
  return may_be_null ? Json::array().push(word).push("null") : Json(word);
}

Json object_of(const Table& table, bool closed, bool may_be_null);

Json words_of(const Key& key, bool may_be_null) {
  Json out = Json::array();
  for (const auto& word : split(key.words, ' ')) out.push(word);
  if (may_be_null) out.push(nullptr);
  return out;
}

std::string_view pattern_of(const Key& key, Type type) {
  switch (type) {
    case Type::size:
      return "^[0-9]+ ?(B|[KMGT]iB|[kKMGT]B)$";
    case Type::duration:
      return "^[0-9]+ ?(s|m|min|h|d)$";
    case Type::rate:
      return "^[0-9]+ ?([kMG]?bit/s|[KMG]iB/s|[MG]B/s)$";
    case Type::url:
      return "^[Hh][Tt][Tt][Pp][Ss]?://";
    default:
      return key.form == nullptr ? std::string_view() : key.form->pattern;
  }
}

Json scalar_schema(const Key& key, Type type, bool may_be_null) {
  Json out = Json::object();
  if (type == Type::flag) return out.add("type", type_of("boolean", may_be_null));
  if (type == Type::word) return out.add("enum", words_of(key, may_be_null));
  if (type == Type::integer) {
    out.add("type", type_of("integer", may_be_null));
    if (key.least != 0 || key.most != 0) out.add("minimum", key.least).add("maximum", key.most);
    return out;
  }
  out.add("type", type_of("string", may_be_null));
  const auto pattern = pattern_of(key, type);
  if (!pattern.empty()) out.add("pattern", pattern);
  return out;
}

Json list_of(Json items, bool may_be_null) {
  return Json::object().add("type", type_of("array", may_be_null)).add("items", std::move(items));
}

Json shape_of(const Key& key) {
  const bool may_be_null = !key.required;
  switch (key.type) {
    case Type::list:
      return list_of(scalar_schema(key, key.element, false), may_be_null);
    case Type::map:
      return object_of(*key.table, true, may_be_null);
    case Type::maps:
      return list_of(object_of(*key.table, true, false), may_be_null);
    case Type::settings:
      return Json::object().add("type", type_of("object", may_be_null));
    default:
      return scalar_schema(key, key.type, may_be_null);
  }
}

Json json_of(const yaml::Node& node, Type type) {
  if (node.kind == yaml::Kind::sequence) {
    Json out = Json::array();
    for (const auto& item : node.items) out.push(item.scalar);
    return out;
  }
  if (type == Type::flag) return node.scalar == "true";
  if (type == Type::integer) {
    std::int64_t number = 0;
    std::from_chars(node.scalar.data(), node.scalar.data() + node.scalar.size(), number);
    return number;
  }
  return node.scalar;
}

Json schema_of(const Key& key) {
  auto out = shape_of(key);
  out.add("description", key.help);
  if (key.fallback.empty()) return out;
  const auto fallback = yaml::parse(key.fallback, "default");
  if (fallback) out.add("default", json_of(*fallback, key.type));
  return out;
}

// A destination's `settings` name the parts as well; everything else there is the plugin's.
Json settings_schema() { return object_of(parts_table, false, true); }

Json object_of(const Table& table, bool closed, bool may_be_null) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const auto& key : table.keys) {
    auto one = schema_of(key);
    if (&table == &destination_table && key.name == "settings") {
      one = settings_schema();
      one.add("description", key.help);
    }
    properties.add(std::string(key.name), std::move(one));
    if (key.required) required.push(key.name);
  }
  Json out = Json::object();
  out.add("type", type_of("object", may_be_null)).add("title", table.title).add("properties", std::move(properties));
  if (!required.items().empty()) out.add("required", std::move(required));
  if (closed) out.add("additionalProperties", false);
  return out;
}

// An entry in a file of its own may take its name from the file.
Json entry_of(const Table& table) {
  const auto entry = object_of(table, true, false);
  Json out = Json::object();
  for (const auto& [name, value] : entry.members()) {
    if (name != "required") {
      out.add(name, value);
      continue;
    }
    Json required = Json::array();
    for (const auto& key : value.items()) {
      if (key.as_string() != "name") required.push(key);
    }
    out.add("required", std::move(required));
  }
  return out;
}

}  // namespace

Json schema() {
  Json out = Json::object();
  out.add("$schema", "https://json-schema.org/draft/2020-12/schema");
  out.add("$id", "tributary.schema.json");
  const auto main = object_of(main_table, true, false);
  for (const auto& [name, value] : main.members()) out.add(name, value);
  Json entries = Json::object();
  entries.add("subject", entry_of(subject_table));
  entries.add("destination", entry_of(destination_table));
  entries.add("policy", entry_of(policy_table));
  entries.add("notification", entry_of(notification_table));
  entries.add("policy_cases", object_of(cases_table, true, false));
  out.add("$defs", std::move(entries));
  return out;
}

}  // namespace tributary::config
