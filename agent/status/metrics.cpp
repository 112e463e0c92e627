// agent/status/metrics.cpp: figures for Prometheus.
#include <map>

#include "agent/status/report.hpp"
#include "agent/status/server.hpp"
#include "agent/watch/watch.hpp"

namespace tributary::status {
namespace {

void family(std::string& out, const std::string& name, const std::string& type, const std::string& help) {
  out += "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
}

}  // namespace

Result<std::string> metrics(journal::Journal& journal, const std::string& site, std::int64_t now_utc_s) {
  std::map<std::pair<std::string, std::string>, std::int64_t> parcels;  // destination, state
  std::map<std::string, std::int64_t> bytes_waiting;
  std::map<std::string, std::int64_t> oldest;
  std::string after;
  for (;;) {
    auto page = journal.parcels({}, after, 500);
    if (!page) return page.error();
    if (page->empty()) break;
    after = page->back().id;
    for (const auto& row : *page) {
      ++parcels[{row.destination, std::string(journal::state_of(row.stage, row.condition, row.operator_hold))}];
      if (row.stage < journal::Stage::queued || row.stage >= journal::Stage::delivered) continue;
      bytes_waiting[row.destination] += row.bytes_total - row.bytes_sent;
      auto& first = oldest[row.destination];
      first = first == 0 ? row.created : std::min(first, row.created);
    }
  }
  auto rows = journal.runs();
  if (!rows) return rows.error();
  std::map<std::string, std::int64_t> runs;
  for (const auto& row : *rows) ++runs[std::string(watch::name_of(static_cast<watch::RunState>(row.state)))];

  std::string out;
  family(out, "tributary_info", "gauge", "Version of the agent and name of the site.");
  out += "tributary_info{version=\"" TRIBUTARY_VERSION "\",site=\"" + site + "\"} 1\n";
  family(out, "tributary_runs", "gauge", "Run folders by state.");
  for (const auto& [state, count] : runs)
    out += "tributary_runs{state=\"" + state + "\"} " + std::to_string(count) + "\n";
  family(out, "tributary_parcels", "gauge", "Parcels by destination and state.");
  for (const auto& [key, count] : parcels) {
    out += "tributary_parcels{destination=\"" + key.first + "\",state=\"" + key.second + "\"} " +
           std::to_string(count) + "\n";
  }
  family(out, "tributary_queue_bytes", "gauge", "Ciphertext that is sealed and not yet at its destination.");
  for (const auto& [name, bytes] : bytes_waiting)
    out += "tributary_queue_bytes{destination=\"" + name + "\"} " + std::to_string(bytes) + "\n";
  family(out, "tributary_queue_oldest_seconds", "gauge", "Age of the oldest parcel that is not delivered.");
  for (const auto& [name, first] : oldest) {
    out += "tributary_queue_oldest_seconds{destination=\"" + name + "\"} " + std::to_string(now_utc_s - first) + "\n";
  }
  return out;
}

}  // namespace tributary::status
