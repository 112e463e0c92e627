// tests/agent/status/hospital.hpp: a journal with a parcel in every state that there is.
#pragma once

#include <cstdlib>
#include <ctime>
#include <map>

#include "agent/journal/migrations.hpp"
#include "agent/status/overview.hpp"
#include "agent/status/report.hpp"
#include "agent/status/server.hpp"
#include "tests/agent/journal/state.hpp"

namespace tributary::status_test {

using journal_test::noon;

/// What a machine around a journal tells.
inline status::Surroundings around() {
  return {"test-lab", 5000, 4000, 7, noon - 60, {{"destination national", "tls.cert_file", noon + 86400, {}}}};
}

class Hospital {
 public:
  /// A parcel of 1,010 bytes in two objects, taken as far as `stage`.
  std::string parcel(const std::string& pseudonym, journal::Stage stage,
                     journal::Condition condition = journal::Condition::going, const std::string& reason = {},
                     const std::string& destination = "national") {
    if (run == 0) run = state.add_run();
    auto wish = journal_test::State::wish(run, pseudonym);
    wish.destination = destination;
    const auto id = state.journal->plan_parcel(wish)->id;
    if (stage >= journal::Stage::queued) state.seal(id);
    const journal::Journal::Outcome outcome{stage, condition, reason, reason.empty() ? "" : "do something", 0};
    if (!state.journal->end_work(id, outcome, noon)) std::abort();
    return id;
  }
  void sent(const std::string& id, std::uint64_t bytes, std::uint64_t bytes_per_s) {
    if (!state.journal->progress(id, bytes, bytes_per_s)) std::abort();
  }
  /// Twelve parcels: every stage, and every way to stand still.
  void fill() {
    using journal::Condition;
    using journal::Stage;
    parcel("TL-01", Stage::waiting);
    parcel("TL-02", Stage::waiting, Condition::refused, "consent: withdrawn");
    parcel("TL-03", Stage::waiting, Condition::held, "no document");
    parcel("TL-04", Stage::queued);
    sent(parcel("TL-05", Stage::uploading), 400, 100);
    sent(parcel("TL-06", Stage::uploading, Condition::refused, "the far side says no"), 10, 0);
    parcel("TL-07", Stage::uploading, Condition::held, "no right");
    sent(parcel("TL-08", Stage::registered), 1010, 0);
    sent(parcel("TL-09", Stage::ingesting), 1010, 0);
    sent(parcel("TL-10", Stage::delivered), 1010, 0);
    parcel("TL-11", Stage::withdrawn);
    parcel("TL-12", Stage::cancelled);
  }
  Json report() {
    auto out = status::report(*state.journal, "test-lab", noon);
    return out ? std::move(*out) : Json(sentence(out.error()));
  }
  /// Of the report: the parcel of a pseudonym.
  Json shown(const std::string& pseudonym) {
    const auto all = report();
    for (const auto& one : all["parcels"].items()) {
      if (one["pseudonym"].as_string() == pseudonym) return one;
    }
    return {};
  }

  /// Of a configuration that has both destinations of these tests.
  [[nodiscard]] config::Settings settings() const {
    config::Settings out;
    out.site = "test-lab";
    out.state_dir = state.directory;
    out.listen = "127.0.0.1:0";
    for (const auto* name : {"national", "archive"}) {
      config::Destination destination;
      destination.name = name;
      out.destinations.push_back(destination);
    }
    return out;
  }
  status::Overview overview(std::int64_t now = noon) {
    const auto with = settings();
    auto out = status::read_overview(*state.journal, with, line::papers_of(with), now);
    if (!out) std::abort();
    return std::move(*out);
  }

  journal_test::State state;
  std::int64_t run = 0;
};

/// Times of the page are local ones: UTC in these tests.
struct InUtc {
  InUtc() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
};
inline bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// What is wrong with the elements of a page: "" when every one is closed in its order.
inline std::string unbalanced(const std::string& html) {
  std::vector<std::string> open;
  for (auto at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    const auto close = html.find('>', at);
    const auto end = html.find_first_of(" />", at + 2);
    auto name = html.substr(at + 1, end - at - 1);
    if (close == std::string::npos) return "no end of " + name;
    const bool is_void = name == "!doctype" || name == "meta" || name == "link" || name == "img" || name == "input";
    if (is_void || html[close - 1] == '/') continue;
    if (!name.starts_with('/')) {
      open.push_back(name);
    } else if (open.empty() || open.back() != name.substr(1)) {
      return "closed out of order: " + name;
    } else {
      open.pop_back();
    }
  }
  return open.empty() ? "" : "not closed: " + open.back();
}

/// Breaks a journal that is open, as a damaged disk would.
inline void lose_the_parcels(const journal_test::State& state) {
  auto database = store::Database::open(state.directory + "/journal.db", journal::migrations());
  if (!database || !(*database)->run("PRAGMA foreign_keys = OFF; DROP TABLE parcel")) std::abort();
}

}  // namespace tributary::status_test
