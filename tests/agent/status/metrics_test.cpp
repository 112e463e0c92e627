// tests/agent/status/metrics_test.cpp: the figures are text that Prometheus takes, and the same as everywhere.
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

#include "tests/agent/status/hospital.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::status_test {

using journal::Condition;
using journal::Stage;

namespace {

bool is_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && c != ':') return false;
  }
  return true;
}

/// A reader of the text format 0.0.4 that takes nothing for granted; `problem` says what it could not take.
struct Exposition {
  std::map<std::string, std::string> samples;  // "name{labels as written}" to value
  std::set<std::string> helped;
  std::map<std::string, std::string> typed;             // family to type
  std::map<std::string, std::set<std::string>> labels;  // family to names
  std::string problem, family;

  explicit Exposition(const std::string& text) {
    if (!text.ends_with('\n')) problem = "no line feed at the end";
    std::istringstream lines(text);
    for (std::string line; problem.empty() && std::getline(lines, line);) take(line);
  }

 private:
  void take(const std::string& line) {
    if (line.starts_with("# HELP ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
      if (!is_name(family) || !helped.insert(family).second) problem = "HELP twice: " + line;
    } else if (line.starts_with("# TYPE ")) {
      const auto type = line.substr(line.rfind(' ') + 1);
      const bool known = type == "gauge" || type == "counter";
      if (!known || line != "# TYPE " + family + " " + type || !typed.emplace(family, type).second)
        problem = "TYPE: " + line;
      if (family.ends_with("_total") != (type == "counter")) problem = "a counter ends with _total: " + line;
    } else {
      sample(line);
    }
  }
  void sample(const std::string& line) {
    const auto name = line.substr(0, line.find_first_of("{ "));
    if (name != family || typed.count(family) == 0) problem = "outside of its family: " + line;
    std::size_t at = name.size();
    if (line[at] == '{') {
      ++at;
      while (problem.empty() && line[at] != '}') label(line, at);
      ++at;
    }
    if (!problem.empty()) return;
    const auto value = line.substr(at);
    if (value.size() < 2 || value[0] != ' ' || value.find_first_not_of("0123456789.", 1) != std::string::npos) {
      problem = "value: " + line;
    } else if (!samples.emplace(line.substr(0, at), value.substr(1)).second) {
      problem = "the same sample twice: " + line;
    }
  }
  void label(const std::string& line, std::size_t& at) {
    const auto equals = line.find("=\"", at);
    if (equals == std::string::npos || !is_name(line.substr(at, equals - at))) {
      problem = "label: " + line;
      return;
    }
    labels[family].insert(line.substr(at, equals - at));
    for (at = equals + 2; at < line.size() && line[at] != '"'; ++at) {
      if (line[at] == '\\' && std::string_view("\\\"n").find(line[++at]) == std::string_view::npos) problem = line;
    }
    if (at >= line.size()) problem = "a label without an end: " + line;
    if (at + 1 < line.size() && line[++at] == ',') ++at;
  }
};

std::string content(const std::string& name) {
  std::ifstream in(TRIBUTARY_CONF_FOLDER "/monitoring/" + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The names in back quotes of one cell of a table.
std::set<std::string> quoted(const std::string& cell) {
  static const std::regex word("`([a-z_]+)`");
  std::set<std::string> out;
  for (std::sregex_iterator at(cell.begin(), cell.end(), word), end; at != end; ++at) out.insert((*at)[1]);
  return out;
}

struct Documented {
  std::map<std::string, std::string> types;
  std::map<std::string, std::set<std::string>> labels;
};
Documented documented() {
  Documented out;
  static const std::regex row("\\| `([a-z_]+)` \\| ([a-z]+) \\|([^|]*)\\| [^|]+ \\|");
  const auto text = content("README.md");
  for (std::sregex_iterator at(text.begin(), text.end(), row), end; at != end; ++at) {
    out.types[(*at)[1]] = (*at)[2];
    if (const auto names = quoted((*at)[3]); !names.empty()) out.labels[(*at)[1]] = names;
  }
  return out;
}

}  // namespace

TEST_GROUP(Metrics) {
  Hospital hospital;
  std::string text(std::int64_t now = noon, const std::string& site = "test-lab") {
    auto machine = around();
    machine.site = site;
    auto out = status::metrics(*hospital.state.journal, machine, now);
    CHECK_TRUE(out.ok());
    return *out;
  }
  std::map<std::string, std::string> read(std::int64_t now = noon) {
    const Exposition seen(text(now));
    STRCMP_EQUAL("", seen.problem.c_str());
    return seen.samples;
  }
};

TEST(Metrics, are_what_prometheus_reads) {
  for (const bool full : {false, true}) {
    if (full) hospital.fill();
    const Exposition seen(text());
    STRCMP_EQUAL("", seen.problem.c_str());
    LONGS_EQUAL(seen.helped.size(), seen.typed.size());
    CHECK_TRUE(seen.samples.count("tributary_info{version=\"" TRIBUTARY_VERSION "\",site=\"test-lab\"}") == 1);
  }
}

// One of everything that there can be.
TEST(Metrics, are_those_of_the_documented_table_with_type_and_labels) {
  hospital.fill();
  auto& journal = *hospital.state.journal;
  CHECK_TRUE(journal.set_away("national", wait_error("x"), noon + 90, noon).ok());
  CHECK_TRUE(journal.raise_alarm("clock", wait_error("x"), noon).ok());
  const auto late = hospital.parcel("TL-20", Stage::queued);
  CHECK_TRUE(journal.begin_work(late, Stage::uploading, noon).ok());
  CHECK_TRUE(journal.end_work(late, {Stage::uploading, Condition::going, "no answer", "", noon + 60}, noon).ok());
  const Exposition seen(text());
  const auto table = documented();
  STRCMP_EQUAL("", seen.problem.c_str());
  CHECK_TRUE(table.types == seen.typed);
  for (const auto& [name, type] : table.types) {
    const auto served = seen.labels.count(name) != 0 ? seen.labels.at(name) : std::set<std::string>();
    const auto said = table.labels.count(name) != 0 ? table.labels.at(name) : std::set<std::string>();
    CHECK_TRUE_TEXT(served == said, name.c_str());
    CHECK_TRUE_TEXT(
        seen.samples.lower_bound(name) != seen.samples.end() && seen.samples.lower_bound(name)->first.starts_with(name),
        ("no sample of " + name).c_str());
  }
}

TEST(Metrics, that_rules_and_dashboard_name_are_there) {
  static const std::regex name("(tributary|process)_[a-z_]+");
  const auto table = documented();
  for (const auto* file : {"tributary.rules.yaml", "tributary.dashboard.json"}) {
    std::istringstream lines(content(file));
    std::set<std::string> named;
    for (std::string line; std::getline(lines, line);) {
      if (line.find("summary:") != std::string::npos || line.find("cure:") != std::string::npos) continue;
      for (std::sregex_iterator at(line.begin(), line.end(), name), end; at != end; ++at) named.insert((*at)[0]);
    }
    CHECK_TRUE_TEXT(named.size() > 10, file);
    for (const auto& one : named) CHECK_TRUE_TEXT(table.types.count(one) == 1, one.c_str());
  }
}

TEST(Metrics, tell_what_the_journal_does_not) {
  const auto samples = read();
  STRCMP_EQUAL("5000", samples.at("tributary_state_free_bytes").c_str());
  STRCMP_EQUAL("4000", samples.at("tributary_state_reserve_bytes").c_str());
  STRCMP_EQUAL("7", samples.at("tributary_idle_seconds").c_str());
  STRCMP_EQUAL(std::to_string(noon).c_str(), samples.at("tributary_clock_timestamp_seconds").c_str());
  STRCMP_EQUAL(std::to_string(noon - 60).c_str(), samples.at("process_start_time_seconds").c_str());
  STRCMP_EQUAL(
      std::to_string(noon + 86400).c_str(),
      samples.at("tributary_credential_expiry_timestamp_seconds{of=\"destination national\",key=\"tls.cert_file\"}")
          .c_str());
}

TEST(Metrics, tell_what_does_not_get_on) {
  auto& journal = *hospital.state.journal;
  const auto id = hospital.parcel("TL-01", Stage::queued);
  for (const auto at : {noon, noon + 60}) {
    CHECK_TRUE(journal.begin_work(id, Stage::uploading, at).ok());
    CHECK_TRUE(journal.end_work(id, {Stage::uploading, Condition::going, "no answer", "", at + 60}, at).ok());
  }
  const auto samples = read(noon + 3600);
  STRCMP_EQUAL("1", samples.at("tributary_stalled_parcels{destination=\"national\"}").c_str());
  STRCMP_EQUAL("3600", samples.at("tributary_stalled_seconds{destination=\"national\"}").c_str());
}

TEST(Metrics, count_receipts_for_ever) {
  const auto id = hospital.parcel("TL-01", Stage::registered);
  CHECK_TRUE(hospital.state.journal->add_receipt(id, "delivered", Json().add("x", 1), Stage::delivered, noon).ok());
  STRCMP_EQUAL("1", read().at("tributary_receipts_total{kind=\"delivered\"}").c_str());
  STRCMP_EQUAL("0", read().at("tributary_receipts_total{kind=\"withdrawn\"}").c_str());
  STRCMP_EQUAL("1010", read().at("tributary_parcel_bytes{destination=\"national\",state=\"delivered\"}").c_str());
}

TEST(Metrics, tell_what_links_keep) {
  CHECK_TRUE(hospital.state.journal->note_retained(4096).ok());
  STRCMP_EQUAL("4096", read().at("tributary_retained_bytes").c_str());
}

TEST(Metrics, have_one_help_and_one_type_for_any_number_of_destinations) {
  hospital.parcel("TL-01", Stage::queued, Condition::going, {}, "national");
  hospital.parcel("TL-01b", Stage::queued);
  hospital.run = hospital.state.add_run("251121_RUN");
  hospital.parcel("TL-02", Stage::queued, Condition::going, {}, "regional");
  const auto samples = read();
  STRCMP_EQUAL("2", samples.at("tributary_parcels{destination=\"national\",state=\"queued\"}").c_str());
  STRCMP_EQUAL("1010", samples.at("tributary_queue_bytes{destination=\"regional\"}").c_str());
  STRCMP_EQUAL("2", samples.at("tributary_runs{state=\"settled\"}").c_str());
}

TEST(Metrics, escape_what_stands_in_labels) {
  hospital.parcel("TL-01", Stage::queued, Condition::going, {}, "a\"b\\c\nd");
  const Exposition seen(text(noon, "si\"te"));
  STRCMP_EQUAL("", seen.problem.c_str());
  LONGS_EQUAL(1, seen.samples.count("tributary_queue_bytes{destination=\"a\\\"b\\\\c\\nd\"}"));
}

TEST(Metrics, count_as_the_report_does) {
  hospital.fill();
  const auto samples = read();
  const auto report = hospital.report();
  std::map<std::string, std::int64_t> by_state;
  for (const auto& parcel : report["parcels"].items()) ++by_state[std::string(parcel["state"].as_string())];
  CHECK_TRUE(by_state.size() > 7);
  for (const auto& [state, count] : by_state) {
    STRCMP_EQUAL(std::to_string(count).c_str(),
                 samples.at("tributary_parcels{destination=\"national\",state=\"" + state + "\"}").c_str());
  }
  STRCMP_EQUAL(std::to_string(report["queue_bytes"].as_integer()).c_str(),
               samples.at("tributary_queue_bytes{destination=\"national\"}").c_str());
}

TEST(Metrics, tell_the_age_of_what_waits_longest) {
  hospital.parcel("TL-01", Stage::queued);
  STRCMP_EQUAL("3600", read(noon + 3600).at("tributary_queue_oldest_seconds{destination=\"national\"}").c_str());
}

TEST(Metrics, tell_no_age_of_what_will_never_go_or_is_there) {
  hospital.parcel("TL-01", Stage::uploading, Condition::refused, "no");
  hospital.parcel("TL-02", Stage::delivered);
  hospital.parcel("TL-03", Stage::cancelled);
  hospital.parcel("TL-04", Stage::waiting);
  LONGS_EQUAL(0, read().count("tributary_queue_oldest_seconds{destination=\"national\"}"));
  LONGS_EQUAL(0, read().count("tributary_queue_bytes{destination=\"national\"}"));
}

TEST(Metrics, tell_of_pauses_and_of_destinations_that_are_away) {
  auto& journal = *hospital.state.journal;
  CHECK_TRUE(journal.pause_destination("", noon + 60, noon).ok());
  CHECK_TRUE(journal.set_away("national", wait_error("x"), noon + 90, noon).ok());
  const auto samples = read(noon + 30);
  STRCMP_EQUAL("1", samples.at("tributary_destination_paused{destination=\"*\"}").c_str());
  STRCMP_EQUAL("0", samples.at("tributary_destination_paused{destination=\"national\"}").c_str());
  STRCMP_EQUAL("30", samples.at("tributary_destination_away_seconds{destination=\"national\"}").c_str());
  STRCMP_EQUAL("60", samples.at("tributary_destination_next_try_seconds{destination=\"national\"}").c_str());
  STRCMP_EQUAL("0", read(noon + 60).at("tributary_destination_paused{destination=\"*\"}").c_str());
}

TEST(Metrics, are_never_negative) {
  hospital.sent(hospital.parcel("TL-01", Stage::uploading), 5000, 0);
  const auto samples = read(noon - 60);
  STRCMP_EQUAL("0", samples.at("tributary_queue_oldest_seconds{destination=\"national\"}").c_str());
  STRCMP_EQUAL("0", samples.at("tributary_queue_bytes{destination=\"national\"}").c_str());
}

TEST(Metrics, hold_no_pseudonym_and_no_name_of_a_run) {
  hospital.fill();
  CHECK_TRUE(text().find("TL-") == std::string::npos);
  CHECK_TRUE(text().find("251120") == std::string::npos);
}

}  // namespace tributary::status_test
