// agent/config/build.hpp: typed settings of sections, one function per noun.
//
// Order      the tables have been applied; every function adds the problems that only the noun as a whole shows.
#pragma once

#include <string>
#include <vector>

#include "agent/config/plugin_settings.hpp"
#include "agent/config/section.hpp"
#include "agent/config/settings.hpp"

namespace tributary::config {

RunFolder build_run_folder(const Section& section, const PluginDesk& desk, Problems& problems);
SubjectSource build_subjects(const Section& section, const PluginDesk& desk, Problems& problems);
/// `plugin`, `settings`, `auth`, `tls` and `proxy` of the section `pseudonyms`.
Pseudonyms build_pseudonyms(const Section& section, const PluginDesk& desk, Problems& problems);
Destination build_destination(const Section& section, const PluginDesk& desk, Problems& problems);
Notification build_notification(const Section& section, const PluginDesk& desk, Problems& problems);
Policy build_policy(const Section& section, Problems& problems);
Limits build_limits(const Section& section);
/// `auth`, `tls` and `proxy`, which every entry says in the same way that talks to a far side.
void build_reach(const Section& section, Reach& reach, Problems& problems);
/// Site, directories, keys, listen: everything that is no list of entries.
void build_site(const Section& main, Settings& settings, Problems& problems);

}  // namespace tributary::config
