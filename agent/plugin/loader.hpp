// agent/plugin/loader.hpp: finds plugins by name, checks them, opens instances of them.
//
// Plugins are files NAME.so in one directory. The file and its directory must belong to root or to us and be
// writable by nobody else; they are opened RTLD_NOW | RTLD_LOCAL and never closed.
//
// Failure    ask_operator: not there (the hint lists those that are), not a plugin, of another ABI (both versions
// named).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/plugin/abi.h"
#include "agent/plugin/destination.hpp"
#include "agent/plugin/host.hpp"
#include "agent/plugin/instrument.hpp"
#include "agent/plugin/notification.hpp"
#include "agent/plugin/pseudonyms.hpp"
#include "agent/plugin/subjects.hpp"

namespace tributary::plugin {

class Loader {
 public:
  explicit Loader(std::string directory) : directory_(std::move(directory)) {}

  /// The descriptor lives as long as the process.
  [[nodiscard]] Result<const tributary_descriptor*> load(tributary_kind kind, const std::string& name) const;
  /// Names of the plugin files that are there, sorted.
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  std::string directory_;
};

/// Where the plugins of this program lie: beside an installed program or in its build tree.
std::string default_directory();

using Settings = std::map<std::string, std::string>;

// Instances over a descriptor (loaded, or static in tests). `instance` names it in messages.
Result<std::unique_ptr<Instrument>> open_instrument(const tributary_descriptor& descriptor, const Services& services);
Result<std::unique_ptr<SubjectSource>> open_subjects(const tributary_descriptor& descriptor, const Services& services,
                                                     const std::string& instance, const Settings& settings,
                                                     std::unique_ptr<http::Client> client);
Result<std::unique_ptr<Destination>> open_destination(const tributary_descriptor& descriptor, const Services& services,
                                                      const std::string& instance, const Settings& settings,
                                                      std::unique_ptr<http::Client> client);
Result<std::unique_ptr<Ingest>> open_ingest(const tributary_descriptor& descriptor, const Services& services,
                                            const std::string& instance, const Settings& settings,
                                            std::unique_ptr<http::Client> client);
Result<std::unique_ptr<PseudonymSource>> open_pseudonyms(const tributary_descriptor& descriptor,
                                                         const Services& services, const std::string& instance,
                                                         const Settings& settings,
                                                         std::unique_ptr<http::Client> client);
Result<std::unique_ptr<Notification>> open_notification(const tributary_descriptor& descriptor,
                                                        const Services& services, const std::string& instance,
                                                        const Settings& settings, std::unique_ptr<http::Client> client);

}  // namespace tributary::plugin
