// agent/line/runner.cpp: the left half of the line: watching, planning, sealing; and the loops.
#include "agent/line/runner.hpp"

#include <algorithm>
#include <chrono>

#include "agent/base/text.hpp"
#include "agent/identify/identify.hpp"
#include "agent/line/links.hpp"
#include "agent/line/places.hpp"
#include "agent/line/route.hpp"
#include "agent/line/rules.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "agent/port/supervisor/supervisor.hpp"

namespace tributary::line {
namespace {

constexpr std::int64_t soon_s = 60;          // what --once still waits for
constexpr std::int64_t told_again_s = 3600;  // the same line of the log
constexpr std::size_t most_told = 1000;

}  // namespace

Runner::Runner(Site& site, journal::Journal& journal, const Clock& clock, Log& log, const Stop& stop,
               const supervisor::Machine& machine, Room room)
    : site_(site),
      journal_(journal),
      clock_(clock),
      log_(log),
      stop_(stop),
      room_(std::move(room)),
      watcher_(site.instruments(), clock),
      carrier_(journal, clock, site.settings().site,
               [this](const journal::ParcelRow& row) { return ask_at_commit(row); }),
      recheck_at_(0),
      machine_(machine),
      courtesy_(site.settings().limits) {}

Runner::~Runner() { join_carriers(); }

void Runner::report(const std::string& who, const Error& error, About about) {
  const auto line = who.empty() ? sentence(error) : who + ": " + sentence(error);
  if (about.station.empty()) about.station = who;
  if (error.remedy != Remedy::wait) return log_.error(line, about);
  // What waits is tried again and again: a log that grew with every try would fill the disk.
  const std::lock_guard lock(told_mutex_);
  const auto now = clock_.now_utc_s();
  const auto [told, first] = told_.try_emplace(line, now);
  if (!first && now >= told->second && now < told->second + told_again_s) return;
  told->second = now;
  log_.warning(line, about);
  if (told_.size() > most_told) told_.clear();
}

double Runner::chance() {
  Bytes bytes(4);
  if (!crypto::random(bytes)) return 0.5;
  return static_cast<double>(load_le32(bytes)) / 4294967296.0;
}

// --- watching
// -----------------------------------------------------------------------------------------------------------

Digest256 Runner::tag_of(const std::string& folder) const { return folder_tag(journal_, folder); }

// A clock that was ahead for a while has put things off to times that are long in coming.
void Runner::forget_far_times() {
  std::vector<std::string> names;
  for (const auto& [name, destination] : site_.destinations()) names.push_back(name);
  auto done = journal_.forget_times_after(clock_.now_utc_s() + longest_far_delay_s + 3600, names);
  if (!done) report("journal", done.error());
}

void Runner::look(bool trust_markers) {
  if (!clock_is_good()) return;  // who asked before told it
  forget_far_times();
  // Also when nothing is to be sealed: an alarm is settled by that.
  has_room();
  std::vector<std::string> looked;  // run folders that could be listed
  std::vector<std::string> away;    // and those that could not
  Look look;
  const auto& folders = site_.settings().run_folders;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    if (stop_.requested()) return;
    const bool there = look_at_folder(folders[i], trust_markers, look);
    (there ? looked : away).push_back(there ? folders[i].path : "run_folders[" + std::to_string(i) + "]");
  }
  if (stop_.requested()) return;
  tell_away(away);
  mind_credentials();
  close_left_behind(looked, look.seen);
  is_gone(looked, look.seen);
  plan_all(look.due);
  sweep_links();
}

void Runner::record(const watch::Sighting& sighting, Look& look) {
  const auto now = clock_.now_utc_s();
  const auto tag = tag_of(sighting.folder);
  auto newest = journal_.newest_run(tag);
  if (!newest) return report("watch", newest.error());
  journal::RunRow row;
  if (*newest) {
    // A row without a unit is the same run before it had a result; another unit is a result of its own.
    const auto& known = **newest;
    const bool same = known.unit == sighting.unit.unit || sighting.unit.unit.empty() ||
                      (known.unit.empty() && !known.planned_listing);
    if (same) row = known;
  } else {
    auto moved = moved_here(sighting);
    if (!moved) return report("watch", moved.error());
    if (*moved) row = **moved;
  }
  if (row.id != 0) is_back(row);
  const bool fresh = row.id == 0;
  const auto state = static_cast<int>(sighting.state);
  const bool same_state = !fresh && row.state == state;
  row.folder_tag = tag;
  if (!sighting.unit.unit.empty()) row.unit = sighting.unit.unit;
  row.name = sighting.name;
  row.instrument = sighting.instrument;
  if (!sighting.unit.model.empty()) row.model = sighting.unit.model;
  row.quiet_since = sighting.quiet_since_utc_s;
  row.listing = sighting.listing;
  if (!same_state) {
    row.state = state;
    row.since = now;
    log_.info("run " + row.name + ": " + std::string(watch::name_of(sighting.state)) +
                  (sighting.reason.empty() ? "" : ": " + sighting.reason),
              {"watch", row.name});
  }
  // The reason of a settled run is what planning said of it.
  if (sighting.state != watch::RunState::settled || !same_state) {
    row.reason = sighting.reason;
    row.hint = sighting.hint;
  }
  auto id = journal_.put_run(row);
  if (!id) return report("watch", id.error());
  row.id = *id;
  {
    const std::lock_guard lock(folders_mutex_);
    folders_[row.id] = sighting.folder;
  }
  if (sighting.settled && plan_is_due(row)) look.due.push_back({row, *sighting.settled});
}

// New runs first: those that are only asked about again may be many, at a start all in which somebody waits or was
// refused.
void Runner::plan_all(const std::vector<Due>& due) {
  for (const bool fresh : {true, false}) {
    for (const auto& [row, run] : due) {
      if (stop_.requested()) return;
      if (row.planned_listing.has_value() == fresh) continue;
      if (has_room()) plan(row, run);
      supervisor::alive();
    }
  }
}

bool Runner::plan_is_due(const journal::RunRow& row) const {
  const auto now = clock_.now_utc_s();
  if (row.next_plan > 0) return row.next_plan <= now;
  return !row.planned_listing || *row.planned_listing != row.listing;
}

// --- planning and sealing
// -----------------------------------------------------------------------------------------------

void Runner::plan(const journal::RunRow& row, const watch::SettledRun& run) {
  const auto now = clock_.now_utc_s();
  if (row.crashes >= journal::Journal::crashes_to_rest) {
    const auto kept = journal_.postpone_plan(
        row.id, now + 24 * 3600,
        "the program ended " + counted(static_cast<std::uint64_t>(row.crashes), "time") + " while it read this run",
        "look at the log for the cause; it is tried again in a day, or: tributary retry --run " + row.name);
    if (!kept) report("plan", kept.error());
    return;
  }
  if (auto begun = journal_.begin_plan(row.id); !begun) return report("plan", begun.error());
  std::int64_t next_plan = 0;
  auto samples = plan_parcels(row, run, next_plan);
  Status kept;
  if (samples && !stop_.requested()) {
    kept = journal_.end_plan(row.id, *samples, run.listing(), next_plan);
  } else if (stop_.requested()) {
    kept = journal_.postpone_plan(row.id, 1, row.reason, row.hint);
  } else {
    report("run " + row.name, samples.error());
    const auto delay = std::max(samples.error().not_before_s - now, back_off_s(row.attempts + 2, chance()));
    kept = journal_.postpone_plan(row.id, now + delay, samples.error().what, samples.error().hint);
  }
  if (!kept) report("plan", kept.error());
}

Result<std::int64_t> Runner::plan_parcels(const journal::RunRow& row, const watch::SettledRun& run,
                                          std::int64_t& next_plan) {
  auto* instrument = site_.instrument(run.instrument());
  if (instrument == nullptr) return operator_error("identify: the plugin " + run.instrument() + " is not loaded");
  // What was read whole once and has not changed since is not read again only because somebody's consent is asked
  // again.
  const bool arrived_anew = !row.planned_listing || *row.planned_listing != run.listing();
  auto identified = identify::identify(run, *instrument, {arrived_anew, &stop_, &supervisor::alive});
  if (!identified) return identified.error();
  auto consented = site_.ask(*identified);
  if (!consented) return consented.error();
  auto assignments = assign(*consented);
  if (!assignments) return assignments.error();
  const auto now = clock_.now_utc_s();
  const auto plan_at = [&](std::int64_t when) { next_plan = next_plan == 0 ? when : std::min(next_plan, when); };
  std::vector<Sealing> to_seal;
  std::set<std::string> planned;
  for (const auto& assignment : *assignments) {
    journal::ParcelRow parcel;
    parcel.run = row.id;
    parcel.updated = now;
    judge(assignment, row.name, parcel);
    if (asks_again(assignment)) plan_at(now + ask_again_after_s);
    auto wanted = settle_name(assignment, parcel);
    if (!wanted) return wanted.error();
    if (!*wanted) continue;
    auto kept = journal_.plan_parcel(parcel);
    if (!kept) return kept.error();
    planned.insert(kept->id);
    const bool ours = kept->stage == journal::Stage::waiting || kept->stage == journal::Stage::sealing;
    if (ours && kept->condition == journal::Condition::going && !kept->operator_hold && assignment.parcel) {
      if (kept->not_before > now) {
        plan_at(kept->not_before);
        continue;
      }
      to_seal.push_back({*kept, &*assignment.parcel});
    }
  }
  if (auto held = journal_.hold_left_out(row.id, planned, now); !held) return held.error();
  seal_all(to_seal, next_plan);
  return static_cast<std::int64_t>(consented->samples().size());
}

// As many as one turn has room for: other runs wait, too. A file that was begun is sealed to its end.
void Runner::seal_all(const std::vector<Sealing>& parcels, std::int64_t& next_plan) {
  const auto began = clock_.now_utc_s();
  const auto plan_at = [&](std::int64_t when) { next_plan = next_plan == 0 ? when : std::min(next_plan, when); };
  for (const auto& [row, parcel] : parcels) {
    if (stop_.requested()) return;
    if (pace() == Courtesy::Pace::pause) return plan_at(clock_.now_utc_s() + soon_s + look_every_s);
    if (clock_.now_utc_s() - began >= turn_s) {
      look_again_ = true;
      return plan_at(clock_.now_utc_s());
    }
    seal(row, *parcel, next_plan);
  }
}

void Runner::seal(const journal::ParcelRow& row, const pseudonymise::PseudonymousParcel& parcel,
                  std::int64_t& next_plan) {
  const auto found = site_.destinations().find(row.destination);
  if (found == site_.destinations().end())
    return report("seal", operator_error("destination " + row.destination + " is not open"));
  const auto& destination = found->second;
  if (!has_room()) {
    next_plan = clock_.now_utc_s() + look_every_s;
    return;
  }
  auto begun = journal_.begin_work(row.id, journal::Stage::sealing, clock_.now_utc_s());
  if (!begun) return report("seal", begun.error());
  if (!*begun) return;
  const auto rate = journal_.rate_of(row.destination);
  if (!rate) return report("seal", rate.error());
  seal::Sealer::Settings settings;
  settings.site = site_.settings().site;
  settings.recipients = destination.recipients;
  settings.parts = {destination.settings.part_bytes, destination.limits.smallest_bytes,
                    destination.limits.largest_bytes, std::min(destination.settings.max_parts, destination.limits.most),
                    *rate};
  settings.signing_key = site_.signing_key();
  if (const auto* policy = site_.settings().policy(row.policy)) settings.rules = rules_of(*policy, destination);
  if (keeps_links(parcel.folder())) settings.links = links_directory(site_.settings().state_dir);
  settings.workers = &site_.workers();
  const seal::Sealer sealer(std::move(settings), clock_, stop_);
  std::uint64_t made = 0;
  std::uint64_t told = 0;
  auto piece_began = std::chrono::steady_clock::now();
  auto sealed = sealer.seal(row.id, parcel, [&](std::uint64_t bytes) {
    made += bytes;
    if (bytes == 0 || made - told >= (64U << 20)) {
      told = made;
      supervisor::alive();
    }
    rest_a_while(piece_began);
  });
  if (!sealed) {
    end(row, journal::Stage::sealing, sealed.error());
    if (sealed.error().remedy == Remedy::wait) {
      auto fresh = journal_.parcel(row.id);
      const auto when = fresh && *fresh ? (*fresh)->not_before : clock_.now_utc_s() + soon_s;
      next_plan = next_plan == 0 ? when : std::min(next_plan, when);
    }
    return;
  }
  queue::Outbox outbox(journal_);
  if (auto put = outbox.put(*sealed, clock_.now_utc_s()); !put) return end(row, journal::Stage::sealing, put.error());
  log_.info("parcel " + row.id + ": sealed for " + row.destination + ", " +
                counted(sealed->recipe().objects.size(), "object"),
            about(row));
  wake_carriers();
}

// --- loops
// --------------------------------------------------------------------------------------------------------------

Result<bool> Runner::something_is_due_by(std::int64_t horizon) {
  auto plan = journal_.next_plan_time(clock_.now_utc_s());
  if (!plan) return plan.error();
  if (*plan && **plan <= horizon) return true;
  for (const auto& [name, destination] : site_.destinations()) {
    auto next = journal_.next_time(name, !uploads_wait(name));
    if (!next) return next.error();
    if (*next && **next <= horizon) return true;
  }
  return false;
}

// Whoever is cut off again and again, by the power or by itself, is not in the way of the others.
void Runner::rest_after_crashes() {
  if (auto done = journal_.rest_after_crashes(clock_.now_utc_s()); !done) report("journal", done.error());
}

Status Runner::run_once() {
  rest_after_crashes();
  recheck_consent();
  for (const auto& [name, destination] : site_.destinations()) ask_the_time(name);
  start_carriers();
  Status ended;
  while (!stop_.requested()) {
    recheck_consent();
    look(true);
    if (!clock_is_good()) break;
    // What is due now is in the carriers' hands until it is done or put off.
    auto due = something_is_due_by(clock_.now_utc_s() + soon_s);
    if (!due) ended = due.error();
    if (!due || (!*due && !look_again_.exchange(false))) break;
    if (!*due) continue;
    std::unique_lock lock(carriers_mutex_);
    carriers_wake_.wait_for(lock, std::chrono::seconds(1));
  }
  tidy();
  join_carriers();
  return ended;
}

void Runner::run(watch::Hint& hint) {
  rest_after_crashes();
  recheck_consent();  // once before anything is carried on
  start_carriers();
  while (!stop_.requested() && !journal_.damaged()) {
    look(false);
    supervisor::alive();
    if (stop_.requested() || journal_.damaged()) break;
    if (!look_again_.exchange(false)) hint.wait(look_every_s);
  }
  join_carriers();
}

Result<bool> Runner::all_is_well() {
  auto runs = journal_.runs();
  if (!runs) return runs.error();
  for (const auto& run : *runs) {
    const auto state = static_cast<watch::RunState>(run.state);
    if (state == watch::RunState::failed || state == watch::RunState::unclear || state == watch::RunState::settling ||
        run.next_plan > 0)
      return false;
  }
  auto alarms = journal_.alarms();
  if (!alarms) return alarms.error();
  if (!alarms->empty()) return false;
  auto open = journal_.has_open_parcels();
  if (!open) return open.error();
  return !*open;
}

}  // namespace tributary::line
