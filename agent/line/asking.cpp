// agent/line/asking.cpp: consent is asked again: when an upload begins, right before a commit, and for all that is
// under way or was delivered whenever a source changes.
//
// Threads    a thread of its own asks in every polling round, so that neither a long sealing nor a long upload delays
// it. Failure    whoever can not say holds what is to be sent, and raises an alarm for what was delivered. Nothing is
// deleted
//            because nobody knows.
#include <algorithm>

#include "agent/base/text.hpp"
#include "agent/line/route.hpp"
#include "agent/line/runner.hpp"
#include "agent/line/time_of_day.hpp"
#include "agent/port/supervisor/supervisor.hpp"
#include "agent/receipt/receipt.hpp"

namespace tributary::line {

using consent::Verdict;

namespace {

constexpr const char* clock_alarm = "clock";
constexpr const char* consent_alarm = "consent";
constexpr const char* person_alarm = "persons";
constexpr const char* other_person = "its sample belongs to another person today than when it was sealed";
constexpr auto time_asked_every = std::chrono::minutes(1);

bool by_our_register(const consent::Decision& decision) {
  return std::any_of(decision.findings.begin(), decision.findings.end(),
                     [](const consent::Finding& finding) { return finding.rule == "withdrawn"; });
}

}  // namespace

struct Runner::Round {
  std::uint64_t unknown_delivered = 0, of_other_persons = 0;
  bool unknown = false;
  bool failed = false;         // something could not be written: everything is asked again in the next round
  std::string reason;          // of the first one that was delivered
  std::string first_of_other;  // parcel
};

Status Runner::clock_is_good() {
  auto latest = journal_.latest_time();
  if (!latest) return latest.error();
  return check_time(clock_.now_utc_s(), *latest, site_.time_witness().word());
}

// What was done under a clock that was ahead makes the right one look wrong, and at night nobody is there to say so.
void Runner::ask_the_time(const std::string& name) {
  if (clock_is_good()) return;
  {
    const std::lock_guard lock(time_mutex_);
    const auto now = std::chrono::steady_clock::now();
    const auto [asked, first] = time_asked_.try_emplace(name, now);
    if (!first && now - asked->second < time_asked_every) return;
    asked->second = now;
  }
  // Whatever it says otherwise: that it answers is what counts, and doctor tells the rest.
  static_cast<void>(site_.destinations().at(name).destination->probe().ok());
  if (clock_is_good()) recheck_consent();
}

// Right again, or right after all: from now on work counts from here.
Status Runner::note_time(std::int64_t now) {
  auto latest = journal_.latest_time();
  if (!latest) return latest.error();
  const auto word = site_.time_witness().word();
  if (word && !check_time(now, *latest)) {
    const auto was = to_rfc3339(*latest), is = to_rfc3339(now);
    Json record;
    record.add("at", is).add("action", "believe clock").add("was", was).add("witness", word->origin);
    if (auto kept = journal_.add_audit(record); !kept) return kept;
    log_.warning("clock: the last work here was at " + was + ", and it is " + is + ": " + word->origin +
                 " says so, too");
  }
  return journal_.note_time(now);
}

void Runner::alarm(const std::string& about, const Error& error) {
  auto news = journal_.raise_alarm(about, error, clock_.now_utc_s());
  if (!news) return report(about, news.error());
  if (*news) log_.warning(sentence(error));
}

void Runner::settle(const std::string& about) {
  if (auto settled = journal_.settle_alarm(about); !settled) report(about, settled.error());
}

Runner::Asked Runner::ask_again(const journal::ParcelRow& row, When when) {
  const auto refuse = [](std::string reason, std::string former_person = {}) {
    Asked out;
    out.decision.reason = std::move(reason);
    out.former_person = std::move(former_person);
    return out;
  };
  if (auto good = clock_is_good(); !good) return refuse(good.error().what);
  auto link = journal_.linked(row.destination, row.pseudonym);
  if (!link) return refuse(link.error().what);
  if (!*link) return refuse("the linkage of this pseudonym is not in the journal");
  auto others = others_of_run(row, when);
  if (!others) return refuse(others.error().what);
  auto again = site_.ask_again((*link)->id, row.policy, *others);
  if (again.subject_id.empty()) return {std::move(again), {}};
  auto former = former_person(row, **link, again.subject_id);
  if (!former) return refuse(former.error().what);
  if (!former->empty()) return refuse(other_person, *former);
  return {std::move(again), {}};
}

// The pseudonym of the subject is in what was sealed, and a version of before let links move.
Result<std::string> Runner::former_person(const journal::ParcelRow& row, const journal::LinkRow& link,
                                          const std::string& subject) {
  const auto today = pseudonymise::canonical(subject);
  if (!link.subject_id.empty() && pseudonymise::canonical(link.subject_id) != today) return link.subject_id;
  if (row.subject_pseudonym.empty()) return std::string();
  auto sealed_for = journal_.linked(row.destination, row.subject_pseudonym);
  if (!sealed_for) return sealed_for.error();
  const bool same = !*sealed_for || pseudonymise::canonical((*sealed_for)->id) == today;
  return same ? std::string() : (*sealed_for)->id;
}

// The samples of the other parcels of a run under the same policy, for policies that send families whole. Until right
// before a commit it does not matter how far they are.
Result<std::vector<consent::OtherSample>> Runner::others_of_run(const journal::ParcelRow& row, When when) {
  std::vector<consent::OtherSample> samples;
  const auto* policy = site_.settings().policy(row.policy);
  if (policy == nullptr || !policy->whole_family) return samples;
  auto rows = journal_.parcels({{}, row.run_name, row.destination});
  if (!rows) return rows.error();
  for (const auto& other : *rows) {
    if (other.run != row.run || other.policy != row.policy || other.id == row.id) continue;
    auto link = journal_.linked(other.destination, other.pseudonym);
    if (!link) return link.error();
    const bool sealed = other.stage >= journal::Stage::queued && other.stage != journal::Stage::cancelled;
    if (*link) samples.push_back({(*link)->id, sealed || when == When::any_time});
  }
  return samples;
}

bool Runner::tell(const journal::ParcelRow& row, const Result<bool>& moved, const std::string& what) {
  if (!moved) report("parcel " + row.id, moved.error(), line::about(row));
  if (moved && *moved) log_.warning("parcel " + row.id + ": " + what, line::about(row));
  return moved.ok();
}

bool Runner::take_back(const journal::ParcelRow& row, const std::string& why) {
  return tell(row, receipt::stop(journal_, row, "consent: " + why, site_.settings().site, clock_.now_utc_s()),
              "consent is gone: " + why);
}

bool Runner::hold_unknown(const journal::ParcelRow& row, const std::string& why) {
  return tell(row, journal_.hold_unknown(row.id, "consent: " + why, clock_.now_utc_s()), "held: consent: " + why);
}

std::optional<consent::Decision> Runner::may_send(const journal::ParcelRow& row, OpenDestination& destination) {
  const auto* policy = site_.settings().policy(row.policy);
  if (policy != nullptr && policy->destination != row.destination) {
    end(row, row.stage,
        operator_error("plan: the policy " + row.policy + " sends to " + policy->destination + " now",
                       "what waits for " + row.destination + " goes nowhere: tributary cancel " + row.id +
                           "; or set the policy back, then: tributary retry " + row.id));
    return std::nullopt;
  }
  auto [decision, former_person] = ask_again(row, When::any_time);
  if (!former_person.empty()) {
    seal_again(row, destination, other_person);
    return std::nullopt;
  }
  if (decision.verdict == Verdict::permit) return decision;
  if (decision.verdict == Verdict::deny) {
    take_back(row, decision.reason);
  } else {
    recheck_at_ = clock_.now_utc_s() + ask_again_after_s;
    hold_unknown(row, decision.reason);
  }
  return std::nullopt;
}

// Data that went out as a person's who is said not to be theirs: nobody here can say which of the two is right. What
// that person says alone still counts.
void Runner::recheck_former(const journal::ParcelRow& row, const std::string& person, Round& round) {
  const auto* policy = site_.settings().policy(row.policy);
  const auto decision = site_.ask_person(person, row.policy);
  const bool erase = policy != nullptr && policy->on_withdrawal == config::OnWithdrawal::erase;
  if (consent::taken_back(decision) && (erase || by_our_register(decision))) {
    round.failed = !take_back(row, decision.reason) || round.failed;
    return;
  }
  if (round.of_other_persons++ == 0) round.first_of_other = row.id;
}

// One parcel when a source has changed. What was delivered under a consent that merely ended stays.
void Runner::recheck(const journal::ParcelRow& row, Round& round) {
  using journal::Stage;
  const bool gone = row.stage == Stage::withdrawn;
  if (row.stage < Stage::queued || (row.stage > Stage::delivered && !gone)) return;
  if (gone && !row.withdraw_reason.starts_with("consent:")) return;  // an operator cancelled it
  const auto [decision, former_person] = ask_again(row, When::any_time);
  const auto* policy = site_.settings().policy(row.policy);
  const auto now = clock_.now_utc_s();
  const auto note = [&](bool done) { round.failed = round.failed || !done; };
  if (decision.verdict == Verdict::permit && gone) {
    const bool hold = policy->on_restored == config::OnRestored::hold;
    return note(tell(row, journal_.restore(row.id, hold, now), "consent is given again after the data was withdrawn"));
  }
  if (decision.verdict == Verdict::permit) {
    if (row.condition == journal::Condition::held)
      note(tell(row, journal_.resume(row.id, now), "consent is known again"));
    return;
  }
  if (gone) return;
  const bool delivered = row.stage == Stage::delivered;
  if (!former_person.empty()) {
    if (delivered) recheck_former(row, former_person, round);
    // Its carrier plans it afresh.
    if (!delivered && row.condition == journal::Condition::held)
      note(tell(row, journal_.resume(row.id, now), "its person is known again"));
    return;
  }
  if (decision.verdict == Verdict::unknown) {
    if (delivered && policy == nullptr) return;  // nothing to judge it by: an operator took the policy away
    round.unknown = true;
    if (delivered && round.unknown_delivered++ == 0) round.reason = decision.reason;
    if (!delivered) note(hold_unknown(row, decision.reason));
    return;
  }
  const bool erase = policy != nullptr && policy->on_withdrawal == config::OnWithdrawal::erase;
  const bool stays = !consent::taken_back(decision) || (!erase && !by_our_register(decision));
  if (delivered && stays) return;
  note(take_back(row, decision.reason));
}

bool Runner::recheck_all(Round& round) {
  std::string after;
  for (;;) {
    auto page = journal_.parcels({}, after, 500);
    if (!page) report("consent", page.error());
    if (!page) return false;
    if (page->empty()) return !round.failed;
    after = page->back().id;
    for (const auto& row : *page) {
      if (stop_.requested()) return false;
      recheck(row, round);
    }
  }
}

void Runner::recheck_consent() {
  const std::lock_guard lock(recheck_mutex_);
  const auto now = clock_.now_utc_s();
  if (auto good = clock_is_good(); !good) return alarm(clock_alarm, good.error());
  settle(clock_alarm);
  if (auto noted = note_time(now); !noted) return report("clock", noted.error());
  const auto revision = site_.revision();
  if (revision == revision_ && now < recheck_at_) return;
  if (revision != revision_) {
    if (auto again = journal_.replan_waiting(); !again) return report("consent", again.error());
  }
  recheck_at_ = INT64_MAX;  // a carrier that meets somebody unknown from now on sets it again
  Round round;
  const bool whole = recheck_all(round);
  wake_carriers();
  if (!whole) {
    recheck_at_ = now;
    return;
  }
  revision_ = revision;
  if (round.unknown) recheck_at_ = now + ask_again_after_s;
  if (round.of_other_persons == 0) {
    settle(person_alarm);
  } else {
    alarm(person_alarm,
          operator_error("consent: of " + counted(round.of_other_persons, "delivered parcel") +
                             " the sample belongs to another person today; the first is " + round.first_of_other,
                         "correct the source; or take back what went out as the former person's: tributary reidentify "
                         "says who that is, tributary withdraw takes it back"));
  }
  if (round.unknown_delivered == 0) return settle(consent_alarm);
  alarm(consent_alarm, wait_error("consent: of " + counted(round.unknown_delivered, "delivered parcel") +
                                      " nobody can say now whether it stands: " + round.reason,
                                  "mend the source; nothing is deleted because of that"));
}

void Runner::keep_asking() {
  std::unique_lock lock(carriers_mutex_);
  while (!carriers_wake_.wait_for(lock, std::chrono::seconds(look_every_s), [this] { return ending_.load(); })) {
    lock.unlock();
    recheck_consent();
    tidy();
    lock.lock();
  }
}

// Small steps, between which everybody else has the journal.
void Runner::tidy() {
  const auto before = clock_.now_utc_s() - site_.settings().retain_finished_s;
  const auto all = [&](auto&& step, const char* what) {
    while (!ending_ && !stop_.requested()) {
      const auto more = step();
      if (!more) return report(what, more.error());
      if (!*more) return;
    }
  };
  if (clock_is_good()) all([&] { return journal_.prune(before); }, "prune");
  all([&] { return journal_.tidy(); }, "tidy");
}

}  // namespace tributary::line
