// agent/line/away.cpp: sources that are away, come back or move: whole file systems, single run folders; room for what
// is new; credentials that were replaced.
//
// What was read from there waits with a reason, without counting attempts, and goes on at the look that finds it again.
#include <algorithm>
#include <filesystem>

#include "agent/base/text.hpp"
#include "agent/base/units.hpp"
#include "agent/line/links.hpp"
#include "agent/line/places.hpp"
#include "agent/line/runner.hpp"
#include "agent/port/files/revision.hpp"
#include "agent/port/supervisor/supervisor.hpp"

namespace tributary::line {
namespace {

constexpr std::int64_t not_tried_s = 3600;  // unless it is back: that is found by looking
constexpr const char* folder_away = "its run folder is away";
constexpr const char* folder_gone = "its folder is not there any more: it was renamed, moved or deleted";
constexpr const char* mount_it =
    "mount its file system again: nothing is taken for deleted, and everything goes on by itself; if another one is "
    "there for good: tributary release --run-folders";
constexpr const char* away_alarm = "run folders";
constexpr const char* room_alarm = "state_dir";

}  // namespace

bool Runner::look_at_folder(const config::RunFolder& folder, bool trust_markers, Look& look) {
  const auto remember = [this](const std::string& path) -> std::optional<watch::Memory> {
    auto row = journal_.newest_run(tag_of(path));
    if (!row || !*row) return std::nullopt;
    return watch::Memory{(*row)->listing, (*row)->quiet_since};
  };
  auto known = known_file_system(journal_, folder.path);
  if (!known) {
    report("watch", known.error());
    return false;
  }
  watch::Place place{*known};
  auto sightings = watcher_.look(folder, remember, trust_markers, place);
  if (!sightings) {
    is_away(folder, sightings.error());
    return false;
  }
  for (const auto& sighting : *sightings) {
    if (stop_.requested()) return false;
    record(sighting, look);
    look.seen.insert(tag_of(sighting.folder));
    supervisor::alive();
  }
  // Written after the runs: what is remembered of a place is that it held them.
  if (place.file_system == *known) return true;
  if (auto kept = keep_file_system(journal_, folder.path, place.file_system); !kept) report("watch", kept.error());
  return true;
}

// By their place in the configuration: the alarm lies in the journal, where no path stands.
void Runner::tell_away(const std::vector<std::string>& away) {
  if (away.empty()) return settle(away_alarm);
  alarm(away_alarm, wait_error("watch: " + join(away, ", ") + (away.size() == 1 ? " is" : " are") + " away", mount_it));
}

void Runner::is_away(const config::RunFolder& folder, const Error& why) {
  report("watch", why);
  auto rows = journal_.runs();
  if (!rows) return report("watch", rows.error());
  const auto until = clock_.now_utc_s() + not_tried_s;
  for (const auto& row : *rows) {
    if (!lies_in({folder.path}, row)) continue;
    auto kept = journal_.source_away(row.folder_tag, wait_error(folder_away, mount_it), !folder.hard_links, until);
    if (!kept) report("watch", kept.error());
  }
}

// Parcels of run folders that are gone while the place where they stood is as it was.
void Runner::is_gone(const std::vector<std::string>& looked, const std::set<Digest256>& seen) {
  auto wanted = journal_.folders_to_read();
  if (!wanted) return report("watch", wanted.error());
  const auto until = clock_.now_utc_s() + not_tried_s;
  for (const auto& tag : *wanted) {
    if (seen.count(tag) != 0) continue;
    auto row = journal_.newest_run(tag);
    if (!row) return report("watch", row.error());
    if (!*row || !lies_in(looked, **row)) continue;
    const auto why = wait_error(folder_gone, "put it back, and it goes on; or: tributary cancel --run " + (*row)->name);
    if ((*row)->reason != folder_gone) report("run " + (*row)->name, why, {"watch", (*row)->name});
    const auto* folder = place_of(**row);
    auto kept = journal_.source_away(tag, why, folder == nullptr || !folder->hard_links, until);
    if (!kept) report("watch", kept.error());
  }
}

void Runner::is_back(journal::RunRow& row) {
  if (row.reason != folder_away && row.reason != folder_gone) return;
  if (auto back = journal_.source_back(row.folder_tag, row.reason); !back) return report("watch", back.error());
  row.reason.clear();
  row.hint.clear();
  if (row.state == static_cast<int>(watch::RunState::settled)) row.next_plan = 1;
  log_.info("run " + row.name + ": its folder is there again", {"watch", row.name});
  wake_carriers();
}

Result<std::optional<journal::RunRow>> Runner::moved_here(const watch::Sighting& sighting) {
  if (sighting.unit.unit.empty()) return std::optional<journal::RunRow>();
  auto rows = journal_.runs();
  if (!rows) return rows.error();
  for (const auto& row : *rows) {
    // Names, sizes and times of all files: another run does not have the same.
    const bool same =
        row.listing == sighting.listing && row.unit == sighting.unit.unit && row.instrument == sighting.instrument;
    if (!same) continue;
    const auto* place = place_of(row);
    if (place != nullptr && files::exists(place->path + "/" + row.name)) continue;  // a copy
    log_.info("run " + sighting.name + ": it was known as " + row.name + " in another folder",
              {"watch", sighting.name});
    return std::optional<journal::RunRow>(row);
  }
  return std::optional<journal::RunRow>();
}

std::string Runner::folder_now(std::int64_t run) {
  const std::lock_guard lock(folders_mutex_);
  const auto found = folders_.find(run);
  return found == folders_.end() ? std::string() : found->second;
}

const config::RunFolder* Runner::place_of(const journal::RunRow& row) const {
  const auto& folders = site_.settings().run_folders;
  const auto found =
      std::find_if(folders.begin(), folders.end(), [&](const auto& folder) { return lies_in({folder.path}, row); });
  return found == folders.end() ? nullptr : &*found;
}

// By the path, for a run that is being planned.
bool Runner::keeps_links(const std::string& folder) const {
  const auto& folders = site_.settings().run_folders;
  return std::any_of(folders.begin(), folders.end(), [&](const config::RunFolder& place) {
    return place.hard_links &&
           std::filesystem::path(folder).parent_path() == std::filesystem::path(place.path + "/").parent_path();
  });
}

void Runner::mind_credentials() {
  for (const auto& [name, destination] : site_.destinations()) {
    const auto& [auth, tls, proxy] = static_cast<const config::Reach&>(destination.settings);
    const auto revision = files::revision_of({auth.secret_file, tls.ca_file, tls.cert_file, tls.key_file});
    auto known = journal_.token("credentials", name);
    if (!known) return report("credentials", known.error());
    if (*known && text(**known) == revision) continue;
    // Of one that was never seen, nothing is known to have changed.
    auto moved = *known ? journal_.try_again_at(name) : Result<std::int64_t>(0);
    if (!moved) return report("credentials", moved.error());
    if (*moved > 0) {
      log_.info("destination " + name + ": credentials or certificates were replaced: " +
                    counted(static_cast<std::uint64_t>(*moved), "parcel") + " tried again",
                {"push", {}, {}, name});
      wake_carriers();
    }
    if (auto kept = journal_.put_token("credentials", name, view(revision)); !kept)
      return report("credentials", kept.error());
  }
}

void Runner::sweep_links() {
  const auto& state_dir = site_.settings().state_dir;
  auto bytes = line::sweep_links(state_dir, journal_);
  if (!bytes) return report("links", bytes.error());
  if (auto kept = journal_.note_retained(*bytes); !kept) report("links", kept.error());
}

bool Runner::has_room() {
  const auto reserve = site_.settings().limits.reserve_bytes;
  auto free = room_(site_.settings().state_dir);
  if (!free) {
    report("state_dir", free.error());
    return false;
  }
  if (*free >= reserve) {
    settle(room_alarm);
    return true;
  }
  alarm(room_alarm, wait_error("state_dir: less than " + show_size(reserve) +
                                   " free (limits.reserve): nothing new is sealed, sending goes on",
                               "make room on its disk; work goes on by itself"));
  return false;
}

}  // namespace tributary::line
