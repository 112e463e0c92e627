// tests/agent/cli/people_test.cpp: who is behind a pseudonym: by two persons, from a backup, from a source outside.
#include <unistd.h>

#include <cstdio>
#include <sstream>

#include "agent/cli/person.hpp"
#include "agent/journal/backup.hpp"
#include "agent/journal/migrations.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "agent/port/store/store.hpp"
#include "tests/agent/cli/desk.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::cli_test {
namespace {

const char* const reason = "incidental finding";

/// Records of one kind in the audit chain, in their order.
std::vector<Json> records(const Site& site, const std::string& action) {
  std::vector<Json> out;
  std::istringstream lines(site.run({"audit", "export"}).words);
  for (std::string line; std::getline(lines, line);) {
    auto one = json::parse(line);
    CHECK_TRUE(one.ok());
    auto body = json::parse((*one)["body"].as_string());
    if ((*one)["chain"].as_string() == "audit" && (*body)["action"].as_string() == action) out.push_back(*body);
  }
  return out;
}

std::string delivered_pseudonym(const Site& site) {
  const auto status = site.json({"status"});
  for (const auto& parcel : status["parcels"].items()) {
    if (parcel["state"].as_string() == "delivered") return std::string(parcel["pseudonym"].as_string());
  }
  return "(nothing was delivered)";
}

void execute(const Site& site, std::string_view sql) {
  auto database = store::Database::open(site.folder.state_dir() + "/journal.db", journal::migrations());
  CHECK_TRUE(database.ok());
  CHECK_TRUE((*database)->run(sql).ok());
}

}  // namespace

TEST_GROUP(Person){};

TEST(Person, is_who_logged_in_whatever_account_he_uses) {
  LONGS_EQUAL(1001, cli::person_behind("1001", "", 0));
  LONGS_EQUAL(1001, cli::person_behind("1001\n", "1002", 0));
  LONGS_EQUAL(1001, cli::person_behind("1001", "", 994));
}

TEST(Person, without_a_login_is_the_user_or_who_called_sudo) {
  for (const auto* login : {"4294967295", "", "x", "-1"}) {
    LONGS_EQUAL(994, cli::person_behind(login, "", 994));
    LONGS_EQUAL(994, cli::person_behind(login, "1002", 994));  // anybody but root could set that
    LONGS_EQUAL(1002, cli::person_behind(login, "1002", 0));
    LONGS_EQUAL(0, cli::person_behind(login, "nonsense", 0));
  }
}

/// A site where it takes two; persons are those whom sudo names, for tests run as root and without a login.
TEST_GROUP(TwoPersons) {
  Site site;
  std::string pseudonym;
  void setup() override {
    LONGS_EQUAL(3, site.deliver().code);
    pseudonym = delivered_pseudonym(site);
    site.change("listen: null", "listen: null\nreidentify: { approval: second-person }");
  }
  static bool can_be_played() {
    const auto login = files::read_small("/proc/self/loginuid", 64).value_or("");
    if (::getuid() == 0 && cli::person_behind(login, "1001", 0) == 1001) return true;
    std::printf("skipped: needs root without a login uid\n");
    return false;
  }
  Ending as(int uid, std::vector<std::string> words) const {
    words.insert(words.begin(), {"/usr/bin/env", "SUDO_UID=" + std::to_string(uid), TRIBUTARY_TEST_COMMAND, "--config",
                                 site.folder.config_file(), "reidentify"});
    return line_test::run_program(words, site.desk.at("."), false);
  }
  Ending ask(int uid) const { return as(uid, {"--pseudonym", pseudonym, "--reason", reason}); }
  static std::string request_of(const Ending& ended) {
    const auto at = ended.words.find("r-");
    return at == std::string::npos ? std::string() : ended.words.substr(at, ended.words.find(' ', at) - at);
  }
  std::string asked() {
    const auto ended = ask(1001);
    LONGS_EQUAL_TEXT(3, ended.code, ended.words.c_str());
    STRCMP_EQUAL("", Site::leak(ended.words).c_str());
    return request_of(ended);
  }
};

TEST(TwoPersons, learn_together_who_is_behind_a_pseudonym_once) {
  if (!can_be_played()) return;
  const auto id = asked();
  STRCMP_EQUAL(id.c_str(), asked().c_str());  // the same command again makes no second request
  const auto approved = as(1002, {"--approve", id});
  LONGS_EQUAL_TEXT(0, approved.code, approved.words.c_str());
  STRCMP_CONTAINS(reason, approved.words.c_str());
  STRCMP_EQUAL("", Site::leak(approved.words).c_str());
  const auto answer = ask(1001);
  LONGS_EQUAL_TEXT(0, answer.code, answer.words.c_str());
  CHECK_TRUE(answer.words == "subject SUBJECT-01\n" || answer.words == "subject SUBJECT-02\n");
  CHECK_TRUE(asked() != id);  // the approval is spent
  LONGS_EQUAL(2, records(site, "request re-identification").size());
  LONGS_EQUAL(1, records(site, "approve re-identification").size());
  const auto told = records(site, "reidentify");
  LONGS_EQUAL(1, told.size());
  LONGS_EQUAL(1001, told[0]["uid"].as_integer());
  LONGS_EQUAL(1002, told[0]["approved_by_uid"].as_integer());
  STRCMP_EQUAL(id.c_str(), std::string(told[0]["request"].as_string()).c_str());
  STRCMP_EQUAL("", Site::leak(site.run({"audit", "export"}).words).c_str());
}

TEST(TwoPersons, are_two) {
  if (!can_be_played()) return;
  const auto id = asked();
  const auto own = as(1001, {"--approve", id});
  LONGS_EQUAL(1, own.code);
  STRCMP_CONTAINS("can not be approved by the person who made it", own.words.c_str());
  LONGS_EQUAL(3, ask(1001).code);
  const auto refused = records(site, "approve re-identification");
  LONGS_EQUAL(1, refused.size());
  CHECK_FALSE(refused[0]["approved"].as_bool(true));
  LONGS_EQUAL(0, as(1002, {"--approve", id}).code);
  LONGS_EQUAL(3, ask(1003).code);  // an approval is for who asked
  LONGS_EQUAL(3, as(1001, {"--pseudonym", pseudonym, "--reason", "curiosity"}).code);
  LONGS_EQUAL(0, ask(1001).code);
}

TEST(TwoPersons, must_hurry) {
  if (!can_be_played()) return;
  const auto id = asked();
  execute(site, "UPDATE reidentification SET asked_at = asked_at - 86401");
  const auto late = as(1002, {"--approve", id});
  LONGS_EQUAL(1, late.code);
  STRCMP_CONTAINS("not open any more", late.words.c_str());
  const auto second = asked();
  CHECK_TRUE(second != id);
  LONGS_EQUAL(0, as(1002, {"--approve", second}).code);
  execute(site, "UPDATE reidentification SET approved_at = approved_at - 86401");
  LONGS_EQUAL(3, ask(1001).code);
}

TEST(TwoPersons, are_told_of_requests_and_words_that_are_none) {
  if (!can_be_played()) return;
  LONGS_EQUAL(1, as(1002, {"--approve", "r-nothing"}).code);
  LONGS_EQUAL(2, as(1002, {"--approve"}).code);
  LONGS_EQUAL(2, as(1002, {"--approve", "r-1", "--reason", reason}).code);
  const auto unknown = as(1001, {"--pseudonym", "QX7-999", "--reason", reason});
  LONGS_EQUAL(1, unknown.code);
  STRCMP_CONTAINS("no such pseudonym", unknown.words.c_str());
  LONGS_EQUAL(0, records(site, "request re-identification").size());
}

/// A site and the key in the safe.
TEST_GROUP(LinkageBackup) {
  Site site;
  std::string backup = site.desk.at("linkage.c4gh"), secret = site.desk.at("safe.sec"), open = site.desk.at("safe.pub");
  void setup() override {
    LONGS_EQUAL(3, site.deliver().code);
    LONGS_EQUAL(0, site.desk.run({"crypt4gh", "keygen", "--secret", secret, "--public", open}).code);
  }
  void exports() const {
    const auto ended = site.run({"linkage", "export", "--recipient", open, "--out", backup});
    LONGS_EQUAL_TEXT(0, ended.code, ended.words.c_str());
    STRCMP_EQUAL("", Site::leak(ended.words).c_str());
  }
  Ending restore(const Site& at, const std::string& file) const {
    const auto ended = at.run({"linkage", "restore", "--secret", secret, "--in", file});
    STRCMP_EQUAL("", Site::leak(ended.words).c_str());
    return ended;
  }
  // Another machine: its own state directory, and its own key over it.
  static void replace_state_key(const Site& at) {
    CHECK_TRUE(files::write_atomic(at.laboratory.path() + "/state.key", view(std::string(32, 'z')), 0600).ok());
  }
};

TEST(LinkageBackup, brings_everybody_back_on_another_machine) {
  const auto pseudonym = delivered_pseudonym(site);
  LONGS_EQUAL(0, site.run({"withdraw", "--subject-file", site.desk.write("gone.txt", "SUBJECT-02\n")}).code);
  exports();
  const auto sealed = site.desk.read("linkage.c4gh");
  LONGS_EQUAL(std::string::npos, sealed.find("TL-"));
  const Site other;
  replace_state_key(other);
  const auto ended = restore(other, backup);
  LONGS_EQUAL_TEXT(0, ended.code, ended.words.c_str());
  STRCMP_CONTAINS("6 links added, 0 known before", ended.words.c_str());
  STRCMP_CONTAINS("0 links added, 6 known before", restore(other, backup).words.c_str());
  const auto answer = other.run({"reidentify", "--pseudonym", pseudonym, "--reason", reason});
  LONGS_EQUAL_TEXT(0, answer.code, answer.words.c_str());
  STRCMP_CONTAINS("subject SUBJECT-0", answer.words.c_str());
  const auto gone = other.run({"withdraw", "--subject-file", site.desk.write("gone.txt", "SUBJECT-01\n")});
  LONGS_EQUAL(3, gone.code);
  STRCMP_CONTAINS("Ask the repository for:\n  far  TL-", gone.words.c_str());
  LONGS_EQUAL(3, other.deliver().code);  // both withdrawals count there
  LONGS_EQUAL(0, other.json({"status"})["delivered"].as_integer());
  LONGS_EQUAL(2, records(other, "restore linkage").size());
  LONGS_EQUAL(1, records(site, "export linkage").size());
  STRCMP_EQUAL("", Site::leak(other.run({"audit", "export"}).words).c_str());
}

TEST(LinkageBackup, opens_with_the_key_in_the_safe_only_and_whole_only) {
  exports();
  const Site other;
  const auto nobody = site.desk.at("x.sec");
  LONGS_EQUAL(0, site.desk.run({"crypt4gh", "keygen", "--secret", nobody, "--public", site.desk.at("x.pub")}).code);
  LONGS_EQUAL(1, other.run({"linkage", "restore", "--secret", nobody, "--in", backup}).code);
  const auto whole = site.desk.read("linkage.c4gh");
  for (const auto size : {whole.size() - 1, whole.size() / 2, std::size_t{16}, std::size_t{0}})
    LONGS_EQUAL(1, restore(other, site.desk.write("cut.c4gh", whole.substr(0, size))).code);
  LONGS_EQUAL(1, restore(other, site.desk.at("nothing")).code);
  LONGS_EQUAL(2, other.run({"linkage", "restore", "--in", backup}).code);
  LONGS_EQUAL(2, other.run({"linkage", "export", "--out", backup}).code);
  LONGS_EQUAL(2, other.run({"linkage"}).code);
  LONGS_EQUAL(1, other.run({"linkage", "export", "--recipient", open, "--out", backup}).code);  // no journal there
}

TEST(LinkageBackup, that_contradicts_what_is_known_changes_nothing) {
  exports();
  const Site other;
  LONGS_EQUAL(3, other.deliver().code);
  const auto plain = site.desk.at("plain.json");
  LONGS_EQUAL(0, site.desk.run({"crypt4gh", "decrypt", "--secret", secret, "--in", backup, "--out", plain}).code);
  auto text = site.desk.read("plain.json");
  const auto at = text.find("TL-");
  text[at + 5] = text[at + 5] == '7' ? '8' : '7';
  const auto body = text.substr(text.find('\n') + 1);
  text = R"({"format":"tributary-linkage","version":1,"site":"test-lab","made_at":"x","links":6,"sha256":")" +
         to_hex(ByteView(crypto::sha256(view(body)))) + "\"}\n" + body;
  site.desk.write("changed.json", text);
  LONGS_EQUAL(0, site.desk
                     .run({"crypt4gh", "encrypt", "--recipient", open, "--in", site.desk.at("changed.json"), "--out",
                           site.desk.at("changed.c4gh")})
                     .code);
  const auto ended = restore(other, site.desk.at("changed.c4gh"));
  LONGS_EQUAL_TEXT(1, ended.code, ended.words.c_str());
  STRCMP_CONTAINS("1 link of 6 contradict", ended.words.c_str());
  const auto kept = records(other, "restore linkage");
  LONGS_EQUAL(1, kept[0]["conflicts"].as_integer());
  LONGS_EQUAL(0, kept[0]["added"].as_integer());
}

TEST(LinkageBackup, is_a_text_that_is_read_strictly) {
  const auto text_of = [](const std::string& body, int links, int version = 1) {
    return R"({"format":"tributary-linkage","version":)" + std::to_string(version) +
           R"(,"site":"s","made_at":"x","links":)" + std::to_string(links) + R"(,"sha256":")" +
           to_hex(ByteView(crypto::sha256(view(body)))) + "\"}\n" + body;
  };
  const std::string link =
      R"({"destination":"d","pseudonym":"QX7-1","kind":"sample","key_id":"k","id":"SAMPLE-01","subject":"","withdrawn_utc_s":0})"
      "\n";
  CHECK_TRUE(journal::read_linkage(text_of(link, 1)).ok());
  CHECK_TRUE(journal::read_linkage(text_of("", 0)).ok());
  for (const auto& bad : {std::string(), std::string("\n"), std::string("{}\n"), text_of(link, 2), text_of(link, 1, 2),
                          text_of(link.substr(0, link.size() - 1), 1), text_of("{}\n", 1), text_of(link, 1) + link,
                          text_of("\n", 1), text_of(std::string(link).replace(link.find("sample"), 6, "person"), 1),
                          text_of(std::string(link).replace(link.find("QX7-1"), 5, "QX /1"), 1)}) {
    const auto read = journal::read_linkage(bad);
    CHECK_FALSE_TEXT(read.ok(), bad.c_str());
    CHECK_TRUE(read.error().what.find("SAMPLE") == std::string::npos);
  }
}

/// A site whose pseudonyms come from a list.
TEST_GROUP(OutsideSite) {
  Site site;
  void setup() override {
    const auto list = site.desk.write("list.csv",
                                      "destination,kind,id,pseudonym\nfar,sample,SAMPLE-01,QX7-001\nfar,subject,"
                                      "SUBJECT-01,QS7-001\n");
    site.change("/pseudonym.key\" }", "/pseudonym.key\", plugin: file, settings: { file: \"" + list + "\" } }");
  }
};

TEST(OutsideSite, finds_persons_by_pseudonyms_without_a_check_character) {
  LONGS_EQUAL(3, site.deliver().code);
  STRCMP_EQUAL("QX7-001", delivered_pseudonym(site).c_str());
  const auto answer = site.run({"reidentify", "--pseudonym", "QX7-001", "--destination", "far", "--reason", reason});
  STRCMP_EQUAL("subject SUBJECT-01\n", answer.words.c_str());
  LONGS_EQUAL(1, site.run({"reidentify", "--pseudonym", "QX7-001", "--destination", "near", "--reason", reason}).code);
  STRCMP_CONTAINS("no pseudonym of ours",
                  site.run({"reidentify", "--pseudonym", "QX7/001", "--reason", reason}).words.c_str());
  LONGS_EQUAL(3, site.run({"status"}).code);
  STRCMP_CONTAINS("does not know the sample", site.run({"status"}).words.c_str());
  const auto gone = site.run({"withdraw", "--subject-file", site.desk.write("gone.txt", "SUBJECT-01\n")});
  STRCMP_CONTAINS("1 subject, 1 parcel", gone.words.c_str());
}

TEST(OutsideSite, asks_for_the_person_when_two_bear_one_pseudonym_at_two_destinations) {
  LONGS_EQUAL(3, site.deliver().code);
  {
    auto journal = journal::Journal::open(site.folder.state_dir(), site.laboratory.state_key());
    CHECK_TRUE(journal.ok());
    CHECK_TRUE((*journal)->link({"QX7-001", "near", "sample", "k", "SAMPLE-02", "SUBJECT-02"}).ok());
  }
  const auto both = site.run({"reidentify", "--pseudonym", "QX7-001", "--reason", reason});
  LONGS_EQUAL(1, both.code);
  STRCMP_CONTAINS("--destination", both.words.c_str());
  STRCMP_EQUAL("", Site::leak(both.words).c_str());
  STRCMP_EQUAL(
      "subject SUBJECT-02\n",
      site.run({"reidentify", "--pseudonym", "QX7-001", "--destination", "near", "--reason", reason}).words.c_str());
}

TEST(OutsideSite, is_planned_without_asking_the_source) {
  const auto plan = site.json({"plan", site.laboratory.run().path()});
  CHECK_TRUE(plan["samples"].items()[0]["policies"].items()[0]["pseudonym"].is_null());
  LONGS_EQUAL(3, site.deliver().code);
  const auto explained = site.json({"explain", fakes::miseq_run, "--sample", "SAMPLE-01"});
  const auto& choice = explained["samples"].items()[0]["policies"].items()[0];
  STRCMP_EQUAL("QX7-001", std::string(choice["pseudonym"].as_string()).c_str());
  STRCMP_EQUAL("delivered", std::string(choice["state"].as_string()).c_str());
  const auto waits = site.json({"explain", fakes::miseq_run, "--sample", "SAMPLE-02"});
  STRCMP_EQUAL("held", std::string(waits["samples"].items()[0]["policies"].items()[0]["state"].as_string()).c_str());
}

TEST(OutsideSite, is_told_what_rotating_the_key_does_not_do) {
  LONGS_EQUAL(3, site.deliver().code);
  const auto ended = site.run({"keys", "rotate", "pseudonym"});
  LONGS_EQUAL_TEXT(0, ended.code, ended.words.c_str());
  STRCMP_CONTAINS("this key makes none", ended.words.c_str());
  STRCMP_CONTAINS("The source decides", ended.words.c_str());
}

}  // namespace tributary::cli_test
