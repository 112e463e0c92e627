// plugins/ingest/tes/service.hpp: the TES server, and the task of a parcel on it.
//
// Order      a task of the parcel is looked for before one is made: first by the id that is remembered, then in the
//            list, by tags that are compared here because servers ignore filters.
// Failure    as the DRS plugin: Later for what passes, Broken for what a person must change, Refused for a task that
//            ended badly.
// Never      passes on a word of a task's own logs.
#pragma once

#include <optional>
#include <string>

#include "plugins/ingest/tes/reply.hpp"
#include "plugins/ingest/tes/task.hpp"
#include "plugins/sdk/http.hpp"
#include "plugins/sdk/sdk.hpp"

namespace tributary::tes {

class Service {
 public:
  explicit Service(const tributary_host* raw);
  void probe();
  /// The id of the parcel's task.
  std::string start(const tributary_ingest_job& job);
  /// The state's own word; returns when it is COMPLETE, throws otherwise with `state` filled.
  void poll(const std::string& task_id, std::string& state);
  void cancel(const std::string& task_id);

 private:
  sdk::Reply send(const std::string& method, const std::string& path, const std::string& body = {});
  [[noreturn]] void complain(const sdk::Reply& reply, const std::string& act);
  std::optional<TaskState> get(const std::string& task_id);
  std::string find(const tributary_ingest_job& job);

  sdk::Host host_;
  std::string url_;
  Task task_;
};

const tributary_key* keys();

}  // namespace tributary::tes
