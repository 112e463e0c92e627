// agent/line/gates.cpp: who may go on: pauses, hours, load, turns; destinations that are away; parcels that get
// nowhere.
#include <algorithm>

#include "agent/base/text.hpp"
#include "agent/base/units.hpp"
#include "agent/line/route.hpp"
#include "agent/line/runner.hpp"

namespace tributary::line {
namespace {

constexpr auto mind_every = std::chrono::seconds(1);
constexpr auto longest_rest = std::chrono::seconds(1);
constexpr std::int64_t longest_cycle_s = 3600;  // between two signs of life of a sequencer: a turn of paired ends
constexpr int usual_priority = 5;
constexpr std::int64_t fewest_attempts = 5;  // before a parcel is held for having none that got on

std::string alarm_of(const std::string& service) { return "destination " + service; }

}  // namespace

// --- gates ----------------------------------------------------------------------------------------------------------

std::optional<Closed> Runner::uploads_wait(const std::string& name) {
  const auto now = clock_.now_utc_s();
  for (const auto& whose : {std::string(), name}) {
    auto row = journal_.destination(whose);
    if (!row) return Closed{row.error().what, 0, false};
    if (!row->is_paused(now)) continue;
    const auto until = row->paused_until == 0 ? "" : " until " + to_rfc3339(row->paused_until);
    return Closed{"paused by an operator" + until, row->paused_until, true};
  }
  const auto opens = opens_at(site_.settings().limits.upload_hours, now);
  if (!opens) return Closed{"limits.upload_hours has no hour", 0, true};
  if (*opens > now) return Closed{"limits.upload_hours begin again at " + to_rfc3339(*opens), *opens, true};
  const std::lock_guard lock(gates_mutex_);
  if (pace_ == Courtesy::Pace::pause) return Closed{courtesy_.why(), 0, false};
  return std::nullopt;
}

void Runner::mind_gates() {
  const auto& limits = site_.settings().limits;
  bool sequencing = false;
  if (limits.while_sequencing != config::WhileSequencing::full) {
    auto moving = journal_.is_run_moving(clock_.now_utc_s() - longest_cycle_s);
    sequencing = moving && *moving;
  }
  {
    const std::lock_guard lock(gates_mutex_);
    pace_ = courtesy_.look(machine_.load(), sequencing);
  }
  for (auto& [name, destination] : site_.destinations()) mind(name, destination);
}

// A withdrawal never waits for the end of an upload, nor does another run for longer than a turn.
void Runner::mind(const std::string& name, OpenDestination& destination) {
  const auto closed = uploads_wait(name);
  const auto now = clock_.now_utc_s();
  auto withdrawal = journal_.next_due(name, now, {true, false, false, false});
  const auto why = closed ? closed->why : std::string();
  const std::lock_guard lock(gates_mutex_);
  auto& lane = lanes_[name];
  if (lane.waits_for != why) {
    lane.waits_for = why;
    log_.info("destination " + name + ": " + (why.empty() ? "uploads go on" : "uploads wait: " + why),
              {"push", {}, {}, name});
    if (auto told = journal_.set_waits_for(name, why); !told) report("queue", told.error());
  }
  if (!lane.uploading) return;
  if (closed && closed->at_once) destination.reins->halt.request();
  const bool others = now - lane.since >= turn_s || (withdrawal && *withdrawal);
  if (closed || others) destination.reins->give_way.request();
}

void Runner::keep_minding() {
  std::unique_lock lock(carriers_mutex_);
  while (!carriers_wake_.wait_for(lock, mind_every, [this] { return ending_.load(); })) {
    lock.unlock();
    mind_gates();
    lock.lock();
  }
}

Courtesy::Pace Runner::pace() {
  const std::lock_guard lock(gates_mutex_);
  return pace_;
}

// Between pieces of sealing. `since`: when the piece began; then, when the next one does.
void Runner::rest_a_while(std::chrono::steady_clock::time_point& since) {
  const auto worked = std::chrono::steady_clock::now() - since;
  std::unique_lock lock(carriers_mutex_);
  if (pace() == Courtesy::Pace::slow)
    carriers_wake_.wait_for(lock, std::min<std::chrono::steady_clock::duration>(worked, longest_rest),
                            [this] { return stop_.requested(); });
  while (pace() == Courtesy::Pace::pause && !stop_.requested() && !ending_) {
    supervisor::alive();
    carriers_wake_.wait_for(lock, mind_every);
  }
  since = std::chrono::steady_clock::now();
}

// --- turns ----------------------------------------------------------------------------------------------------------

void Runner::account(const journal::ParcelRow& row) {
  auto now = journal_.parcel(row.id);
  if (!now) return report("queue", now.error());
  const auto* policy = site_.settings().policy(row.policy);
  const auto sent = *now ? std::max<std::int64_t>(0, (*now)->bytes_sent - row.bytes_sent) : 0;
  const auto cost = turn_cost(sent, policy != nullptr ? policy->priority : usual_priority);
  if (auto kept = journal_.serve(row, cost); !kept) report("queue", kept.error());
}

// --- services that are away -----------------------------------------------------------------------------------------

std::string Runner::service_of(const journal::ParcelRow& row) const {
  const bool ingests = row.stage == journal::Stage::registered || row.stage == journal::Stage::ingesting;
  return ingests ? ingest_name(row.destination) : row.destination;
}

// It is not this parcel's fault: only the one that finds it out counts an attempt. All others wait until a single one
// gets through.
journal::Journal::Outcome Runner::put_off(const journal::ParcelRow& row, journal::Stage stage, const Error& error) {
  const auto now = clock_.now_utc_s();
  const auto name = service_of(row);
  auto waits = error;
  waits.remedy = Remedy::wait;
  auto outcome = outcome_of(stage, waits, row.attempts, now, chance());
  auto known = journal_.destination(name);
  if (!known) {
    report("queue", known.error());
    return outcome;
  }
  const auto since = known->away_since == 0 ? now : known->away_since;
  outcome.counts = known->away_since == 0;
  const auto delay = away_delay_s(known->tries, chance());
  const auto next = std::clamp(error.not_before_s, now + delay, now + longest_far_delay_s);
  if (auto kept = journal_.set_away(name, error, next, now); !kept) report("queue", kept.error());
  log_.warning(alarm_of(name) + ": away, tried again in " + show_duration(next - now) + ": " + sentence(error),
               {about(row).station, {}, {}, row.destination});
  if (error.remedy == Remedy::ask_operator || now - since >= site_.settings().limits.away_alarm_s)
    alarm(alarm_of(name), operator_error(alarm_of(name) + ": away since " + to_rfc3339(since) + ": " + error.what,
                                         "what waits for it goes on by itself; tributary doctor, and when it is "
                                         "mended: tributary retry --destination " +
                                             row.destination));
  return outcome;
}

void Runner::note_back(const journal::DestinationRow& before) {
  if (before.away_since == 0) return;
  auto after = journal_.destination(before.name);
  if (!after || after->tries > before.tries || after->away_since == 0) return;
  if (auto kept = journal_.set_back(before.name); !kept) return report("queue", kept.error());
  settle(alarm_of(before.name));
  log_.info(alarm_of(before.name) + ": back after " + show_duration(clock_.now_utc_s() - before.away_since),
            {"push", {}, {}, before.name});
}

void Runner::hold_if_hopeless(const journal::ParcelRow& row, const Error& error,
                              journal::Journal::Outcome& outcome) const {
  if (error.remedy != Remedy::wait || row.failing_since == 0) return;
  if (row.attempts + 1 < fewest_attempts) return;
  const auto failing_s = row.failing_s(clock_.now_utc_s());
  if (failing_s < site_.settings().limits.hold_after_s) return;
  outcome.condition = journal::Condition::held;
  outcome.not_before = 0;
  outcome.reason = "no progress for " + show_duration(failing_s) + " in " +
                   counted(static_cast<std::uint64_t>(row.attempts) + 1, "attempt") + ": " + error.what;
  outcome.hint = "mend what it says, then: tributary retry " + row.id;
}

}  // namespace tributary::line
