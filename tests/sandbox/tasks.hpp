// tests/sandbox/tasks.hpp: TES tasks, kept and run one after the other.
//
// Threads    any; one worker of its own.
// Crash      a task that was not over runs again after a restart.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "agent/base/clock.hpp"
#include "agent/base/stop.hpp"
#include "tests/sandbox/examine.hpp"
#include "tests/sandbox/faults.hpp"
#include "tests/sandbox/shelf.hpp"

namespace tributary::sandbox {

struct Task {
  std::string id, state;  // as TES 1.1 names states
  Json asked;             // the body of POST /tasks
  std::int64_t created_utc_s = 0, started_utc_s = 0, ended_utc_s = 0;
  int exit_code = 0;
  std::string out, err, system;  // what the run said
};
bool is_over(const Task& task);

class Tasks {
 public:
  using Examine = std::function<Verdict(const Json& task, const Stop& stop)>;
  using Pause = std::function<void(std::int64_t ms)>;
  struct Parts {
    const Clock& clock;
    Faults& faults;
    Examine examine;
    Pause pause;
  };
  static Result<std::unique_ptr<Tasks>> open(const std::string& directory, Parts parts);
  ~Tasks();  // stops a running task; it runs again after the next start

  [[nodiscard]] Result<std::string> create(Json asked);
  [[nodiscard]] std::optional<Task> find(const std::string& id) const;
  [[nodiscard]] std::vector<Task> all() const;  // oldest first
  /// False: there is no such task.
  [[nodiscard]] Result<bool> cancel(const std::string& id);
  /// Waits until no task is left to run.
  void wait_idle();

 private:
  Tasks(Shelf shelf, Parts parts) : shelf_(std::move(shelf)), parts_(std::move(parts)) {}
  Status load();
  void work();
  void run(const std::string& id);
  void finish(const std::string& id, const Verdict& verdict);
  Status save(const Task& task) const;
  [[nodiscard]] std::string next_queued() const;

  Shelf shelf_;
  Parts parts_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Task> tasks_;
  std::string running_;
  std::shared_ptr<Stop> stop_run_ = std::make_shared<Stop>();  // of the task that runs
  bool over_ = false;
  std::thread worker_;
};

}  // namespace tributary::sandbox
