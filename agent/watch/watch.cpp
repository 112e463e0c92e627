// agent/watch/watch.cpp: looks at run folders and says how each of them is.
#include "agent/watch/watch.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include "agent/base/text.hpp"
#include "agent/watch/listing.hpp"

namespace tributary::watch {
namespace {

constexpr std::int64_t old_s = 3600;     // a run that is quiet for so long is looked at in full less often
constexpr std::int64_t in_full_s = 900;  // namely so often
constexpr std::int64_t gap_s = 3600;     // between two looks; more means that the clock jumped or we slept

std::string last_component(const std::string& path) {
  const auto end = path.find_last_not_of('/');
  if (end == std::string::npos) return path;
  const auto slash = path.rfind('/', end);
  const auto begin = slash == std::string::npos ? 0 : slash + 1;
  return path.substr(begin, end + 1 - begin);
}

std::string without_end_slash(const std::string& path) {
  const auto end = path.find_last_not_of('/');
  return end == std::string::npos ? "/" : path.substr(0, end + 1);
}

void be(Sighting& sighting, RunState state, std::string reason, std::string hint = {}) {
  sighting.state = state;
  sighting.reason = std::move(reason);
  sighting.hint = std::move(hint);
}

bool is_plain_name(const std::string& name) { return printable(name) == name; }

}  // namespace

std::string_view name_of(RunState state) {
  switch (state) {
    case RunState::unrecognised:
      return "unrecognised";
    case RunState::running:
      return "running";
    case RunState::settling:
      return "settling";
    case RunState::settled:
      return "settled";
    case RunState::failed:
      return "failed";
    case RunState::unclear:
      return "unclear";
  }
  return "unclear";
}

struct Watcher::Seen {
  struct Run {
    Listing listing;
    Sighting sighting;
    std::string wanted;  // instrument
    std::int64_t in_full_utc_s = 0;
  };
  std::mutex mutex;
  std::map<std::string, Run> runs;                   // by folder
  std::map<std::string, std::int64_t> looked_utc_s;  // by run folder's parent
};

/// What `look` and `look_at` ask of one folder.
struct Watcher::Question {
  std::string folder, name, instrument;
  std::optional<Memory> memory;
  std::int64_t settle_s = 0;
  std::int64_t now_utc_s = 0;
  bool trust_markers = false;
  bool whatever_the_clock = false;  // look_at
  bool clock_jumped = false;
  std::int64_t looked_utc_s = 0;  // the look before
};

Watcher::Watcher(std::vector<plugin::Instrument*> instruments, const Clock& clock)
    : instruments_(std::move(instruments)), clock_(clock), seen_(std::make_shared<Seen>()) {}

plugin::Instrument* Watcher::instrument_for(const std::string& folder, const std::string& wanted,
                                            Sighting& sighting) const {
  plugin::Instrument* best = nullptr;
  int best_points = 0;
  bool tie = false;
  for (auto* instrument : instruments_) {
    if (wanted != "auto" && wanted != instrument->name()) continue;
    const int points = instrument->recognise(folder);
    if (points <= 0 || points < best_points) continue;
    tie = points == best_points;
    best = instrument;
    best_points = points;
  }
  if (best == nullptr) {
    be(sighting, RunState::unrecognised,
       wanted == "auto" ? "no instrument plugin knows a folder like this"
                        : "it is no run of instrument '" + wanted + "'");
    return nullptr;
  }
  if (tie) {
    be(sighting, RunState::unclear,
       "two instrument plugins claim it with " + std::to_string(best_points) + " points each",
       "name the instrument of this run folder in the configuration");
    return nullptr;
  }
  sighting.instrument = best->name();
  return best;
}

void Watcher::settle(const Question& question, Sighting& sighting) const {
  const bool changed = !question.memory || question.memory->listing != sighting.listing;
  const bool from_the_future = question.memory && question.memory->quiet_since_utc_s > question.now_utc_s;
  // A run that had settled before the clock jumped has nothing more to wait for.
  const bool waiting = question.memory && question.clock_jumped &&
                       question.looked_utc_s - question.memory->quiet_since_utc_s < question.settle_s;
  if (changed || from_the_future || waiting) {
    sighting.quiet_since_utc_s = question.now_utc_s;
  } else {
    sighting.quiet_since_utc_s = question.memory->quiet_since_utc_s;
  }
  const std::int64_t quiet_s = question.now_utc_s - sighting.quiet_since_utc_s;
  if (quiet_s >= question.settle_s || question.trust_markers || question.whatever_the_clock) {
    be(sighting, RunState::settled, {});
    SettledRun run;
    run.folder_ = sighting.folder;
    run.name_ = sighting.name;
    run.instrument_ = sighting.instrument;
    run.unit_ = sighting.unit;
    run.listing_ = sighting.listing;
    sighting.settled = std::move(run);
    return;
  }
  be(sighting, RunState::settling,
     "complete, and quiet for " + std::to_string(quiet_s) + " of " + std::to_string(question.settle_s) + " s");
}

void Watcher::judge(const Question& question, plugin::Instrument& instrument, Sighting& sighting) const {
  auto unit = instrument.settled(question.folder);
  if (unit) {
    sighting.unit = std::move(*unit);
    settle(question, sighting);
    return;
  }
  const auto state = unit.error().remedy == Remedy::wait      ? RunState::running
                     : unit.error().remedy == Remedy::give_up ? RunState::failed
                                                              : RunState::unclear;
  be(sighting, state, unit.error().what, unit.error().hint);
}

// What the last full look saw, when nothing can have changed since but the inside of files that were quiet for long.
std::optional<Sighting> Watcher::remembered(const Question& question, const files::Root& root) const {
  const auto found = seen_->runs.find(question.folder);
  if (found == seen_->runs.end() || !question.memory || question.whatever_the_clock || question.clock_jumped) {
    return std::nullopt;
  }
  const auto& known = found->second;
  const std::int64_t age_s = question.now_utc_s - known.in_full_utc_s;
  const std::int64_t quiet_s = question.now_utc_s - question.memory->quiet_since_utc_s;
  if (known.wanted != question.instrument || known.sighting.listing != question.memory->listing || age_s < 0 ||
      age_s >= in_full_s || quiet_s <= question.settle_s + old_s) {
    return std::nullopt;
  }
  const auto times = times_of(root, known.listing.folders);
  if (!times || *times != known.listing.folder_times) return std::nullopt;
  return known.sighting;
}

Sighting Watcher::sight(const Question& question) const {
  Sighting sighting;
  sighting.folder = question.folder;
  sighting.name = printable(question.name);
  if (!is_plain_name(question.name)) {
    sighting.folder = printable(question.folder);
    be(sighting, RunState::unrecognised, "its name has characters that no name should have", "rename the folder");
    return sighting;
  }
  const auto root = files::Root::open(question.folder);
  if (!root) {
    const bool wait = root.error().remedy == Remedy::wait;
    be(sighting, wait ? RunState::running : RunState::unclear, root.error().what, root.error().hint);
    return sighting;
  }
  if (auto as_before = remembered(question, *root)) return std::move(*as_before);
  auto listing = list_run(*root);
  if (!listing) {
    const bool wait = listing.error().remedy == Remedy::wait;
    be(sighting, wait ? RunState::running : RunState::unclear, listing.error().what, listing.error().hint);
    return sighting;
  }
  sighting.listing = listing->digest;
  sighting.quiet_since_utc_s = question.memory && question.memory->listing == sighting.listing &&
                                       question.memory->quiet_since_utc_s <= question.now_utc_s
                                   ? question.memory->quiet_since_utc_s
                                   : question.now_utc_s;
  auto* instrument = instrument_for(question.folder, question.instrument, sighting);
  if (instrument != nullptr) judge(question, *instrument, sighting);
  const bool under_way = listing->copy_under_way || is_temporary(question.name) || question.name[0] == '.';
  if (instrument != nullptr && under_way &&
      (sighting.state == RunState::settled || sighting.state == RunState::settling)) {
    sighting.settled.reset();
    be(sighting, RunState::running, "a copy is under way: names of temporary files stand in the run",
       "if nothing copies any more, a copy was broken off: copy the run again and delete its temporary files");
  }
  seen_->runs[question.folder] = {std::move(*listing), sighting, question.instrument, question.now_utc_s};
  return sighting;
}

Result<std::vector<Sighting>> Watcher::look(
    const config::RunFolder& where, const std::function<std::optional<Memory>(const std::string& folder)>& remember,
    bool trust_markers, Place& place) const {
  const std::lock_guard<std::mutex> turn(seen_->mutex);
  const std::string path = without_end_slash(where.path);
  const auto root = files::Root::open(path);
  if (!root) return wait_error("the run folder is away: " + root.error().what, root.error().hint);
  const auto entries = root->list("");
  if (!entries)
    return wait_error("the run folder " + printable(path) + " is away: " + entries.error().what, entries.error().hint);
  const auto behind = files::file_system(path);
  if (!behind) return wait_error("the run folder " + printable(path) + " is away: " + behind.error().what);
  const auto folder_of = [&](const std::string& name) { return path == "/" ? "/" + name : path + "/" + name; };
  const bool known = remember && std::any_of(entries->begin(), entries->end(), [&](const files::Entry& entry) {
                       return entry.kind == files::EntryKind::directory && remember(folder_of(entry.name));
                     });
  if (!known && !place.file_system.empty() && place.file_system != behind->identity()) {
    return wait_error("the run folder " + printable(path) + " is away: another file system lies there (" +
                          behind->type + "), with none of the runs that were there",
                      "mount the file system of the runs again, nothing is taken for deleted; if another one is there "
                      "for good: tributary release --run-folders");
  }

  Question question;
  question.instrument = where.instrument;
  question.settle_s = behind->remote ? std::max(where.settle_s, attribute_cache_s) : where.settle_s;
  question.trust_markers = trust_markers;
  question.now_utc_s = clock_.now_utc_s();
  auto& looked_utc_s = seen_->looked_utc_s[path];
  question.clock_jumped =
      looked_utc_s != 0 &&
      (question.now_utc_s < looked_utc_s || question.now_utc_s - looked_utc_s > std::max(gap_s, 2 * where.settle_s));
  question.looked_utc_s = looked_utc_s;
  looked_utc_s = question.now_utc_s;

  std::vector<Sighting> sightings;
  std::set<std::string> present;
  for (const auto& entry : *entries) {
    if (entry.kind != files::EntryKind::directory && entry.kind != files::EntryKind::link) continue;
    question.name = entry.name;
    question.folder = folder_of(entry.name);
    if (entry.kind == files::EntryKind::link) {
      Sighting link;
      link.folder = printable(question.folder);
      link.name = printable(entry.name);
      be(link, RunState::unrecognised, "a symbolic link is not followed", "configure the folder that it leads to");
      sightings.push_back(std::move(link));
      continue;
    }
    present.insert(question.folder);
    question.memory = remember ? remember(question.folder) : std::nullopt;
    auto sighting = sight(question);
    // Bookkeeping of file systems and of other programs: .snapshot, .Trash-1000, lost+found.
    if (entry.name[0] == '.' && sighting.state == RunState::unrecognised) continue;
    sightings.push_back(std::move(sighting));
  }
  std::erase_if(seen_->runs,
                [&](const auto& run) { return run.first.rfind(path + "/", 0) == 0 && present.count(run.first) == 0; });
  if (!present.empty()) place.file_system = behind->identity();
  return sightings;
}

Result<Sighting> Watcher::look_at(const std::string& folder, const std::string& instrument) const {
  const std::lock_guard<std::mutex> turn(seen_->mutex);
  Question question;
  question.folder = without_end_slash(folder);
  question.name = last_component(question.folder);
  question.instrument = instrument;
  question.now_utc_s = clock_.now_utc_s();
  question.whatever_the_clock = true;
  if (const auto root = files::Root::open(question.folder); !root) return root.error();
  return sight(question);
}

}  // namespace tributary::watch
