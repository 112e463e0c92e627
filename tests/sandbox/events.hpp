// tests/sandbox/events.hpp: what was asked and answered, for tests and for the page.
//
// Threads    any. Keeps the newest in memory; a line per request goes to events.jsonl for who looks later.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "agent/base/json.hpp"
#include "agent/base/result.hpp"
#include "agent/port/files/files.hpp"

namespace tributary::sandbox {

struct Event {
  std::uint64_t number = 0;
  std::int64_t at_utc_s = 0;
  std::string kind, method, route;  // the route without query and without signed tickets
  int status = 0;                   // 0: the connection was cut instead
  std::uint64_t bytes_in = 0, bytes_out = 0;
  std::vector<std::string> faults;
};

class Events {
 public:
  static Result<std::unique_ptr<Events>> open(const std::string& directory);
  void add(Event event);
  /// Those after number `after`, oldest first.
  [[nodiscard]] std::vector<Event> since(std::uint64_t after) const;

 private:
  explicit Events(files::Fd file) : file_(std::move(file)) {}
  mutable std::mutex mutex_;
  files::Fd file_;
  std::deque<Event> events_;
  std::uint64_t last_ = 0;
};

Json to_json(const Event& event);

}  // namespace tributary::sandbox
