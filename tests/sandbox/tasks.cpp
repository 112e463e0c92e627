// tests/sandbox/tasks.cpp: the life of a task.
#include "tests/sandbox/tasks.hpp"

#include <algorithm>

#include "agent/base/bytes.hpp"

namespace tributary::sandbox {
namespace {

Json to_record(const Task& task) {
  auto record = Json::object();
  record.add("id", task.id).add("state", task.state).add("asked", task.asked).add("created", task.created_utc_s);
  record.add("started", task.started_utc_s).add("ended", task.ended_utc_s);
  record.add("exit_code", task.exit_code).add("out", task.out).add("err", task.err).add("system", task.system);
  return record;
}

Task task_from(const Json& record) {
  Task task;
  task.id = record["id"].as_string();
  task.state = record["state"].as_string();
  task.asked = record["asked"];
  task.created_utc_s = record["created"].as_integer();
  task.started_utc_s = record["started"].as_integer();
  task.ended_utc_s = record["ended"].as_integer();
  task.exit_code = static_cast<int>(record["exit_code"].as_integer());
  task.out = record["out"].as_string();
  task.err = record["err"].as_string();
  task.system = record["system"].as_string();
  return task;
}

}  // namespace

bool is_over(const Task& task) {
  return task.state == "COMPLETE" || task.state == "EXECUTOR_ERROR" || task.state == "SYSTEM_ERROR" ||
         task.state == "CANCELED";
}

Result<std::unique_ptr<Tasks>> Tasks::open(const std::string& directory, Parts parts) {
  auto shelf = Shelf::open(directory + "/tasks");
  if (!shelf) return shelf.error();
  std::unique_ptr<Tasks> tasks(new Tasks(*std::move(shelf), std::move(parts)));
  const auto loaded = tasks->load();
  if (!loaded) return loaded.error();
  tasks->worker_ = std::thread([raw = tasks.get()] { raw->work(); });
  return tasks;
}

Tasks::~Tasks() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
    stop_run_->request();
  }
  changed_.notify_all();
  if (worker_.joinable()) worker_.join();
}

Status Tasks::load() {
  const auto records = shelf_.load();
  if (!records) return records.error();
  for (const auto& [name, record] : *records) {
    auto task = task_from(record);
    if (task.state == "CANCELING") task.state = "CANCELED";
    if (!is_over(task)) task.state = "QUEUED";
    tasks_.emplace(name, std::move(task));
  }
  return {};
}

Status Tasks::save(const Task& task) const { return shelf_.save(task.id, to_record(task)); }

Result<std::string> Tasks::create(Json asked) {
  const auto chance = random_name(6);
  if (!chance) return chance.error();
  const std::lock_guard lock(mutex_);
  Task task;
  // Ids sort as tasks came: the number of those before, then chance.
  auto number = std::to_string(tasks_.size());
  number.insert(0, number.size() < 6 ? 6 - number.size() : 0, '0');
  task.id = "task-" + number + "-" + *chance;
  task.state = "QUEUED";
  task.asked = std::move(asked);
  task.created_utc_s = parts_.clock.now_utc_s();
  const auto saved = save(task);
  if (!saved) return saved.error();
  const auto id = task.id;
  tasks_.emplace(id, std::move(task));
  changed_.notify_all();
  return id;
}

std::optional<Task> Tasks::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = tasks_.find(id);
  return found == tasks_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<Task> Tasks::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<Task> out;
  for (const auto& [id, task] : tasks_) out.push_back(task);
  return out;
}

Result<bool> Tasks::cancel(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = tasks_.find(id);
  if (found == tasks_.end()) return false;
  auto& task = found->second;
  if (is_over(task)) return true;
  if (running_ == id) {
    task.state = "CANCELING";
    stop_run_->request();
  } else {
    task.state = "CANCELED";
    task.ended_utc_s = parts_.clock.now_utc_s();
  }
  const auto saved = save(task);
  if (!saved) return saved.error();
  return true;
}

void Tasks::wait_idle() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return running_.empty() && next_queued().empty(); });
}

/// The caller holds the lock.
std::string Tasks::next_queued() const {
  for (const auto& [id, task] : tasks_) {
    if (task.state == "QUEUED") return id;
  }
  return {};
}

void Tasks::work() {
  for (;;) {
    std::string id;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return over_ || !next_queued().empty(); });
      if (over_) return;
      id = next_queued();
      auto& task = tasks_.at(id);
      task.state = "RUNNING";
      task.started_utc_s = parts_.clock.now_utc_s();
      running_ = id;
      stop_run_ = std::make_shared<Stop>();
    }
    run(id);
    {
      const std::lock_guard lock(mutex_);
      running_.clear();
    }
    changed_.notify_all();
  }
}

void Tasks::run(const std::string& id) {
  constexpr std::int64_t step_ms = 100;
  Json asked;
  std::shared_ptr<Stop> stop;
  {
    const std::lock_guard lock(mutex_);
    asked = tasks_.at(id).asked;
    stop = stop_run_;
  }
  const auto plan = parts_.faults.next(Kind::task_run);
  for (auto left = plan.delay_ms; left > 0 && !stop->requested(); left -= step_ms) {
    parts_.pause(std::min(left, step_ms));
  }
  const bool on_purpose = plan.instead.has_value();
  finish(id, on_purpose ? Verdict{false, false, true, {}, "the run was made to fail on purpose\n"}
                        : parts_.examine(asked, *stop));
}

void Tasks::finish(const std::string& id, const Verdict& verdict) {
  const std::lock_guard lock(mutex_);
  auto& task = tasks_.at(id);
  task.ended_utc_s = parts_.clock.now_utc_s();
  task.out = verdict.good_lines;
  task.err = verdict.bad_lines;
  task.exit_code = verdict.good ? 0 : 1;
  if (task.state == "CANCELING") {
    task.state = "CANCELED";
  } else if (over_ && verdict.stopped) {
    task.state = "QUEUED";  // told to end: the next start runs it again
  } else if (verdict.system) {
    task.state = "SYSTEM_ERROR";
    task.system = verdict.bad_lines;
  } else {
    task.state = verdict.good ? "COMPLETE" : "EXECUTOR_ERROR";
  }
  if (const auto saved = save(task); !saved) task.system = sentence(saved.error());
}

}  // namespace tributary::sandbox
