// agent/status/metrics.cpp: figures for Prometheus.
#include <algorithm>
#include <map>

#include "agent/status/report.hpp"
#include "agent/status/server.hpp"
#include "agent/watch/watch.hpp"

namespace tributary::status {
namespace {

void family(std::string& out, const std::string& name, const std::string& type, const std::string& help) {
  out += "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
}

// The text format knows three escapes in the value of a label; everything else stands for itself.
std::string label(const std::string& name, std::string_view value) {
  std::string out = name + "=\"";
  for (const char c : value) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  return out + "\"";
}

void sample(std::string& out, const std::string& name, const std::string& labels, std::int64_t value) {
  out += name + "{" + labels + "} " + std::to_string(value) + "\n";
}

}  // namespace

Result<std::string> metrics(journal::Journal& journal, const std::string& site, std::int64_t now_utc_s) {
  std::map<std::pair<std::string, std::string>, std::int64_t> parcels;  // destination, state
  std::map<std::string, std::int64_t> bytes_waiting;
  std::map<std::string, std::int64_t> oldest;
  auto counts = journal.count_parcels();
  if (!counts) return counts.error();
  for (const auto& row : *counts) {
    parcels[{row.destination, std::string(journal::state_of(row.stage, row.condition, row.operator_hold))}] +=
        row.parcels;
    const bool under_way = row.stage >= journal::Stage::queued && row.stage < journal::Stage::delivered;
    if (!under_way || row.condition == journal::Condition::refused) continue;
    bytes_waiting[row.destination] += bytes_to_send(row);
    const auto known = oldest.try_emplace(row.destination, row.oldest_created).first;
    known->second = std::min(known->second, row.oldest_created);
  }
  auto rows = journal.runs();
  if (!rows) return rows.error();
  std::map<std::string, std::int64_t> runs;
  for (const auto& row : *rows) ++runs[std::string(watch::name_of(static_cast<watch::RunState>(row.state)))];

  std::string out;
  family(out, "tributary_info", "gauge", "Version of the agent and name of the site.");
  sample(out, "tributary_info", label("version", TRIBUTARY_VERSION) + "," + label("site", site), 1);
  family(out, "tributary_runs", "gauge", "Run folders by state.");
  for (const auto& [state, count] : runs) sample(out, "tributary_runs", label("state", state), count);
  family(out, "tributary_parcels", "gauge", "Parcels by destination and state.");
  for (const auto& [key, count] : parcels) {
    sample(out, "tributary_parcels", label("destination", key.first) + "," + label("state", key.second), count);
  }
  family(out, "tributary_queue_bytes", "gauge", "Ciphertext that is sealed and not yet at its destination.");
  for (const auto& [name, bytes] : bytes_waiting) {
    sample(out, "tributary_queue_bytes", label("destination", name), bytes);
  }
  family(out, "tributary_queue_oldest_seconds", "gauge",
         "Age of the oldest parcel that is sealed and neither delivered nor refused.");
  for (const auto& [name, first] : oldest) {
    sample(out, "tributary_queue_oldest_seconds", label("destination", name),
           std::max<std::int64_t>(0, now_utc_s - first));
  }
  auto alarms = journal.alarms();
  if (!alarms) return alarms.error();
  family(out, "tributary_alarms", "gauge", "What an operator must see to, by what it is about.");
  for (const auto& alarm : *alarms) sample(out, "tributary_alarms", label("about", alarm.about), 1);
  return out;
}

}  // namespace tributary::status
