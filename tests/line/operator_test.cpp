// tests/line/operator_test.cpp: what an operator is told and gets: parcels that nobody carries, reasons, keys.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "agent/line/strays.hpp"
#include "agent/port/files/files.hpp"
#include "agent/port/json/json.hpp"
#include "tests/line/agent.hpp"
#include "tests/line/program.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::line_test {
namespace {

std::size_t count_of(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

}  // namespace

/// A site with two sealed parcels that have not been sent yet.
TEST_GROUP(Operator) {
  Laboratory laboratory{10};
  ManualClock clock{laboratory.made_utc_s()};
  FolderSide far;
  Agent agent{laboratory, far, clock};
  fakes::TemporaryDirectory said;

  void setup() override {
    CHECK_TEXT(agent.is_open(), agent.log().c_str());
    agent.look();
  }
  Ending tributary(std::vector<std::string> words) const {
    words.insert(words.begin(), {TRIBUTARY_TEST_COMMAND, "--config", agent.site_folder().config_file()});
    return run_program(words, said.path(), false);
  }
  Ending daemon_once() const {
    return run_program({TRIBUTARY_TEST_DAEMON, "--config", agent.site_folder().config_file(), "--once"}, said.path(),
                       false);
  }
  void rename_destination() const {
    const auto file = agent.site_folder().config_file();
    auto text = files::read_small(file, 1U << 20).value_or("");
    replace_all(text, "name: far", "name: other");
    replace_all(text, "destination: far", "destination: other");
    CHECK_TRUE(files::write_atomic(file, view(text), 0600).ok());
  }
  journal::ParcelRow queued() {
    const auto rows = agent.journal().parcels();
    for (const auto& row : *rows) {
      if (row.stage == journal::Stage::queued) return row;
    }
    FAIL("no parcel is queued");
    return {};
  }
  std::string strays() {
    auto loaded = config::load(agent.site_folder().config_file(), line::plugin_keys());
    const auto found = line::strays(*loaded.settings, agent.journal());
    if (!found) return sentence(found.error());
    std::string out;
    for (const auto& stray : *found) out += sentence(stray) + "\n";
    return out;
  }
};

TEST(Operator, is_told_nothing_of_strays_when_there_are_none) {
  STRCMP_EQUAL("", strays().c_str());
  LONGS_EQUAL(0, count_of(tributary({"check"}).words, "warning"));
  LONGS_EQUAL(0, count_of(tributary({"status"}).words, "not configured"));
}

TEST(Operator, is_told_of_parcels_of_a_destination_that_is_not_configured) {
  rename_destination();
  const std::string told =
      "2 parcels wait for the destination 'far', which is not configured; configure it again, or: tributary cancel "
      "--destination far\n";
  const auto check = tributary({"check"});
  LONGS_EQUAL(0, check.code);
  STRCMP_CONTAINS(("warning: " + told).c_str(), check.words.c_str());
  const auto status = tributary({"status"});
  LONGS_EQUAL(3, status.code);
  STRCMP_CONTAINS(("warning: " + told).c_str(), status.words.c_str());
  const auto json = json::parse(tributary({"status", "--json"}).words);
  LONGS_EQUAL(1, (*json)["warnings"].items().size());
  const auto once = daemon_once();  // and it ends
  LONGS_EQUAL_TEXT(3, once.code, once.words.c_str());
  STRCMP_CONTAINS(told.c_str(), once.words.c_str());
  STRCMP_CONTAINS("delivered to other", once.words.c_str());
}

TEST(Operator, is_rid_of_strays_that_are_cancelled) {
  rename_destination();
  STRCMP_CONTAINS("cancel: 3 parcels", tributary({"cancel", "--destination", "far"}).words.c_str());
  STRCMP_EQUAL("", strays().c_str());
  LONGS_EQUAL(0, count_of(daemon_once().words, "not configured"));
}

TEST(Operator, is_told_what_only_the_destination_itself_can_take_back) {
  CHECK_TRUE(*agent.journal().begin_work(queued().id, journal::Stage::uploading, clock.now_utc_s()));
  rename_destination();
  STRCMP_CONTAINS("1 of them may have left something there, which is taken back only when it is configured",
                  strays().c_str());
  CHECK_TRUE(agent.journal().cancel({.parcel = {}, .run = {}, .destination = "far"}, clock.now_utc_s()).ok());
  STRCMP_EQUAL(
      "1 parcel waits to be taken back from the destination 'far', which is not configured; configure it again: only "
      "then can it be asked to delete what it holds\n",
      strays().c_str());
}

TEST(Operator, reads_the_id_of_a_consent_only_when_asking_for_an_explanation) {
  const auto run = laboratory.run().path();
  for (const auto& words : std::vector<std::vector<std::string>>{{"plan", run},
                                                                 {"plan", run, "--json"},
                                                                 {"status"},
                                                                 {"status", "--json"},
                                                                 {"runs", "--json"},
                                                                 {"receipts"}}) {
    const auto ended = tributary(words);
    LONGS_EQUAL_TEXT(0, count_of(ended.words, "CONSENT-"), ended.words.c_str());
  }
  STRCMP_CONTAINS("the consent was withdrawn", tributary({"plan", run}).words.c_str());
  STRCMP_CONTAINS("deny by rule status: the consent was withdrawn (consent CONSENT-03)",
                  tributary({"explain", run}).words.c_str());
  const auto json = json::parse(tributary({"explain", run, "--sample", "SAMPLE-03", "--json"}).words);
  const auto& finding = (*json)["samples"].items()[0]["policies"].items()[0]["decision"]["findings"].items()[0];
  STRCMP_EQUAL("CONSENT-03", std::string(finding["consent"].as_string()).c_str());
}

TEST(Operator, reads_once_why_nobody_knows_a_sample) {
  CHECK_TRUE(files::write_atomic(laboratory.path() + "/subjects.csv",
                                 view("sample_id,subject_id,consent_id,consent_status,permissions,valid_from,"
                                      "valid_until\nSAMPLE-01,SUBJECT-01,CONSENT-01,active,GRU,,\n"),
                                 0600)
                 .ok());
  agent.look();
  const auto run = laboratory.run().path();
  for (const auto* command : {"plan", "explain"}) {
    const auto words = tributary({command, run}).words;
    LONGS_EQUAL_TEXT(2, count_of(words, "no subject source knows the sample"), words.c_str());  // of two samples
    LONGS_EQUAL_TEXT(2, count_of(words, "hold  research -> far as "), words.c_str());
  }
}

/// Keys that root makes for the daemon's user.
TEST_GROUP(Keys) {
  static constexpr unsigned user = 4711, group = 4712;
  fakes::TemporaryDirectory said, keys;
  std::string at(const std::string& name) const { return keys.path() + "/" + name; }
  static bool root() {
    if (::geteuid() == 0) return true;
    std::printf("skipped: only root can give a file to another user\n");
    return false;
  }
  Ending tributary(std::vector<std::string> words) const {
    words.insert(words.begin(), TRIBUTARY_TEST_COMMAND);
    return run_program(words, said.path(), false);
  }
  static std::string of(const std::string& path) {
    struct stat info{};
    if (::lstat(path.c_str(), &info) != 0) return "none";
    char mode[8];
    std::snprintf(mode, sizeof mode, "%04o", info.st_mode & 07777U);
    return std::to_string(info.st_uid) + ":" + std::to_string(info.st_gid) + " " + mode;
  }
  void folder_is(unsigned mode) const {
    LONGS_EQUAL(0, ::chown(keys.path().c_str(), user, group));
    LONGS_EQUAL(0, ::chmod(keys.path().c_str(), mode));
  }
};

TEST(Keys, that_root_makes_belong_to_the_owner_of_their_folder) {
  if (!root()) return;
  folder_is(0700);
  for (const auto* kind : {"pseudonym", "state", "identity"}) {
    const auto ended = tributary({"keys", "generate", kind, at(kind)});
    LONGS_EQUAL_TEXT(0, ended.code, ended.words.c_str());
    STRCMP_EQUAL("4711:4712 0600", of(at(kind)).c_str());
  }
  STRCMP_EQUAL("4711:4712 0644", of(at("identity.pub")).c_str());
}

TEST(Keys, that_root_makes_can_be_read_by_the_group_that_the_folder_is_open_to) {
  if (!root()) return;
  folder_is(0750);
  LONGS_EQUAL(0, tributary({"keys", "generate", "state", at("a")}).code);
  STRCMP_EQUAL("4711:4712 0640", of(at("a")).c_str());
  folder_is(0755);
  LONGS_EQUAL(0, tributary({"keys", "generate", "state", at("b")}).code);
  STRCMP_EQUAL("4711:4712 0600", of(at("b")).c_str());
}

TEST(Keys, are_never_overwritten_and_leave_nothing_behind_when_they_are_refused) {
  LONGS_EQUAL(0, tributary({"keys", "generate", "state", at("a")}).code);
  const auto before = files::read_small(at("a"), 64).value_or("");
  const auto ended = tributary({"keys", "generate", "state", at("a")});
  LONGS_EQUAL(1, ended.code);
  STRCMP_CONTAINS("exists already", ended.words.c_str());
  STRCMP_EQUAL(before.c_str(), files::read_small(at("a"), 64).value_or("").c_str());
  LONGS_EQUAL(1, files::Root::open(keys.path())->list("")->size());
}

TEST(Keys, are_not_written_through_a_link_that_somebody_laid) {
  const auto other = at("other");
  LONGS_EQUAL(0, ::symlink(other.c_str(), at("a").c_str()));
  CHECK_TRUE(tributary({"keys", "generate", "state", at("a")}).code != 0);
  STRCMP_EQUAL("none", of(other).c_str());
}

TEST(Keys, of_pseudonyms_that_were_exchanged_start_nothing) {
  const Laboratory laboratory(1);
  fakes::TemporaryDirectory far, here;
  const SiteFolder site(laboratory, folder_at(far.path()));
  const auto starts = [&] { return run_daemon_once(site.config_file(), here.path(), {}); };
  const auto key = laboratory.path() + "/pseudonym.key";
  const auto before = files::read_small(key, 64).value_or("");
  CHECK_TRUE(starts().code != 2);
  CHECK_TRUE(files::write_atomic(key, view(std::string(32, 'q')), 0600).ok());
  const auto refused = starts();
  LONGS_EQUAL_TEXT(2, refused.code, refused.words.c_str());
  STRCMP_CONTAINS("not the one of before", refused.words.c_str());
  STRCMP_CONTAINS("not the one of before", tributary({"--config", site.config_file(), "doctor"}).words.c_str());
  CHECK_TRUE(files::write_atomic(key, view(before), 0600).ok());
  CHECK_TRUE(starts().code != 2);
  LONGS_EQUAL(0, tributary({"--config", site.config_file(), "keys", "rotate", "pseudonym"}).code);
  CHECK_TRUE(starts().code != 2);
}

TEST(Keys, that_root_rotates_keep_owner_group_and_mode) {
  if (!root()) return;
  const Laboratory laboratory(1);
  fakes::TemporaryDirectory far;
  const SiteFolder site(laboratory, folder_at(far.path()));
  const auto key = laboratory.path() + "/pseudonym.key";
  const auto before = files::read_small(key, 64).value_or("");
  LONGS_EQUAL(0, ::chown(key.c_str(), user, group));
  LONGS_EQUAL(0, ::chmod(key.c_str(), 0440));
  const auto ended = tributary({"--config", site.config_file(), "keys", "rotate", "pseudonym"});
  LONGS_EQUAL_TEXT(0, ended.code, ended.words.c_str());
  STRCMP_EQUAL("4711:4712 0440", of(key).c_str());
  CHECK_TRUE(before != files::read_small(key, 64).value_or(""));
  std::size_t kept = 0;
  const auto entries = files::Root::open(laboratory.path())->list("");
  for (const auto& entry : *entries) {
    if (!entry.name.starts_with("pseudonym.key.")) continue;
    ++kept;
    STRCMP_EQUAL("4711:4712 0440", of(laboratory.path() + "/" + entry.name).c_str());
  }
  LONGS_EQUAL(1, kept);
}

}  // namespace tributary::line_test
