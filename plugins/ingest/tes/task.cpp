// plugins/ingest/tes/task.cpp: checking and expanding a task template.
#include "plugins/ingest/tes/task.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>

#include "plugins/sdk/json.hpp"
#include "plugins/sdk/text.hpp"

namespace tributary::tes {
namespace {

constexpr int deepest = 16;
constexpr std::size_t largest_file_bytes = 1U << 20;

constexpr std::array<std::string_view, 7> of_parcel = {"parcel",      "pseudonym", "site", "drs_uris",
                                                       "access_urls", "sha256s",   "names"};
constexpr std::array<std::string_view, 6> of_object = {"drs_uri", "access_url", "sha256", "name", "id", "bytes"};
constexpr std::array<std::string_view, 3> numbers = {"cpu_cores", "ram_gb", "disk_gb"};
constexpr std::array<std::string_view, 4> truths = {"preemptible", "streamable", "ignore_error",
                                                    "backend_parameters_strict"};

template <typename List>
bool is_in(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

using Values = std::map<std::string, std::string>;

/// Calls `text` for plain text and `variable` for each ${name}; false: a `${` is never closed.
template <typename Text, typename Variable>
bool split(const std::string& scalar, Text&& text, Variable&& variable) {
  std::size_t at = 0;
  while (at < scalar.size()) {
    const auto start = scalar.find("${", at);
    if (start == std::string::npos) break;
    if (start > at && scalar[start - 1] == '$') {
      text(scalar.substr(at, start - 1 - at) + "${");
      at = start + 2;
      continue;
    }
    const auto end = scalar.find('}', start);
    if (end == std::string::npos) return false;
    text(scalar.substr(at, start - at));
    variable(scalar.substr(start + 2, end - start - 2));
    at = end + 1;
  }
  text(scalar.substr(std::min(at, scalar.size())));
  return true;
}

std::string substituted(const std::string& scalar, const Values& values) {
  std::string out;
  split(
      scalar, [&](const std::string& text) { out += text; },
      [&](const std::string& name) {
        const auto found = values.find(name);
        if (found != values.end()) out += found->second;
      });
  return out;
}

bool mentions_object(const std::string& scalar) {
  bool found = false;
  split(scalar, [](const std::string&) {}, [&](const std::string& name) { found = found || is_in(of_object, name); });
  return found;
}

/// Mentions a variable of one object, lists inside not counted: they repeat their own entries.
bool repeats(const YAML::Node& node) {
  if (node.IsScalar()) return mentions_object(node.Scalar());
  if (!node.IsMap()) return false;
  return std::any_of(node.begin(), node.end(), [](const auto& member) { return repeats(member.second); });
}

Values parcel_values(const tributary_ingest_job& job) {
  Values values{{"parcel", job.parcel_id}, {"pseudonym", job.pseudonym}, {"site", job.site}};
  for (std::uint32_t i = 0; i < job.object_count; ++i) {
    const std::string blank = i == 0 ? "" : " ";
    values["drs_uris"] += blank + job.objects[i].drs_uri;
    values["access_urls"] += blank + job.objects[i].access_url;
    values["sha256s"] += blank + job.objects[i].sha256_hex;
    values["names"] += blank + job.objects[i].name;
  }
  return values;
}

Values object_values(Values values, const tributary_delivered_object& object) {
  values["drs_uri"] = object.drs_uri;
  values["access_url"] = object.access_url;
  values["sha256"] = object.sha256_hex;
  values["name"] = object.name;
  values["id"] = object.id;
  values["bytes"] = std::to_string(object.bytes);
  return values;
}

// --- checking -------------------------------------------------------------------------------------------------------

class Check {
 public:
  explicit Check(const std::string& where) : where_(where) {}

  void task(const YAML::Node& root) const {
    if (!root.IsMap()) fail(root, "a TES task is a map", "see the TES 1.1 schema, tesTask");
    const auto executors = root["executors"];
    if (!executors || !executors.IsSequence() || executors.size() == 0) {
      fail(root, "executors: a TES task needs a list of at least one", "add an executor with `image` and `command`");
    }
    for (const auto& executor : executors) {
      const bool named = executor.IsMap() && executor["image"] && executor["image"].IsScalar();
      const bool commanded = executor.IsMap() && executor["command"] && executor["command"].IsSequence();
      if (!named || !commanded) fail(executor, "an executor needs `image` and a list `command`", "add what is missing");
    }
    for (const auto* name : {"tags", "resources"}) {
      if (root[name] && !root[name].IsMap()) fail(root[name], std::string(name) + ": must be a map", "correct it");
    }
    node(root, "", false, 0);
  }

 private:
  void node(const YAML::Node& at, const std::string& key, bool in_list, int depth) const {
    if (depth > deepest) fail(at, "nested more than " + std::to_string(deepest) + " levels deep", "make it flatter");
    if (at.IsScalar()) return scalar(at, key, in_list);
    if (at.IsSequence()) {
      for (const auto& entry : at) node(entry, key, true, depth + 1);
      return;
    }
    if (!at.IsMap()) return;
    for (const auto& member : at) {
      if (!member.first.IsScalar()) fail(member.first, "a key must be a word", "correct it");
      node(member.second, member.first.Scalar(), in_list, depth + 1);
    }
  }

  void scalar(const YAML::Node& at, const std::string& key, bool in_list) const {
    const auto known = [&](const std::string& name) {
      if (is_in(of_object, name) && !in_list) {
        fail(at, "${" + name + "} is one object's and stands in no list",
             "put it into a list, or use ${" + name + "s}");
      }
      if (!is_in(of_object, name) && !is_in(of_parcel, name)) {
        fail(at, "${" + sdk::excerpt(name, 40) + "} is not known", "write $${ for a ${ that the task shall keep");
      }
    };
    if (!split(at.Scalar(), [](const std::string&) {}, known))
      fail(at, "a ${ is never closed", "write $${ for a plain ${");
    if (is_in(numbers, key) && !number(at.Scalar())) fail(at, key + ": must be a number", "correct it");
    if (is_in(truths, key) && at.Scalar() != "true" && at.Scalar() != "false") {
      fail(at, key + ": must be true or false", "correct it");
    }
  }

  static bool number(const std::string& text) {
    const auto dot = text.find('.');
    const auto whole = sdk::parse_number(text.substr(0, dot));
    return whole && (dot == std::string::npos || sdk::parse_number(text.substr(dot + 1)));
  }

  [[noreturn]] void fail(const YAML::Node& at, const std::string& what, const std::string& hint) const {
    const auto mark = at.Mark();
    throw sdk::Broken(
        where_ + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1) + ": " + what, hint);
  }

  const std::string& where_;
};

// --- expanding ------------------------------------------------------------------------------------------------------

class Expansion {
 public:
  explicit Expansion(const tributary_ingest_job& job) : job_(job), values_(parcel_values(job)) {}

  Poco::JSON::Object::Ptr map(const YAML::Node& node, const Values& values) const {
    auto out = sdk::json_object();
    for (const auto& member : node) {
      const auto& key = member.first.Scalar();
      if (!member.second.IsNull()) out->set(key, value(member.second, key, values));
    }
    return out;
  }
  [[nodiscard]] const Values& values() const { return values_; }

 private:
  Poco::Dynamic::Var value(const YAML::Node& node, const std::string& key, const Values& values) const {
    if (node.IsMap()) return map(node, values);
    if (node.IsSequence()) return list(node, values);
    const auto text = node.IsNull() ? std::string() : substituted(node.Scalar(), values);
    if (is_in(truths, key)) return text == "true";
    if (key == "cpu_cores" && text.find('.') == std::string::npos) {
      return static_cast<Poco::Int64>(sdk::parse_number(text).value_or(1));
    }
    if (is_in(numbers, key)) return std::strtod(text.c_str(), nullptr);
    return text;
  }

  Poco::JSON::Array::Ptr list(const YAML::Node& node, const Values& values) const {
    auto out = sdk::json_array();
    for (const auto& entry : node) {
      if (!repeats(entry) || values.count("drs_uri") != 0) {
        out->add(value(entry, {}, values));
        continue;
      }
      for (std::uint32_t i = 0; i < job_.object_count; ++i) {
        out->add(value(entry, {}, object_values(values, job_.objects[i])));
      }
    }
    return out;
  }

  const tributary_ingest_job& job_;
  Values values_;
};

}  // namespace

Task::Task(const std::string& yaml, const std::string& where) : where_(where) {
  try {
    root_ = YAML::Load(yaml);
  } catch (const YAML::Exception& problem) {
    throw sdk::Broken(where + ":" + std::to_string(problem.mark.line + 1) + ":" +
                          std::to_string(problem.mark.column + 1) + ": no YAML: " + sdk::excerpt(problem.msg),
                      "correct the task file");
  }
  Check(where_).task(root_);
}

std::string Task::expand(const tributary_ingest_job& job) const {
  const Expansion expansion(job);
  auto json = expansion.map(root_, expansion.values());
  auto tags = json->getObject("tags");
  if (!tags) tags = sdk::json_object();
  tags->set("tributary_parcel", std::string(job.parcel_id));
  tags->set("tributary_site", std::string(job.site));
  json->set("tags", tags);
  return sdk::json_text(json);
}

Task read_task(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(largest_file_bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || (in.gcount() == 0 && !in.eof())) {
    throw sdk::Broken("task_file: " + path + ": can not be read", "look at its name and its rights");
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > largest_file_bytes) {
    throw sdk::Broken("task_file: " + path + ": has more than 1 MiB", "is it the right file?");
  }
  return Task(text, path);
}

}  // namespace tributary::tes
