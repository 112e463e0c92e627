// agent/plugin/notification.hpp: a notification plugin, as the notifier sees it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/result.hpp"

namespace tributary::plugin {

struct Event {
  std::string kind, what, hint;
  std::int64_t count = 1;
};

struct Message {
  std::string id, site, title, text;
  std::int64_t utc_s = 0;
  std::vector<Event> events;
};

class Notification {
 public:
  virtual ~Notification() = default;
  /// Tells nobody anything.
  [[nodiscard]] virtual Status probe() = 0;
  [[nodiscard]] virtual Status tell(const Message& message) = 0;
};

}  // namespace tributary::plugin
