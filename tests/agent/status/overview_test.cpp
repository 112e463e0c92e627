// tests/agent/status/overview_test.cpp: one reading: days, stations, destinations, lists in pages, papers, and how
// often.
#include <filesystem>
#include <fstream>
#include <thread>

#include "agent/status/board.hpp"
#include "tests/agent/status/hospital.hpp"
#include "tests/fakes/pki.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::status_test {

using journal::Condition;
using journal::Shelf;
using journal::Stage;

TEST_GROUP(Overview) {
  InUtc zone;
  Hospital hospital;
  /// Delivered at that time, with its receipt.
  void delivered(const std::string& pseudonym, std::int64_t at, const std::string& destination = "national") {
    const auto id = hospital.parcel(pseudonym, Stage::ingesting, Condition::going, {}, destination);
    CHECK_TRUE(hospital.state.journal->add_receipt(id, "delivered", Json().add("x", 1), Stage::delivered, at).ok());
  }
  std::string names(Shelf shelf, const std::string& before, std::int64_t most) {
    auto read = status::read_shelf(*hospital.state.journal, shelf, before, most);
    CHECK_TRUE(read.ok());
    std::string out;
    for (const auto& row : read->rows) out += row.pseudonym + " ";
    return out + (read->more ? "..." : ".");
  }
};

TEST(Overview, counts_what_arrived_on_each_of_seven_days) {
  constexpr std::int64_t day = 86400;
  delivered("TL-01", noon);
  delivered("TL-02", noon - noon % day, "archive");  // the first second of today
  delivered("TL-03", noon - noon % day - 1);         // the last of yesterday
  delivered("TL-04", noon - noon % day - 6 * day);   // the first second of the week
  delivered("TL-05", noon - noon % day - 6 * day - 1);
  const auto overview = hospital.overview();
  std::string days;
  for (const auto& one : overview.days) days += std::to_string(one.arrived.parcels) + " ";
  STRCMP_EQUAL("1 0 0 0 0 1 2 ", days.c_str());
  LONGS_EQUAL(2020, overview.days.back().arrived.bytes);
}

TEST(Overview, knows_when_something_arrived_last) {
  delivered("TL-01", noon - 50);
  delivered("TL-02", noon - 20);
  const auto overview = hospital.overview();
  LONGS_EQUAL(noon - 20, overview.destinations.at(0).last_arrival);
  LONGS_EQUAL(0, overview.destinations.at(1).last_arrival);
}

TEST(Overview, puts_parcels_of_a_run_at_their_stations) {
  hospital.fill();
  const auto overview = hospital.overview();
  LONGS_EQUAL(1, overview.runs_total);
  const auto& run = overview.runs.rows.at(0);
  std::string at;
  for (const auto& one : run.at)
    at += std::to_string(one.going) + "/" + std::to_string(one.held) + "/" + std::to_string(one.refused) + " ";
  // consent, seal, queue, push, ingest, delivered
  STRCMP_EQUAL("1/1/1 0/0/0 1/0/0 1/1/1 2/0/0 1/0/0 ", at.c_str());
  LONGS_EQUAL(2, run.taken_back);
}

TEST(Overview, sorts_parcels_by_what_a_person_looks_for) {
  hospital.fill();
  STRCMP_EQUAL("TL-07 TL-03 .", names(Shelf::held, {}, 10).c_str());
  STRCMP_EQUAL("TL-06 TL-02 .", names(Shelf::refused, {}, 10).c_str());
  STRCMP_EQUAL("TL-09 TL-08 TL-05 .", names(Shelf::moving, {}, 10).c_str());
  STRCMP_EQUAL("TL-04 TL-01 .", names(Shelf::waiting, {}, 10).c_str());
  STRCMP_EQUAL("TL-10 .", names(Shelf::delivered, {}, 10).c_str());
  STRCMP_EQUAL("TL-12 TL-11 .", names(Shelf::ended, {}, 10).c_str());
}

TEST(Overview, has_every_parcel_on_exactly_one_shelf_and_agrees_with_the_tally) {
  hospital.fill();
  LONGS_EQUAL(1, *hospital.state.journal->hold({hospital.parcel("TL-13", Stage::queued), {}, {}}, noon));
  std::size_t all = 0;
  for (const auto shelf : {Shelf::held, Shelf::refused, Shelf::moving, Shelf::waiting, Shelf::delivered, Shelf::ended})
    all += hospital.state.journal->on_shelf(shelf, {}, 100)->size();
  LONGS_EQUAL(13, all);
  const auto overview = hospital.overview();
  LONGS_EQUAL(overview.tally.held, overview.held.rows.size());
  LONGS_EQUAL(overview.tally.refused, overview.refused.rows.size());
  LONGS_EQUAL(overview.tally.waiting, overview.moving.rows.size() + overview.waiting.rows.size());
}

TEST(Overview, gives_lists_in_pages_without_gap_or_repetition) {
  std::string expected;
  for (int i = 10; i < 33; ++i) {
    const bool held = i % 3 == 0;
    hospital.parcel("TL-" + std::to_string(i), held ? Stage::waiting : Stage::queued, Condition::held, "no");
    expected = "TL-" + std::to_string(i) + " " + expected;
  }
  std::string found, before;
  for (int page = 0; page < 5; ++page) {
    auto read = status::read_shelf(*hospital.state.journal, Shelf::held, before, 5);
    for (const auto& row : read->rows) found += row.pseudonym + " ";
    CHECK_EQUAL(page < 4, read->more);
    before = read->rows.back().id;
  }
  STRCMP_EQUAL(expected.c_str(), found.c_str());
  STRCMP_EQUAL(".", names(Shelf::held, "!", 5).c_str());
}

TEST(Overview, gives_runs_and_their_parcels_in_pages) {
  for (int i = 0; i < 5; ++i) hospital.state.add_run("RUN-" + std::to_string(i));
  auto runs = status::read_runs(*hospital.state.journal, 0, 2);
  CHECK_TRUE(runs->more);
  STRCMP_EQUAL("RUN-4", runs->rows.at(0).row.name.c_str());
  runs = status::read_runs(*hospital.state.journal, runs->rows.at(1).row.id, 5);
  CHECK_FALSE(runs->more);
  STRCMP_EQUAL("RUN-2", runs->rows.at(0).row.name.c_str());
  hospital.fill();
  const auto first = status::read_run(*hospital.state.journal, "251120_RUN", {}, 8);
  CHECK_TRUE(first->more);
  const auto rest = status::read_run(*hospital.state.journal, "251120_RUN", first->rows.back().id, 8);
  LONGS_EQUAL(4, rest->rows.size());
  LONGS_EQUAL(0, status::read_run(*hospital.state.journal, "RUN-0", {}, 8)->rows.size());
}

TEST(Overview, tells_of_parcels_for_a_destination_that_nobody_configured) {
  hospital.parcel("TL-01", Stage::queued, Condition::going, {}, "elsewhere");
  const auto overview = hospital.overview();
  LONGS_EQUAL(1, overview.alarms.size());
  STRCMP_CONTAINS("'elsewhere', which is not configured", overview.alarms[0].what.c_str());
}

TEST_GROUP(Board) {
  InUtc zone;
  Hospital hospital;
  config::Settings settings;
  ManualClock clock{noon};
  std::unique_ptr<status::Board> board;
  void setup() override {
    settings = hospital.settings();
    board = std::make_unique<status::Board>(*hospital.state.journal, settings, clock);
  }
  std::uint64_t revision() { return (*board->read())->revision; }
};

TEST(Board, reads_once_in_a_second_however_many_ask) {
  const auto first = revision();
  hospital.parcel("TL-01", Stage::queued);
  LONGS_EQUAL(first, revision());
  clock.advance(1);
  LONGS_EQUAL(first + 1, revision());
  LONGS_EQUAL(1, (*board->read())->overview.tally.parcels);
}

TEST(Board, reads_nothing_again_while_nothing_changes_until_a_minute_has_passed) {
  const auto first = revision();
  for (int i = 0; i < 59; ++i) {
    clock.advance(1);
    LONGS_EQUAL(first, revision());
  }
  clock.advance(1);
  LONGS_EQUAL(first + 1, revision());
}

TEST(Board, sees_what_another_program_wrote) {
  const auto first = revision();
  auto other = journal::Journal::open(hospital.state.directory, journal_test::State::key('k'));
  CHECK_TRUE((*other)->pause_destination("national", 0, noon).ok());
  clock.advance(1);
  LONGS_EQUAL(first + 1, revision());
}

TEST(Board, is_not_led_astray_by_a_clock_that_was_set_back) {
  const auto first = revision();
  clock.set(noon - 86400);
  LONGS_EQUAL(first + 1, revision());
}

TEST(Board, lets_go_of_those_who_wait_when_it_closes) {
  const auto known = revision();
  std::thread waiting([&] { LONGS_EQUAL(known, board->wait(known, std::chrono::hours(1))); });
  board->close();
  waiting.join();
  CHECK_TRUE(board->is_closed());
}

TEST(Board, answers_at_once_who_knows_an_older_reading) { CHECK_TRUE(board->wait(0, std::chrono::hours(1)) > 0); }

TEST(Board, makes_a_text_once_a_second) {
  status::OnceASecond text;
  int made = 0;
  const auto make = [&]() -> Result<std::string> { return std::to_string(++made); };
  STRCMP_EQUAL("1", text.get(noon, make)->c_str());
  STRCMP_EQUAL("1", text.get(noon, make)->c_str());
  STRCMP_EQUAL("2", text.get(noon + 1, make)->c_str());
}

TEST_GROUP(Papers) {
  Hospital hospital;
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(hospital.state.directory + "/" + name) << text;
    return hospital.state.directory + "/" + name;
  }
  static std::string token(const std::string& claims) { return "e30." + to_base64url(view(claims)) + ".c2ln"; }
};

TEST(Papers, of_a_token_say_when_it_ends_if_it_says_so) {
  LONGS_EQUAL(noon, line::token_end(token("{\"exp\":1763719200}") + "\n"));
  for (const auto* claims : {"{}", "{\"exp\":\"soon\"}", "{\"exp\":-5}", "[]", "", "{"}) {
    LONGS_EQUAL_TEXT(0, line::token_end(token(claims)), claims);
  }
  for (const auto* word : {"", "opaque", "a.b", "a.b.c.d", "..", "a.!.c"})
    LONGS_EQUAL_TEXT(0, line::token_end(word), word);
}

TEST(Papers, are_those_of_the_configuration_and_never_their_content) {
  auto settings = hospital.settings();
  const fakes::Authority authority(hospital.state.directory, "ca");
  auto& national = settings.destinations[0];
  national.tls.ca_file = authority.ca_file();
  national.auth.kind = config::AuthSettings::Kind::bearer;
  national.auth.secret_file = write("token", "SECRET-WORD");
  settings.destinations[1].auth.kind = config::AuthSettings::Kind::basic;
  settings.destinations[1].auth.secret_file = hospital.state.directory + "/absent";
  const auto papers = line::papers_of(settings);
  LONGS_EQUAL(3, papers.size());
  STRCMP_EQUAL("destination national tls.ca_file", (papers[0].of + " " + papers[0].key).c_str());
  CHECK_TRUE(papers[0].until > noon);
  STRCMP_EQUAL("auth.token_file", papers[1].key.c_str());
  LONGS_EQUAL(0, papers[1].until);
  CHECK_TRUE(papers[2].error.has_value());
  const auto warnings = line::warnings_of(papers, noon);
  LONGS_EQUAL(1, warnings.size());
  STRCMP_CONTAINS("destination archive: auth.password_file: ", warnings[0].what.c_str());
  auto overview = status::read_overview(*hospital.state.journal, settings, papers, noon);
  CHECK_TRUE(overview.ok());
  LONGS_EQUAL(1, overview->alarms.size());
}

TEST(Papers, warn_a_month_before_they_end) {
  const auto said = [](std::int64_t until) {
    const auto warnings = line::warnings_of({{"pseudonyms", "tls.cert_file", until, {}}}, noon);
    return warnings.empty() ? std::string() : warnings[0].what;
  };
  STRCMP_EQUAL("", said(0).c_str());
  STRCMP_EQUAL("", said(noon + 31 * 86400).c_str());
  STRCMP_EQUAL("pseudonyms: tls.cert_file: ends in 29 d 0 h", said(noon + 29 * 86400).c_str());
  STRCMP_EQUAL("pseudonyms: tls.cert_file: ended at 2025-11-21T10:00:00Z", said(noon).c_str());
}

}  // namespace tributary::status_test
