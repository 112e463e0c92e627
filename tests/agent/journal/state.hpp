// tests/agent/journal/state.hpp: a journal in a directory that goes with it, and rows to put into it.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "agent/journal/journal.hpp"

namespace tributary::journal_test {

inline constexpr std::int64_t noon = 1763719200;  // 2025-11-21T10:00:00Z

class State {
 public:
  State() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tributary-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    directory = pattern;
    open();
  }
  ~State() {
    journal.reset();
    std::error_code ignored;  // what is left of it lies in /tmp
    std::filesystem::remove_all(directory, ignored);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void open() {
    journal.reset();
    auto opened = journal::Journal::open(directory, key('k'));
    if (opened) journal = std::move(*opened);
  }
  static Secret<32> key(char fill) { return Secret<32>(view(std::string(32, fill))); }

  std::int64_t add_run(const std::string& name = "251120_RUN", const std::string& unit = "u") {
    journal::RunRow row;
    row.folder_tag = journal->tag("folder", "/runs/" + name);
    row.name = name;
    row.unit = unit;
    row.instrument = "illumina";
    row.state = 3;
    row.since = noon;
    return journal->put_run(row).value_or(0);
  }
  journal::ParcelRow plan(std::int64_t run, const std::string& pseudonym = "TL-1") {
    return *journal->plan_parcel(wish(run, pseudonym));
  }
  static journal::ParcelRow wish(std::int64_t run, const std::string& pseudonym = "TL-1") {
    journal::ParcelRow row;
    row.run = run;
    row.destination = "national";
    row.policy = "research";
    row.pseudonym = pseudonym;
    row.subject_pseudonym = "TS-1";
    row.key_id = "00";
    row.files = 2;
    row.updated = noon;
    return row;
  }
  static std::vector<journal::ObjectRow> objects(const std::string& pseudonym = "TL-1") {
    journal::ObjectRow data, manifest;
    data.name = pseudonym + ".fastq.gz.c4gh";
    data.bytes = 1000;
    data.sha256.fill(1);
    data.plaintext_sha256.fill(2);
    manifest.number = 1;
    manifest.name = pseudonym + ".manifest.json.c4gh";
    manifest.bytes = 10;
    manifest.inline_bytes = to_bytes("ciphertext");
    return {data, manifest};
  }
  void seal(const std::string& id) {
    if (!journal->put_sealed(id, view("RECIPE-IN-THE-CLEAR"), objects(), noon)) std::abort();
  }
  void move(const std::string& id, journal::Stage stage) {
    if (!journal->end_work(id, {stage, journal::Condition::going, {}, {}, 0}, noon)) std::abort();
  }
  journal::ParcelRow row(const std::string& id) { return *journal->parcel(id).value_or(std::nullopt); }
  bool withdraw(const std::string& id, const std::string& reason = "consent: gone") {
    return journal->withdraw_parcel(id, reason, Json().add("stopped_at", "noon"), noon).value_or(false);
  }
  /// By an operator.
  bool hold(const std::string& id) {
    return journal->hold({.parcel = id, .run = {}, .destination = {}}, noon).value_or(0) == 1;
  }
  /// As the command does it; the number of parcels that were stopped.
  std::int64_t withdraw_subject(const std::string& subject_id) {
    if (!journal->remember_withdrawal(subject_id, journal::Level::no_further_use, noon)) std::abort();
    const auto theirs = journal->parcels_of(subject_id);
    return std::count_if(theirs->parcels.begin(), theirs->parcels.end(),
                         [this](const auto& row) { return withdraw(row.id, "consent: the subject withdrew"); });
  }
  std::string state_of(const std::string& id) {
    const auto now = row(id);
    return std::string(journal::state_of(now.stage, now.condition, now.operator_hold));
  }
  /// Every byte that lies in the directory.
  [[nodiscard]] std::string bytes() const {
    std::string all;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
      std::ifstream in(entry.path(), std::ios::binary);
      all.append(std::istreambuf_iterator<char>(in), {});
    }
    return all;
  }

  std::string directory;
  std::unique_ptr<journal::Journal> journal;
};

/// What a journal holds, in words; without `all` what the copy keeps of it.
inline std::string told(journal::Journal& journal, bool all) {
  std::string out;
  const auto rows = journal.parcels();
  const auto receipts = journal.receipts();
  const auto audit = journal.audit();
  if (!rows || !receipts || !audit) return "nothing can be read";
  for (const auto& row : *rows) {
    if (!all && row.stage < journal::Stage::registered && row.condition != journal::Condition::refused) continue;
    out += row.pseudonym + " " + std::to_string(static_cast<int>(row.stage)) + "." +
           std::to_string(static_cast<int>(row.condition)) + " " + row.reason +
           (all ? row.task_state + " " + std::to_string(row.crashes) + "." + std::to_string(row.attempts) : "");
    if (all) out += journal.recipe(row.id) ? " recipe" : "";
    if (!all && row.stage < journal::Stage::registered) continue;
    const auto objects = journal.objects(row.id, true).value_or({});
    for (const auto& object : objects) {
      out += " " + object.name + "=" + object.far_id;
      if (row.stage < journal::Stage::registered) out += std::to_string(object.inline_bytes.size());
    }
    out += "\n";
    if (all && journal.token("national", row.id).value_or(std::nullopt)) out += "token\n";
  }
  const auto runs = journal.runs().value_or({});
  for (const auto& run : runs) out += all ? run.name + std::to_string(run.samples) + "\n" : "";
  for (const auto& row : *receipts) out += row.kind + " " + row.parcel.substr(0, 2) + "\n";
  out += std::to_string(audit->size()) + " records\n";
  out += journal.linked("national", "TL-1").value_or(std::nullopt) ? "link\n" : "";
  out += *journal.is_withdrawn("SUBJECT-01") ? "withdrawn\n" : "";
  const auto whole = journal::verify_chain(*receipts);
  const auto whole_audit = journal::verify_chain(*audit);
  return out + (whole ? "" : whole.error().what) + (whole_audit ? "" : whole_audit.error().what);
}

}  // namespace tributary::journal_test
