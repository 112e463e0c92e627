// agent/config/section.cpp: applies a key table to a map of the file.
#include "agent/config/section.hpp"

#include <utility>

#include "agent/base/text.hpp"

namespace tributary::config {
namespace {

std::vector<std::string> names_of(const Table& table) {
  std::vector<std::string> names;
  for (const auto& key : table.keys) names.emplace_back(key.name);
  return names;
}

}  // namespace

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const auto near = nearest(word, known);
  if (!near.empty()) return "did you mean '" + near + "'?";
  return known.empty() ? "there are none" : "known: " + join(known, ", ");
}

Section Section::read(const Table& table, const yaml::Node& node, const Place& place, const std::string& folder,
                      Problems& problems) {
  Section section;
  section.place_ = place;
  section.folder_ = folder;
  for (const auto& key : table.keys) section.values_[std::string(key.name)].place = place.below(key.name, place.mark);
  if (node.kind == yaml::Kind::map) {
    section.read_members(table, node, problems);
  } else if (node.kind != yaml::Kind::null) {
    problems.error(place, "is no map with the keys of the " + std::string(table.title),
                   "known: " + join(names_of(table), ", "));
    return section;
  }
  section.fill_missing(table, problems);
  return section;
}

void Section::read_members(const Table& table, const yaml::Node& node, Problems& problems) {
  for (const auto& member : node.members) {
    const auto* key = find_key(table, member.key);
    const auto at = place_.below(printable(member.key), member.mark);
    if (key == nullptr) {
      problems.error(at, "no key of the " + std::string(table.title), did_you_mean(member.key, names_of(table)));
      continue;
    }
    auto& value = values_.find(key->name)->second;
    value.place = at;
    value.is_null = member.value.kind == yaml::Kind::null;
    value.given = !value.is_null;
    if (value.given) read_value(*key, member.value, value, problems);
    if (value.is_null && key->required) problems.error(at, "is null and must be given", std::string(key->help));
  }
}

void Section::fill_missing(const Table& table, Problems& problems) {
  for (const auto& key : table.keys) {
    auto& value = values_.find(key.name)->second;
    if (value.given || (value.is_null && (key.nullable || key.required))) continue;
    if (key.required) {
      problems.error(value.place, "is missing", std::string(key.help));
    } else if (!key.fallback.empty()) {
      const auto node = yaml::parse(key.fallback, "default");
      if (node) read_value(key, *node, value, problems);
    } else if (key.type == Type::map && key.name != "ingest" && key.name != "identity") {
      // A map that is left out has the defaults of its keys.
      value.sections.push_back(read(*key.table, {}, value.place, folder_, problems));
    }
  }
}

void Section::read_value(const Key& key, const yaml::Node& node, Value& value, Problems& problems) const {
  switch (key.type) {
    case Type::list:
      return read_list(key, node, value, problems);
    case Type::settings:
      if (node.kind != yaml::Kind::map) problems.error(value.place, "is no map", "write { key: value }");
      value.settings = &node;
      return;
    case Type::map:
      value.sections.push_back(read(*key.table, node, value.place, folder_, problems));
      return;
    case Type::maps:
      if (node.kind != yaml::Kind::sequence) {
        problems.error(value.place, "is no list", "write each entry behind '- '");
        return;
      }
      for (std::size_t i = 0; i < node.items.size(); ++i) {
        const auto at = value.place.below("[" + std::to_string(i) + "]", node.items[i].mark);
        value.sections.push_back(read(*key.table, node.items[i], at, folder_, problems));
      }
      return;
    default:
      break;
  }
  auto scalar = read_scalar(key, key.type, node, folder_);
  if (scalar) {
    value.scalar = std::move(*scalar);
  } else {
    auto at = value.place;
    at.mark = node.mark;
    problems.error(at, scalar.error());
  }
}

void Section::read_list(const Key& key, const yaml::Node& node, Value& value, Problems& problems) const {
  if (node.kind != yaml::Kind::sequence) {
    problems.error(value.place, "is no list", "write [ one, two ]");
    return;
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const auto at = value.place.below("[" + std::to_string(i) + "]", node.items[i].mark);
    auto scalar = read_scalar(key, key.element, node.items[i], folder_);
    if (!scalar) {
      problems.error(at, scalar.error());
      continue;
    }
    value.list.push_back(std::move(*scalar));
    value.list_places.push_back(at);
  }
}

const Section::Value& Section::value(std::string_view key) const { return values_.find(key)->second; }

std::vector<std::string> Section::texts(std::string_view key) const {
  std::vector<std::string> out;
  for (const auto& scalar : value(key).list) out.push_back(scalar.text);
  return out;
}

const Section* Section::section(std::string_view key) const {
  const auto& sections = value(key).sections;
  return sections.empty() ? nullptr : &sections.front();
}

}  // namespace tributary::config
