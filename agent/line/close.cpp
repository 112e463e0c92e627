// agent/line/close.cpp: rows of runs whose folder is not found any more, or holds another result now, come to rest.
//
// A row follows its folder by path. A folder that was renamed, moved or deleted is never seen under that path again,
// and one that holds a new result gets a new row: the row before would stay as it was last seen, "running" for ever.
// Absence is no proof of a deletion: a row that rests goes on as soon as its folder is seen again.
#include <algorithm>
#include <map>

#include "agent/base/text.hpp"
#include "agent/line/runner.hpp"

namespace tributary::line {
namespace {

std::string child_of(const std::string& folder, const std::string& name) {
  return folder.ends_with('/') ? folder + name : folder + "/" + name;
}

bool is_open(watch::RunState state) {
  return state == watch::RunState::running || state == watch::RunState::settling || state == watch::RunState::failed ||
         state == watch::RunState::unclear;
}

struct Rest {
  watch::RunState state;
  std::string reason;
};

Rest superseded(const journal::RunRow& row) {
  if (row.planned_listing) return {watch::RunState::settled, "a newer result of the same folder came after it"};
  return {watch::RunState::unrecognised, "the folder holds another result now; this one was never complete"};
}

}  // namespace

// True when the row's folder lies in one of these run folders, as far as its name tells.
bool Runner::lies_in(const std::vector<std::string>& folders, const journal::RunRow& row) const {
  return std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) {
    return tag_of(child_of(folder, row.name)) == row.folder_tag ||
           tag_of(printable(child_of(folder, row.name))) == row.folder_tag;
  });
}

void Runner::close_left_behind(const std::vector<std::string>& looked, const std::set<Digest256>& seen) {
  auto rows = journal_.runs();
  if (!rows) return report("watch", rows.error());
  std::vector<std::string> configured;
  for (const auto& folder : site_.settings().run_folders) configured.push_back(folder.path);
  std::map<Digest256, std::int64_t> newest;
  for (const auto& row : *rows) newest[row.folder_tag] = std::max(newest[row.folder_tag], row.id);
  for (const auto& row : *rows) {
    const auto state = static_cast<watch::RunState>(row.state);
    if (newest[row.folder_tag] != row.id) {
      const auto rest = superseded(row);
      if (is_open(state)) close(row, static_cast<int>(rest.state), rest.reason, {});
      continue;
    }
    const bool unread = state == watch::RunState::settled && (row.next_plan > 0 || !row.planned_listing);
    if (seen.count(row.folder_tag) != 0 || (!is_open(state) && !unread)) continue;
    const auto rest = static_cast<int>(watch::RunState::unrecognised);
    if (lies_in(looked, row)) {
      close(row, rest, "its folder is not there any more: it was renamed, moved or deleted",
            "nothing to do, unless a file system is not mounted; it goes on when the folder is there again");
    } else if (!lies_in(configured, row)) {
      close(row, rest, "its folder lies in none of the configured run folders",
            "nothing to do, unless the run is wanted: then configure its run folder again");
    }
  }
}

void Runner::close(const journal::RunRow& row, int state, const std::string& reason, const std::string& hint) {
  log_.warning("run " + row.name + ": " + reason, {"watch", row.name});
  if (auto kept = journal_.close_run(row.id, state, reason, hint, clock_.now_utc_s()); !kept)
    report("watch", kept.error());
}

}  // namespace tributary::line
