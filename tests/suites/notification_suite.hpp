// tests/suites/notification_suite.hpp: what every notification plugin must hold.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/suites/instance.hpp"

namespace tributary::suites {

/// A notification plugin, a host that is configured for it, and the far side's letter box.
class NotificationSide {
 public:
  virtual ~NotificationSide() = default;
  [[nodiscard]] virtual const tributary_descriptor* plugin() const = 0;
  [[nodiscard]] virtual fakes::PluginHost& host() = 0;
  /// Messages as they arrived.
  [[nodiscard]] virtual std::vector<std::string> heard() = 0;
  virtual void go_away() = 0;
  /// It answers, and does not let us in.
  virtual void refuse() = 0;
  /// Words of the configuration that must be in no note and no log.
  [[nodiscard]] virtual std::vector<std::string> secrets() = 0;
};

using NotificationSideFactory = std::function<std::unique_ptr<NotificationSide>()>;

/// A message with two events goes to the far side.
tributary_outcome tell(Instance<tributary_notification_ops>& at, const std::string& id);

void notifications_must_hold(const NotificationSideFactory& make);

}  // namespace tributary::suites
