// tests/line/asking_test.cpp: consent asked again: by a source that changes, goes away or comes back, by a wrong clock,
// and where the repository can not delete.
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "agent/port/json/json.hpp"
#include "agent/status/report.hpp"
#include "tests/line/agent.hpp"
#include "tests/line/program.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::line_test {
namespace {

constexpr std::size_t few_reads = 10;
constexpr std::int64_t hour_s = 3600, day_s = 24 * hour_s;

std::size_t count(const std::string& all, const std::string& word) {
  std::size_t found = 0;
  for (auto at = all.find(word); at != std::string::npos; at = all.find(word, at + 1)) ++found;
  return found;
}

/// While it lives, nothing can be written to a database.
class FullDisk {
 public:
  FullDisk() {
    put("write", reinterpret_cast<sqlite3_syscall_ptr>(write_some));
    put("pwrite", reinterpret_cast<sqlite3_syscall_ptr>(write_at));
    put("pwrite64", reinterpret_cast<sqlite3_syscall_ptr>(write_at));
  }
  ~FullDisk() {
    for (const auto* name : {"write", "pwrite", "pwrite64"}) put(name, nullptr);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  static void put(const char* name, sqlite3_syscall_ptr call) {
    auto* layer = sqlite3_vfs_find("unix");
    layer->xSetSystemCall(layer, name, call);
  }
  static ssize_t write_some(int, const void*, std::size_t) { return errno = ENOSPC, -1; }
  static ssize_t write_at(int, const void*, std::size_t, off_t) { return errno = ENOSPC, -1; }
};

}  // namespace

TEST_GROUP(Asking) {
  Laboratory laboratory{few_reads};
  ManualClock clock{laboratory.made_utc_s()};
  RepositorySide far{laboratory, clock, false};
  Agent agent{laboratory, far, clock};
  std::string list = laboratory.path() + "/subjects.csv";

  void setup() override { CHECK_TEXT(agent.is_open(), agent.log().c_str()); }
  std::size_t things_there() { return far.things(laboratory, agent.site_folder()).size(); }
  std::size_t in_state(const std::string& state) { return count(agent.states(), state + " "); }
  void carry() {
    while (agent.runner().step("far")) {
    }
  }
  Json report() {
    auto out = status::report(agent.journal(), "test-lab", clock.now_utc_s());
    return out ? std::move(*out) : Json();
  }
  std::string warnings() { return report()["warnings"].dump(); }
  // `more`: a line of the configuration, put behind the line `before`.
  void configure(const std::string& before, const std::string& more) {
    const auto file = agent.site_folder().config_file();
    auto text = files::read_small(file, 1U << 20).value_or("");
    text.insert(text.find(before) + before.size(), more + "\n");
    CHECK_TRUE(files::write_atomic(file, view(text), 0600).ok());
    agent.reopen();
    CHECK_TEXT(agent.is_open(), agent.log().c_str());
  }
  // The laboratory says that the first sample is somebody else's.
  void correct_owner(const std::string& from = "SUBJECT-01", const std::string& to = "SUBJECT-09") {
    auto text = files::read_small(list, 1U << 20).value_or("");
    const auto at = text.find("SAMPLE-01," + from);
    CHECK_TRUE(at != std::string::npos);
    text.replace(at, 10 + from.size(), "SAMPLE-01," + to);
    CHECK_TRUE(files::write_atomic(list, view(text), 0600).ok());
  }
  std::size_t parcels_of(const std::string& subject) { return agent.journal().parcels_of(subject)->parcels.size(); }
  void policy_says(const std::string& more) { configure("destination: far\n", "    " + more); }
};

TEST(Asking, of_a_register_of_objections_too_takes_back_what_the_list_permits) {
  const auto objections = laboratory.path() + "/opt-outs.txt";
  const auto write = [&](const char* text) { CHECK_TRUE(files::write_atomic(objections, view(text), 0600).ok()); };
  write("#\n");
  configure("subjects:\n", "  - { name: register, plugin: optout, settings: { file: \"" + objections + "\" } }");
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL_TEXT(2, in_state("delivered"), agent.reasons().c_str());
  write("SUBJECT-01\n");
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL_TEXT(1, in_state("withdrawn"), agent.reasons().c_str());
  LONGS_EQUAL(1, in_state("delivered"));
  LONGS_EQUAL(3, things_there());
}

TEST(Asking, of_a_second_table_that_names_the_person_alone_sends_nothing_of_hers) {
  const auto persons = laboratory.path() + "/persons.csv";
  const auto write = [&](const std::string& rows) {
    const auto text = "sample_id,subject_id,consent_id,consent_status,permissions,valid_from,valid_until\n" + rows;
    CHECK_TRUE(files::write_atomic(persons, view(text), 0600).ok());
  };
  write("ELSEWHERE-01,SUBJECT-02,C-9,active,GRU,2020-01-01,\n,SUBJECT-01,C-8,withdrawn,,2020-01-01,\n");
  configure("subjects:\n", "  - { name: persons, plugin: csv, settings: { file: \"" + persons + "\" } }");
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL_TEXT(1, in_state("delivered"), agent.reasons().c_str());
  LONGS_EQUAL(3, things_there());
  write(",SUBJECT-02,C-8,withdrawn,,2020-01-01,\n");
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL_TEXT(1, in_state("withdrawn"), agent.reasons().c_str());
}

TEST(Asking, whose_sample_it_is_does_not_move_what_was_delivered_to_another_person) {
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL(2, in_state("delivered"));
  correct_owner();
  std::filesystem::copy(laboratory.run().path(), laboratory.runs() + "/251121_M00146_0022_000000000-A2WDG",
                        std::filesystem::copy_options::recursive);
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL_TEXT(3, in_state("delivered"), agent.reasons().c_str());
  LONGS_EQUAL(1, in_state("held"));
  STRCMP_CONTAINS("pseudonymise: this sample id stood for another person before", agent.reasons().c_str());
  STRCMP_CONTAINS("give the sample a new id", agent.reasons().c_str());
  LONGS_EQUAL(1, parcels_of("SUBJECT-01"));
  LONGS_EQUAL(0, parcels_of("SUBJECT-09"));
  for (const auto* word : {"SUBJECT-01", "SUBJECT-09", "SAMPLE-01"})
    LONGS_EQUAL(std::string::npos, (agent.reasons() + agent.log()).find(word));
  correct_owner("SUBJECT-09", "SUBJECT-01");
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL_TEXT(4, in_state("delivered"), agent.reasons().c_str());
}

TEST(Asking, whose_sample_it_is_plans_afresh_what_was_sealed_as_another_persons) {
  agent.look();
  const auto subject_pseudonym = [&](const std::string& subject) {
    return agent.site().pseudonym_key().make(pseudonymise::Kind::subject, "far", subject);
  };
  correct_owner();
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL_TEXT(2, in_state("delivered"), agent.reasons().c_str());
  LONGS_EQUAL(0, parcels_of("SUBJECT-01"));
  LONGS_EQUAL(1, parcels_of("SUBJECT-09"));
  std::size_t found = 0;
  const auto rows = agent.journal().parcels();
  for (const auto& row : *rows) {
    CHECK_TRUE(row.subject_pseudonym != subject_pseudonym("SUBJECT-01"));
    found += row.subject_pseudonym == subject_pseudonym("SUBJECT-09") ? 1U : 0U;
  }
  LONGS_EQUAL(1, found);
  LONGS_EQUAL(3, count(agent.log(), ": sealed for far"));
  STRCMP_CONTAINS("its sample belongs to another person today", agent.log().c_str());
}

TEST(Asking, whose_sample_it_is_right_before_the_commit_sends_nothing_as_another_persons) {
  agent.look();
  far.meanwhile = [&, first = true]() mutable {
    if (!std::exchange(first, false)) return;
    correct_owner();
  };
  CHECK_TRUE(far.sandbox().faults().add("put:delay:1:1ms").ok());
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL_TEXT(2, in_state("delivered"), agent.reasons().c_str());
  LONGS_EQUAL(6, things_there());
  LONGS_EQUAL(0, parcels_of("SUBJECT-01"));
  STRCMP_CONTAINS("receipts: 2 whole", agent.outcome().c_str());
}

TEST(Asking, whose_sample_it_was_raises_an_alarm_and_still_hears_the_former_person) {
  CHECK_TRUE(agent.run_to_the_end());
  correct_owner();
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL(2, in_state("delivered"));
  STRCMP_CONTAINS("of 1 delivered parcel the sample belongs to another person today; the first is p-",
                  warnings().c_str());
  // Who takes something back is the former person, in a row of no sample.
  auto text = files::read_small(list, 1U << 20).value_or("");
  text += ",SUBJECT-01,CONSENT-01,withdrawn,,2020-01-01,,,\n";
  CHECK_TRUE(files::write_atomic(list, view(text), 0600).ok());
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL_TEXT(1, in_state("withdrawn"), agent.reasons().c_str());
  STRCMP_EQUAL("[]", warnings().c_str());
}

TEST(Asking, of_a_source_that_went_away_holds_what_waits_and_goes_on_when_it_is_back) {
  agent.look();
  LONGS_EQUAL(2, in_state("queued"));
  CHECK_EQUAL(0, std::rename(list.c_str(), (list + ".away").c_str()));
  agent.runner().recheck_consent();
  carry();
  LONGS_EQUAL(2, in_state("held"));
  LONGS_EQUAL(0, things_there());
  STRCMP_CONTAINS("consent: subject source lims can not answer", agent.reasons().c_str());
  STRCMP_CONTAINS("mend the source", agent.reasons().c_str());
  CHECK_EQUAL(0, std::rename((list + ".away").c_str(), list.c_str()));
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL(2, in_state("delivered"));
}

TEST(Asking, of_a_source_that_went_away_deletes_nothing_and_raises_an_alarm) {
  CHECK_TRUE(agent.run_to_the_end());
  CHECK_TRUE(*agent.runner().all_is_well() == false);  // one sample is refused
  STRCMP_EQUAL("[]", warnings().c_str());
  CHECK_EQUAL(0, std::rename(list.c_str(), (list + ".away").c_str()));
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL(2, in_state("delivered"));
  LONGS_EQUAL(6, things_there());
  STRCMP_CONTAINS("of 2 delivered parcels nobody can say now whether it stands", warnings().c_str());
  STRCMP_CONTAINS("nothing is deleted because of that", warnings().c_str());
  CHECK_EQUAL(0, std::rename((list + ".away").c_str(), list.c_str()));
  agent.look();
  STRCMP_EQUAL("[]", warnings().c_str());
}

TEST(Asking, of_an_expired_list_sends_nothing) {
  agent.look();
  clock.advance(27 * hour_s);
  agent.runner().recheck_consent();
  carry();
  LONGS_EQUAL(2, in_state("held"));
  LONGS_EQUAL(0, things_there());
  STRCMP_CONTAINS("old, of at most 26 h", agent.reasons().c_str());
}

TEST(Asking, by_an_upload_itself_holds_it_before_a_byte_is_sent) {
  agent.look();
  CHECK_EQUAL(0, std::rename(list.c_str(), (list + ".away").c_str()));
  CHECK_TRUE(far.sandbox().faults().add("any:delay:*:1ms").ok());
  std::size_t requests = 0;
  far.meanwhile = [&] { ++requests; };
  carry();  // and nobody has looked at the list since
  LONGS_EQUAL(2, in_state("held"));
  LONGS_EQUAL(0, requests);
  CHECK_EQUAL(0, std::rename((list + ".away").c_str(), list.c_str()));
  clock.advance(15 * 60);
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL(2, in_state("delivered"));
}

TEST(Asking, by_an_upload_itself_is_not_repeated_at_once_when_its_answer_can_not_be_written) {
  agent.look();
  const auto first = **agent.journal().next_due("far", clock.now_utc_s());
  const auto sample = (*agent.journal().linked("far", first.pseudonym))->id;
  for (const bool is_known : {false, true}) {
    laboratory.write_subjects(is_known ? sample : "");
    if (!is_known) CHECK_EQUAL(0, std::rename(list.c_str(), (list + ".away").c_str()));
    {
      const FullDisk full;
      CHECK_FALSE(agent.runner().step("far"));
    }
    LONGS_EQUAL(2, in_state("queued"));
    STRCMP_CONTAINS("make room in state_dir", agent.log().c_str());
  }
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL_TEXT(2, in_state("refused"), agent.states().c_str());
  LONGS_EQUAL(1, in_state("delivered"));
}

TEST(Asking, while_another_parcel_is_uploaded_calls_it_off_and_takes_back_what_was_delivered) {
  agent.look();
  CHECK_TRUE(agent.runner().step("far"));  // the first person's
  CHECK_TRUE(agent.runner().step("far"));
  LONGS_EQUAL(1, in_state("delivered"));
  // The first person withdraws while the second's is on its way; who asks does not wait for that.
  far.meanwhile = [&] {
    laboratory.write_subjects("SAMPLE-01");
    agent.runner().recheck_consent();
  };
  CHECK_TRUE(far.sandbox().faults().add("put:delay:1:1ms").ok());
  CHECK_TRUE(agent.runner().step("far"));
  LONGS_EQUAL_TEXT(1, in_state("withdrawing"), agent.states().c_str());
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL(1, in_state("withdrawn"));
  LONGS_EQUAL(3, things_there());
}

TEST(Asking, with_a_clock_far_off_sends_nothing_and_judges_nothing) {
  agent.look();
  const auto right = clock.now_utc_s();
  for (const auto wrong : {std::int64_t{0}, right - 2 * day_s, right + 5 * 366 * day_s, std::int64_t{5000000000}}) {
    clock.set(wrong);
    agent.look();
    carry();
    LONGS_EQUAL_TEXT(2, in_state("queued"), agent.states().c_str());
    LONGS_EQUAL(0, things_there());
    STRCMP_CONTAINS("clock: it says", warnings().c_str());
    STRCMP_CONTAINS("set it", warnings().c_str());
  }
  clock.set(right);
  CHECK_TRUE(agent.run_to_the_end());
  STRCMP_EQUAL("[]", warnings().c_str());
  LONGS_EQUAL(2, in_state("delivered"));
}

TEST(Asking, with_a_clock_far_off_does_not_stop_a_withdrawal) {
  CHECK_TRUE(agent.run_to_the_end());
  laboratory.write_subjects("SAMPLE-01");
  agent.look();
  LONGS_EQUAL(1, in_state("withdrawing"));
  CHECK_TRUE(agent.journal().note_time(clock.now_utc_s() + 2 * day_s).ok());  // which makes this clock one of before
  carry();
  LONGS_EQUAL(1, in_state("withdrawn"));
}

TEST(Asking, believes_a_clock_that_leapt_when_an_operator_says_so) {
  agent.look();
  CHECK_TRUE(agent.journal().note_time(SystemClock().now_utc_s() + 30 * day_s).ok());
  fakes::TemporaryDirectory said;
  const auto tributary = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {TRIBUTARY_TEST_COMMAND, "--config", agent.site_folder().config_file()});
    return run_program(words, said.path(), false);
  };
  clock.set(SystemClock().now_utc_s());
  agent.look();
  STRCMP_CONTAINS("tributary release --clock", tributary({"status"}).words.c_str());
  LONGS_EQUAL(3, tributary({"status"}).code);
  LONGS_EQUAL(2, tributary({"release", "--clock", "p-1"}).code);
  LONGS_EQUAL(0, tributary({"release", "--clock"}).code);
  agent.look();
  STRCMP_EQUAL("[]", warnings().c_str());
  STRCMP_CONTAINS("release clock", tributary({"audit", "export"}).words.c_str());
}

TEST(Asking, believes_a_clock_that_leapt_when_a_repository_that_proved_who_it_is_says_so) {
  ManualClock theirs{SystemClock().now_utc_s()};
  RepositorySide sure{laboratory, theirs, false, {.tls = true}};
  for (const bool is_right : {false, true}) {
    clock.set(theirs.now_utc_s() - (is_right ? 0 : 2 * hour_s));
    Agent other{laboratory, sure, clock};
    CHECK_TEXT(other.is_open(), other.log().c_str());
    CHECK_TRUE(other.journal().note_time(clock.now_utc_s() + 30 * day_s).ok());
    CHECK_TRUE(other.runner().run_once().ok());
    LONGS_EQUAL_TEXT(is_right ? 6 : 0, sure.things(laboratory, other.site_folder()).size(), other.log().c_str());
    LONGS_EQUAL(is_right ? 0 : 1, other.journal().alarms()->size());
    LONGS_EQUAL(is_right, other.log().find("says so, too") != std::string::npos);
    LONGS_EQUAL(is_right, *other.journal().latest_time() == clock.now_utc_s());
  }
}

TEST(Asking, believes_no_repository_in_the_clear) {
  agent.look();
  clock.set(SystemClock().now_utc_s());
  CHECK_TRUE(agent.journal().note_time(clock.now_utc_s() + 30 * day_s).ok());
  CHECK_TRUE(agent.runner().run_once().ok());
  LONGS_EQUAL(0, things_there());
  STRCMP_CONTAINS("the last work here was", warnings().c_str());
}

TEST(Asking, that_is_answered_yes_again_holds_withdrawn_data_for_a_decision) {
  CHECK_TRUE(agent.run_to_the_end());
  laboratory.write_subjects("SAMPLE-01");
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL(3, things_there());
  laboratory.write_subjects();
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL(1, in_state("held"));
  LONGS_EQUAL(3, things_there());
  const auto all = report();
  for (const auto& parcel : all["parcels"].items()) {
    if (parcel["state"].as_string() != "held") continue;
    STRCMP_CONTAINS("to send it anew needs a new decision", std::string(parcel["reason"].as_string()).c_str());
    STRCMP_CONTAINS("tributary release p-", std::string(parcel["hint"].as_string()).c_str());
  }
  LONGS_EQUAL(1, *agent.journal().release({}, clock.now_utc_s()));
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL_TEXT(2, in_state("delivered"), agent.reasons().c_str());
  LONGS_EQUAL(6, things_there());
  STRCMP_CONTAINS("receipts: 4 whole", agent.outcome().c_str());
}

TEST(Asking, that_is_answered_yes_again_sends_anew_when_the_policy_says_so) {
  policy_says("on_restored: send");
  CHECK_TRUE(agent.run_to_the_end());
  laboratory.write_subjects("SAMPLE-01");
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL(3, things_there());
  laboratory.write_subjects();
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL_TEXT(2, in_state("delivered"), agent.reasons().c_str());
  LONGS_EQUAL(6, things_there());
}

TEST(Asking, never_sends_anew_what_an_operator_cancelled) {
  policy_says("on_restored: send");
  agent.look();
  const auto rows = agent.journal().parcels();
  for (const auto& row : *rows) {
    if (row.stage == journal::Stage::queued)
      CHECK_TRUE(*agent.journal().begin_work(row.id, journal::Stage::uploading, clock.now_utc_s()));
  }
  LONGS_EQUAL(3, *agent.journal().cancel({}, clock.now_utc_s()));
  CHECK_TRUE(agent.run_to_the_end());
  laboratory.write_subjects();
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL(2, in_state("withdrawn"));
  LONGS_EQUAL(0, things_there());
}

TEST(Asking, stops_and_deletes_nothing_where_the_policy_says_stop) {
  policy_says("on_withdrawal: stop");
  CHECK_TRUE(agent.run_to_the_end());
  laboratory.write_subjects("SAMPLE-01");
  CHECK_TRUE(agent.run_to_the_end());
  LONGS_EQUAL(2, in_state("delivered"));
  LONGS_EQUAL(6, things_there());
}

/// A repository that deletes nothing by its protocol.
TEST_GROUP(Recall) {
  Laboratory laboratory{few_reads};
  ManualClock clock{laboratory.made_utc_s()};
  RepositorySide far{laboratory, clock, false, {.no_removal = true}};
  Agent agent{laboratory, far, clock};
  fakes::TemporaryDirectory said;

  void setup() override {
    CHECK_TEXT(agent.is_open(), agent.log().c_str());
    CHECK_TRUE(agent.run_to_the_end());
    laboratory.write_subjects("SAMPLE-01");
    CHECK_TRUE(agent.run_to_the_end());
  }
  journal::ParcelRow recalled() {
    const auto rows = agent.journal().parcels();
    for (const auto& row : *rows) {
      if (row.stage == journal::Stage::withdrawing) return row;
    }
    FAIL(agent.states().c_str());
    return {};
  }
  Ending tributary(std::vector<std::string> words) const {
    words.insert(words.begin(), {TRIBUTARY_TEST_COMMAND, "--config", agent.site_folder().config_file()});
    return run_program(words, said.path(), false);
  }
};

TEST(Recall, asks_the_desk_of_the_programme_with_a_signature) {
  const auto row = recalled();
  CHECK_TRUE(row.condition == journal::Condition::held);
  STRCMP_CONTAINS("the destination can not delete by its protocol", row.reason.c_str());
  const auto path = agent.site_folder().state_dir() + "/recalls/" + row.id + ".jws";
  STRCMP_CONTAINS(("hand " + path + " to the programme's desk").c_str(), row.hint.c_str());
  const auto payload =
      crypto::jws_verify(files::read_small(path, 1U << 20).value_or(""), {laboratory.site_public_pem()});
  CHECK_TRUE(payload.ok());
  const auto request = json::parse(*payload);
  STRCMP_EQUAL(row.pseudonym.c_str(), std::string((*request)["pseudonym"].as_string()).c_str());
  STRCMP_EQUAL("no-further-use", std::string((*request)["level"].as_string()).c_str());
  LONGS_EQUAL(3, (*request)["objects"].items().size());
  CHECK_TRUE((*request)["objects"].items()[0]["drs_id"].is_string());
  for (const auto& word : Laboratory::identifiers()) LONGS_EQUAL_TEXT(0, count(*payload, word), word.c_str());
  STRCMP_CONTAINS("\"kind\":\"recall\"", agent.receipts().c_str());
}

TEST(Recall, asks_once) {
  for (int i = 0; i < 2; ++i) {
    LONGS_EQUAL(1, *agent.journal().retry({.parcel = recalled().id, .run = {}, .destination = {}}, clock.now_utc_s()));
    CHECK_TRUE(agent.run_to_the_end());
  }
  LONGS_EQUAL(1, count(agent.receipts(), "\"kind\":\"recall\""));
  STRCMP_CONTAINS("receipts: 3 whole", agent.outcome().c_str());
}

TEST(Recall, ends_when_somebody_says_that_the_desk_has_deleted) {
  const auto id = recalled().id;
  const auto delivered = (*agent.journal().receipts()).front().parcel;
  LONGS_EQUAL(1, tributary({"withdraw", "--confirm", "p-none"}).code);
  LONGS_EQUAL(2, tributary({"withdraw", "--confirm", id, "--level", "no-further-use"}).code);
  const auto ended = tributary({"withdraw", "--confirm", id});
  LONGS_EQUAL_TEXT(0, ended.code, ended.words.c_str());
  LONGS_EQUAL(1, count(agent.states(), "withdrawn"));
  STRCMP_CONTAINS("\"confirmed_by\":\"desk\"", agent.receipts().c_str());
  STRCMP_CONTAINS("\"reason\":\"consent: the consent was withdrawn\",\"was_delivered\":true", agent.receipts().c_str());
  LONGS_EQUAL(1, tributary({"withdraw", "--confirm", id}).code);
  STRCMP_CONTAINS("confirm withdrawal", tributary({"audit", "export"}).words.c_str());
  LONGS_EQUAL(0, tributary({"audit", "verify"}).code);
}

}  // namespace tributary::line_test
