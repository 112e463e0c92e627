// agent/status/overview.cpp: one reading of the journal and of this machine.
#include "agent/status/overview.hpp"

#include <algorithm>
#include <ctime>

#include "agent/line/site.hpp"
#include "agent/line/strays.hpp"
#include "agent/port/files/files.hpp"

namespace tributary::status {
namespace {

constexpr std::int64_t most_held = 12, most_refused = 5, most_moving = 10, most_waiting = 4, most_delivered = 5,
                       most_runs = 8;

// The local midnight so many days ago; days have 23 to 25 hours.
std::int64_t midnight(std::int64_t now, int days_ago) {
  const auto moment = static_cast<std::time_t>(now);
  std::tm local{};
  ::localtime_r(&moment, &local);
  local.tm_mday -= days_ago;
  local.tm_hour = local.tm_min = local.tm_sec = 0;
  local.tm_isdst = -1;
  return static_cast<std::int64_t>(::mktime(&local));
}

template <typename T>
bool cut(std::vector<T>& rows, std::int64_t most) {
  if (static_cast<std::int64_t>(rows.size()) <= most) return false;
  rows.resize(static_cast<std::size_t>(most));
  return true;
}

Station station_of(journal::Stage stage) {
  using journal::Stage;
  if (stage <= Stage::waiting) return Station::consent;
  if (stage <= Stage::sealing) return Station::seal;
  if (stage <= Stage::queued) return Station::queue;
  if (stage <= Stage::uploading) return Station::push;
  return stage <= Stage::ingesting ? Station::ingest : Station::delivered;
}

void count(RunView& run, const journal::RunCountRow& row) {
  if (row.stage > journal::Stage::delivered) {
    run.taken_back += row.parcels;
    return;
  }
  auto& at = run.at[static_cast<std::size_t>(station_of(row.stage))];
  const auto state = journal::state_of(row.stage, row.condition, row.operator_hold);
  (state == "held" ? at.held : state == "refused" ? at.refused : at.going) += row.parcels;
}

Status read_days(journal::Journal& journal, const std::vector<journal::CountRow>& counts, Overview& out) {
  for (std::size_t i = 0; i < out.days.size(); ++i) {
    out.days[i].begin = midnight(out.now, static_cast<int>(out.days.size() - 1 - i));
  }
  std::string before;
  for (const auto& row : counts) {  // in the order of destinations
    if (row.destination == before) continue;
    before = row.destination;
    for (std::size_t i = 0; i < out.days.size(); ++i) {
      const auto until = i + 1 < out.days.size() ? out.days[i + 1].begin : out.now + 86400;
      auto arrived = journal.arrived_between(row.destination, out.days[i].begin, until);
      if (!arrived) return arrived.error();
      out.days[i].arrived.parcels += arrived->parcels;
      out.days[i].arrived.bytes += arrived->bytes;
    }
  }
  return {};
}

Status read_destinations(journal::Journal& journal, const config::Settings& settings,
                         const std::vector<journal::CountRow>& counts, Overview& out) {
  auto known = journal.destinations();
  if (!known) return known.error();
  const auto row_of = [&](const std::string& name) {
    for (const auto& row : *known) {
      if (row.name == name) return row;
    }
    journal::DestinationRow none;
    none.name = name;
    return none;
  };
  out.everywhere = row_of("");
  for (const auto& entry : settings.destinations) {
    DestinationView one{entry.name, false, row_of(entry.name), 0, 0, 0};
    auto last = journal.last_arrival(entry.name);
    if (!last) return last.error();
    one.last_arrival = *last;
    for (const auto& row : counts) {
      if (row.destination != entry.name || !is_under_way(row)) continue;
      one.parcels += row.parcels;
      one.bytes += bytes_to_send(row);
    }
    out.destinations.push_back(std::move(one));
    if (!entry.ingest) continue;
    const auto name = line::ingest_name(entry.name);
    out.destinations.push_back({name, true, row_of(name), 0, 0, 0});
  }
  return {};
}

Status read_alarms(journal::Journal& journal, const config::Settings& settings,
                   const std::vector<journal::CountRow>& counts, Overview& out) {
  auto alarms = journal.alarms();
  if (!alarms) return alarms.error();
  out.alarms = std::move(*alarms);
  const bool has_strays = std::any_of(
      counts.begin(), counts.end(), [&](const auto& row) { return settings.destination(row.destination) == nullptr; });
  if (has_strays) {
    auto strays = line::strays(settings, journal);
    if (!strays) return strays.error();
    for (auto& stray : *strays) out.alarms.push_back({"destination", stray.what, stray.hint, 0});
  }
  for (auto& error : line::warnings_of(out.papers, out.now)) out.alarms.push_back({"paper", error.what, error.hint, 0});
  return {};
}

Status read_storage(journal::Journal& journal, const config::Settings& settings, Overview& out) {
  auto retained = journal.retained_bytes();
  if (!retained) return retained.error();
  out.storage.retained_bytes = static_cast<std::int64_t>(*retained);
  out.storage.reserve_bytes = static_cast<std::int64_t>(settings.limits.reserve_bytes);
  if (const auto room = files::free_bytes(settings.state_dir)) {
    out.storage.free_bytes = static_cast<std::int64_t>(*room);
  }
  return {};
}

}  // namespace

Result<Shelved> read_shelf(journal::Journal& journal, journal::Shelf shelf, const std::string& before,
                           std::int64_t most) {
  auto rows = journal.on_shelf(shelf, before, most + 1);
  if (!rows) return rows.error();
  Shelved out{std::move(*rows), false};
  out.more = cut(out.rows, most);
  return out;
}

Result<Shelved> read_run(journal::Journal& journal, const std::string& run, const std::string& after,
                         std::int64_t most) {
  auto rows = journal.parcels({{}, run, {}}, after, most + 1);
  if (!rows) return rows.error();
  Shelved out{std::move(*rows), false};
  out.more = cut(out.rows, most);
  return out;
}

Result<Runs> read_runs(journal::Journal& journal, std::int64_t before, std::int64_t most) {
  auto rows = journal.latest_runs(before, most + 1);
  if (!rows) return rows.error();
  Runs out;
  out.more = cut(*rows, most);
  for (auto& row : *rows) {
    auto counts = journal.count_parcels_of_run(row.id);
    if (!counts) return counts.error();
    RunView run{std::move(row), {}, 0};
    for (const auto& one : *counts) count(run, one);
    out.rows.push_back(std::move(run));
  }
  return out;
}

Result<Overview> read_overview(journal::Journal& journal, const config::Settings& settings,
                               const std::vector<line::Paper>& papers, std::int64_t now_utc_s) {
  Overview out;
  out.site = settings.site;
  out.now = now_utc_s;
  out.papers = papers;
  auto counts = journal.count_parcels();
  if (!counts) return counts.error();
  out.tally = tally_of(*counts);
  for (auto done : {read_days(journal, *counts, out), read_destinations(journal, settings, *counts, out),
                    read_alarms(journal, settings, *counts, out), read_storage(journal, settings, out)}) {
    if (!done) return done.error();
  }
  auto runs = read_runs(journal, 0, most_runs);
  if (!runs) return runs.error();
  out.runs = std::move(*runs);
  auto total = journal.count_runs();
  if (!total) return total.error();
  out.runs_total = *total;
  using journal::Shelf;
  for (const auto& [shelf, most, into] : {std::tuple{Shelf::held, most_held, &out.held},
                                          {Shelf::refused, most_refused, &out.refused},
                                          {Shelf::moving, most_moving, &out.moving},
                                          {Shelf::waiting, most_waiting, &out.waiting},
                                          {Shelf::delivered, most_delivered, &out.delivered}}) {
    auto shelved = read_shelf(journal, shelf, {}, most);
    if (!shelved) return shelved.error();
    *into = std::move(*shelved);
  }
  return out;
}

}  // namespace tributary::status
