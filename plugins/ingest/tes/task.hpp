// plugins/ingest/tes/task.hpp: the operator's TES task in YAML, and the TES task in JSON made of it for one parcel.
//
// Variables  ${parcel} ${pseudonym} ${site}; of one object ${drs_uri} ${access_url} ${sha256} ${name} ${id} ${bytes};
//            of all, with a blank between them, ${drs_uris} ${access_urls} ${sha256s} ${names}. `$${` writes `${`.
// Repeats    the innermost list entry that mentions a variable of one object is repeated for every object: an entry of
//            `inputs`, or one word of a `command`.
// Injection  YAML is parsed first and values are put into finished texts: no value can change the task's structure.
// Types      TES wants text almost everywhere, so every scalar stays text but the few members that are numbers or
//            truth values in TES 1.1.
// Failure    Broken, with line and column of the file.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>

#include "plugins/sdk/sdk.hpp"

namespace tributary::tes {

class Task {
 public:
  /// `where`: the file's name for errors.
  Task(const std::string& yaml, const std::string& where);
  /// The JSON of POST /tasks. The tags tributary_parcel and tributary_site are always set.
  [[nodiscard]] std::string expand(const tributary_ingest_job& job) const;

 private:
  YAML::Node root_;
  std::string where_;
};

/// Reads a task file of at most 1 MiB.
Task read_task(const std::string& path);

}  // namespace tributary::tes
