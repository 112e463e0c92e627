// agent/notify/facts.cpp: held, refused, expiring, stalled and the alarms, as sentences without a person in them.
#include "agent/notify/facts.hpp"

#include <algorithm>

#include "agent/base/clock.hpp"
#include "agent/base/text.hpp"
#include "agent/base/units.hpp"

namespace tributary::notify {
namespace {

constexpr std::int64_t most_runs = 10;

struct Look {
  journal::Journal& journal;
  const std::vector<line::Paper>& papers;
  const config::Notification& entry;
  std::int64_t now;
  std::vector<Fact> out;

  [[nodiscard]] bool wants(const std::string& kind) const {
    return std::find(entry.events.begin(), entry.events.end(), kind) != entry.events.end();
  }
  void add(const std::string& key, const std::string& kind, std::string what, std::string hint,
           std::int64_t count = 1) {
    out.push_back({kind + " " + key, {kind, std::move(what), std::move(hint), count}});
  }
};

std::string parcels(std::int64_t count) { return counted(static_cast<std::uint64_t>(count), "parcel"); }

Status look_for(Look& look, journal::Condition condition, const std::string& kind) {
  if (!look.wants(kind)) return {};
  auto rows = look.journal.count_parcels();
  if (!rows) return rows.error();
  std::map<std::string, std::int64_t> counts;  // by destination
  for (const auto& row : *rows) {
    if (row.condition == condition && !row.operator_hold) counts[row.destination] += row.parcels;
  }
  for (const auto& [destination, count] : counts) {
    auto what = parcels(count) + " for " + destination + (count == 1 ? " is " : " are ") + kind;
    if (look.entry.run_names) {
      auto runs = look.journal.runs_with(condition, destination, most_runs);
      if (!runs) return runs.error();
      if (!runs->empty()) what += ", of " + join(*runs, ", ");
    }
    look.add(destination, kind, what, "tributary status says of each why, and what to do", count);
  }
  return {};
}

Status look_for_stalled(Look& look) {
  if (!look.wants("stalled")) return {};
  auto rows = look.journal.stalled_parcels();
  if (!rows) return rows.error();
  for (const auto& row : *rows) {
    const auto span = look.now - row.since;
    if (span < stalled_s) continue;
    look.add(row.destination, "stalled",
             parcels(row.parcels) + " for " + row.destination + (row.parcels == 1 ? " does" : " do") +
                 " not get on, one since " + to_rfc3339(row.since),
             "tributary doctor asks every hop on the way", 1);
  }
  return {};
}

void look_for_expiring(Look& look) {
  if (!look.wants("expiring")) return;
  for (const auto& paper : look.papers) {
    const auto left = paper.until - look.now;
    if (paper.until == 0 || left > expires_soon_s) continue;
    const auto* when = left > expires_now_s ? "soon" : left > 0 ? "now" : "over";
    const auto which = paper.key + " of " + paper.of;
    look.add(which + " " + std::to_string(paper.until) + " " + when, "expiring",
             which + (left > 0 ? " ends at " : " ended at ") + to_rfc3339(paper.until),
             "renew it and replace its file: it is read again by itself");
  }
}

Status look_for_alarms(Look& look) {
  if (!look.wants("alarm")) return {};
  auto alarms = look.journal.alarms();
  if (!alarms) return alarms.error();
  for (const auto& alarm : *alarms) look.add(alarm.about, "alarm", alarm.what, alarm.hint);
  return {};
}

}  // namespace

Result<std::vector<Fact>> facts(journal::Journal& journal, const std::vector<line::Paper>& papers,
                                const config::Notification& entry, std::int64_t now_utc_s) {
  Look look{journal, papers, entry, now_utc_s, {}};
  if (auto done = look_for(look, journal::Condition::held, "held"); !done) return done.error();
  if (auto done = look_for(look, journal::Condition::refused, "refused"); !done) return done.error();
  if (auto done = look_for_stalled(look); !done) return done.error();
  if (auto done = look_for_alarms(look); !done) return done.error();
  look_for_expiring(look);
  std::sort(look.out.begin(), look.out.end(), [](const Fact& a, const Fact& b) { return a.key < b.key; });
  return std::move(look.out);
}

}  // namespace tributary::notify
