// tests/agent/status/page_test.cpp: the page as HTML: whole, escaped, in both languages, and no longer than it must be.
#include <random>
#include <set>

#include "agent/status/cures.hpp"
#include "agent/status/html.hpp"
#include "agent/status/page.hpp"
#include "tests/agent/status/hospital.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::status_test {

using journal::Condition;
using journal::Stage;
using status::Language;
using status::View;

namespace {

View view(Language language = Language::en) { return {noon, language, false, false, {}, {}, {}, {}}; }
View signed_in() { return {noon, Language::en, false, true, "csrf-word", {}, {}, {}}; }

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t out = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++out;
  return out;
}

/// An overview in which every text that comes from outside is `evil`.
status::Overview overview_of(const std::string& evil) {
  status::Overview out;
  out.site = evil;
  out.now = noon;
  for (auto& day : out.days) day.begin = noon;
  out.alarms.push_back({evil, evil, evil, noon});
  status::RunView run;
  run.row.name = run.row.instrument = run.row.model = run.row.reason = run.row.hint = run.row.unit = evil;
  run.row.state = 5;
  out.runs.rows.push_back(run);
  journal::ParcelRow parcel;
  parcel.id = parcel.run_name = parcel.destination = parcel.policy = parcel.pseudonym = evil;
  parcel.reason = parcel.hint = parcel.task_id = parcel.task_state = evil;
  parcel.bytes_total = 100;
  parcel.stage = Stage::uploading;
  out.moving.rows.push_back(parcel);
  parcel.condition = Condition::held;
  out.held.rows.push_back(parcel);
  parcel.stage = Stage::delivered;
  out.delivered.rows.push_back(parcel);
  status::DestinationView destination;
  destination.name = evil;
  destination.row.name = destination.row.reason = destination.row.hint = evil;
  destination.row.away_since = noon;
  out.destinations.push_back(destination);
  destination.row.away_since = 0;
  destination.row.waits_for = evil;
  out.destinations.push_back(destination);
  out.papers.push_back({evil, evil, 0, operator_error(evil, evil)});
  return out;
}

std::set<std::string> elements(const std::string& html) {
  std::set<std::string> out;
  for (auto at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    out.insert(html.substr(at + 1, html.find_first_of(" />", at + 2) - at - 1));
  }
  return out;
}

std::string all_pages(const std::string& evil) {
  auto told = signed_in();
  told.told.sentence = told.csrf = told.cancel = evil;
  const auto overview = overview_of(evil);
  const status::List list{status::Word::of_run, evil, "run=x", "run=x&after=y", false};
  return page(overview, told) + parcels_page(overview, overview.held, list, told) +
         runs_page(overview, overview.runs, list, told);
}

}  // namespace

TEST_GROUP(Page) {
  InUtc zone;
  Hospital hospital;
};

TEST(Page, lets_nothing_through_that_a_browser_would_take_for_markup) {
  const auto html = all_pages("<img src=x onerror=\"e\">&'");
  CHECK_FALSE(has(html, "<img src=x"));
  CHECK_FALSE(has(html, "\"e\""));
  CHECK_FALSE(has(html, "&'"));
  CHECK_TRUE(has(html, "&lt;img src=x onerror=&quot;e&quot;&gt;&amp;&#39;"));
  STRCMP_EQUAL("", unbalanced(html).c_str());
}

TEST(Page, has_the_same_elements_whatever_the_journal_says) {
  const auto plain = all_pages("word");
  const auto elements_of_plain = elements(plain);
  const auto marks = count(plain, "<");
  const auto quotes = count(plain, "\"");
  constexpr std::string_view pieces[] = {
      "<",        ">",    "\"", "'",        "&",        "</",          "<!--",  "-->",    "]]>",
      "\\",       "\x7f", "`",  "</title>", "<script>", "javascript:", "&lt;",  "&#",     "\xc3",
      "\xe2\x80", "=",    "/",  "\n",       "</table>", "\x1b[31m",    "&quot", "onload="};
  std::mt19937 chance(20251121);  // NOLINT: the same each time
  for (int round = 0; round < 300; ++round) {
    std::string evil = "w";
    for (auto left = 1 + chance() % 6; left > 0; --left) evil += pieces[chance() % std::size(pieces)];
    const auto html = all_pages(evil);
    CHECK_TRUE_TEXT(elements(html) == elements_of_plain, evil.c_str());
    LONGS_EQUAL_TEXT(marks, count(html, "<"), evil.c_str());
    LONGS_EQUAL_TEXT(quotes, count(html, "\""), evil.c_str());
  }
}

TEST(Page, shows_what_the_journal_says) {
  hospital.fill();
  const auto html = page(hospital.overview(), view());
  for (const auto* word : {"the far side says no", "do something", "consent: withdrawn", "no document", "TL-05",
                           "251120_RUN", "100&#8239;B/s", "39&#8239;% of 1010 B", "6 s left", "2 parcels held"}) {
    if (std::string_view(word) == "100&#8239;B/s") continue;
    CHECK_TRUE_TEXT(has(html, word), word);
  }
  CHECK_TRUE(has(html, "100 B/s"));
}

TEST(Page, is_whole_in_itself) {
  hospital.fill();
  for (const auto& html : {page(hospital.overview(), view()), page(hospital.overview(), signed_in())}) {
    for (const auto* word :
         {"http://", "https://", "url(", "@import", "<style", " style=", " onclick", "javascript:"}) {
      CHECK_FALSE_TEXT(has(html, word), word);
    }
    CHECK_TRUE(html.starts_with("<!doctype html>\n<html lang=\"en\">"));
    STRCMP_EQUAL("", unbalanced(html).c_str());
    LONGS_EQUAL(2, count(html, " src=\"/") + count(html, " src=\"") - count(html, " src=\"/"));
  }
  CHECK_FALSE(has(status::style_sheet(), "url("));
  CHECK_FALSE(has(status::script(), "eval"));
  CHECK_FALSE(has(status::script(), "innerHTML ="));
}

TEST(Page, says_of_an_empty_house_that_it_is_empty) {
  const auto html = page(hospital.overview(), view());
  for (const auto* word : {"All is well", "No run folder seen yet.", "Nothing is held or refused.",
                           "Nothing is on its way.", "Nothing delivered yet."}) {
    CHECK_TRUE_TEXT(has(html, word), word);
  }
  STRCMP_EQUAL("", unbalanced(html).c_str());
}

TEST(Page, has_one_heading_of_the_first_rank_and_a_caption_for_every_table) {
  hospital.fill();
  const auto html = page(hospital.overview(), view());
  LONGS_EQUAL(1, count(html, "<h1"));
  LONGS_EQUAL(count(html, "<table"), count(html, "<caption"));
  LONGS_EQUAL(count(html, "<th"), count(html, "<th scope=") + count(html, "<thead"));
}

TEST(Page, refreshes_itself_where_no_script_runs) {
  CHECK_TRUE(
      has(page(hospital.overview(), view()), "<noscript><meta http-equiv=\"refresh\" content=\"30\"></noscript>"));
}

TEST(Page, never_shows_more_sent_than_there_is) {
  hospital.sent(hospital.parcel("TL-01", Stage::uploading), 5000, 0);
  CHECK_TRUE(has(page(hospital.overview(), view()), "<progress max=\"100\" value=\"100\""));
}

TEST(Page, has_buttons_for_whom_is_signed_in_and_for_nobody_else) {
  hospital.fill();
  CHECK_FALSE(has(page(hospital.overview(), view()), "<form"));
  const auto html = page(hospital.overview(), signed_in());
  LONGS_EQUAL(count(html, "<form"), count(html, "name=\"csrf\" value=\"csrf-word\""));
  LONGS_EQUAL(count(html, "<form"), count(html, "method=\"post\""));
  LONGS_EQUAL(4, count(html, "value=\"retry\""));  // two are held, two refused
  LONGS_EQUAL(5, count(html, "value=\"hold\""));   // the others that are not at their end
  LONGS_EQUAL(9, count(html, "href=\"/?cancel=p-"));
  LONGS_EQUAL(0, count(html, "value=\"cancel\""));  // asks first
  LONGS_EQUAL(3, count(html, "value=\"pause\""));   // two destinations, and all
}

TEST(Page, asks_to_release_what_an_operator_holds) {
  const auto id = hospital.parcel("TL-01", Stage::queued);
  const auto refused = hospital.parcel("TL-02", Stage::waiting, Condition::refused);
  LONGS_EQUAL(2, *hospital.state.journal->hold({}, noon));
  const auto html = page(hospital.overview(), signed_in());
  LONGS_EQUAL(2, count(html, "value=\"release\""));
  CHECK_FALSE(has(html, "value=\"retry\""));
  CHECK_TRUE(has(html, "tributary release " + id));
}

TEST(Page, asks_before_it_cancels) {
  auto asked = signed_in();
  asked.cancel = "p-of-a-test";
  const auto html = page(hospital.overview(), asked);
  CHECK_TRUE(has(html, "Cancel parcel p-of-a-test? That can not be undone"));
  LONGS_EQUAL(1, count(html, "name=\"act\" value=\"cancel\""));
  CHECK_TRUE(has(html, "Leave it as it is"));
  STRCMP_EQUAL("", unbalanced(html).c_str());
}

TEST(Page, keeps_the_language_that_was_chosen_in_its_links) {
  hospital.fill();
  auto german = view(Language::de);
  german.chosen = true;
  const auto html = page(hospital.overview(), german);
  CHECK_TRUE(has(html, "<html lang=\"de\">"));
  CHECK_TRUE(has(html, "href=\"/parcels?run=251120_RUN&amp;lang=de\""));
  CHECK_FALSE(has(page(hospital.overview(), view(Language::de)), "run=251120_RUN&amp;lang"));
}

TEST(Page, says_which_parts_are_english_where_the_page_is_german) {
  hospital.fill();
  const auto html = page(hospital.overview(), view(Language::de));
  CHECK_TRUE(has(html, "<small lang=\"en\" class=\"why\">the far side says no; do something</small>"));
  CHECK_TRUE(has(html, "2 Pakete angehalten"));
  STRCMP_EQUAL("", unbalanced(html).c_str());
}

TEST(Page, tells_a_german_reader_who_must_act_and_by_which_command) {
  hospital.fill();
  const auto id = hospital.parcel("TL-21", Stage::queued);
  LONGS_EQUAL(1, *hospital.state.journal->hold({id, {}, {}}, noon));
  CHECK_TRUE(hospital.state.journal->raise_alarm("clock", operator_error("the clock leapt", "set it"), noon).ok());
  const auto html = page(hospital.overview(), view(Language::de));
  for (const auto& word :
       {std::string("Keine gültige Einwilligung deckt diesen Zweck"),  // consent: withdrawn, refused
        std::string("Die Einwilligung ist nicht geklärt"),             // held while it waits
        std::string("Das Senden an national kommt nicht voran"), std::string("national nimmt das Paket nicht an"),
        "tributary release " + id,
        std::string("<p class=\"why\">Die Uhr dieses Rechners ist gesprungen. Die IT stellt sie; geht "
                    "sie richtig: tributary release --clock</p><small lang=\"en\" class=\"why\">the "
                    "clock leapt; set it</small>")}) {
    CHECK_TRUE_TEXT(has(html, word), word.c_str());
  }
  CHECK_FALSE(has(page(hospital.overview(), view()), "Einwilligung"));
}

TEST(Page, has_a_german_sentence_for_every_way_to_stand_still) {
  for (const auto stage : {Stage::waiting, Stage::sealing, Stage::queued, Stage::uploading, Stage::registered,
                           Stage::ingesting, Stage::withdrawing}) {
    for (const auto condition : {Condition::going, Condition::held, Condition::refused}) {
      journal::ParcelRow row;
      row.stage = stage;
      row.condition = condition;
      row.id = "p-1";
      row.run_name = "251120_RUN";
      row.destination = "national";
      STRCMP_EQUAL("", status::german_cure(row).c_str());
      for (const auto* reason : {"consent: x", "identify: x", "pseudonymise: x",
                                 "pseudonymise: this sample id stood for another person before", "verify: x",
                                 "verify: terms of use: 1 identifier left", "seal: x", "national: x"}) {
        row.reason = reason;
        const auto cure = status::german_cure(row);
        CHECK_TRUE_TEXT(cure.ends_with('.') || has(cure, "tributary "), (reason + cure).c_str());
        CHECK_FALSE_TEXT(has(cure, "{"), cure.c_str());
      }
    }
  }
  for (int state = 0; state <= 5; ++state) {
    journal::RunRow run;
    run.state = state;
    run.reason = "x";
    CHECK_FALSE(status::german_cure(run).empty());
  }
  for (const auto* about : {"clock", "consent", "persons", "run folders", "state_dir", "journal", "paper",
                            "destination", "destination national", "destination national ingest"}) {
    CHECK_FALSE_TEXT(status::german_cure(journal::Alarm{about, "x", "", 0}).empty(), about);
  }
}

TEST(Page, says_where_a_destination_stands) {
  hospital.fill();
  auto& journal = *hospital.state.journal;
  CHECK_TRUE(journal.set_away("archive", wait_error("no connection", "look at the cable"), noon + 60, noon - 60).ok());
  CHECK_TRUE(journal.pause_destination("national", noon + 3600, noon).ok());
  const auto html = page(hospital.overview(), view());
  CHECK_TRUE(has(html, "paused until <time datetime=\"2025-11-21T11:00:00Z\">11:00</time>"));
  CHECK_TRUE(has(html, "next attempt <time datetime=\"2025-11-21T10:01:00Z\">10:01</time>"));
  CHECK_TRUE(has(html, "look at the cable"));
  CHECK_TRUE(has(html, "1 destination away"));
}

TEST(Page, is_an_alarm_when_there_is_one) {
  CHECK_TRUE(hospital.state.journal->raise_alarm("clock", operator_error("the clock leapt", "set it"), noon).ok());
  const auto html = page(hospital.overview(), view());
  CHECK_TRUE(has(html, "class=\"hero refused\"><div role=\"status\"><h1>1 alarm</h1>"));
  CHECK_TRUE(has(html, "the clock leapt"));
  CHECK_TRUE(has(html, "set it"));
}

TEST(Page, does_not_grow_with_the_journal) {
  for (int i = 0; i < 60; ++i) {
    const auto name = "TL-" + std::to_string(1000 + i);
    hospital.parcel(name, i % 2 == 0 ? Stage::waiting : Stage::delivered,
                    i % 2 == 0 ? Condition::held : Condition::going, i % 2 == 0 ? "no document" : "");
  }
  const auto html = page(hospital.overview(), view());
  CHECK_TRUE(html.size() < 40'000);
  CHECK_TRUE(has(html, "All: Held (30)"));
  CHECK_TRUE(has(html, "TL-1058"));  // the newest that is held
  CHECK_FALSE(has(html, "TL-1000"));
}

TEST_GROUP(Escaping){};

TEST(Escaping, shows_control_characters_instead_of_sending_them) {
  STRCMP_EQUAL("a\\x1b[31m", status::escaped("a\x1b[31m").c_str());
  STRCMP_EQUAL("\\xff&lt;", status::escaped("\xff<").c_str());
  STRCMP_EQUAL("Müller", status::escaped("Müller").c_str());
}

TEST(Escaping, reads_fields_as_browsers_write_them) {
  const auto fields = status::fields_of("a=1&b=x+y%2Bz&c&a=2&=e&%64=%C3%BC");
  STRCMP_EQUAL("1", fields.at("a").c_str());
  STRCMP_EQUAL("x y+z", fields.at("b").c_str());
  STRCMP_EQUAL("", fields.at("c").c_str());
  STRCMP_EQUAL("ü", fields.at("d").c_str());
}

}  // namespace tributary::status_test
