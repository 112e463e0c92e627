// tests/bench/backlog.cpp: fills a journal as years of work do: `bench_backlog STATE_DIR KEY_FILE PARCELS
// OBJECTS_EACH`.
//
// Through the journal's own calls, with made-up ids. Of 100 parcels 90 are delivered, 2 withdrawn, 3 refused, and 5 lie
// in the queue, half of those for a destination whose repository is away. 20 parcels make a run.
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "agent/journal/journal.hpp"

namespace {

using namespace tributary;  // NOLINT: a program of one page
using journal::Stage;

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

class Filler {
 public:
  Filler(journal::Journal& journal, std::int64_t objects) : journal_(journal), objects_(objects) {}

  void add(std::int64_t index) {
    if (index % parcels_of_a_run == 0) run_ = add_run(index / parcels_of_a_run);
    const auto now = start_utc_s + index * 60;
    const auto digits = std::to_string(index);
    journal::ParcelRow row;
    row.run = run_;
    row.destination = index % 100 >= 98 ? "away" : "national";
    row.policy = "research";
    row.pseudonym = "TL-MADEUP" + digits;
    row.subject_pseudonym = "TS-MADEUP" + digits;
    row.key_id = "00";
    row.files = objects_ - 1;
    row.updated = now;
    row.evidence = Digest256{};
    must(journal_.link({row.pseudonym, row.destination, "sample", "00", "SAMPLE-" + digits, "SUBJECT-" + digits}));
    must(journal_.link(
        {row.subject_pseudonym, row.destination, "subject", "00", "SUBJECT-" + digits, "SUBJECT-" + digits}));
    const auto kind = index % 100;
    if (kind >= 92 && kind < 95) {
      row.condition = journal::Condition::refused;
      row.reason = "consent: made up";
    }
    const auto id = must(journal_.plan_parcel(row)).id;
    if (row.condition == journal::Condition::refused) return;
    must(journal_.put_sealed(id, view(std::string(3000, 'r')), objects_of(row.pseudonym), now));
    if (kind >= 95) return;
    for (std::int64_t i = 0; i < objects_; ++i) {
      const auto far = "made-up-" + digits + "-" + std::to_string(i);
      must(journal_.set_far(id, i, far, "drs://127.0.0.1/" + far, ""));
    }
    must(journal_.end_work(id, {Stage::registered, journal::Condition::going, {}, {}, 0}, now));
    must(journal_.add_receipt(id, "delivered", body_of(row), Stage::delivered, now));
    if (kind < 90) return;
    must(journal_.withdraw_parcel(id, "consent: made up", Json(), now));
    must(journal_.add_receipt(id, "withdrawn", body_of(row), Stage::withdrawn, now));
  }

 private:
  std::int64_t add_run(std::int64_t index) {
    journal::RunRow row;
    row.name = "250101_MADEUP_" + std::to_string(index);
    row.folder_tag = journal_.tag("tributary/v1/run-folder", "/nowhere/" + row.name);
    row.unit = "1";
    row.instrument = "illumina";
    row.state = 3;
    row.since = start_utc_s;
    const auto id = must(journal_.put_run(row));
    must(journal_.end_plan(id, parcels_of_a_run, row.listing, 0));
    return id;
  }
  [[nodiscard]] std::vector<journal::ObjectRow> objects_of(const std::string& pseudonym) const {
    std::vector<journal::ObjectRow> rows;
    for (std::int64_t i = 0; i < objects_; ++i) {
      journal::ObjectRow row;
      row.number = i;
      row.name = pseudonym + "." + std::to_string(i) + ".fastq.gz.c4gh";
      row.bytes = 1000000;
      if (i + 1 == objects_) row.inline_bytes = Bytes(2000);  // the manifest
      rows.push_back(std::move(row));
    }
    return rows;
  }
  [[nodiscard]] Json body_of(const journal::ParcelRow& row) const {
    Json list = Json::array();
    for (const auto& object : objects_of(row.pseudonym)) {
      list.push(Json().add("name", object.name).add("size", object.bytes).add("sha256", std::string(64, '0')));
    }
    Json body;
    body.add("site", "bench").add("destination", row.destination).add("pseudonym", row.pseudonym);
    return std::move(body.add("delivered_at", "2025-01-01T10:00:00Z").add("objects", std::move(list)));
  }

  journal::Journal& journal_;
  std::int64_t objects_;
  std::int64_t run_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: bench_backlog STATE_DIR KEY_FILE PARCELS OBJECTS_EACH\n");
    return 2;
  }
  std::ifstream in(argv[2], std::ios::binary);
  const std::string key{std::istreambuf_iterator<char>(in), {}};
  if (key.size() != 32) must(Status(operator_error("the key has not 32 bytes")));
  auto journal = must(journal::Journal::open(argv[1], Secret<32>(view(key))));
  Filler filler(*journal, number(argv[4]));
  const auto parcels = number(argv[3]);
  for (std::int64_t index = 0; index < parcels; ++index) filler.add(index);
  return 0;
}
