// plugins/ingest/tes/reply.cpp: reading of TES answers.
#include "plugins/ingest/tes/reply.hpp"

#include "plugins/sdk/json.hpp"

namespace tributary::tes {
namespace {

TaskState state_of(const sdk::Json& json) {
  TaskState task;
  task.id = json["id"].text();
  task.state = json["state"].text("UNKNOWN");
  task.parcel = json["tags"]["tributary_parcel"].text();
  task.site = json["tags"]["tributary_site"].text();
  for (const auto& attempt : json["logs"].items()) {
    for (const auto& executor : attempt["logs"].items()) {
      if (const auto code = executor["exit_code"].integer()) task.exit_code = code;
    }
  }
  return task;
}

}  // namespace

Phase phase_of(std::string_view state) {
  for (const std::string_view word : {"QUEUED", "INITIALIZING", "RUNNING", "PAUSED", "UNKNOWN", "CANCELING"}) {
    if (state == word) return Phase::running;
  }
  for (const std::string_view word : {"EXECUTOR_ERROR", "SYSTEM_ERROR", "CANCELED", "PREEMPTED"}) {
    if (state == word) return Phase::failed;
  }
  return state == "COMPLETE" ? Phase::complete : Phase::unknown;
}

std::optional<TaskState> read_state(std::string_view text) {
  const auto json = sdk::parse_json(text);
  if (!json || !(*json)["id"].is_text()) return std::nullopt;
  return state_of(*json);
}

std::optional<Page> read_page(std::string_view text) {
  const auto json = sdk::parse_json(text);
  if (!json || !json->is_object()) return std::nullopt;
  const auto tasks = (*json)["tasks"];
  if (!tasks.is_array() && !tasks.is_null()) return std::nullopt;  // some servers leave an empty list out
  Page page;
  for (const auto& task : tasks.items()) page.tasks.push_back(state_of(task));
  page.next = (*json)["next_page_token"].text();
  return page;
}

std::optional<std::string> read_created(std::string_view text) {
  const auto json = sdk::parse_json(text);
  if (!json) return std::nullopt;
  auto id = (*json)["id"].text();
  if (id.empty()) return std::nullopt;
  return id;
}

}  // namespace tributary::tes
