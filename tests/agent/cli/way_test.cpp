// tests/agent/cli/way_test.cpp: commands over a site: before anything was sent, after it arrived, and on its way back.
#include <cctype>
#include <sstream>

#include "agent/journal/migrations.hpp"
#include "agent/line/presence.hpp"
#include "agent/port/store/store.hpp"
#include "tests/agent/cli/desk.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::cli_test {

namespace {

std::string text_of(const Json& value) { return std::string(value.as_string("(no text)")); }

void has_all(const Json& object, const std::vector<std::string>& names) {
  for (const auto& name : names) CHECK_TRUE_TEXT(object.has(name), name.c_str());
}

const Json& first(const Json& list, std::string_view member, std::string_view value) {
  for (const auto& one : list.items()) {
    if (one[member].as_string() == value) return one;
  }
  FAIL(("nothing with " + std::string(member) + " " + std::string(value)).c_str());
  return list;
}

void execute(const Site& site, std::string_view sql) {
  auto database = store::Database::open(site.folder.state_dir() + "/journal.db", journal::migrations());
  CHECK_TRUE(database.ok());
  const auto done = (*database)->run(sql);
  CHECK_TEXT(done.ok(), done.ok() ? "" : done.error().what.c_str());
}

}  // namespace

TEST_GROUP(NewSite) {
  Site site;
  bool has_state() const {
    struct stat info{};
    return ::stat(site.folder.state_dir().c_str(), &info) == 0;
  }
};

TEST(NewSite, has_no_state_to_show_or_move_and_none_is_made) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{{"status"},
                                                                                     {"runs"},
                                                                                     {"receipts"},
                                                                                     {"audit", "verify"},
                                                                                     {"audit", "export"},
                                                                                     {"explain", "run"},
                                                                                     {"retry", "p-1"},
                                                                                     {"hold", "p-1"},
                                                                                     {"release", "p-1"},
                                                                                     {"cancel", "p-1"}}) {
    const auto ended = site.run(words);
    LONGS_EQUAL_TEXT(1, ended.code, words[0].c_str());
    STRCMP_CONTAINS("there is no journal", ended.words.c_str());
    CHECK_FALSE_TEXT(has_state(), words[0].c_str());
  }
}

TEST(NewSite, is_planned_without_a_trace) {
  const auto ended = site.run({"plan", site.laboratory.run().path()});
  LONGS_EQUAL_TEXT(3, ended.code, ended.words.c_str());  // one of the three did not agree
  CHECK_FALSE(has_state());
  const auto plan = site.json({"plan", site.laboratory.run().path()});
  LONGS_EQUAL(3, plan["samples"].items().size());
  STRCMP_EQUAL("send", text_of(first(plan["samples"], "sample", "SAMPLE-01")["policies"].items()[0]["action"]).c_str());
  STRCMP_EQUAL("refuse",
               text_of(first(plan["samples"], "sample", "SAMPLE-03")["policies"].items()[0]["action"]).c_str());
}

TEST(NewSite, is_told_which_words_of_a_sample_can_not_be_searched_for) {
  CHECK_TRUE(site.json({"plan", site.laboratory.run().path()})["samples"].items()[0]["not_searchable"].is_object());
  LONGS_EQUAL(
      0, site.json({"plan", site.laboratory.run().path()})["samples"].items()[0]["not_searchable"].members().size());
  const auto list = site.laboratory.path() + "/subjects.csv";
  auto text = *files::read_small(list, 1U << 20);
  const auto at = text.find("SUBJECT-01");
  CHECK_TRUE(files::write_atomic(list, view(text.replace(at, 10, "42")), 0600).ok());
  const auto plan = site.json({"plan", site.laboratory.run().path()});
  LONGS_EQUAL(1, first(plan["samples"], "sample", "SAMPLE-01")["not_searchable"]["subject id"].as_integer());
  LONGS_EQUAL(0, first(plan["samples"], "sample", "SAMPLE-02")["not_searchable"].members().size());
  STRCMP_CONTAINS("note  subject id: 1 word too short or too common",
                  site.run({"plan", site.laboratory.run().path()}).words.c_str());
}

TEST(NewSite, remembers_a_withdrawal_before_anything_was_seen) {
  // As a spreadsheet saves it: byte order mark, carriage returns, an empty line.
  const auto file = site.desk.write("gone.txt", "\xef\xbb\xbfSUBJECT-01\r\n\r\n");
  const auto ended = site.run({"withdraw", "--subject-file", file});
  LONGS_EQUAL_TEXT(0, ended.code, ended.words.c_str());
  STRCMP_CONTAINS("1 subject, 0 parcels", ended.words.c_str());
  STRCMP_EQUAL("", Site::leak(ended.words).c_str());
  LONGS_EQUAL(3, site.deliver().code);
  LONGS_EQUAL(1, site.json({"status"})["delivered"].as_integer());
  LONGS_EQUAL(2, site.json({"status"})["refused"].as_integer());
}

TEST(NewSite, takes_no_list_of_withdrawals_that_it_can_not_read) {
  for (const auto& content : {std::string(), std::string(" \n"), std::string("\xff\xfeS\0U\0B\0", 8),
                              std::string("SUBJECT\0-01", 11), std::string("# nobody\n")}) {
    const auto ended = site.run({"withdraw", "--subject-file", site.desk.write("gone.txt", content)});
    LONGS_EQUAL(2, ended.code);
    CHECK_FALSE(has_state());
  }
  LONGS_EQUAL(1, site.run({"withdraw", "--subject-file", site.desk.at("nothing")}).code);
}

TEST_GROUP(DeliveredSite) {
  Site site;
  void setup() override {
    const auto ended = site.deliver();
    LONGS_EQUAL_TEXT(3, ended.code, ended.words.c_str());
  }
  std::string id_of(const std::string& state) {
    return text_of(first(site.json({"status"})["parcels"], "state", state)["parcel"]);
  }
  std::vector<Json> records() {
    std::vector<Json> out;
    std::istringstream lines(site.run({"audit", "export"}).words);
    for (std::string line; std::getline(lines, line);) {
      auto one = json::parse(line);
      CHECK_TRUE(one.ok());
      if ((*one)["chain"].as_string() == "audit") out.push_back(*json::parse((*one)["body"].as_string()));
    }
    return out;
  }
};

TEST(DeliveredSite, shows_its_status_to_people_and_programs) {
  const auto ended = site.run({"status"});
  LONGS_EQUAL(3, ended.code);
  STRCMP_CONTAINS("test-lab: 2 delivered, 0 on their way, 0 held, 1 refused, 0 withdrawn", ended.words.c_str());
  CHECK_FALSE(has(ended.words, "\033"));
  STRCMP_EQUAL("", Site::leak(ended.words).c_str());
  const auto status = site.json({"status"});
  has_all(status, {"site", "version", "now", "runs", "parcels", "held", "refused", "delivered", "queue_bytes"});
  LONGS_EQUAL(2, status["delivered"].as_integer());
  LONGS_EQUAL(3, status["parcels"].items().size());
  const auto& parcel = first(status["parcels"], "state", "delivered");
  LONGS_EQUAL(parcel["bytes_total"].as_integer(), parcel["bytes_sent"].as_integer());
  LONGS_EQUAL(0, status["queue_bytes"].as_integer());
  STRCMP_EQUAL("", Site::leak(status.dump()).c_str());
}

TEST(DeliveredSite, shows_whether_a_daemon_works) {
  const std::string told = "warning: no tributaryd works on this state_dir; systemctl start tributary; ";
  execute(site, "DELETE FROM parcel WHERE condition = 2");
  auto ended = site.run({"status"});
  LONGS_EQUAL_TEXT(0, ended.code, ended.words.c_str());  // nothing waits for one
  CHECK_TRUE_TEXT(ended.words.starts_with(told), ended.words.c_str());
  CHECK_FALSE(site.json({"status"})["daemon"].as_bool(true));
  execute(site, "UPDATE parcel SET stage = 20");
  LONGS_EQUAL(3, site.run({"status"}).code);
  const auto daemon = line::take_state_dir(site.folder.state_dir());
  ended = site.run({"status"});
  LONGS_EQUAL(0, ended.code);
  STRCMP_CONTAINS("2 on their way", ended.words.c_str());
  CHECK_FALSE(has(ended.words, "warning"));
  CHECK_TRUE(site.json({"status"})["daemon"].as_bool());
}

TEST(DeliveredSite, shows_the_parcels_of_a_run_once) {
  // A second analysis of the same folder is a second run of the same name.
  execute(site,
          "INSERT INTO run (folder_tag, unit, name, instrument, model, state, reason, hint, listing, quiet_since, "
          "since) SELECT folder_tag, 'second', name, instrument, model, state, reason, hint, listing, "
          "quiet_since, since FROM run");
  const auto words = site.run({"status"}).words;
  const auto id = id_of("refused");
  const auto once = words.find(id);
  CHECK_TRUE(once != std::string::npos);
  CHECK_TRUE(words.find(id, once + 1) == std::string::npos);
}

TEST(DeliveredSite, sends_no_control_character_of_a_name_to_a_terminal) {
  execute(site, "UPDATE run SET name = 'run' || char(27) || '[2J', reason = 'because' || char(7)");
  for (const auto* command : {"status", "runs"}) {
    const auto words = site.run({command}).words;
    CHECK_FALSE_TEXT(has(words, "\x1b") || has(words, "\x07"), command);
    STRCMP_CONTAINS("run\\x1b[2J", words.c_str());
  }
}

TEST(DeliveredSite, shows_its_runs) {
  const auto ended = site.run({"runs"});
  LONGS_EQUAL(0, ended.code);
  CHECK_TRUE(ended.words.starts_with("RUN "));
  STRCMP_CONTAINS(fakes::miseq_run, ended.words.c_str());
  const auto runs = site.json({"runs"});
  LONGS_EQUAL(1, runs.items().size());
  has_all(runs.items()[0], {"run", "instrument", "state", "since", "samples", "reason"});
  STRCMP_EQUAL("settled", text_of(runs.items()[0]["state"]).c_str());
  LONGS_EQUAL(3, runs.items()[0]["samples"].as_integer());
}

TEST(DeliveredSite, shows_its_receipts) {
  const auto receipts = site.json({"receipts"});
  LONGS_EQUAL(2, receipts.items().size());
  for (const auto& receipt : receipts.items()) {
    has_all(receipt, {"parcel", "destination", "pseudonym", "policy", "consent_evidence_sha256", "delivered_at",
                      "objects", "manifest", "ingest", "previous_hash", "hash"});
    LONGS_EQUAL(3, receipt["objects"].items().size());
    LONGS_EQUAL(4, receipt["release"].members().size());  // totals, and nothing of a kind
    LONGS_EQUAL(2, receipt["release"]["files"].as_integer());
    CHECK(receipt["release"]["words"].as_integer() > 0);
    CHECK(receipt["release"]["bytes_scanned"].as_integer() > 0);
    for (const auto& object : receipt["objects"].items()) {
      has_all(object, {"name", "size", "sha256", "plaintext_sha256", "drs_id", "self_uri"});
      CHECK_FALSE(object["drs_id"].is_null());
    }
  }
  STRCMP_EQUAL(text_of(receipts.items()[0]["hash"]).c_str(), text_of(receipts.items()[1]["previous_hash"]).c_str());
  const auto words = site.run({"receipts"}).words;
  STRCMP_CONTAINS(text_of(receipts.items()[1]["parcel"]).c_str(), words.c_str());
  STRCMP_EQUAL("", Site::leak(words + receipts.dump()).c_str());
}

TEST(DeliveredSite, shows_the_receipts_of_one_run) {
  LONGS_EQUAL(2, site.json({"receipts", "--run", fakes::miseq_run}).items().size());
  execute(site,
          "INSERT INTO run (folder_tag, unit, name, instrument, model, state, reason, hint, listing, quiet_since, "
          "since) SELECT 't', unit, 'another', instrument, model, state, reason, hint, listing, quiet_since, since "
          "FROM run");
  const auto none = site.json({"receipts", "--run", "another"});
  CHECK_TRUE(none.is_array() && none.items().empty());
}

TEST(DeliveredSite, explains_the_decision_on_each_sample) {
  const auto explained = site.json({"explain", fakes::miseq_run});
  const auto& choice = first(explained["samples"], "sample", "SAMPLE-03")["policies"].items()[0];
  STRCMP_EQUAL("refuse", text_of(choice["action"]).c_str());
  CHECK_FALSE(choice["decision"]["findings"].items().empty());
  const auto one = site.json({"explain", site.laboratory.run().path(), "--sample", "SAMPLE-01"});
  LONGS_EQUAL(1, one["samples"].items().size());
  STRCMP_EQUAL("delivered", text_of(one["samples"].items()[0]["policies"].items()[0]["state"]).c_str());
  const auto nobody = site.run({"explain", fakes::miseq_run, "--sample", "SAMPLE-99"});
  LONGS_EQUAL(1, nobody.code);
  CHECK_FALSE(has(nobody.words, "SAMPLE-"));
}

TEST(DeliveredSite, moves_parcels_that_can_be_moved) {
  const auto refused = id_of("refused"), delivered = id_of("delivered");
  const auto moves = [&](const std::vector<std::string>& words, int code, const std::string& says) {
    const auto ended = site.run(words);
    LONGS_EQUAL_TEXT(code, ended.code, ended.words.c_str());
    STRCMP_CONTAINS(says.c_str(), ended.words.c_str());
    STRCMP_EQUAL("", Site::leak(ended.words).c_str());
  };
  moves({"retry", refused}, 0, "retry: 1 parcel\n");
  moves({"hold", refused}, 0, "hold: 1 parcel\n");
  STRCMP_EQUAL(refused.c_str(), id_of("held").c_str());
  moves({"release", "--destination", "far"}, 0, "release: 1 parcel\n");
  moves({"cancel", "--run", fakes::miseq_run}, 0, "cancel: 1 parcel\n");
  STRCMP_EQUAL(refused.c_str(), id_of("cancelled").c_str());
  for (const auto* command : {"retry", "hold", "release", "cancel"}) {
    moves({command, delivered}, 1, "parcel " + delivered + " is delivered; to take it back: tributary withdraw");
    moves({command, refused}, 1, "parcel " + refused + " is cancelled; that is final");
    moves({command, "--run", fakes::miseq_run}, 1, "of 3 parcels none can be moved so: 1 cancelled; 2 delivered");
  }
}

TEST(DeliveredSite, says_what_does_not_exist) {
  const auto says = [&](const std::vector<std::string>& words, int code, const std::string& what) {
    const auto ended = site.run(words);
    LONGS_EQUAL_TEXT(code, ended.code, ended.words.c_str());
    STRCMP_EQUAL(("tributary: " + what + "\n").c_str(), ended.words.c_str());
  };
  const auto id = id_of("delivered");
  auto small = id;
  for (auto& c : small) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const auto* command : {"retry", "hold", "release", "cancel"}) {
    says({command, "p-nothing"}, 1, "there is no parcel 'p-nothing'; tributary status shows them");
    says({command, small}, 1, "there is no parcel '" + small + "'; did you mean " + id + "?");
    says({command, "TL-1"}, 1,
         "there is no parcel 'TL-1'; the id of a parcel begins with p-: tributary status shows it");
    says({command, "--run", "nosuch"}, 1, "there is no run 'nosuch'; tributary runs shows those there are");
    says({command, "--destination", "near"}, 1, "there is no destination 'near'; there are: far");
  }
  for (const auto* command : {"pause", "resume"})
    says({command, "--destination", "near"}, 2, "there is no destination 'near'; there are: far");
  says({"explain", "nosuch"}, 1, "there is no run 'nosuch'; tributary runs shows those there are");
  says({"receipts", "--run", "nosuch"}, 1, "there is no run 'nosuch'; tributary runs shows those there are");
  STRCMP_CONTAINS("mounted", site.run({"explain", "/no/such"}).words.c_str());
  LONGS_EQUAL(0, records().size());  // a word that names nothing may be anything
}

TEST(DeliveredSite, retries_nothing_that_an_operator_holds) {
  const auto refused = id_of("refused");
  LONGS_EQUAL(0, site.run({"hold", refused}).code);
  const auto ended = site.run({"retry", "--run", fakes::miseq_run});
  LONGS_EQUAL(1, ended.code);
  STRCMP_CONTAINS("1 held by an operator; tributary release", ended.words.c_str());
  STRCMP_CONTAINS(("is held by an operator; tributary release " + refused).c_str(),
                  site.run({"retry", refused}).words.c_str());
  LONGS_EQUAL(0, site.run({"release", refused}).code);
  STRCMP_CONTAINS("is refused, and no operator holds it", site.run({"release", refused}).words.c_str());
  LONGS_EQUAL(0, site.run({"retry", refused}).code);
}

TEST(DeliveredSite, shows_how_often_a_parcel_was_tried_and_when_it_is_next) {
  execute(site, "UPDATE parcel SET stage = 40, attempts = 3, not_before = 4102473600 WHERE condition = 0");
  STRCMP_CONTAINS("/s, attempt 3, next at 2100-01-01T08:00:00Z\n", site.run({"status"}).words.c_str());
  execute(site, "UPDATE parcel SET condition = 1, reason = 'why' WHERE condition = 0");
  CHECK_FALSE(has(site.run({"status"}).words, "attempt"));
}

TEST(DeliveredSite, keeps_a_record_of_what_operators_did) {
  const auto refused = id_of("refused");
  LONGS_EQUAL(0, site.run({"hold", refused}).code);
  const auto all = records();
  LONGS_EQUAL(1, all.size());
  STRCMP_EQUAL("hold", text_of(all[0]["action"]).c_str());
  STRCMP_EQUAL(refused.c_str(), text_of(all[0]["parcel"]).c_str());
}

TEST(DeliveredSite, tells_who_is_behind_a_pseudonym_and_that_it_was_asked) {
  const auto pseudonym = text_of(first(site.json({"status"})["parcels"], "state", "delivered")["pseudonym"]);
  const auto ended = site.run({"reidentify", "--pseudonym", pseudonym, "--reason", "incidental finding"});
  LONGS_EQUAL_TEXT(0, ended.code, ended.words.c_str());
  CHECK_TRUE(ended.words == "subject SUBJECT-01\n" || ended.words == "subject SUBJECT-02\n");
  const auto all = records();
  LONGS_EQUAL(1, all.size());
  STRCMP_EQUAL("reidentify", text_of(all[0]["action"]).c_str());
  STRCMP_EQUAL(pseudonym.c_str(), text_of(all[0]["pseudonym"]).c_str());
  STRCMP_EQUAL("incidental finding", text_of(all[0]["reason"]).c_str());
  CHECK_TRUE(all[0]["found"].as_bool());
  STRCMP_EQUAL("", Site::leak(all[0].dump()).c_str());

  auto slip = pseudonym;
  slip.back() = slip.back() == '0' ? '1' : '0';
  const auto wrong = site.run({"reidentify", "--pseudonym", slip, "--reason", "incidental finding"});
  LONGS_EQUAL(1, wrong.code);
  STRCMP_CONTAINS("no pseudonym of ours", wrong.words.c_str());
}

TEST(DeliveredSite, takes_back_what_was_sent_of_a_subject_who_withdrew) {
  const auto file = site.desk.write("gone.txt", "SUBJECT-01\n");
  const auto ended = site.run({"withdraw", "--subject-file", file});
  LONGS_EQUAL(0, ended.code);
  STRCMP_CONTAINS("1 subject, 1 parcel", ended.words.c_str());
  STRCMP_EQUAL("", Site::leak(ended.words).c_str());
  LONGS_EQUAL(3, site.deliver().code);
  LONGS_EQUAL(1, site.json({"status"})["withdrawn"].as_integer());
  const auto receipts = site.json({"receipts"});
  LONGS_EQUAL(3, receipts.items().size());
  STRCMP_EQUAL("withdrawn", text_of(receipts.items()[2]["kind"]).c_str());
  const auto all = records();
  STRCMP_EQUAL("withdraw", text_of(all.back()["action"]).c_str());
  STRCMP_EQUAL("", Site::leak(all.back().dump()).c_str());
  LONGS_EQUAL(0, site.run({"audit", "verify"}).code);
}

TEST(DeliveredSite, says_which_lines_of_a_list_name_nobody_it_knows) {
  const auto file = site.desk.write("gone.txt", "# list\nsubject_id\n\nSAMPLE-02\nSUBJECT-01\n");
  const auto some = site.run({"withdraw", "--subject-file", file});
  LONGS_EQUAL(0, some.code);
  STRCMP_CONTAINS("3 subjects, 1 parcel stopped", some.words.c_str());
  STRCMP_CONTAINS("Of lines 2 and 4 nothing is known here yet; the withdrawal is remembered.", some.words.c_str());
  STRCMP_EQUAL("", Site::leak(some.words).c_str());
  CHECK_FALSE(has(some.words, "subject_id"));
  LONGS_EQUAL(2, records().back()["not_known_here"].as_integer());
  const auto one = site.run({"withdraw", "--level", "no-further-contact", "--subject-file",
                             site.desk.write("gone.txt", "SUBJECT-01\nSUBJECT-77\n")});
  LONGS_EQUAL(0, one.code);
  STRCMP_CONTAINS("Of line 2 nothing is known here yet", one.words.c_str());
  std::string many;
  for (int i = 0; i < 14; ++i) many += "SAMPLE-0" + std::to_string(i) + "\n";
  STRCMP_CONTAINS("Of lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 4 more nothing is known",
                  site.run({"withdraw", "--subject-file", site.desk.write("gone.txt", many)}).words.c_str());
  const auto known = site.run({"withdraw", "--subject-file", site.desk.write("gone.txt", "SUBJECT-03\n")});
  CHECK_FALSE(has(known.words, "nothing is known"));  // refused, and therefore known
}

TEST(DeliveredSite, does_nothing_by_a_list_with_a_line_that_is_no_subject_id) {
  for (const auto* line : {"SUBJECT-02,foo", "SUBJECT-02;foo", "SUBJECT-02\tfoo", "SUBJECT-02\rSUBJECT-03"}) {
    const auto file = site.desk.write("gone.txt", "# list\nSUBJECT-01\n" + std::string(line) + "\n");
    const auto ended = site.run({"withdraw", "--subject-file", file});
    LONGS_EQUAL_TEXT(2, ended.code, line);
    STRCMP_CONTAINS("--subject-file: line 3 is more than one id; one subject id a line", ended.words.c_str());
    STRCMP_EQUAL("", Site::leak(ended.words).c_str());
  }
  LONGS_EQUAL(2, site.json({"status"})["delivered"].as_integer());
  LONGS_EQUAL(0, records().size());
}

TEST(DeliveredSite, sends_anew_what_was_taken_back_when_the_subject_agrees_again_and_an_operator_says_so) {
  const auto file = site.desk.write("back.txt", "SUBJECT-01\n");
  LONGS_EQUAL(0, site.run({"withdraw", "--subject-file", file}).code);
  LONGS_EQUAL(3, site.deliver().code);
  LONGS_EQUAL(1, site.json({"status"})["withdrawn"].as_integer());
  LONGS_EQUAL(2, site.run({"withdraw", "--lift", "--subject-file", file}).code);  // nobody says why
  LONGS_EQUAL(2, site.run({"withdraw", "--subject-file", file, "--reason", "signed again"}).code);
  const auto lifted = site.run({"withdraw", "--lift", "--reason", "signed again", "--subject-file", file});
  LONGS_EQUAL(0, lifted.code);
  STRCMP_CONTAINS("1 withdrawal lifted of 1 subject", lifted.words.c_str());
  const auto record = records().back();
  STRCMP_EQUAL("lift withdrawal", text_of(record["action"]).c_str());
  STRCMP_EQUAL("signed again", text_of(record["reason"]).c_str());
  STRCMP_EQUAL("", Site::leak(record.dump()).c_str());
  LONGS_EQUAL(3, site.deliver().code);
  const auto held = first(site.json({"status"})["parcels"], "state", "held");
  STRCMP_CONTAINS("needs a new decision", text_of(held["reason"]).c_str());
  LONGS_EQUAL(0, site.run({"release", text_of(held["parcel"])}).code);
  LONGS_EQUAL(3, site.deliver().code);
  LONGS_EQUAL(2, site.json({"status"})["delivered"].as_integer());
}

TEST(DeliveredSite, verifies_chains_that_are_whole) {
  LONGS_EQUAL(0, site.run({"hold", id_of("refused")}).code);
  const auto ended = site.run({"audit", "verify"});
  LONGS_EQUAL(0, ended.code);
  STRCMP_CONTAINS("2 receipts, head ", ended.words.c_str());
  STRCMP_CONTAINS("1 audit record, head ", ended.words.c_str());
  STRCMP_CONTAINS(text_of(site.json({"receipts"}).items()[1]["hash"]).c_str(), ended.words.c_str());
}

TEST(DeliveredSite, notices_a_receipt_that_was_changed_removed_or_moved) {
  for (const auto* sql :
       {"UPDATE receipt SET body = replace(body, 'delivered_at', 'delivered_on') WHERE number = 2",
        "DELETE FROM receipt WHERE number = 1", "UPDATE receipt SET number = number + 1 WHERE number = 2"}) {
    Site another;
    LONGS_EQUAL(3, another.deliver().code);
    execute(another, sql);
    const auto ended = another.run({"audit", "verify"});
    LONGS_EQUAL_TEXT(3, ended.code, sql);
    STRCMP_CONTAINS("receipt", ended.words.c_str());
    CHECK_FALSE(has(ended.words, "ok  "));
  }
}

TEST(DeliveredSite, notices_an_audit_record_that_was_changed) {
  LONGS_EQUAL(0, site.run({"hold", id_of("refused")}).code);
  execute(site, "UPDATE audit SET body = replace(body, 'hold', 'sell')");
  const auto ended = site.run({"audit", "verify"});
  LONGS_EQUAL(3, ended.code);
  STRCMP_CONTAINS("audit record 1", ended.words.c_str());
}

TEST(DeliveredSite, exports_what_anybody_can_check) {
  const auto ended = site.run({"audit", "export"});
  LONGS_EQUAL(0, ended.code);
  std::istringstream lines(ended.words);
  std::string previous(64, '0');
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const auto one = json::parse(line);
    CHECK_TRUE(one.ok());
    has_all(*one, {"chain", "number", "kind", "parcel", "body", "previous_hash", "hash"});
    STRCMP_EQUAL(previous.c_str(), text_of((*one)["previous_hash"]).c_str());
    previous = text_of((*one)["hash"]);
  }
  LONGS_EQUAL(2, count);
  STRCMP_EQUAL("", Site::leak(ended.words).c_str());
}

TEST(DeliveredSite, does_not_open_its_journal_with_another_key) {
  const auto key = site.laboratory.path() + "/state.key";
  CHECK_TRUE(files::write_atomic(key, view(std::string(32, 'x')), 0600).ok());
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"status"}, {"receipts"}, {"audit", "verify"}, {"hold", "p-1"}}) {
    const auto ended = site.run(words);
    LONGS_EQUAL_TEXT(1, ended.code, words[0].c_str());
    STRCMP_CONTAINS("state key is not the one", ended.words.c_str());
  }
}

TEST(DeliveredSite, does_not_open_its_journal_with_a_key_that_is_none) {
  const auto key = site.laboratory.path() + "/state.key";
  CHECK_TRUE(files::write_atomic(key, view(std::string(5, 'x')), 0600).ok());
  LONGS_EQUAL(2, site.run({"status"}).code);
  CHECK_TRUE(std::remove(key.c_str()) == 0);
  LONGS_EQUAL(2, site.run({"status"}).code);
}

}  // namespace tributary::cli_test
