// tests/agent/config/conf_test.cpp: every example in conf/ loads, with the key tables of the real plugins.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "agent/config/key_table.hpp"
#include "agent/plugin/abi.h"
#include "tests/agent/config/workspace.hpp"

#include <CppUTest/TestHarness.h>

extern "C" {
const tributary_descriptor* tributary_plugin_csv(void);
const tributary_descriptor* tributary_plugin_drs(void);
const tributary_descriptor* tributary_plugin_email(void);
const tributary_descriptor* tributary_plugin_fhir(void);
const tributary_descriptor* tributary_plugin_file(void);
const tributary_descriptor* tributary_plugin_folder(void);
const tributary_descriptor* tributary_plugin_gics(void);
const tributary_descriptor* tributary_plugin_http(void);
const tributary_descriptor* tributary_plugin_optout(void);
const tributary_descriptor* tributary_plugin_tes(void);
const tributary_descriptor* tributary_plugin_webhook(void);
}

namespace {

using namespace tributary;          // NOLINT: brevity of a test
using namespace tributary::config;  // NOLINT
namespace fs = std::filesystem;

Result<std::vector<PluginKey>> real_keys(const std::string& /*plugin_dir*/, PluginKind /*kind*/,
                                         const std::string& name) {
  for (const auto* plugin :
       {tributary_plugin_csv(), tributary_plugin_drs(), tributary_plugin_email(), tributary_plugin_fhir(),
        tributary_plugin_file(), tributary_plugin_folder(), tributary_plugin_gics(), tributary_plugin_http(),
        tributary_plugin_optout(), tributary_plugin_tes(), tributary_plugin_webhook()}) {
    if (name != plugin->name) continue;
    std::vector<PluginKey> keys;
    for (const auto* key = plugin->keys; key->name != nullptr; ++key) {
      std::optional<std::string> fallback;
      if (key->fallback != nullptr) fallback = key->fallback;
      keys.push_back({key->name, key->type, key->help, fallback});
    }
    return keys;
  }
  return operator_error("there is no plugin '" + name + "'");
}

std::string fallback_of(const tributary_descriptor* plugin, const std::string& name) {
  for (const auto* key = plugin->keys; key->name != nullptr; ++key) {
    if (name == key->name && key->fallback != nullptr) return key->fallback;
  }
  return "none";
}

void add_names(const Table& table, std::vector<std::string>& names) {
  for (const auto& key : table.keys) {
    names.emplace_back(key.name);
    if (key.table != nullptr) add_names(*key.table, names);
  }
}

std::vector<std::string> all_names() {
  std::vector<std::string> names;
  for (const auto* table :
       {&main_table, &subject_table, &destination_table, &policy_table, &notification_table, &parts_table}) {
    add_names(*table, names);
  }
  for (const auto* plugin : {tributary_plugin_csv(), tributary_plugin_drs(), tributary_plugin_folder(),
                             tributary_plugin_webhook(), tributary_plugin_email()}) {
    for (const auto* key = plugin->keys; key->name != nullptr; ++key) names.emplace_back(key->name);
  }
  return names;
}

// The example with every default that is shown in a comment set. Some keys are shown without being a default.
std::string with_defaults_shown(const fs::path& file, const std::vector<std::string>& names) {
  const std::vector<std::string> examples{"plugin_dir",    "state_key_file",   "s3_endpoint", "identifying",
                                          "subjects",      "destinations",     "policies",    "token_file",
                                          "notifications", "signing_key_file", "auth"};
  const auto is_in = [](const std::vector<std::string>& list, const std::string& word) {
    return std::find(list.begin(), list.end(), word) != list.end();
  };
  std::ifstream in(file);
  std::string out;
  for (std::string line; std::getline(in, line);) {
    const auto hash = line.find("# ");
    const bool only_comment = hash != std::string::npos && line.find_first_not_of(' ') == hash;
    const auto rest = only_comment ? line.substr(hash + 2) : std::string();
    const auto key = rest.substr(0, rest.find(": "));
    out += (is_in(names, key) && !is_in(examples, key) ? line.substr(0, hash) + rest : line) + "\n";
  }
  return out;
}

}  // namespace

TEST_GROUP(Conf) {
  Workspace workspace;

  void setup() override {
    for (const auto* folder : {"subjects.d", "destinations.d", "policies.d", "notifications.d"}) {
      fs::copy(fs::path(TRIBUTARY_CONF_FOLDER) / folder, workspace.path(folder), fs::copy_options::recursive);
    }
    for (const auto* file : {"tributary.yaml", "ingest-task.yaml"}) {
      fs::copy_file(fs::path(TRIBUTARY_CONF_FOLDER) / file, workspace.path(file));
    }
  }
  Settings good() {
    const auto loaded = load(workspace.path("tributary.yaml"), real_keys);
    if (!loaded.settings) FAIL(sentences(loaded, workspace).c_str());
    return *loaded.settings;
  }
};

TEST(Conf, loads_with_all_its_examples) {
  const auto settings = good();
  LONGS_EQUAL(4, settings.subjects.size());
  LONGS_EQUAL(2, settings.destinations.size());
  LONGS_EQUAL(1, settings.policies.size());
  LONGS_EQUAL(2, settings.notifications.size());
  STRCMP_EQUAL("national", settings.policies[0].destination.c_str());
  STRCMP_EQUAL(workspace.path("ingest-task.yaml").c_str(),
               settings.destination("national")->ingest->settings.at("task_file").c_str());
}

TEST(Conf, warns_of_nothing_but_the_missing_run_folder) {
  const auto loaded = load(workspace.path("tributary.yaml"), real_keys);
  for (const auto& problem : loaded.problems) STRCMP_EQUAL("run_folders[0].path", problem.key.c_str());
}

TEST(Conf, shows_the_true_defaults_in_its_comments) {
  const auto before = good();
  const auto names = all_names();
  for (const auto& entry : fs::recursive_directory_iterator(workspace.folder())) {
    const auto name = entry.path().filename().string();
    if (entry.path().extension() != ".yaml" || name == "ingest-task.yaml") continue;
    const auto text = with_defaults_shown(entry.path(), names);
    std::ofstream(entry.path(), std::ios::binary) << text;
  }
  const auto after = good();
  CHECK(before.state_dir == after.state_dir && before.listen == after.listen);
  CHECK(before.limits.reserve_bytes == after.limits.reserve_bytes);
  CHECK(before.limits.memory_bytes == after.limits.memory_bytes && before.limits.threads == after.limits.threads);
  CHECK(before.limits.connections == after.limits.connections);
  CHECK(before.retain_finished_s == after.retain_finished_s);
  CHECK(before.limits.upload_bytes_per_s == after.limits.upload_bytes_per_s);
  CHECK(before.run_folders[0].settle_s == after.run_folders[0].settle_s);
  CHECK(before.run_folders[0].hard_links == after.run_folders[0].hard_links);
  CHECK_TRUE(before.subjects[0].settings.count("max_age") == 0);
  STRCMP_EQUAL(fallback_of(tributary_plugin_csv(), "max_age").c_str(),
               after.subjects[0].settings.at("max_age").c_str());
  for (const auto* key : {"upload_method", "https_verb", "part_size", "max_parts"}) {
    STRCMP_EQUAL(fallback_of(tributary_plugin_drs(), key).c_str(), after.destinations[1].settings.at(key).c_str());
  }
  CHECK(before.destinations[1].part_bytes == after.destinations[1].part_bytes);
  CHECK(before.destinations[1].max_parts == after.destinations[1].max_parts);
  CHECK(before.policies[0].files == after.policies[0].files);
  CHECK(before.policies[0].samples.project == after.policies[0].samples.project);
  CHECK(before.policies[0].purpose.for_profit == after.policies[0].purpose.for_profit);
  CHECK(before.policies[0].on_withdrawal == after.policies[0].on_withdrawal);
  CHECK(before.policies[0].on_restored == after.policies[0].on_restored);
  CHECK(before.notifications[0].events == after.notifications[0].events);
  CHECK(before.notifications[0].every_s == after.notifications[0].every_s);
  CHECK(before.notifications[0].run_names == after.notifications[0].run_names);
  STRCMP_EQUAL(fallback_of(tributary_plugin_webhook(), "timeout").c_str(),
               after.notifications[0].settings.at("timeout").c_str());
  for (const auto* key : {"port", "tls"})
    STRCMP_EQUAL(fallback_of(tributary_plugin_email(), key).c_str(), after.notifications[1].settings.at(key).c_str());
}

TEST(Conf, shows_both_sources_of_pseudonyms_whole_with_their_true_defaults) {
  for (const auto* plugin : {tributary_plugin_file(), tributary_plugin_http()}) {
    const std::string name = plugin->name;
    const auto example = fs::path(TRIBUTARY_CONF_FOLDER) / ("pseudonyms-" + name + ".yaml");
    std::vector<std::string> names;
    for (const auto* key = plugin->keys; key->name != nullptr; ++key) names.emplace_back(key->name);
    std::string section;
    std::istringstream lines(with_defaults_shown(example, names));
    for (std::string line; std::getline(lines, line);) section += "  " + line + "\n";
    std::ifstream main(fs::path(TRIBUTARY_CONF_FOLDER) / "tributary.yaml");
    std::string text((std::istreambuf_iterator<char>(main)), {});
    const std::string before = "  key_file: keys/pseudonym.key\n";
    text.replace(text.find(before), before.size(), section);
    workspace.write("tributary.yaml", text);
    const auto settings = good();
    STRCMP_EQUAL(name.c_str(), settings.pseudonyms.plugin.c_str());
    for (const auto* key = plugin->keys; key->name != nullptr; ++key) {
      LONGS_EQUAL_TEXT(1, settings.pseudonyms.settings.count(key->name), key->name);
      if (key->fallback != nullptr)
        STRCMP_EQUAL_TEXT(key->fallback, settings.pseudonyms.settings.at(key->name).c_str(), key->name);
    }
  }
}

TEST(Conf, names_its_schema_in_every_file) {
  for (const auto& entry : fs::recursive_directory_iterator(TRIBUTARY_CONF_FOLDER)) {
    const auto path = entry.path().string();
    const bool of_others =
        path.find("/demo/") != std::string::npos || path.find("/consent-codes/") != std::string::npos ||
        path.find("/monitoring/") != std::string::npos || path.find("ingest-task") != std::string::npos;
    if (entry.path().extension() != ".yaml" || of_others) continue;
    std::ifstream file(entry.path());
    std::string line;
    std::getline(file, line);
    STRCMP_CONTAINS("# yaml-language-server: $schema=", line.c_str());
  }
}
