// agent/line/carry.cpp: the right half of the line: one thread per destination, one hop at a time.
#include <utility>

#include "agent/line/route.hpp"
#include "agent/line/rules.hpp"
#include "agent/line/runner.hpp"
#include "agent/port/supervisor/supervisor.hpp"
#include "agent/receipt/recall.hpp"
#include "agent/receipt/receipt.hpp"

namespace tributary::line {
namespace {

constexpr const char* other_terms = "the terms of the consent changed since it was sealed";
constexpr auto idle_wait = std::chrono::seconds(2);

}  // namespace

void Runner::start_carriers() {
  ending_ = false;
  if (auto tidy = journal_.forget_what_passed(); !tidy) report("queue", tidy.error());
  mind_gates();
  for (auto& [name, destination] : site_.destinations()) carriers_.emplace_back([this, id = name] { carry(id); });
  carriers_.emplace_back([this] { keep_asking(); });
  carriers_.emplace_back([this] { keep_minding(); });
}

void Runner::join_carriers() {
  ending_ = true;
  wake_carriers();
  for (auto& carrier : carriers_) carrier.join();
  carriers_.clear();
}

void Runner::wake_carriers() {
  {
    const std::lock_guard lock(carriers_mutex_);
    ++wakes_;
  }
  carriers_wake_.notify_all();
}

void Runner::sweep(const std::string& destination) {
  const auto ids = journal_.abandoned(destination);
  if (!ids) return report("queue", ids.error());
  for (const auto& id : *ids) {
    if (stop_.requested()) return;
    const auto gone = site_.destinations().at(destination).destination->withdraw(id, {});
    if (gone) {
      log_.info("parcel " + id + ": what was left of it at " + destination + " is taken away",
                {"withdraw", {}, id, destination});
    } else if (!stop_.requested()) {
      report("parcel " + id, in("what is left of it at " + destination, gone.error()),
             {"withdraw", {}, id, destination});
      if (gone.error().remedy == Remedy::wait) return;  // the others would wait for the same
    }
  }
}

void Runner::carry(const std::string& destination) {
  sweep(destination);
  bool moved = false;
  while (!ending_ && !stop_.requested()) {
    std::uint64_t seen = 0;
    {
      const std::lock_guard lock(carriers_mutex_);
      seen = wakes_;
    }
    ask_the_time(destination);
    if (step(destination)) {
      moved = true;
      continue;
    }
    std::unique_lock lock(carriers_mutex_);
    if (std::exchange(moved, false)) carriers_wake_.notify_all();  // run_once looks whether anything is left
    carriers_wake_.wait_for(lock, idle_wait, [&] { return wakes_ != seen || ending_.load(); });
  }
}

journal::Journal::Allowed Runner::allowed_at(const std::string& name) {
  journal::Journal::Allowed allowed;
  const auto now = clock_.now_utc_s();
  const auto is_due = [&](const std::string& service) {
    auto known = journal_.destination(service);
    if (!known) report("queue", known.error());
    // No try is put off for longer than that: the clock was set back.
    return known && (known->next_try <= now || known->next_try > now + longest_far_delay_s);
  };
  allowed.withdrawals = is_due(name);
  allowed.uploads = allowed.withdrawals && !uploads_wait(name);
  allowed.ingest = is_due(ingest_name(name));
  const std::lock_guard lock(gates_mutex_);
  allowed.uploads_first = lanes_[name].was_far;
  return allowed;
}

bool Runner::step(const std::string& name) {
  auto due = journal_.next_due(name, clock_.now_utc_s(), allowed_at(name));
  if (!due) {
    report("queue", due.error());
    return false;
  }
  if (!*due) return false;
  const auto& row = **due;
  auto& destination = site_.destinations().at(name);
  const bool uploads = row.stage == journal::Stage::queued || row.stage == journal::Stage::uploading;
  if (row.stage != journal::Stage::withdrawing && !clock_is_good()) return false;
  const auto decision = uploads ? may_send(row, destination) : std::nullopt;
  if (uploads && !decision) return has_moved(row);
  const auto stage = row.stage == journal::Stage::queued ? journal::Stage::uploading : row.stage;
  auto begun = journal_.begin_work(row.id, stage, clock_.now_utc_s());
  if (!begun) {
    report("queue", begun.error());
    return false;
  }
  if (!*begun) return true;
  {
    const std::lock_guard lock(gates_mutex_);
    auto& lane = lanes_[name];
    lane.was_far = !uploads;
    lane.uploading = uploads;
    lane.since = clock_.now_utc_s();
  }
  auto service = journal_.destination(service_of(row));
  if (uploads) {
    push(row, *decision, destination);
    account(row);
  } else if (row.stage == journal::Stage::withdrawing) {
    withdraw(row, destination);
  } else {
    ingest(row, destination);
  }
  if (loosen_reins(name, destination) && service) note_back(*service);
  return true;
}

// False: what became of it could not be written. It is due as before, and at once would be asked for ever.
bool Runner::has_moved(const journal::ParcelRow& row) {
  const auto now = journal_.parcel(row.id);
  return now && *now &&
         ((*now)->stage != row.stage || (*now)->condition != row.condition || (*now)->not_before > row.not_before);
}

// False: what it did was ended by us, and says nothing of the destination.
bool Runner::loosen_reins(const std::string& name, OpenDestination& destination) {
  const std::lock_guard lock(gates_mutex_);
  const bool ended_by_itself = !destination.reins->give_way.requested();
  lanes_[name].uploading = false;
  destination.reins->give_way.clear();
  destination.reins->halt.clear();
  return ended_by_itself;
}

void Runner::store(const journal::ParcelRow& row, const journal::Journal::Outcome& outcome) {
  if (auto kept = journal_.end_work(row.id, outcome, clock_.now_utc_s()); !kept)
    report("parcel " + row.id, kept.error(), about(row));
}

void Runner::end(const journal::ParcelRow& row, journal::Stage stage, const Error& error) {
  const bool far = stage >= journal::Stage::uploading;
  const auto reins = site_.destinations().find(row.destination);
  const bool ended_by_us =
      stop_.requested() || (stage == journal::Stage::uploading && reins != site_.destinations().end() &&
                            reins->second.reins->give_way.requested());
  // To be interrupted is nobody's fault: what was under way is due again at once.
  if (ended_by_us && error.remedy == Remedy::wait)
    return store(row, {stage, journal::Condition::going, row.reason, row.hint, 0});
  if (far && error.away) return store(row, put_off(row, stage, error));
  auto outcome = outcome_of(stage, error, row.attempts, clock_.now_utc_s(), chance());
  const bool only_polled = stage == journal::Stage::ingesting && error.remedy == Remedy::wait;
  // A withdrawal is asked for as long as it takes.
  if (far && !only_polled && stage != journal::Stage::withdrawing) hold_if_hopeless(row, error, outcome);
  if (!only_polled && !stop_.requested()) report("parcel " + row.id, error, about(row));
  store(row, outcome);
}

void Runner::push(const journal::ParcelRow& row, const consent::Decision& decision, OpenDestination& destination) {
  queue::Outbox outbox(journal_);
  auto parcel = outbox.take(row, folder_now(row.run));
  if (!parcel && parcel.error().remedy == Remedy::give_up) return seal_again(row, destination, parcel.error().what);
  if (!parcel) return end(row, journal::Stage::uploading, parcel.error());
  const auto& rules = parcel->recipe().rules;
  const auto* policy = site_.settings().policy(row.policy);
  if (rules && (policy == nullptr || *rules != rules_of(*policy, destination)))
    return seal_again(row, destination, "the policy or the recipients changed since it was sealed");
  if (!seal::tells_terms_of(parcel->recipe(), decision)) return seal_again(row, destination, other_terms);
  push::Carrier::Refusal refusal;
  const push::Lanes::Share lanes(site_.lanes());
  auto pushed = carrier_.push(
      *parcel,
      {destination.destination.get(), destination.ingest.get(), destination.settings.controlled_access,
       &site_.workers(), destination.settings.verify_after, lanes.count(), [&] { destination.reins->halt.request(); }},
      refusal);
  // What was under way goes on from here when it is released.
  if (!pushed && refusal.held)
    return store(row, {journal::Stage::uploading, journal::Condition::going, row.reason, row.hint, 0});
  if (refusal.unknown) destination.reins->halt.clear();  // it was for this alone, and is put off as every try
  if (!pushed && refusal.source_changed) {
    report("parcel " + row.id, pushed.error(), about(row));
    return seal_again(row, destination, pushed.error().what);
  }
  if (!pushed && refusal.consent_gone) {
    take_back(row, refusal.why);  // when it can not be written, it is asked again before it goes on
    return;
  }
  if (!pushed) return end(row, journal::Stage::uploading, pushed.error());
  log_.info("parcel " + row.id + ": registered at " + row.destination, about(row));
  store(row, {journal::Stage::registered, journal::Condition::going, {}, {}, 0});
}

consent::Decision Runner::ask_at_commit(const journal::ParcelRow& row) {
  auto decision = ask_again(row, When::commit).decision;
  if (decision.verdict != consent::Verdict::permit) return decision;
  const auto refuse = [](const std::string& why) {
    consent::Decision unknown;
    unknown.reason = why;
    return unknown;
  };
  auto bytes = journal_.recipe(row.id);
  if (!bytes) return refuse(bytes.error().what);
  auto recipe = seal::read(*bytes);
  if (!recipe) return refuse(recipe.error().what);
  return seal::tells_terms_of(*recipe, decision) ? decision : refuse(other_terms);
}

// What was begun at the far side is taken away first; the new sealing has other bytes.
void Runner::seal_again(const journal::ParcelRow& row, OpenDestination& destination, const std::string& why) {
  if (auto gone = destination.destination->withdraw(row.id, {}); !gone)
    return end(row, journal::Stage::uploading, gone.error());
  look_again_ = true;  // before it is waiting: run_once asks for this when nothing is due any more
  if (auto done = journal_.unseal(row.id, why, clock_.now_utc_s()); !done)
    return report("parcel " + row.id, done.error(), about(row));
  log_.info("parcel " + row.id + ": is sealed again: " + why, about(row));
}

void Runner::ingest(const journal::ParcelRow& row, OpenDestination& destination) {
  const push::Carrier::Route to{.destination = destination.destination.get(),
                                .ingest = destination.ingest.get(),
                                .verify_after = destination.settings.verify_after};
  if (auto proven = carrier_.prove(row, to); !proven) return end(row, row.stage, proven.error());
  auto pushed = carrier_.look_up(row);
  if (!pushed) return end(row, row.stage, pushed.error());
  const auto done = carrier_.ingest(*pushed, to);
  if (!done) {
    auto fresh = journal_.parcel(row.id);
    const bool started = fresh && *fresh && !(*fresh)->task_id.empty();
    return end(row, started ? journal::Stage::ingesting : row.stage, done.error());
  }
  if (auto written = receipt::write_delivered(journal_, *pushed, site_.settings().site, clock_.now_utc_s()); !written) {
    return end(row, row.stage, written.error());
  }
  log_.info("parcel " + row.id + ": delivered to " + row.destination, about(row));
}

void Runner::withdraw(const journal::ParcelRow& row, OpenDestination& destination) {
  const auto done = carrier_.withdraw(row, {destination.destination.get(), destination.ingest.get(), {}});
  if (!done && done.error().remedy == Remedy::give_up) return ask_desk(row, done.error());
  if (!done) return end(row, journal::Stage::withdrawing, done.error());
  auto written = receipt::write_withdrawn(journal_, row, site_.settings().site, {}, clock_.now_utc_s());
  if (!written) return end(row, journal::Stage::withdrawing, written.error());
  log_.info("parcel " + row.id + ": withdrawn from " + row.destination, about(row));
}

// The far side can not delete by its protocol: people there are asked, with a paper that our key signed.
void Runner::ask_desk(const journal::ParcelRow& row, const Error& why) {
  const auto& settings = site_.settings();
  const receipt::Requester us{settings.site, settings.state_dir, site_.signing_key()};
  auto path = receipt::write_recall(journal_, row, why.what, us, clock_.now_utc_s());
  if (!path) return end(row, journal::Stage::withdrawing, path.error());
  end(row, journal::Stage::withdrawing,
      operator_error(
          "the destination can not delete by its protocol: " + why.what,
          "hand " + *path + " to the programme's desk; when it has confirmed: tributary withdraw --confirm " + row.id));
}

}  // namespace tributary::line
