// tests/agent/config/workspace.hpp: a folder with a configuration in it, its keys, and plugins that declare keys.
#pragma once

#include <sys/stat.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "agent/config/config.hpp"

namespace tributary::config {

class Workspace {
 public:
  Workspace() {
    std::array<char, 64> name{"/tmp/tributary-config-XXXXXX"};
    folder_ = ::mkdtemp(name.data());
    write_keys();
    std::filesystem::create_directories(folder_ + "/runs");
  }
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;
  ~Workspace() { std::filesystem::remove_all(folder_); }

  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }

  void write(const std::string& name, const std::string& text, unsigned mode = 0600) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary) << text;
    ::chmod(path(name).c_str(), mode);
  }
  void write_keys() const {
    write("keys/site.key", "-----BEGIN PRIVATE KEY-----\n");
    write("keys/pseudonym.key", std::string(32, 'k'));
    write("keys/state.key", std::string(32, 's'));
    write("keys/national.token", "token\n");
    for (const auto* name : {"keys/national.pub", "keys/archive.pub"}) {
      write(name,
            "-----BEGIN CRYPT4GH PUBLIC KEY-----\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
            "-----END CRYPT4GH PUBLIC KEY-----\n",
            0644);
    }
  }

 private:
  std::string folder_;
};

/// The plugins of these tests and what they accept.
inline Result<std::vector<PluginKey>> plugin_keys(const std::string& /*plugin_dir*/, PluginKind kind,
                                                  const std::string& name) {
  const auto key = [](std::string n, std::string type, std::optional<std::string> fallback) {
    return PluginKey{std::move(n), std::move(type), "what it is for", std::move(fallback)};
  };
  if (kind == PluginKind::consent && name == "csv") {
    return std::vector{key("file", "path", std::nullopt), key("max_age", "duration", "93600"),
                       key("identifying", "list", "name")};
  }
  if (kind == PluginKind::destination && name == "drs") {
    return std::vector{key("url", "url", std::nullopt), key("part_size", "size", "1"), key("retries", "integer", "3"),
                       key("checked", "bool", "true"),  key("endpoint", "string", ""), key("tags", "map", "")};
  }
  if (kind == PluginKind::destination && name == "folder") return std::vector{key("path", "path", std::nullopt)};
  if (kind == PluginKind::ingest && name == "tes") {
    return std::vector{key("url", "url", std::nullopt), key("task_file", "path", std::nullopt)};
  }
  if (kind == PluginKind::pseudonyms && name == "http") {
    return std::vector{key("url", "url", std::nullopt), key("domains", "map", std::nullopt)};
  }
  if (kind == PluginKind::notification && name == "webhook") return std::vector{key("url", "url", std::nullopt)};
  if (kind == PluginKind::instrument && name == "illumina") return std::vector<PluginKey>();
  return operator_error("there is no plugin '" + name + "'", "there are: csv, drs, folder, illumina, tes");
}

/// Every problem on a line of its own, without the folder in front.
inline std::string sentences(const Loaded& loaded, const Workspace& workspace) {
  std::string out;
  for (const auto& problem : loaded.problems) {
    auto line = problem.sentence();
    const auto prefix = workspace.folder() + "/";
    for (auto at = line.find(prefix); at != std::string::npos; at = line.find(prefix)) line.erase(at, prefix.size());
    out += (out.empty() ? "" : "\n") + line;
  }
  return out;
}

}  // namespace tributary::config
