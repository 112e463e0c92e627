// agent/config/plugin_settings.cpp: values of plugins' keys, by the type that the plugin declares.
#include "agent/config/plugin_settings.hpp"

#include "agent/base/text.hpp"

namespace tributary::config {
namespace {

Type type_of(const std::string& word) {
  if (word == "path") return Type::path;
  if (word == "url") return Type::url;
  if (word == "bool") return Type::flag;
  if (word == "integer") return Type::integer;
  if (word == "size") return Type::size;
  if (word == "duration") return Type::duration;
  if (word == "list") return Type::list;
  if (word == "map") return Type::map;
  return Type::text;
}

bool is_number(Type type) { return type == Type::integer || type == Type::size || type == Type::duration; }

const PluginKey* find(const std::vector<PluginKey>& keys, const std::string& name) {
  for (const auto& key : keys) {
    if (key.name == name) return &key;
  }
  return nullptr;
}

// One line of a list or a map; a line end inside would make two of it.
Result<std::string> line_of(const yaml::Node& node) {
  if (node.kind != yaml::Kind::scalar) return operator_error("is no plain text", "write text");
  if (node.scalar.find('\n') != std::string::npos) return operator_error("holds a line end", "write one line");
  return node.scalar;
}

Result<std::string> lines_of(Type type, const yaml::Node& node) {
  std::vector<std::string> lines;
  if (node.kind != (type == Type::list ? yaml::Kind::sequence : yaml::Kind::map)) {
    return operator_error(type == Type::list ? "is no list" : "is no map",
                          type == Type::list ? "write [ one, two ]" : "write { key: value }");
  }
  for (const auto& item : node.items) {
    auto line = line_of(item);
    if (!line) return line.error();
    lines.push_back(std::move(*line));
  }
  for (const auto& member : node.members) {
    auto line = line_of(member.value);
    if (!line) return line.error();
    lines.push_back(member.key + "=" + *line);
  }
  return join(lines, "\n");
}

Result<std::string> text_of(const PluginKey& declared, const yaml::Node& node, const std::string& folder) {
  const auto type = type_of(declared.type);
  if (type == Type::list || type == Type::map) return lines_of(type, node);
  Key key;
  key.help = declared.help;
  auto scalar = read_scalar(key, type, node, folder);
  if (!scalar) return scalar.error();
  if (is_number(type)) return std::to_string(scalar->number);
  // An http url in a key that is declared as text would slip past the rule on TLS.
  const auto lowered = lower(scalar->text.substr(0, 7));
  if (type == Type::text && lowered == "http://") {
    const auto good = check_url(scalar->text);
    if (!good) return good.error();
  }
  return scalar->text;
}

std::vector<std::string> known_names(const std::vector<PluginKey>& keys, const Section* host) {
  std::vector<std::string> names;
  for (const auto& key : keys) names.push_back(key.name);
  if (host == nullptr) return names;
  for (const auto& key : parts_table.keys) {
    if (find(keys, std::string(key.name)) == nullptr) names.emplace_back(key.name);
  }
  return names;
}

// A value that the host has read by its own table, as the plugin gets it.
std::string host_text(const Key& key, const Section& host) {
  return key.type == Type::list ? join(host.texts(key.name), "\n") : std::to_string(host.number(key.name));
}

// At the setting that the plugin names in front of its sentence, or at all of them.
void tell_of_trial(Error error, const std::vector<PluginKey>& keys, const yaml::Node& node, const Place& settings,
                   Problems& problems) {
  for (const auto& key : keys) {
    if (!error.what.starts_with(key.name + ": ")) continue;
    error.what.erase(0, key.name.size() + 2);
    auto mark = settings.mark;
    for (const auto& member : node.members) {
      if (member.key == key.name) mark = member.mark;
    }
    return problems.error(settings.below(key.name, mark), error);
  }
  problems.error(settings, error);
}

}  // namespace

std::optional<std::vector<PluginKey>> PluginDesk::keys(PluginKind kind, const std::string& name, const Place& place,
                                                       Problems& problems) const {
  if (name.empty()) return std::nullopt;
  auto keys = keys_(plugin_dir_, kind, name);
  if (keys) return std::move(*keys);
  problems.error(place, keys.error());
  return std::nullopt;
}

Status PluginDesk::try_out(PluginKind kind, const std::string& name, const PluginSettings& settings) const {
  return trial_ ? trial_(plugin_dir_, kind, name, settings) : Status();
}

PluginSettings read_settings(const Section& entry, PluginKind kind, const PluginDesk& desk, const Section* host,
                             Problems& problems) {
  PluginSettings settings;
  const auto problems_before = problems.count();
  const auto keys = desk.keys(kind, entry.text("plugin"), entry.place("plugin"), problems);
  if (!keys) return settings;
  const auto& value = entry.value("settings");
  const yaml::Node nothing;
  const auto& node = value.settings == nullptr ? nothing : *value.settings;
  for (const auto& member : node.members) {
    if (host != nullptr && find_key(parts_table, member.key) != nullptr) continue;
    const auto place = value.place.below(printable(member.key), member.mark);
    const auto* declared = find(*keys, member.key);
    if (declared == nullptr) {
      problems.error(place, "no setting of the plugin " + entry.text("plugin"),
                     did_you_mean(member.key, known_names(*keys, host)));
      continue;
    }
    if (member.value.kind == yaml::Kind::null) continue;
    auto text = text_of(*declared, member.value, entry.folder());
    if (text) {
      settings[member.key] = std::move(*text);
    } else {
      problems.error(place, text.error());
    }
  }
  for (const auto& key : *keys) {
    const auto* of_host = host == nullptr ? nullptr : find_key(parts_table, key.name);
    const auto* given = node.find(key.name);
    if (of_host != nullptr) {
      settings[key.name] = host_text(*of_host, *host);
    } else if (!key.fallback && (given == nullptr || given->kind == yaml::Kind::null)) {
      problems.error(value.place.below(key.name, value.place.mark), "is missing", key.help);
    }
  }
  if (problems.count() != problems_before) return settings;
  if (auto tried = desk.try_out(kind, entry.text("plugin"), settings); !tried)
    tell_of_trial(tried.error(), *keys, node, value.place, problems);
  return settings;
}

Section read_parts(const Section& entry, Problems& problems) {
  const auto& value = entry.value("settings");
  yaml::Node mine;
  mine.kind = yaml::Kind::map;
  if (value.settings != nullptr) {
    for (const auto& member : value.settings->members) {
      if (find_key(parts_table, member.key) != nullptr) mine.members.push_back(member);
    }
  }
  return Section::read(parts_table, mine, value.place, entry.folder(), problems);
}

}  // namespace tributary::config
