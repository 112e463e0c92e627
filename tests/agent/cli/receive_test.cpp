// tests/agent/cli/receive_test.cpp: `tributary receive` over what a site really delivered.
#include <unistd.h>

#include "tests/agent/cli/desk.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::cli_test {

TEST_GROUP(Receive) {
  Site site;
  std::string secret, key;

  void setup() override {
    secret =
        site.desk.write("a.sec", std::string(crypt4gh::write_secret_key(site.laboratory.recipient(), {})->reveal()));
    key = site.desk.write("a-lab.pub", site.laboratory.site_public_pem());
    LONGS_EQUAL(3, site.deliver().code);
  }
  Ending receive(std::vector<std::string> words = {}) {
    words.insert(words.begin(), {"receive", "--secret", secret, "--site-key", key, site.far.path()});
    return site.desk.run(words);
  }
  std::string some_object() {
    std::string found;
    (void)files::Root::open(site.far.path())
        ->walk("", 4, [&](const std::string& path, files::EntryKind kind, const files::FileId&) {
          if (kind == files::EntryKind::file && !has(path, ".manifest.")) found = path;
          return true;
        });
    return site.far.path() + "/" + found;
  }
};

TEST(Receive, says_that_what_was_delivered_is_whole_and_names_nobody) {
  const auto ended = receive();
  LONGS_EQUAL_TEXT(0, ended.code, ended.words.c_str());
  STRCMP_CONTAINS("whole", ended.words.c_str());
  STRCMP_CONTAINS("a-lab.pub", ended.words.c_str());
  STRCMP_EQUAL("", Site::leak(ended.words).c_str());
}

TEST(Receive, opens_what_was_delivered) {
  const auto out = site.desk.at("out");
  LONGS_EQUAL(0, receive({"--out", out}).code);
  const auto parcels = *files::Root::open(out)->list("");
  LONGS_EQUAL(2, parcels.size());
  for (const auto& parcel : parcels) CHECK_TRUE(files::Root::open(out + "/" + parcel.name)->list("")->size() > 1);
}

TEST(Receive, tells_programs_in_json) {
  const auto ended = receive({"--json"});
  const auto report = json::parse(ended.words);
  CHECK_TRUE_TEXT(report.ok(), ended.words.c_str());
  CHECK_TRUE((*report)["good"].as_bool());
  LONGS_EQUAL(2, (*report)["parcels"].items().size());
  for (const auto& parcel : (*report)["parcels"].items()) {
    CHECK_TRUE(parcel["whole"].as_bool());
    CHECK_FALSE(parcel["files"].items().empty());
  }
}

TEST(Receive, says_what_is_missing) {
  const auto gone = some_object();
  LONGS_EQUAL(0, ::unlink(gone.c_str()));
  const auto ended = receive();
  LONGS_EQUAL(3, ended.code);
  STRCMP_CONTAINS("broken", ended.words.c_str());
  STRCMP_CONTAINS("it is not here", ended.words.c_str());
}

TEST(Receive, wants_keys_and_one_folder) {
  LONGS_EQUAL(2, site.desk.run({"receive", site.far.path()}).code);
  LONGS_EQUAL(2, site.desk.run({"receive", "--secret", secret, site.far.path()}).code);
  LONGS_EQUAL(2, site.desk.run({"receive", "--secret", secret, "--site-key", key}).code);
  LONGS_EQUAL(1, site.desk.run({"receive", "--secret", secret, "--site-key", key, site.desk.at("none")}).code);
}

}  // namespace tributary::cli_test
