// tests/agent/status/report_test.cpp: `status --json` as the contract has it.
#include "agent/port/json/json.hpp"
#include "tests/agent/status/hospital.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::status_test {

using journal::Condition;
using journal::Stage;

namespace {

void has_all(const Json& object, const std::vector<std::string>& names) {
  for (const auto& name : names) CHECK_TRUE_TEXT(object.has(name), name.c_str());
}

std::string text_of(const Json& value) { return std::string(value.as_string("(no text)")); }

}  // namespace

TEST_GROUP(Report) { Hospital hospital; };

TEST(Report, of_an_empty_house_has_every_member_too) {
  const auto report = hospital.report();
  has_all(report, {"site", "version", "now", "runs", "parcels", "held", "refused", "delivered", "queue_bytes",
                   "retained_bytes"});
  STRCMP_EQUAL("test-lab", text_of(report["site"]).c_str());
  STRCMP_EQUAL(TRIBUTARY_VERSION, text_of(report["version"]).c_str());
  STRCMP_EQUAL("2025-11-21T10:00:00Z", text_of(report["now"]).c_str());
  CHECK_TRUE(report["runs"].is_array() && report["parcels"].is_array());
  LONGS_EQUAL(0, report["queue_bytes"].as_integer(-1));
}

TEST(Report, is_json_that_others_can_read) {
  hospital.fill();
  const auto back = json::parse(hospital.report().dump(true));
  CHECK_TRUE(back.ok());
  LONGS_EQUAL(12, (*back)["parcels"].items().size());
}

TEST(Report, says_why_something_was_withdrawn_or_is_held_and_what_no_parcel_can_tell) {
  const auto gone = hospital.parcel("TL-01", Stage::delivered);
  CHECK_TRUE(hospital.state.withdraw(gone, "consent: the subject withdrew"));
  STRCMP_EQUAL("withdrawing", text_of(hospital.shown("TL-01")["state"]).c_str());
  hospital.state.move(gone, Stage::withdrawn);
  STRCMP_EQUAL("consent: the subject withdrew", text_of(hospital.shown("TL-01")["reason"]).c_str());
  CHECK_TRUE(*hospital.state.journal->restore(gone, true, noon));
  STRCMP_EQUAL("held", text_of(hospital.shown("TL-01")["state"]).c_str());
  STRCMP_CONTAINS("needs a new decision", text_of(hospital.shown("TL-01")["reason"]).c_str());
  STRCMP_EQUAL(("tributary release " + gone + ", or: tributary cancel " + gone).c_str(),
               text_of(hospital.shown("TL-01")["hint"]).c_str());
  CHECK_TRUE(*hospital.state.journal->hold_unknown(hospital.parcel("TL-02", Stage::queued), "consent: away", noon));
  STRCMP_EQUAL("consent: away", text_of(hospital.shown("TL-02")["reason"]).c_str());
  STRCMP_CONTAINS("asked again by itself", text_of(hospital.shown("TL-02")["hint"]).c_str());
  CHECK_TRUE(*hospital.state.journal->raise_alarm("clock", operator_error("clock: it says 1970", "set it"), noon));
  const auto report = hospital.report();
  STRCMP_EQUAL("[\"clock: it says 1970; set it\"]", report["warnings"].dump().c_str());
  const auto metrics = status::metrics(*hospital.state.journal, around(), noon);
  STRCMP_CONTAINS("tributary_alarms{about=\"clock\"} 1\n", metrics->c_str());
}

TEST(Report, says_which_destinations_are_paused_or_away_and_why_uploads_wait) {
  auto& journal = *hospital.state.journal;
  LONGS_EQUAL(0, hospital.report()["destinations"].items().size());
  CHECK_TRUE(journal.pause_destination("national", noon + 3600, noon - 60).ok());
  CHECK_TRUE(journal.set_away("regional", wait_error("no answer", "wait"), noon + 90, noon).ok());
  CHECK_TRUE(journal.set_waits_for("third", "the machine is busy").ok());
  const auto report = hospital.report();
  std::string lines;
  for (const auto& destination : report["destinations"].items()) lines += status::destination_line(destination) + "\n";
  STRCMP_EQUAL(
      "national: paused since 2025-11-21T09:59:00Z until 2025-11-21T11:00:00Z; tributary resume --destination "
      "national\n"
      "regional: away since 2025-11-21T10:00:00Z, tried again at 2025-11-21T10:01:30Z: no answer; wait\n"
      "third: waiting: the machine is busy\n",
      lines.c_str());
}

TEST(Report, says_of_a_run_what_the_contract_names) {
  hospital.fill();
  const auto report = hospital.report();
  const auto& run = report["runs"].items().at(0);
  has_all(run, {"run", "instrument", "state", "since", "samples", "reason"});
  STRCMP_EQUAL("251120_RUN", text_of(run["run"]).c_str());
  STRCMP_EQUAL("illumina", text_of(run["instrument"]).c_str());
  STRCMP_EQUAL("settled", text_of(run["state"]).c_str());
  STRCMP_EQUAL("2025-11-21T10:00:00Z", text_of(run["since"]).c_str());
  CHECK_TRUE(run["samples"].is_integer());
  CHECK_TRUE(run["reason"].is_null());
}

TEST(Report, says_of_a_parcel_what_the_contract_names) {
  hospital.fill();
  const auto parcel = hospital.shown("TL-05");
  has_all(parcel, {"parcel", "run", "destination", "policy", "pseudonym", "state", "reason", "hint", "files",
                   "bytes_total", "bytes_sent", "bytes_per_s", "attempts", "next_attempt", "objects", "ingest"});
  STRCMP_EQUAL("251120_RUN", text_of(parcel["run"]).c_str());
  STRCMP_EQUAL("national", text_of(parcel["destination"]).c_str());
  STRCMP_EQUAL("research", text_of(parcel["policy"]).c_str());
  STRCMP_EQUAL("uploading", text_of(parcel["state"]).c_str());
  LONGS_EQUAL(1010, parcel["bytes_total"].as_integer());
  LONGS_EQUAL(400, parcel["bytes_sent"].as_integer());
  LONGS_EQUAL(100, parcel["bytes_per_s"].as_integer());
  LONGS_EQUAL(6, parcel["seconds_left"].as_integer());
  CHECK_TRUE(parcel["next_attempt"].is_null());
  CHECK_TRUE(parcel["ingest"].is_null());
}

TEST(Report, names_objects_with_digest_and_far_id) {
  const auto id = hospital.parcel("TL-01", Stage::uploading);
  CHECK_TRUE(hospital.state.journal->set_far(id, 0, "drs-7", "drs://far/7", "https://far/7?secret").ok());
  const auto parcel = hospital.shown("TL-01");
  LONGS_EQUAL(2, parcel["objects"].items().size());
  const auto& first = parcel["objects"].items()[0];
  has_all(first, {"name", "size", "sha256", "drs_id"});
  STRCMP_EQUAL("TL-1.fastq.gz.c4gh", text_of(first["name"]).c_str());
  LONGS_EQUAL(1000, first["size"].as_integer());
  LONGS_EQUAL(64, first["sha256"].as_string().size());
  STRCMP_EQUAL("drs-7", text_of(first["drs_id"]).c_str());
  CHECK_TRUE(parcel["objects"].items()[1]["drs_id"].is_null());
  CHECK_TRUE(parcel.dump().find("secret") == std::string::npos);
}

TEST(Report, shows_the_task_and_its_last_word) {
  const auto id = hospital.parcel("TL-01", Stage::ingesting);
  CHECK_TRUE(hospital.state.journal->set_task(id, "task-1", "").ok());
  CHECK_TRUE(hospital.shown("TL-01")["ingest"]["state"].is_null());
  CHECK_TRUE(hospital.state.journal->set_task(id, "task-1", "RUNNING").ok());
  STRCMP_EQUAL("task-1", text_of(hospital.shown("TL-01")["ingest"]["task_id"]).c_str());
  STRCMP_EQUAL("RUNNING", text_of(hospital.shown("TL-01")["ingest"]["state"]).c_str());
}

TEST(Report, says_when_a_parcel_is_tried_again) {
  const auto id = hospital.parcel("TL-01", Stage::uploading);
  CHECK_TRUE(
      hospital.state.journal->end_work(id, {Stage::uploading, Condition::going, "far: away", "", noon + 60}, noon)
          .ok());
  const auto parcel = hospital.shown("TL-01");
  STRCMP_EQUAL("2025-11-21T10:01:00Z", text_of(parcel["next_attempt"]).c_str());
  STRCMP_EQUAL("far: away", text_of(parcel["reason"]).c_str());
  CHECK_TRUE(parcel["hint"].is_null());
  LONGS_EQUAL(1, parcel["attempts"].as_integer());
}

TEST(Report, says_who_holds_a_parcel_and_how_it_is_released) {
  const auto id = hospital.parcel("TL-01", Stage::queued);
  LONGS_EQUAL(1, *hospital.state.journal->hold({.parcel = id, .run = {}, .destination = {}}, noon));
  const auto parcel = hospital.shown("TL-01");
  STRCMP_EQUAL("held", text_of(parcel["state"]).c_str());
  STRCMP_EQUAL("held by an operator", text_of(parcel["reason"]).c_str());
  STRCMP_EQUAL(("tributary release " + id).c_str(), text_of(parcel["hint"]).c_str());
}

TEST(Report, never_hides_why_a_parcel_is_refused) {
  const auto id = hospital.parcel("TL-01", Stage::uploading, Condition::refused, "the far side says no");
  LONGS_EQUAL(1, *hospital.state.journal->hold({.parcel = id, .run = {}, .destination = {}}, noon));
  const auto parcel = hospital.shown("TL-01");
  STRCMP_EQUAL("refused", text_of(parcel["state"]).c_str());
  STRCMP_EQUAL("the far side says no", text_of(parcel["reason"]).c_str());
  STRCMP_EQUAL("do something", text_of(parcel["hint"]).c_str());
}

TEST(Report, counts_every_parcel_once) {
  hospital.fill();
  const auto report = hospital.report();
  LONGS_EQUAL(2, report["held"].as_integer());
  LONGS_EQUAL(2, report["refused"].as_integer());
  LONGS_EQUAL(1, report["delivered"].as_integer());
  LONGS_EQUAL(1, report["withdrawn"].as_integer());
  LONGS_EQUAL(5, report["waiting"].as_integer());  // and one is cancelled
  const auto tally = *status::tally(*hospital.state.journal);
  LONGS_EQUAL(2, tally.held);
  LONGS_EQUAL(2, tally.refused);
  LONGS_EQUAL(1, tally.delivered);
  LONGS_EQUAL(5, tally.waiting);
  LONGS_EQUAL(report["queue_bytes"].as_integer(), tally.queue_bytes);
}

TEST(Report, counts_the_bytes_that_are_sealed_and_not_there) {
  hospital.fill();
  // One is queued, one is at 400 bytes, one is held with nothing sent; what is refused does not go any more.
  LONGS_EQUAL(1010 + 610 + 1010, hospital.report()["queue_bytes"].as_integer());
}

TEST(Report, of_more_parcels_than_a_page_of_the_journal_has_them_all) {
  for (int i = 0; i < 501; ++i) hospital.parcel("TL-" + std::to_string(i), Stage::waiting);
  LONGS_EQUAL(501, hospital.report()["parcels"].items().size());
  LONGS_EQUAL(501, status::tally(*hospital.state.journal)->waiting);
}

TEST(Report, of_more_than_it_is_to_show_has_the_unfinished_and_the_newest_and_every_number_of_all) {
  hospital.fill();
  for (int i = 0; i < 3; ++i) hospital.state.add_run("RUN-" + std::to_string(i));
  const auto all = hospital.report();
  const auto some = *status::report(*hospital.state.journal, "test-lab", noon, {}, 10);
  LONGS_EQUAL(10, some["parcels"].items().size());
  LONGS_EQUAL(12, some["parcels_total"].as_integer());
  STRCMP_EQUAL("TL-12", text_of(some["parcels"].items().back()["pseudonym"]).c_str());
  for (const auto* name : {"held", "refused", "waiting", "delivered", "withdrawn", "queue_bytes", "runs_total"})
    LONGS_EQUAL(all[name].as_integer(), some[name].as_integer());
  const auto few = *status::report(*hospital.state.journal, "test-lab", noon, {}, 2);
  STRCMP_EQUAL("RUN-2", text_of(few["runs"].items().back()["run"]).c_str());
}

TEST(Report, of_a_journal_that_can_not_be_read_is_an_error) {
  hospital.fill();
  lose_the_parcels(hospital.state);
  CHECK_FALSE(status::report(*hospital.state.journal, "test-lab", noon).ok());
  CHECK_FALSE(status::tally(*hospital.state.journal).ok());
  CHECK_FALSE(status::metrics(*hospital.state.journal, around(), noon).ok());
}

TEST_GROUP(SecondsLeft) {
  journal::ParcelRow row;
  void setup() override {
    row.stage = Stage::uploading;
    row.bytes_total = 1000;
    row.bytes_sent = 400;
    row.bytes_per_s = 100;
  }
};

TEST(SecondsLeft, are_what_is_left_by_the_rate) { LONGS_EQUAL(6, status::seconds_left(row).value_or(-1)); }

TEST(SecondsLeft, are_not_known_without_a_rate_or_an_upload) {
  row.bytes_per_s = 0;
  CHECK_FALSE(status::seconds_left(row).has_value());
  row.bytes_per_s = 100;
  row.stage = Stage::queued;
  CHECK_FALSE(status::seconds_left(row).has_value());
}

TEST(SecondsLeft, are_never_negative) {
  row.bytes_sent = 1100;
  LONGS_EQUAL(0, status::seconds_left(row).value_or(-1));
}

}  // namespace tributary::status_test
