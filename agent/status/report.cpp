// agent/status/report.cpp: what is going on, as JSON.
#include "agent/status/report.hpp"

#include <algorithm>

#include "agent/base/clock.hpp"
#include "agent/watch/watch.hpp"

namespace tributary::status {
namespace {

constexpr std::int64_t page_rows = 500;
constexpr const char* came_back =
    "consent is given again after the data was withdrawn: to send it anew needs a new decision";

constexpr std::string_view all_destinations = "*";

Json time_or_null(std::int64_t utc_s) { return utc_s <= 0 ? Json() : Json(to_rfc3339(utc_s)); }

void count(Tally& tally, const journal::CountRow& row) {
  const auto state = journal::state_of(row.stage, row.condition, row.operator_hold);
  tally.parcels += row.parcels;
  if (state == "held") {
    tally.held += row.parcels;
  } else if (state == "refused") {
    tally.refused += row.parcels;
  } else if (state == "delivered") {
    tally.delivered += row.parcels;
  } else if (state == "withdrawn") {
    tally.withdrawn += row.parcels;
  } else if (state != "cancelled") {
    tally.waiting += row.parcels;
  }
  tally.queue_bytes += bytes_to_send(row);
}

}  // namespace

Json run_json(const journal::RunRow& row) {
  Json out;
  out.add("run", row.name)
      .add("unit", or_null(row.unit))
      .add("instrument", or_null(row.instrument))
      .add("model", or_null(row.model));
  out.add("state", watch::name_of(static_cast<watch::RunState>(row.state))).add("since", time_or_null(row.since));
  out.add("samples", row.samples).add("reason", or_null(row.reason)).add("hint", or_null(row.hint));
  return out;
}

Json destination_json(const journal::DestinationRow& row, std::int64_t now_utc_s) {
  const bool paused = row.is_paused(now_utc_s), away = row.away_since > 0;
  if (!paused && !away && row.waits_for.empty()) return {};
  const auto name = row.name.empty() ? std::string(all_destinations) : row.name;
  const auto which = row.name.empty() ? std::string() : " --destination " + row.name;
  Json out;
  out.add("destination", name).add("state", paused ? "paused" : away ? "away" : "waiting");
  out.add("reason", paused ? Json("paused by an operator") : away ? or_null(row.reason) : Json(row.waits_for));
  out.add("hint", paused ? Json("tributary resume" + which) : away ? or_null(row.hint) : Json());
  out.add("since", time_or_null(paused ? row.paused_since : row.away_since));
  out.add("until", paused ? time_or_null(row.paused_until) : Json());
  out.add("tries", row.tries).add("next_try", away ? time_or_null(row.next_try) : Json());
  return out;
}

std::string destination_line(const Json& destination) {
  const auto word = [&](const char* key) { return std::string(destination[key].as_string()); };
  std::string out = word("destination") + ": " + word("state");
  if (!destination["since"].is_null()) out += " since " + word("since");
  if (!destination["until"].is_null()) out += " until " + word("until");
  if (!destination["next_try"].is_null()) out += ", tried again at " + word("next_try");
  if (word("state") != "paused") out += ": " + word("reason");
  if (!destination["hint"].is_null()) out += "; " + word("hint");
  return out;
}

Why why_of(const journal::ParcelRow& row) {
  // A hold of ours says more than what the parcel waits for, and less than a refusal.
  if (!row.operator_hold || row.condition == journal::Condition::refused)
    return {row.reason.empty() ? row.withdraw_reason : row.reason, row.hint};
  if (row.withdraw_reason.empty()) return {"held by an operator", "tributary release " + row.id};
  return {came_back, "tributary release " + row.id + ", or: tributary cancel " + row.id};
}

Json parcel_json(const journal::ParcelRow& row, const std::vector<journal::ObjectRow>& objects) {
  Json list = Json::array();
  for (const auto& object : objects) {
    list.push(Json()
                  .add("name", object.name)
                  .add("size", object.bytes)
                  .add("sha256", to_hex(object.sha256))
                  .add("drs_id", or_null(object.far_id)));
  }
  const auto why = why_of(row);
  Json out;
  out.add("parcel", row.id).add("run", row.run_name).add("destination", row.destination).add("policy", row.policy);
  out.add("pseudonym", row.pseudonym).add("state", journal::state_of(row.stage, row.condition, row.operator_hold));
  out.add("stage", journal::name_of(row.stage)).add("reason", or_null(why.reason)).add("hint", or_null(why.hint));
  out.add("files", row.files);
  out.add("bytes_total", row.bytes_total).add("bytes_sent", row.bytes_sent).add("bytes_per_s", row.bytes_per_s);
  const auto left = seconds_left(row);
  out.add("seconds_left", left ? Json(*left) : Json());
  out.add("attempts", row.attempts)
      .add("next_attempt", time_or_null(row.not_before))
      .add("updated", time_or_null(row.updated));
  out.add("delivered_at", time_or_null(row.delivered)).add("objects", std::move(list));
  out.add("ingest",
          row.task_id.empty() ? Json() : Json().add("task_id", row.task_id).add("state", or_null(row.task_state)));
  return out;
}

Status each_parcel(journal::Journal& journal, const journal::Filter& filter,
                   const std::function<Status(const journal::ParcelRow&)>& visit) {
  std::string after;
  for (;;) {
    auto page = journal.parcels(filter, after, page_rows);
    if (!page) return page.error();
    if (page->empty()) return {};
    after = page->back().id;
    for (const auto& row : *page) {
      if (auto done = visit(row); !done) return done;
    }
  }
}

bool is_under_way(const journal::CountRow& row) {
  return row.stage >= journal::Stage::queued && row.stage < journal::Stage::delivered &&
         row.condition != journal::Condition::refused;
}

std::int64_t bytes_to_send(const journal::CountRow& row) {
  return is_under_way(row) && row.stage <= journal::Stage::uploading ? row.bytes_left : 0;
}

std::optional<std::int64_t> seconds_left(const journal::ParcelRow& row) {
  if (row.stage != journal::Stage::uploading || row.bytes_per_s <= 0) return std::nullopt;
  return std::max<std::int64_t>(0, row.bytes_total - row.bytes_sent) / row.bytes_per_s;
}

Tally tally_of(const std::vector<journal::CountRow>& rows) {
  Tally out;
  for (const auto& row : rows) count(out, row);
  return out;
}

Result<Tally> tally(journal::Journal& journal) {
  auto rows = journal.count_parcels();
  if (!rows) return rows.error();
  return tally_of(*rows);
}

Result<Json> report(journal::Journal& journal, const std::string& site, std::int64_t now_utc_s,
                    const std::vector<Error>& more, std::int64_t most) {
  auto rows = journal.latest_runs(0, most);
  if (!rows) return rows.error();
  Json runs = Json::array();
  for (auto row = rows->rbegin(); row != rows->rend(); ++row) runs.push(run_json(*row));
  auto runs_total = journal.count_runs();
  if (!runs_total) return runs_total.error();
  auto latest = journal.latest_parcels(most);
  if (!latest) return latest.error();
  std::sort(latest->begin(), latest->end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  Json parcels = Json::array();
  for (const auto& row : *latest) {
    auto objects = journal.objects(row.id, false);
    if (!objects) return objects.error();
    parcels.push(parcel_json(row, *objects));
  }
  auto counted = tally(journal);
  if (!counted) return counted.error();
  const auto& total = *counted;
  Json out;
  out.add("site", site).add("version", TRIBUTARY_VERSION).add("now", to_rfc3339(now_utc_s));
  out.add("runs", std::move(runs)).add("parcels", std::move(parcels));
  out.add("runs_total", *runs_total).add("parcels_total", total.parcels);
  out.add("held", total.held)
      .add("refused", total.refused)
      .add("waiting", total.waiting)
      .add("delivered", total.delivered);
  auto retained = journal.retained_bytes();
  if (!retained) return retained.error();
  out.add("withdrawn", total.withdrawn).add("queue_bytes", total.queue_bytes).add("retained_bytes", *retained);
  auto known = journal.destinations();
  if (!known) return known.error();
  Json destinations = Json::array();
  for (const auto& row : *known) {
    if (auto one = destination_json(row, now_utc_s); !one.is_null()) destinations.push(std::move(one));
  }
  out.add("destinations", std::move(destinations));
  auto alarms = journal.alarms();
  if (!alarms) return alarms.error();
  Json warnings = Json::array();
  for (const auto& alarm : *alarms) warnings.push(sentence(operator_error(alarm.what, alarm.hint)));
  for (const auto& error : more) warnings.push(sentence(error));
  out.add("warnings", std::move(warnings));
  return out;
}

}  // namespace tributary::status
