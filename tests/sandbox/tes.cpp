// tests/sandbox/tes.cpp: creating, reading, listing and cancelling of tasks.
#include "tests/sandbox/tes.hpp"

#include <algorithm>
#include <optional>

#include "agent/base/text.hpp"
#include "tests/sandbox/address.hpp"
#include "tests/sandbox/drs_words.hpp"

namespace tributary::sandbox {
namespace {

constexpr std::string_view cancel_suffix = ":cancel";

std::string_view below(std::string_view path) { return path.substr(std::min(tes_base.size(), path.size())); }

/// The task's id in `/tasks/{id}` or `/tasks/{id}:cancel`.
std::string id_of(std::string_view path) {
  auto id = http::percent_decode(below(path).substr(std::string_view("/tasks/").size()));
  if (id.size() > cancel_suffix.size() &&
      id.compare(id.size() - cancel_suffix.size(), cancel_suffix.size(), cancel_suffix) == 0) {
    id.resize(id.size() - cancel_suffix.size());
  }
  return id;
}

bool is_absolute(const Json& path) { return path.is_string() && path.as_string().substr(0, 1) == "/"; }

/// What is wrong with a task, or nothing.
std::optional<std::string> complaint_about(const Json& task) {
  const auto& executors = task["executors"].items();
  if (executors.empty()) return "executors: at least one is needed";
  for (const auto& executor : executors) {
    if (executor["image"].as_string().empty()) return "executors: image is missing";
    const auto& command = executor["command"].items();
    if (command.empty()) return "executors: command is missing";
    if (!std::all_of(command.begin(), command.end(), [](const Json& word) { return word.is_string(); })) {
      return "executors: a command is a list of texts";
    }
  }
  for (const auto& input : task["inputs"].items()) {
    if (input["url"].as_string().empty() && !input["content"].is_string()) return "inputs: neither url nor content";
    if (!is_absolute(input["path"])) return "inputs: path must be absolute";
  }
  for (const auto& output : task["outputs"].items()) {
    if (output["url"].as_string().empty()) return "outputs: url is missing";
    if (!is_absolute(output["path"])) return "outputs: path must be absolute";
  }
  for (const auto& [name, value] : task["tags"].members()) {
    if (!value.is_string()) return "tags: " + printable(name) + " is no text";
  }
  const auto& resources = task["resources"];
  if (resources["backend_parameters_strict"].as_bool() && !resources["backend_parameters"].members().empty()) {
    return "resources: no backend_parameters are known here, and backend_parameters_strict is set";
  }
  return std::nullopt;
}

enum class View { minimal, basic, full };

std::optional<View> view_of(const Query& query) {
  const auto word = query.get("view");
  if (word.empty() || word == "MINIMAL") return View::minimal;
  if (word == "BASIC") return View::basic;
  if (word == "FULL") return View::full;
  return std::nullopt;
}

Json show_log(const Task& task, View view) {
  auto executor = Json::object();
  executor.add("start_time", to_rfc3339(task.started_utc_s)).add("end_time", to_rfc3339(task.ended_utc_s));
  if (view == View::full) executor.add("stdout", task.out).add("stderr", task.err);
  executor.add("exit_code", task.exit_code);
  auto log = Json::object();
  auto executors = Json::array();
  if (task.state == "COMPLETE" || task.state == "EXECUTOR_ERROR") executors.push(std::move(executor));
  log.add("logs", std::move(executors)).add("start_time", to_rfc3339(task.started_utc_s));
  if (task.ended_utc_s > 0) log.add("end_time", to_rfc3339(task.ended_utc_s));
  log.add("outputs", Json::array());
  if (view == View::full && !task.system.empty()) log.add("system_logs", Json::array().push(task.system));
  return log;
}

Json show(const Task& task, View view) {
  auto out = Json::object();
  out.add("id", task.id).add("state", task.state);
  if (view == View::minimal) return out;
  for (const auto& [name, value] : task.asked.members()) {
    if (name == "id" || name == "state" || name == "logs" || name == "creation_time") continue;
    if (name != "inputs" || view == View::full) {
      out.add(name, value);
      continue;
    }
    auto inputs = Json::array();
    for (const auto& input : value.items()) {
      auto shown = Json::object();
      for (const auto& [member, part] : input.members()) {
        if (member != "content") shown.add(member, part);
      }
      inputs.push(std::move(shown));
    }
    out.add(name, std::move(inputs));
  }
  auto logs = Json::array();
  if (task.started_utc_s > 0) logs.push(show_log(task, view));
  out.add("logs", std::move(logs)).add("creation_time", to_rfc3339(task.created_utc_s));
  return out;
}

bool fits(const Task& task, const Query& query) {
  const auto prefix = query.get("name_prefix");
  if (task.asked["name"].as_string().substr(0, prefix.size()) != prefix) return false;
  if (const auto state = query.get("state"); !state.empty() && state != task.state) return false;
  const auto keys = query.all("tag_key"), values = query.all("tag_value");
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto& tags = task.asked["tags"];
    if (!tags.has(keys[i])) return false;
    // No value, or an empty one, asks for the key alone.
    if (i < values.size() && !values[i].empty() && tags[keys[i]].as_string() != values[i]) return false;
  }
  return true;
}

}  // namespace

Kind tes_kind(std::string_view method, std::string_view path) {
  const auto rest = below(path);
  if (rest == "/service-info") return Kind::service_info;
  if (rest == "/tasks") return method == "POST" ? Kind::task_create : Kind::task_list;
  if (rest.substr(0, 7) != "/tasks/" || rest.size() == 7) return Kind::other;
  const auto id = http::percent_decode(rest);
  const bool cancels = id.size() > cancel_suffix.size() &&
                       id.compare(id.size() - cancel_suffix.size(), cancel_suffix.size(), cancel_suffix) == 0;
  if (cancels) return method == "POST" ? Kind::task_cancel : Kind::other;
  return method == "GET" ? Kind::task_read : Kind::other;
}

Reply Tes::handle(Call& call, Kind kind) {
  switch (kind) {
    case Kind::service_info:
      return service_info();
    case Kind::task_create:
      return create(call);
    case Kind::task_list:
      return call.method() == "GET" ? list(call) : problem(405, "GET or POST");
    case Kind::task_read:
      return read(call);
    case Kind::task_cancel:
      return cancel(call);
    default:
      return problem(404, "this TES server has no such route");
  }
}

Reply Tes::service_info() {
  auto info = service_of("tes", "1.1.0");
  info.add("storage", Json::array().push("drs://").push("s3://")).add("tesResources_backend_parameters", Json::array());
  return json_reply(200, info);
}

Reply Tes::create(Call& call) {
  auto body = call.read_json();
  if (!body) return problem(400, body.error().what);
  if (const auto complaint = complaint_about(*body)) return problem(400, *complaint);
  const auto id = tasks_.create(*std::move(body));
  if (!id) return problem_of(id.error());
  auto out = Json::object();
  out.add("id", *id);
  return json_reply(200, out);
}

Reply Tes::read(const Call& call) const {
  const auto view = view_of(call.query());
  if (!view) return problem(400, "view: MINIMAL, BASIC or FULL");
  const auto task = tasks_.find(id_of(call.path()));
  return task ? json_reply(200, show(*task, *view)) : problem(404, "there is no such task");
}

Reply Tes::list(const Call& call) const {
  constexpr std::uint64_t default_page = 256, largest_page = 2047;
  const auto& query = call.query();
  const auto view = view_of(query);
  if (!view) return problem(400, "view: MINIMAL, BASIC or FULL");
  std::uint64_t page = default_page;
  if (query.has("page_size")) {
    const auto asked = parse_count(query.get("page_size"));
    if (!asked || *asked == 0 || *asked > largest_page) return problem(400, "page_size: 1 to 2047");
    page = *asked;
  }
  const auto after = query.get("page_token");  // the id of the last task of the page before
  auto tasks = Json::array();
  std::uint64_t count = 0;
  std::string last, next;
  for (const auto& task : tasks_.all()) {
    if ((!after.empty() && task.id <= after) || !fits(task, query)) continue;
    if (count++ == page) {
      next = last;
      break;
    }
    tasks.push(show(task, *view));
    last = task.id;
  }
  auto out = Json::object();
  out.add("tasks", std::move(tasks));
  if (!next.empty()) out.add("next_page_token", next);
  return json_reply(200, out);
}

Reply Tes::cancel(const Call& call) {
  const auto canceled = tasks_.cancel(id_of(call.path()));
  if (!canceled) return problem_of(canceled.error());
  return *canceled ? json_reply(200, Json::object()) : problem(404, "there is no such task");
}

}  // namespace tributary::sandbox
