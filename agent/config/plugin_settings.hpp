// agent/config/plugin_settings.hpp: `settings:` of a plugin, checked against the keys that the plugin declares.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/config/section.hpp"

namespace tributary::config {

/// Who declares which keys, and who is asked.
class PluginDesk {
 public:
  PluginDesk(std::string plugin_dir, const PluginKeys& keys, const PluginTrial& trial)
      : plugin_dir_(std::move(plugin_dir)), keys_(keys), trial_(trial) {}

  /// The keys of a plugin; nothing when there is no such plugin, which is then a problem at `place`.
  std::optional<std::vector<PluginKey>> keys(PluginKind kind, const std::string& name, const Place& place,
                                             Problems& problems) const;
  /// What the plugin itself says against settings that fit its keys.
  Status try_out(PluginKind kind, const std::string& name, const PluginSettings& settings) const;

 private:
  std::string plugin_dir_;
  const PluginKeys& keys_;
  const PluginTrial& trial_;
};

/// The settings of `entry` (a section with `plugin` and `settings`) as text for the plugin: sizes in bytes, durations
/// in seconds, lists one item a line, maps one `key=value` a line, paths absolute.
/// `host`, when there, are keys that the host has read already under the same `settings` (see read_parts): they are
/// known whatever the plugin declares, and a plugin that declares one gets the host's value, default or not.
PluginSettings read_settings(const Section& entry, PluginKind kind, const PluginDesk& desk, const Section* host,
                             Problems& problems);

/// part_size, max_parts and controlled_access of a destination.
Section read_parts(const Section& entry, Problems& problems);

}  // namespace tributary::config
