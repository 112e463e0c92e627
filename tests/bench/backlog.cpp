// tests/bench/backlog.cpp: fills a journal as years of work do: `bench_backlog STATE_DIR KEY_FILE PARCELS
// OBJECTS_EACH`.
//
// With made-up ids. Of 100 parcels 90 are delivered, 2 withdrawn, 3 refused, and 5 lie
// in the queue, half of those for a destination whose repository is away. 20 parcels make a run.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "agent/journal/journal.hpp"
#include "agent/journal/migrations.hpp"

namespace {

using namespace tributary;  // NOLINT: a program of one page

constexpr std::int64_t start_utc_s = 1735725600;  // 2025-01-01T10:00:00Z
constexpr std::int64_t parcels_of_a_run = 20;

void must(const Status& done) {
  if (done) return;
  std::fprintf(stderr, "bench_backlog: %s\n", sentence(done.error()).c_str());
  std::exit(1);
}
template <typename T>
T must(Result<T> value) {
  if (!value) must(Status(value.error()));
  return std::move(*value);
}

std::int64_t number(const char* word) {
  std::int64_t value = 0;
  const std::string_view text(word);
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc{} || value < 1) std::exit(2);
  return value;
}

/// Rows as the journal's own calls leave them, a thousand parcels a transaction: those calls wait for the disk each.
class Filler {
 public:
  Filler(store::Database& database, const journal::Journal& journal, std::int64_t objects)
      : database_(database), journal_(journal), objects_(objects) {}

  void add(std::int64_t index) {
    if (index % parcels_of_a_run == 0) add_run(index / parcels_of_a_run + 1);
    const auto kind = index % 100;
    const auto name = "MADEUP" + std::to_string(index);
    char id[32];
    std::snprintf(id, sizeof id, "p-%026lld", static_cast<long long>(index));
    const auto stage = kind < 90 ? 70 : kind < 92 ? 90 : kind < 95 ? 10 : 30;
    const auto now = start_utc_s + index * 60;
    auto parcel = must(database_.prepare(
        "INSERT INTO parcel (id, run, destination, policy, pseudonym, subject_pseudonym, key_id, stage, condition, "
        "reason, hint, evidence, recipe, files, bytes_total, created, updated, delivered) VALUES (?, ?, ?, 'research', "
        "?, ?, '00', ?, ?, ?, '', zeroblob(32), zeroblob(3000), ?, ?, ?, ?, ?)"));
    parcel.bind(std::string_view(id)).bind(index / parcels_of_a_run + 1);
    parcel.bind(destination_of(index)).bind(std::string_view("TL-" + name)).bind(std::string_view("TS-" + name));
    parcel.bind(std::int64_t{stage}).bind(std::int64_t{stage == 10 ? 2 : 0});
    parcel.bind(std::string_view(stage == 10 ? "consent: made up" : "")).bind(objects_).bind(objects_ * bytes_each);
    must(parcel.bind(now).bind(now).bind(stage == 70 ? now : 0).run());
    if (stage == 10) return;
    for (std::int64_t i = 0; i < objects_; ++i) add_object(id, name, i, stage);
    if (stage >= 70) add_receipt(id, name, "delivered");
    if (stage >= 90) add_receipt(id, name, "withdrawn");
  }
  [[nodiscard]] static std::string_view destination_of(std::int64_t index) {
    return index % 100 >= 98 ? "away" : "national";
  }

 private:
  static constexpr std::int64_t bytes_each = 1000000;

  void add_run(std::int64_t number) {
    const auto name = "250101_MADEUP_" + std::to_string(number);
    auto run = must(database_.prepare(
        "INSERT INTO run (id, folder_tag, unit, name, instrument, model, state, reason, hint, listing, quiet_since, "
        "since, samples, planned_listing) VALUES (?, ?, '1', ?, 'illumina', '', 3, '', '', zeroblob(32), 0, ?, ?, "
        "zeroblob(32))"));
    const auto tag = journal_.tag("tributary/v1/run-folder", "/nowhere/" + name);
    run.bind(number).bind(ByteView(tag)).bind(std::string_view(name)).bind(start_utc_s);
    must(run.bind(parcels_of_a_run).run());
  }
  void add_object(const char* id, const std::string& name, std::int64_t number, int stage) {
    auto object = must(database_.prepare(
        "INSERT INTO object (parcel, number, name, bytes, sha256, plaintext_sha256, inline, far_id, self_uri) VALUES "
        "(?, ?, ?, ?, zeroblob(32), zeroblob(32), ?, ?, ?)"));
    const auto far = stage >= 70 ? name + "-" + std::to_string(number) : std::string();
    object.bind(std::string_view(id)).bind(number);
    object.bind(std::string_view("TL-" + name + "." + std::to_string(number) + ".fastq.gz.c4gh")).bind(bytes_each);
    const Bytes manifest(2000);
    if (number + 1 == objects_) {
      object.bind(ByteView(manifest));
    } else {
      object.bind_null();
    }
    must(object.bind(std::string_view(far)).bind(std::string_view(far.empty() ? "" : "drs://127.0.0.1/" + far)).run());
  }
  void add_receipt(const char* id, const std::string& name, const char* kind) {
    Json list = Json::array();
    for (std::int64_t i = 0; i < objects_; ++i) {
      const auto number = std::to_string(i);
      list.push(Json().add("name", "TL-" + name + "." + number).add("sha256", std::string(64, '0')));
    }
    Json body;
    body.add("kind", kind).add("parcel", id).add("site", "bench").add("destination", "national");
    body.add("pseudonym", "TL-" + name).add("objects", std::move(list));
    const auto text = body.dump();
    const auto hash = journal::chain_hash(last_, text);
    auto receipt =
        must(database_.prepare("INSERT INTO receipt (parcel, kind, body, previous_hash, hash) VALUES (?, ?, ?, ?, ?)"));
    receipt.bind(std::string_view(id)).bind(std::string_view(kind)).bind(std::string_view(text));
    must(receipt.bind(ByteView(last_)).bind(ByteView(hash)).run());
    last_ = hash;
  }

  store::Database& database_;
  const journal::Journal& journal_;
  std::int64_t objects_;
  Digest256 last_{};
};

void add_links(journal::Journal& journal, std::int64_t parcels) {
  constexpr std::int64_t at_once = 5000;
  for (std::int64_t from = 0; from < parcels; from += at_once) {
    std::vector<journal::KeptLink> links;
    for (auto index = from; index < std::min(parcels, from + at_once); ++index) {
      const auto name = std::to_string(index), subject = "SUBJECT-" + name;
      const std::string destination(Filler::destination_of(index));
      links.push_back({{"TL-MADEUP" + name, destination, "sample", "00", "SAMPLE-" + name, subject}, 0, 0});
      links.push_back({{"TS-MADEUP" + name, destination, "subject", "00", subject, subject}, 0, 0});
    }
    static_cast<void>(must(journal.restore_links(links)));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: bench_backlog STATE_DIR KEY_FILE PARCELS OBJECTS_EACH\n");
    return 2;
  }
  std::ifstream in(argv[2], std::ios::binary);
  const std::string key{std::istreambuf_iterator<char>(in), {}};
  if (key.size() != 32) must(Status(operator_error("the key has not 32 bytes")));
  const auto parcels = number(argv[3]), objects = number(argv[4]);
  const Secret<32> state_key{view(key)};
  {
    auto journal = must(journal::Journal::open(argv[1], state_key));
    add_links(*journal, parcels);
    auto database = must(store::Database::open(std::string(argv[1]) + "/journal.db", journal::migrations()));
    Filler filler(*database, *journal, objects);
    for (std::int64_t index = 0; index < parcels;) {
      auto transaction = must(store::Transaction::begin(*database));
      for (const auto end = std::min(parcels, index + 1000); index < end; ++index) filler.add(index);
      must(transaction.commit());
    }
    must(database->run("DELETE FROM meta WHERE key = 'copy'"));  // written behind the copy's back
  }
  std::remove((std::string(argv[1]) + "/journal.copy").c_str());
  static_cast<void>(must(journal::Journal::open(argv[1], state_key)));  // makes the copy
  return 0;
}
