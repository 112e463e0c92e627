// tests/plugins/sandbox/start_test.cpp: first starts, restarts, TLS files, the page and the command line.
#include <sys/stat.h>

#include "agent/port/files/files.hpp"
#include "tests/plugins/sandbox/world.hpp"
#include "tests/sandbox/options.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::sandbox::test {

TEST_GROUP(Start) {
  World world;

  unsigned mode_of(const std::string& name) const {
    struct stat info{};
    return ::stat((world.directory() + "/" + name).c_str(), &info) == 0 ? info.st_mode & 0777U : 0;
  }
  std::string content_of(const std::string& name) const {
    return files::read_small(world.directory() + "/" + name, 1U << 20).value_or(std::string());
  }
};

TEST(Start, makes_keys_that_only_the_owner_can_read) {
  world.start();
  STRCMP_CONTAINS("CRYPT4GH PUBLIC KEY", content_of("recipient.pub").c_str());
  LONGS_EQUAL(0600, mode_of("recipient.sec"));
  LONGS_EQUAL(0600, mode_of("token"));
  LONGS_EQUAL(0600, mode_of("url.key"));
}

TEST(Start, keeps_its_keys) {
  world.start();
  const auto key = content_of("recipient.sec");
  world.stop();
  world.start();
  STRCMP_EQUAL(key.c_str(), content_of("recipient.sec").c_str());
}

TEST(Start, refuses_a_directory_that_another_sandbox_holds) {
  world.start();
  const auto second = tributary::sandbox::Sandbox::start(world.settings, world.clock);
  CHECK_FALSE(second.ok());
  STRCMP_CONTAINS("stop the other sandbox", sentence(second.error()).c_str());
}

TEST(Start, refuses_a_fault_that_can_not_be_read) {
  world.settings.faults = {"put:explode:1"};
  world.start();
  CHECK_FALSE(world.is_up());
  STRCMP_CONTAINS("unknown act", world.problem().c_str());
}

TEST(Start, sweeps_data_that_no_record_names) {
  world.start();
  world.stop();
  CHECK_TRUE(files::write_atomic(world.directory() + "/data/left-over", ByteView(), 0600).ok());
  world.start();
  LONGS_EQUAL(0, mode_of("data/left-over"));
}

TEST(Start, makes_a_CA_and_a_certificate_for_TLS) {
  world.settings.tls = true;
  world.start();
  CHECK_TEXT(world.is_up(), world.problem().c_str());
  STRCMP_CONTAINS("https://localhost:", world.sandbox().url().c_str());
  STRCMP_CONTAINS("BEGIN CERTIFICATE", content_of("ca.pem").c_str());
  LONGS_EQUAL(0600, mode_of("server.key"));
}

TEST(Start, shows_a_page_of_what_arrived) {
  world.start();
  world.deliver("TL-1.bed.c4gh", "some bytes", "tributary:p-77:0");
  const auto open = world.grant("TL-2.bed.c4gh", "other bytes");
  world.create_upload(open);
  const auto page = world.plain({"GET", "/", {}, {}});
  LONGS_EQUAL(200, page.status);
  for (const auto* text :
       {"TL-1.bed.c4gh", "tributary:p-77:0", "open for everybody", "Open multipart uploads", "TL-2.bed.c4gh"}) {
    STRCMP_CONTAINS(text, page.body.c_str());
  }
  CHECK_FALSE(page.has("<script"));
}

TEST(Start, escapes_what_strangers_wrote_on_the_page) {
  world.start();
  const auto grant = world.grant("TL-1.bed.c4gh", "some bytes");
  world.s3(grant, "PUT", {}, "some bytes");
  world.register_objects({World::candidate(grant, R"(,"aliases":["<b>x"])")});
  const auto page = world.plain({"GET", "/", {}, {}});
  CHECK_FALSE(page.has("<b>x"));
  CHECK_TRUE(page.has("&lt;b&gt;x"));
}

TEST(Start, says_that_it_is_well) {
  world.start();
  STRCMP_EQUAL("ok\n", world.plain({"GET", "/healthz", {}, {}}).body.c_str());
  LONGS_EQUAL(404, world.plain({"GET", "/nothing", {}, {}}).status);
}

TEST_GROUP(Options){
    static std::string complaint(const std::vector<std::string>& words){const auto options = parse_options(words);
return options ? "" : sentence(options.error());
}  // namespace tributary::sandbox::test
}
;

TEST(Options, are_read) {
  const auto options = parse_options({"--dir", "/x", "--tls", "--credential-ttl=90s", "--min-part", "5MiB", "--latency",
                                      "250ms", "--fail-rate", "5%", "--disk-full", "--fault", "register:lose_reply:1"});
  CHECK_TRUE(options.ok());
  STRCMP_EQUAL("/x", options->settings.directory.c_str());
  CHECK_TRUE(options->settings.tls);
  LONGS_EQUAL(90, options->settings.credential_ttl_s);
  LONGS_EQUAL(4, options->settings.faults.size());
  STRCMP_EQUAL("any:delay:*:250ms", options->settings.faults[0].c_str());
}

TEST(Options, that_are_wrong_are_named) {
  STRCMP_CONTAINS("--dir DIR is needed", complaint({}).c_str());
  STRCMP_CONTAINS("did you mean --listen?", complaint({"--lisen", "x"}).c_str());
  STRCMP_CONTAINS("--dir needs DIR", complaint({"--dir"}).c_str());
  STRCMP_CONTAINS("--credential-ttl", complaint({"--dir", "x", "--credential-ttl", "90"}).c_str());
  STRCMP_CONTAINS("--fail-rate", complaint({"--dir", "x", "--fail-rate", "often"}).c_str());
  STRCMP_CONTAINS("takes no argument", complaint({"--dir", "x", "--tls=yes"}).c_str());
}

TEST(Options, are_all_in_the_help) {
  const auto help = tributary::sandbox::usage();
  for (const auto* word :
       {"--dir DIR", "--ready-file", "--site-key", "lose_reply", "register", "ingest", "Exit codes"}) {
    STRCMP_CONTAINS(word, help.c_str());
  }
}

}  // namespace tributary::sandbox::test
