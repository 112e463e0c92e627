// tests/plugins/optout/optout_test.cpp: a register of opt-outs, as a list and as a service.
#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include "plugins/consent/optout/list.hpp"
#include "plugins/consent/optout/reply.hpp"
#include "tests/plugins/csv/answer.hpp"

#include <CppUTest/TestHarness.h>

extern "C" const tributary_descriptor* tributary_plugin_optout(void);

namespace {

using namespace tributary;  // NOLINT: brevity of a test
using Consent = suites::Instance<tributary_consent_ops>;
using Kind = optout::Spelling::Kind;

}  // namespace

TEST_GROUP(OptOut) {
  std::string folder;
  fakes::PluginHost host{tributary_plugin_optout()};

  void setup() override {
    std::array<char, 64> name{"/tmp/tributary-optout-XXXXXX"};
    folder = ::mkdtemp(name.data());
    host.settings["file"] = path();
  }
  void teardown() override { std::filesystem::remove_all(folder); }
  std::string path() const { return folder + "/list"; }

  void put(const std::string& text, std::int64_t age_s = 60) {
    std::ofstream(path() + ".new", std::ios::binary) << text;
    std::filesystem::rename(path() + ".new", path());
    const std::array<timespec, 2> times{timespec{host.now_utc_s - age_s, 0}, timespec{host.now_utc_s - age_s, 0}};
    ::utimensat(AT_FDCWD, path().c_str(), times.data(), 0);
  }
  std::string key_file(const std::string& key) {
    std::ofstream(folder + "/key", std::ios::binary) << key;
    return folder + "/key";
  }
  suites::Answer asked(const std::string& subject = "SUBJECT-01") {
    Consent at(tributary_plugin_optout(), host);
    return suites::ask_subject(at, subject);
  }
  void denies(const std::string& subject = "SUBJECT-01") {
    const auto told = asked(subject);
    LONGS_EQUAL_TEXT(TRIBUTARY_DONE, told.outcome, told.note.what);
    LONGS_EQUAL(1, told.records.size());
    STRCMP_EQUAL("opt-out rejected   ", told.records[0].c_str());
  }
  void says_nothing(const std::string& subject) {
    const auto told = asked(subject);
    LONGS_EQUAL(TRIBUTARY_REFUSED, told.outcome);
    LONGS_EQUAL(0, told.records.size());
  }
  void is_unknown(const char* why, tributary_outcome outcome = TRIBUTARY_LATER) {
    for (const auto* subject : {"SUBJECT-01", "SUBJECT-09"}) {
      const auto told = asked(subject);
      LONGS_EQUAL_TEXT(outcome, told.outcome, told.note.what);
      STRCMP_CONTAINS(why, told.note.what);
      CHECK_TRUE(std::string(told.note.what).find("SUBJECT") == std::string::npos);
    }
  }
  void does_not_open() {
    void* self = nullptr;
    tributary_note note{};
    const auto& ops = *static_cast<const tributary_consent_ops*>(tributary_plugin_optout()->ops);
    LONGS_EQUAL(TRIBUTARY_BROKEN, ops.open(host.abi(), &self, &note));
  }
  void answers(int status, const std::string& body) {
    host.settings["file"] = "";
    host.settings["url"] = "https://register.example.org/ask";
    host.http = [=](const fakes::HttpAsked&) { return fakes::HttpAnswer{TRIBUTARY_DONE, {}, status, {}, body}; };
  }
};

TEST(OptOut, is_a_plugin_of_consents) { suites::descriptor_must_hold(tributary_plugin_optout(), TRIBUTARY_CONSENT); }

TEST(OptOut, denies_who_is_listed_and_says_nothing_of_others) {
  put("# made-up\r\n\r\n  SUBJECT-01 \r\nSUBJECT-02\r\n");
  denies();
  denies(" SUBJECT-02");
  for (const auto* other : {"SUBJECT-03", "SUBJECT-0", "subject-01", "# made-up", ""}) says_nothing(other);
}

TEST(OptOut, knows_no_samples) {
  put("SUBJECT-01\n");
  Consent at(tributary_plugin_optout(), host);
  LONGS_EQUAL(TRIBUTARY_REFUSED, suites::ask(at, "SUBJECT-01").outcome);
}

TEST(OptOut, needs_no_names_when_ids_are_digested) {
  // printf 'SUBJECT-01' | sha256sum; printf 'saltSUBJECT-01' | sha256sum; printf 'SUBJECT-01' | openssl dgst -hmac key
  const std::string plain = optout::Spelling(Kind::sha256, "").of("SUBJECT-01");
  STRCMP_EQUAL("23670727e87bd00d2d4c2efe89839fedb70ce05adb7152ec25fb38d1b5b119de", plain.c_str());
  STRCMP_EQUAL("c7b47884dfb9504f776f26b525fce3764b93157ba7b8ee397b117f07881a89c7",
               optout::Spelling(Kind::sha256, "salt").of("SUBJECT-01").c_str());
  const std::string keyed = optout::Spelling(Kind::hmac_sha256, "key").of("SUBJECT-01");
  STRCMP_EQUAL("8121c330d18f7f392e79f2f4833471cc465e047c12a11981b16e86e18bcac8b6", keyed.c_str());
  host.settings["hash"] = "sha256";
  put(plain + "\n");
  denies();
  says_nothing("SUBJECT-02");
  says_nothing(plain);
  host.settings["hash"] = "hmac-sha256";
  host.settings["key_file"] = key_file("key");
  says_nothing("SUBJECT-01");
  put("# upper case\n" + keyed.substr(0, 10) + "ABC" + keyed.substr(13) + "\n" + keyed + "\n");
  denies();
}

TEST(OptOut, is_unknown_while_the_list_can_not_be_trusted) {
  is_unknown("No such file");
  put("SUBJECT-01\n", 93601);
  is_unknown("26 h old");
  put("SUBJECT-01\n", -400);
  is_unknown("in the future");
  put("");
  is_unknown("is empty");
  put("SUBJECT-01,x\n");
  is_unknown("line 1: is more than one id");
  put("ok\nSUBJECT-01\tx\n");
  is_unknown("line 2: is more than one id");
  put("SUBJECT-\xff\n");
  is_unknown("line 1: is not UTF-8");
  put(std::string("SUBJECT-01\0\n", 12));
  is_unknown("line 1: is more than one id");
  put(std::string(5000, 'x'));
  is_unknown("line 1: is too long");
  put("SUBJECT-01\nSUBJ", 1);
  is_unknown("is being written");
  host.settings["hash"] = "sha256";
  put("SUBJECT-01\n");
  is_unknown("line 1: is no SHA-256 in hexadecimal");
}

TEST(OptOut, reads_the_list_again_when_it_is_replaced) {
  put("#\n");
  Consent at(tributary_plugin_optout(), host);
  const auto before = suites::revision(at);
  STRCMP_EQUAL(before.c_str(), suites::revision(at).c_str());
  LONGS_EQUAL(TRIBUTARY_REFUSED, suites::ask_subject(at, "SUBJECT-01").outcome);
  put("SUBJECT-01\n");
  CHECK_TRUE(before != suites::revision(at));
  LONGS_EQUAL(TRIBUTARY_DONE, suites::ask_subject(at, "SUBJECT-01").outcome);
  put("a,b\n");
  LONGS_EQUAL(TRIBUTARY_LATER, suites::ask_subject(at, "SUBJECT-01").outcome);
  put("SUBJECT-02\n");
  LONGS_EQUAL(TRIBUTARY_REFUSED, suites::ask_subject(at, "SUBJECT-01").outcome);
}

TEST(OptOut, does_not_open_with_settings_that_contradict) {
  host.settings["url"] = "https://register.example.org/ask";
  does_not_open();
  host.settings["file"] = "";
  host.settings["hash"] = "md5";
  does_not_open();
  host.settings["hash"] = "hmac-sha256";
  does_not_open();
  host.settings["key_file"] = folder + "/nothing";
  does_not_open();
  host.settings["key_file"] = key_file("");
  does_not_open();
  host.settings["hash"] = "none";
  host.settings["key_file"] = key_file("key");
  does_not_open();
}

TEST(OptOut, asks_a_service_with_the_id_in_the_body) {
  answers(200, R"({"id":"SUBJECT-01","opted_out":true})");
  denies();
  STRCMP_EQUAL("POST", host.asked.at(0).method.c_str());
  STRCMP_EQUAL("https://register.example.org/ask", host.asked.at(0).url.c_str());
  STRCMP_EQUAL(R"({"id":"SUBJECT-01"})", host.asked.at(0).body.c_str());
  CHECK_TRUE(host.asked.at(0).authorize);
  answers(200, R"({"id":"SUBJECT-01","opted_out":false,"since":null})");
  says_nothing("SUBJECT-01");
}

TEST(OptOut, believes_a_service_about_the_person_who_was_asked_only) {
  for (const auto* odd :
       {"", "true", "[]", R"({"id":"SUBJECT-02","opted_out":false})", R"({"opted_out":false})",
        R"({"id":"SUBJECT-01"})", R"({"id":"SUBJECT-01","opted_out":"false"})",
        R"({"id":"SUBJECT-01","opted_out":true,"opted_out":false})", R"({"id":"SUBJECT-01","opted_out":false}{})"}) {
    answers(200, odd);
    is_unknown("answer is not");
  }
  for (const int status : {204, 302, 400, 404}) {
    answers(status, R"({"id":"SUBJECT-01","opted_out":false})");
    is_unknown("answer is not");
  }
  for (const int status : {429, 500, 503}) {
    answers(status, R"({"id":"SUBJECT-01","opted_out":false})");
    is_unknown("can not answer now");
  }
  answers(403, "");
  is_unknown("does not let us in", TRIBUTARY_BROKEN);
}
