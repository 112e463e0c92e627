// tests/agent/push/bench.hpp: a sealed parcel in a journal, and a carrier to take it away.
#pragma once

#include "agent/push/push.hpp"
#include "tests/agent/journal/state.hpp"
#include "tests/agent/push/far_side.hpp"
#include "tests/agent/seal/sealing.hpp"

namespace tributary::push_test {

class Bench {
 public:
  explicit Bench(std::size_t reads = 2000) {
    desk.add_fastq(reads);
    auto row = journal_test::State::wish(state.add_run());
    const auto one = desk.parcel();
    if (!one) std::abort();
    row.pseudonym = one->pseudonym();
    id = state.journal->plan_parcel(row)->id;
    auto sealed = seal::Sealer(desk.how, desk.house.clock, desk.stop).seal(id, *one, [](std::uint64_t) {});
    if (!sealed || !queue::Outbox(*state.journal).put(*sealed, journal_test::noon)) std::abort();
  }

  journal::ParcelRow row() { return state.row(id); }
  std::vector<journal::ObjectRow> objects() { return *state.journal->objects(id, false); }
  /// As a program that was just started would do it: nothing is kept between two calls but the journal.
  Result<push::PushedParcel> push() {
    refusal = {};
    auto parcel = queue::Outbox(*state.journal).take(row());
    if (!parcel) return parcel.error();
    push::Carrier carrier = make();
    return carrier.push(*parcel, route(), refusal);
  }
  Status ingest() {
    push::Carrier carrier = make();
    auto parcel = carrier.look_up(row());
    if (!parcel) return parcel.error();
    return carrier.ingest(*parcel, route());
  }
  Status prove(config::VerifyAfter how) {
    auto to = route();
    to.verify_after = how;
    return make().prove(row(), to);
  }
  Status withdraw() { return make().withdraw(row(), route()); }
  push::Carrier::Route route() {
    return {.destination = &far,
            .ingest = with_tasks ? &tasks : nullptr,
            .controlled_access = {"https://far/datasets/1"},
            .lanes = lanes,
            .interrupt = interrupt};
  }

  fakes::Sealing desk;
  journal_test::State state;
  std::string id;
  FarFolder far;
  FarTasks tasks;
  bool with_tasks = true;
  std::uint32_t lanes = 1;
  std::function<void()> interrupt = [] {};
  consent::Decision answer{.verdict = consent::Verdict::permit,
                           .reason = "as told",
                           .findings = {},
                           .obligations = {},
                           .terms = {},
                           .valid_until_utc_s = {},
                           .evidence_sha256 = {}};
  std::vector<std::string> asked;
  push::Carrier::Refusal refusal;

 private:
  push::Carrier make() {
    return {*state.journal, desk.house.clock, "test-lab", [this](const journal::ParcelRow& of) {
              asked.push_back(of.id);
              return answer;
            }};
  }
};

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace tributary::push_test
