// agent/config/config.hpp: reads the main file and the entries beside it, checks all of it, says everything that is
// wrong.
//
// Failure    every problem is found in one go; each is `FILE:LINE:COLUMN: KEY: what; hint` and names the nearest known
//            key or value. Nothing half-read ever comes out.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/json.hpp"
#include "agent/base/result.hpp"
#include "agent/config/settings.hpp"

namespace tributary::config {

/// What a plugin accepts under `settings:`; given by the plugin loader. `type` as in agent/plugin/abi.h.
struct PluginKey {
  std::string name, type, help;
  std::optional<std::string> fallback;  // nothing: must be given
};
enum class PluginKind : unsigned char { instrument, consent, destination, ingest, pseudonyms, notification };
/// The keys of a plugin by kind and name; an error when there is no such plugin (hint lists those there are).
using PluginKeys =
    std::function<Result<std::vector<PluginKey>>(const std::string& plugin_dir, PluginKind, const std::string&)>;

struct Problem {
  std::string file;
  int line = 0, column = 0;
  std::string key;  // dotted, e.g. destinations[0].tls.ca_file
  std::string what, hint;
  bool warning = false;
  [[nodiscard]] std::string sentence() const;  // a warning says so behind the key
};

struct Loaded {
  std::optional<Settings> settings;  // nothing when there is any problem that is no warning
  std::vector<Problem> problems;     // in file order
};
/// Opens a plugin with its settings for a moment, as the daemon will; an error whose `what` begins with a key and ": "
/// is about that key.
using PluginTrial =
    std::function<Status(const std::string& plugin_dir, PluginKind, const std::string&, const PluginSettings&)>;
/// `trial` null: a value that only the plugin would refuse is not found.
Loaded load(const std::string& file, const PluginKeys& plugins, const PluginTrial& trial = nullptr);

/// JSON Schema (draft 2020-12) of the main file, from the same key tables.
Json schema();

}  // namespace tributary::config
