// agent/status/metrics.cpp: figures for Prometheus; conf/monitoring/README.md tells what each means.
#include "agent/status/metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string_view>

#include "agent/status/report.hpp"
#include "agent/watch/watch.hpp"

namespace tributary::status {
namespace {

using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

// The text format 0.0.4. Lines of one family stand together, behind their HELP and TYPE.
class Exposition {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    ((((((out_ += "# HELP ") += name) += " ") += help) += "\n# TYPE ") += name) += " ";
    (out_ += type) += "\n";
  }
  void sample(const Labels& labels, const std::string& value) {
    out_ += name_;
    const char* before = "{";
    for (const auto& [name, text] : labels) {
      ((out_ += before) += name) += "=\"";
      escape(text);
      out_ += '"';
      before = ",";
    }
    if (!labels.empty()) out_ += '}';
    ((out_ += ' ') += value) += '\n';
  }
  void sample(const Labels& labels, std::int64_t value) { sample(labels, std::to_string(value)); }
  void one(std::string_view name, std::string_view type, std::string_view help, std::int64_t value) {
    family(name, type, help);
    sample({}, value);
  }
  std::string take() { return std::move(out_); }

 private:
  // Three escapes in the value of a label; everything else stands for itself.
  void escape(std::string_view value) {
    for (const char c : value) {
      if (c == '\\' || c == '"' || c == '\n') out_ += '\\';
      out_ += c == '\n' ? 'n' : c;
    }
  }

  std::string out_;
  std::string name_;
};

using Key = std::pair<std::string, std::string>;  // destination, state

std::int64_t since(std::int64_t then, std::int64_t now) {
  return then == 0 ? 0 : std::max<std::int64_t>(0, now - then);
}

Status tell_runs(Exposition& out, journal::Journal& journal) {
  auto counts = journal.count_runs_by_state();
  if (!counts) return counts.error();
  out.family("tributary_runs", "gauge", "Run folders by state.");
  for (const auto& [state, count] : *counts)
    out.sample({{"state", watch::name_of(static_cast<watch::RunState>(state))}}, count);
  return {};
}

Status tell_parcels(Exposition& out, journal::Journal& journal, std::int64_t now) {
  auto counts = journal.count_parcels();
  if (!counts) return counts.error();
  std::map<Key, std::int64_t> parcels, bytes;
  std::map<std::string, std::int64_t> waiting, oldest;
  for (const auto& row : *counts) {
    const Key key{row.destination, journal::state_of(row.stage, row.condition, row.operator_hold)};
    parcels[key] += row.parcels;
    bytes[key] += row.bytes_total;
    if (!is_under_way(row)) continue;
    waiting[row.destination] += bytes_to_send(row);
    const auto known = oldest.try_emplace(row.destination, row.oldest_created).first;
    known->second = std::min(known->second, row.oldest_created);
  }
  out.family("tributary_parcels", "gauge", "Parcels by destination and state.");
  for (const auto& [key, count] : parcels) out.sample({{"destination", key.first}, {"state", key.second}}, count);
  out.family("tributary_parcel_bytes", "gauge", "Ciphertext of parcels by destination and state.");
  for (const auto& [key, count] : bytes) out.sample({{"destination", key.first}, {"state", key.second}}, count);
  out.family("tributary_queue_bytes", "gauge", "Ciphertext that is sealed and not yet at its destination.");
  for (const auto& [name, count] : waiting) out.sample({{"destination", name}}, count);
  out.family("tributary_queue_oldest_seconds", "gauge",
             "Age of the oldest parcel that is sealed and neither delivered nor refused.");
  for (const auto& [name, first] : oldest) out.sample({{"destination", name}}, since(first, now));
  return {};
}

Status tell_stalled(Exposition& out, journal::Journal& journal, std::int64_t now) {
  auto rows = journal.stalled_parcels();
  if (!rows) return rows.error();
  out.family("tributary_stalled_parcels", "gauge", "Parcels whose attempts bring nothing on, by destination.");
  for (const auto& row : *rows) out.sample({{"destination", row.destination}}, row.parcels);
  out.family("tributary_stalled_seconds", "gauge", "For how long the one of them that stands longest got nothing on.");
  for (const auto& row : *rows) out.sample({{"destination", row.destination}}, since(row.since, now));
  return {};
}

Status tell_receipts(Exposition& out, journal::Journal& journal) {
  auto counts = journal.count_receipts();
  if (!counts) return counts.error();
  out.family("tributary_receipts_total", "counter", "Receipts ever written, by kind.");
  for (const auto* kind : {"delivered", "stopped", "recall", "withdrawn"})
    out.sample({{"kind", kind}}, (*counts)[kind]);
  return {};
}

Status tell_destinations(Exposition& out, journal::Journal& journal, std::int64_t now) {
  auto rows = journal.destinations();
  if (!rows) return rows.error();
  out.family("tributary_destination_paused", "gauge", "1: an operator paused uploads to the destination; * is all.");
  for (const auto& row : *rows) {
    out.sample({{"destination", row.name.empty() ? std::string_view("*") : std::string_view(row.name)}},
               row.is_paused(now) ? 1 : 0);
  }
  out.family("tributary_destination_away_seconds", "gauge", "For how long the destination is away; 0: it is not.");
  for (const auto& row : *rows) {
    if (!row.name.empty()) out.sample({{"destination", row.name}}, since(row.away_since, now));
  }
  out.family("tributary_destination_next_try_seconds", "gauge", "Until a destination that is away is tried again.");
  for (const auto& row : *rows) {
    if (row.away_since != 0) out.sample({{"destination", row.name}}, std::max<std::int64_t>(0, row.next_try - now));
  }
  return {};
}

Status tell_alarms(Exposition& out, journal::Journal& journal) {
  auto alarms = journal.alarms();
  if (!alarms) return alarms.error();
  out.family("tributary_alarms", "gauge", "What an operator must see to, by what it is about.");
  for (const auto& alarm : *alarms) out.sample({{"about", alarm.about}}, 1);
  auto retained = journal.retained_bytes();
  if (!retained) return retained.error();
  out.one("tributary_retained_bytes", "gauge", "Source files that hard links in the state directory keep.",
          static_cast<std::int64_t>(*retained));
  return {};
}

void tell_surroundings(Exposition& out, const Surroundings& around, std::int64_t now) {
  if (around.free_bytes) {
    out.one("tributary_state_free_bytes", "gauge", "Free on the disk of the state directory.",
            static_cast<std::int64_t>(*around.free_bytes));
  }
  out.one("tributary_state_reserve_bytes", "gauge", "With less free than this nothing new is sealed (limits.reserve).",
          static_cast<std::int64_t>(around.reserve_bytes));
  out.family("tributary_credential_expiry_timestamp_seconds", "gauge",
             "When a certificate or token of ours ends, as far as its file tells it.");
  for (const auto& paper : around.papers) {
    if (paper.until > 0) out.sample({{"of", paper.of}, {"key", paper.key}}, paper.until);
  }
  out.one("tributary_idle_seconds", "gauge", "Since the line last made progress.",
          static_cast<std::int64_t>(around.idle_s));
  out.one("tributary_clock_timestamp_seconds", "gauge", "The time of day as the agent believes it.", now);
}

// Names and meaning as client libraries of Prometheus have them ("Writing client libraries", process metrics).
void tell_process(Exposition& out, std::int64_t started_utc_s) {
  out.one("process_start_time_seconds", "gauge", "When the program began.", started_utc_s);
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0) {
    const auto in_s = [](const timeval& t) {
      return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.2f", in_s(used.ru_utime) + in_s(used.ru_stime));
    out.family("process_cpu_seconds_total", "counter", "Time of processors, the program's and the kernel's for it.");
    out.sample({}, text.data());
  }
  std::int64_t whole = 0;
  std::int64_t resident = 0;
  if (std::ifstream("/proc/self/statm") >> whole >> resident)
    out.one("process_resident_memory_bytes", "gauge", "Memory that the program holds.",
            resident * ::sysconf(_SC_PAGESIZE));
  std::error_code code;
  const auto open = std::filesystem::directory_iterator("/proc/self/fd", code);
  if (!code)
    out.one("process_open_fds", "gauge", "Files and connections that are open.",
            std::distance(begin(open), end(open)) - 1);
}

}  // namespace

Result<std::string> metrics(journal::Journal& journal, const Surroundings& around, std::int64_t now_utc_s) {
  Exposition out;
  out.family("tributary_info", "gauge", "Version of the agent and name of the site.");
  out.sample({{"version", TRIBUTARY_VERSION}, {"site", around.site}}, 1);
  if (auto done = tell_runs(out, journal); !done) return done.error();
  if (auto done = tell_parcels(out, journal, now_utc_s); !done) return done.error();
  if (auto done = tell_stalled(out, journal, now_utc_s); !done) return done.error();
  if (auto done = tell_receipts(out, journal); !done) return done.error();
  if (auto done = tell_destinations(out, journal, now_utc_s); !done) return done.error();
  if (auto done = tell_alarms(out, journal); !done) return done.error();
  tell_surroundings(out, around, now_utc_s);
  tell_process(out, around.started_utc_s);
  return out.take();
}

}  // namespace tributary::status
