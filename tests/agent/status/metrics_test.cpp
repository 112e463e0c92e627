// tests/agent/status/metrics_test.cpp: the figures are text that Prometheus takes, and the same as everywhere.
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
  std::set<std::string> helped, typed;
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
      if (line != "# TYPE " + family + " gauge" || !typed.insert(family).second) problem = "TYPE: " + line;
    } else {
      sample(line);
    }
  }
  void sample(const std::string& line) {
    const auto brace = line.find('{');
    if (line.substr(0, brace) != family || typed.count(family) == 0) problem = "outside of its family: " + line;
    std::size_t at = brace + 1;
    while (problem.empty() && line[at] != '}') label(line, at);
    if (!problem.empty()) return;
    const auto value = line.substr(at + 1);
    if (value.size() < 2 || value[0] != ' ' || value.find_first_not_of("0123456789", 1) != std::string::npos) {
      problem = "value: " + line;
    } else if (!samples.emplace(line.substr(0, at + 1), value.substr(1)).second) {
      problem = "the same sample twice: " + line;
    }
  }
  void label(const std::string& line, std::size_t& at) {
    const auto equals = line.find("=\"", at);
    if (equals == std::string::npos || !is_name(line.substr(at, equals - at))) {
      problem = "label: " + line;
      return;
    }
    for (at = equals + 2; at < line.size() && line[at] != '"'; ++at) {
      if (line[at] == '\\' && std::string_view("\\\"n").find(line[++at]) == std::string_view::npos) problem = line;
    }
    if (at >= line.size()) problem = "a label without an end: " + line;
    if (at + 1 < line.size() && line[++at] == ',') ++at;
  }
};

}  // namespace

TEST_GROUP(Metrics) {
  Hospital hospital;
  std::string text(std::int64_t now = noon, const std::string& site = "test-lab") {
    auto out = status::metrics(*hospital.state.journal, site, now);
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
    LONGS_EQUAL(10, seen.helped.size());
    CHECK_TRUE(seen.helped == seen.typed);
    CHECK_TRUE(seen.samples.count("tributary_info{version=\"" TRIBUTARY_VERSION "\",site=\"test-lab\"}") == 1);
  }
}

TEST(Metrics, tell_what_links_keep) {
  CHECK_TRUE(hospital.state.journal->note_retained(4096).ok());
  STRCMP_EQUAL("4096", read().at("tributary_retained_bytes{site=\"test-lab\"}").c_str());
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
