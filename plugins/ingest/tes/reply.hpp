// plugins/ingest/tes/reply.hpp: what a TES server says, read from its JSON.
//
// Source     GA4GH TES 1.1 (tesListTasksResponse, tesTask, tesState).
// Failure    text that is not what it should be is an empty optional. Logs of a task are never taken out of an answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::tes {

enum class Phase : std::uint8_t { running, complete, failed, unknown };

/// Every state of TES 1.1; a word that is none of them is `unknown`.
Phase phase_of(std::string_view state);

struct TaskState {
  std::string id, state, parcel, site;    // parcel and site from the tags
  std::optional<std::int64_t> exit_code;  // of the last executor that has one
};
std::optional<TaskState> read_state(std::string_view json);

struct Page {
  std::vector<TaskState> tasks;
  std::string next;  // page token, empty on the last page
};
std::optional<Page> read_page(std::string_view json);

/// The id in the answer to POST /tasks, or nothing.
std::optional<std::string> read_created(std::string_view json);

}  // namespace tributary::tes
