// tests/agent/status/hospital.hpp: a journal with a parcel in every state that there is.
#pragma once

#include <map>

#include "agent/journal/migrations.hpp"
#include "agent/status/report.hpp"
#include "agent/status/server.hpp"
#include "tests/agent/journal/state.hpp"

namespace tributary::status_test {

using journal_test::noon;

/// What a machine around a journal tells.
inline status::Surroundings around() {
  return {"test-lab", 5000, 4000, 7, noon - 60, {{"destination national", "certificate", noon + 86400}}};
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

  journal_test::State state;
  std::int64_t run = 0;
};

/// Breaks a journal that is open, as a damaged disk would.
inline void lose_the_parcels(const journal_test::State& state) {
  auto database = store::Database::open(state.directory + "/journal.db", journal::migrations());
  if (!database || !(*database)->run("PRAGMA foreign_keys = OFF; DROP TABLE parcel")) std::abort();
}

}  // namespace tributary::status_test
