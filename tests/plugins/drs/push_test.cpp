// tests/plugins/drs/push_test.cpp: the repository's half of a push: discovery, access control, registration, answers.
#include "tests/plugins/drs/bench.hpp"

#include <CppUTest/TestHarness.h>

using tributary::fakes::HttpAnswer;
using tributary::fakes::HttpAsked;
using tributary::tests::Bench;
using tributary::tests::part_bytes;
using tributary::tests::reply;

TEST_GROUP(DrsPush) {
  Bench b;

  void delivers() {
    LONGS_EQUAL_TEXT(TRIBUTARY_DONE, b.push(), b.note.what);
    CHECK_TRUE(b.repository.visible() == b.parcel.contents());
  }
};

TEST(DrsPush, refuses_a_repository_that_would_open_the_objects_to_everyone) {
  b.repository.controlled_access = true;
  LONGS_EQUAL(TRIBUTARY_BROKEN, b.push());
  CHECK_TRUE(b.said("to everyone"));
  LONGS_EQUAL(0, b.repository.count["POST /upload-request"]);
  LONGS_EQUAL(TRIBUTARY_BROKEN, b.probe());
}

TEST(DrsPush, refuses_a_repository_that_would_ignore_our_access_control) {
  b.host.settings["controlled_access"] = "https://repository.example.org/datasets/EX1";
  LONGS_EQUAL(TRIBUTARY_BROKEN, b.push());
  CHECK_TRUE(b.said("controlledAccessSupported"));
  b.repository.has_drs_block = false;
  LONGS_EQUAL(TRIBUTARY_BROKEN, b.push());
}

TEST(DrsPush, registers_with_the_configured_access_control) {
  b.repository.controlled_access = true;
  b.host.settings["controlled_access"] = "https://repository.example.org/datasets/EX1\nhttps://example.org/EX2\n";
  delivers();
  for (const auto& [id, record] : b.repository.records) {
    LONGS_EQUAL(2, record.controlled_access.size());
    STRCMP_EQUAL("https://repository.example.org/datasets/EX1", record.controlled_access[0].c_str());
  }
}

TEST(DrsPush, calls_a_person_when_the_repository_shows_other_access_control_than_was_sent) {
  b.repository.controlled_access = true;
  b.host.settings["controlled_access"] = "https://repository.example.org/datasets/EX1";
  b.repository.tamper = [&](const HttpAsked& asked, HttpAnswer&) {
    if (asked.url.find("/objects/register") == std::string::npos) return;
    for (auto& [id, record] : b.repository.records) record.controlled_access.clear();
  };
  LONGS_EQUAL(TRIBUTARY_BROKEN, b.push());
  CHECK_TRUE(b.said("controlled_access"));
}

TEST(DrsPush, names_its_parcel_in_the_aliases_of_what_it_registers) {
  delivers();
  for (const auto& [id, record] : b.repository.records) {
    LONGS_EQUAL(1, record.aliases.size());
    CHECK_TRUE(record.aliases[0].rfind("tributary:p-0001:", 0) == 0);
  }
}

TEST(DrsPush, registers_the_manifest_last_wherever_it_stands_in_the_parcel) {
  const tributary::suites::ParcelOnHand turned(
      "p-0002", {{"TL-B.manifest.json.c4gh", "manifest", true}, {"TL-B.vcf.c4gh", "variants", false}}, part_bytes);
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, b.push(turned), b.note.what);
  for (const auto& asked : b.host.asked) {
    if (asked.url.find("/objects/register") == std::string::npos) continue;
    CHECK_TRUE(asked.body.find("TL-B.vcf.c4gh") < asked.body.find("TL-B.manifest.json.c4gh"));
  }
  STRCMP_EQUAL("drs://drs.example.org/", turned.registered.at(0).self_uri.substr(0, 22).c_str());
}

TEST(DrsPush, falls_back_on_the_older_spelling_of_the_upload_request) {
  b.repository.takes_newer_spelling = false;
  delivers();
  LONGS_EQUAL(2, b.repository.count["POST /upload-request"]);
}

TEST(DrsPush, keeps_to_the_spelling_that_is_configured) {
  b.repository.takes_newer_spelling = false;
  b.host.settings["request_fields"] = "upload_methods";
  LONGS_EQUAL(TRIBUTARY_BROKEN, b.push());
  CHECK_TRUE(b.said("upload_method_types is required"));
  b.host.settings["request_fields"] = "upload_method_types";
  delivers();
}

TEST(DrsPush, splits_requests_at_the_limit_of_the_repository) {
  b.repository.most_in_a_request = 1;
  delivers();
  LONGS_EQUAL(2, b.repository.count["POST /upload-request"]);
}

TEST(DrsPush, tries_the_routes_of_a_repository_that_does_not_say_what_it_offers) {
  b.repository.has_drs_block = false;
  delivers();
  Bench lacking;
  lacking.repository.has_drs_block = false;
  lacking.answer_instead("/upload-request", 0, reply(404, "404 page not found"));
  LONGS_EQUAL(TRIBUTARY_BROKEN, lacking.push());
  CHECK_TRUE(lacking.said("does not know this route"));
}

TEST(DrsPush, takes_a_page_instead_of_json_for_something_that_passes) {
  for (const char* route : {"/service-info", "/upload-request", "/objects/register",
                            "GET https://drs.example.org/ga4gh/drs/v1/objects/drs"}) {
    for (const char* page : {"<html><body>maintenance</body></html>", "{\"drs\":", "", "[]", "\"x\""}) {
      Bench fresh;
      fresh.answer_instead(route, 0, reply(200, page));
      LONGS_EQUAL_TEXT(TRIBUTARY_LATER, fresh.push(), route);
      LONGS_EQUAL_TEXT(TRIBUTARY_DONE, fresh.push(), fresh.note.what);
      CHECK_TRUE(fresh.repository.visible() == fresh.parcel.contents());
    }
  }
}

TEST(DrsPush, waits_as_long_as_the_repository_asks) {
  b.answer_instead("/upload-request", 0, reply(503, "", {{"retry-after", "120"}}));
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  LONGS_EQUAL(b.host.now_utc_s + 120, b.note.not_before_utc_s);
}

TEST(DrsPush, hopes_for_a_new_token_after_401_and_calls_a_person_after_403) {
  b.answer_instead("/service-info", 0, reply(401));
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  b.answer_instead("/upload-request", 0, reply(403));
  LONGS_EQUAL(TRIBUTARY_BROKEN, b.push());
}

TEST(DrsPush, does_not_upload_under_a_grant_for_another_object) {
  b.repository.tamper = [](const HttpAsked& asked, HttpAnswer& answer) {
    if (asked.url.find("/upload-request") == std::string::npos) return;
    const auto at = answer.body.find("TL-A.cram");
    answer.body.replace(at, 9, "TL-B.cram");
  };
  LONGS_EQUAL(TRIBUTARY_BROKEN, b.push());
  LONGS_EQUAL(0, b.repository.store.size());
}

TEST(DrsPush, says_what_is_offered_when_the_wished_method_is_not) {
  b.repository.tamper = [](const HttpAsked& asked, HttpAnswer& answer) {
    if (asked.url.find("/upload-request") == std::string::npos) return;
    for (auto at = answer.body.find("\"type\":\"s3\""); at != std::string::npos;
         at = answer.body.find("\"type\":\"s3\"")) {
      answer.body.replace(at, 11, "\"type\":\"gs\"");
    }
  };
  LONGS_EQUAL(TRIBUTARY_BROKEN, b.push());
  CHECK_TRUE(b.said("offered gs, wished s3"));
}

TEST(DrsPush, calls_a_person_when_the_repository_shows_another_size_or_digest) {
  b.repository.tamper = [&](const HttpAsked& asked, HttpAnswer&) {
    if (asked.url.find("/objects/register") == std::string::npos) return;
    for (auto& [id, record] : b.repository.records) record.bytes = 1;
  };
  LONGS_EQUAL(TRIBUTARY_BROKEN, b.push());
  CHECK_TRUE(b.said("the repository shows 1"));
}

TEST(DrsPush, finds_its_registration_by_checksum_when_the_answer_was_lost) {
  HttpAnswer cut;
  cut.outcome = TRIBUTARY_LATER;
  cut.what = "the connection was cut";
  b.repository.tamper = [&](const HttpAsked& asked, HttpAnswer& answer) {
    if (asked.url.find("/objects/register") != std::string::npos) answer = cut;
  };
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  LONGS_EQUAL(2, b.repository.records.size());
  delivers();
  LONGS_EQUAL(2, b.repository.records.size());
}

TEST(DrsPush, does_not_take_the_object_of_another_parcel_for_its_own) {
  delivers();
  for (auto& [id, record] : b.repository.records) record.aliases = {"tributary:p-0009:0"};
  b.host.memory.clear();
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, b.push(), b.note.what);
  LONGS_EQUAL(4, b.repository.records.size());
}

TEST(DrsPush, says_so_when_a_lost_registration_can_not_be_looked_up) {
  b.repository.fetch_by_checksum = false;
  b.answer_instead("/objects/register", 0, reply(502));
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  delivers();
  CHECK_TRUE(b.host.logged.at(0).find("there twice") != std::string::npos);
}

TEST(DrsPush, takes_a_repository_without_removal_at_its_word) {
  delivers();
  b.repository.removal = false;
  LONGS_EQUAL(TRIBUTARY_REFUSED, b.withdraw());
  CHECK_TRUE(b.said("deleteSupported"));
  b.repository.has_drs_block = false;
  LONGS_EQUAL(TRIBUTARY_BROKEN, b.withdraw());
  b.repository.removal = true;
  LONGS_EQUAL(TRIBUTARY_DONE, b.withdraw());
  LONGS_EQUAL(0, b.repository.visible().size());
}

TEST(DrsPush, does_not_call_withdrawn_what_is_still_shown) {
  delivers();
  b.answer_instead("/delete", 0, reply(204));
  LONGS_EQUAL(TRIBUTARY_LATER, b.withdraw());
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, b.withdraw(), b.note.what);
}

TEST(DrsPush, names_the_setting_that_is_wrong) {
  const auto opens = [](const std::string& key, const std::string& value) {
    Bench fresh;
    fresh.host.settings[key] = value;
    void* self = nullptr;
    const auto* ops = static_cast<const tributary_destination_ops*>(tributary_plugin_drs()->ops);
    const auto outcome = ops->open(fresh.host.abi(), &self, &fresh.note);
    if (outcome == TRIBUTARY_DONE) ops->close(self);
    return outcome == TRIBUTARY_DONE || !fresh.said(key);
  };
  CHECK_FALSE(opens("upload_method", "ftp"));
  CHECK_FALSE(opens("https_verb", "patch"));
  CHECK_FALSE(opens("part_size", "1048576"));
  CHECK_FALSE(opens("max_parts", "10001"));
  CHECK_FALSE(opens("request_fields", "both"));
  CHECK_TRUE(opens("max_parts", "10000"));
}
