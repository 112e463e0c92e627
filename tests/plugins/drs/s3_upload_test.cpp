// tests/plugins/drs/s3_upload_test.cpp: uploads into an object store: parts, resume, credentials, what stores get
// wrong.
#include "plugins/sdk/digest.hpp"
#include "plugins/sdk/text.hpp"
#include "tests/plugins/drs/bench.hpp"

#include <CppUTest/TestHarness.h>

using tributary::fakes::HttpAnswer;
using tributary::fakes::HttpAsked;
using tributary::tests::Bench;
using tributary::tests::reply;
using tributary::tests::s3_error;

TEST_GROUP(S3Upload) {
  Bench b;

  void delivers() {
    LONGS_EQUAL_TEXT(TRIBUTARY_DONE, b.push(), b.note.what);
    CHECK_TRUE(b.repository.visible() == b.parcel.contents());
    LONGS_EQUAL(0, b.repository.left_over());
  }
};

TEST(S3Upload, sends_what_fits_into_one_part_in_one_request_and_the_rest_in_parts) {
  delivers();
  LONGS_EQUAL(1, b.repository.count["PUT object"]);
  LONGS_EQUAL(13, b.repository.count["PUT part"]);
  LONGS_EQUAL(1, b.repository.count["POST /upload-request"]);
  LONGS_EQUAL(1, b.repository.count["POST /objects"]);
}

TEST(S3Upload, goes_on_with_the_part_where_it_was_cut) {
  b.answer_instead("PUT https://s3", 7, s3_error(503, "SlowDown"));
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  delivers();
  LONGS_EQUAL(13, b.repository.count["PUT part"]);
  LONGS_EQUAL(1, b.repository.count["POST uploads"]);
}

TEST(S3Upload, goes_on_by_its_own_memory_when_the_store_lists_no_parts) {
  b.repository.lists_parts = false;
  b.answer_instead("PUT https://s3", 7, s3_error(503, "SlowDown"));
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  delivers();
  LONGS_EQUAL(13, b.repository.count["PUT part"]);
}

TEST(S3Upload, goes_on_when_the_etags_of_the_store_are_no_digests) {
  b.repository.etag_is_digest = false;
  b.answer_instead("PUT https://s3", 7, s3_error(503, "SlowDown"));
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  delivers();
  LONGS_EQUAL(13, b.repository.count["PUT part"]);
}

TEST(S3Upload, begins_no_second_upload_while_the_store_can_not_say_which_are_there) {
  for (const auto& nothing_said : {s3_error(503, "SlowDown"), reply(200, "<html>maintenance</html>")}) {
    Bench fresh;
    // The answer to the beginning is lost, twice: the ids are not known.
    fresh.answer_instead("POST https://s3", 0, s3_error(503, "SlowDown"));
    LONGS_EQUAL(TRIBUTARY_LATER, fresh.push());
    const auto& url = std::find_if(fresh.host.asked.begin(), fresh.host.asked.end(), [](const auto& asked) {
                        return asked.method == "POST" && asked.url.find("https://s3") == 0;
                      })->url;
    auto path = url.substr(url.find("bucket-"), url.find('?') - url.find("bucket-"));
    path.replace(path.find("%20"), 3, " ");
    fresh.repository.uploads["up/lost"] = {path, {}};
    fresh.repository.uploads["up/lost too"] = {path, {}};
    fresh.answer_instead("?prefix=", 0, nothing_said);
    LONGS_EQUAL(TRIBUTARY_LATER, fresh.push());
    LONGS_EQUAL(2, fresh.repository.uploads.size());
    LONGS_EQUAL_TEXT(TRIBUTARY_DONE, fresh.push(), fresh.note.what);
    LONGS_EQUAL(0, fresh.repository.left_over());
  }
}

TEST(S3Upload, does_not_take_a_page_of_somebody_else_for_a_deed_of_the_store) {
  b.answer_instead("PUT https://s3", 7, s3_error(503, "SlowDown"));
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  for (const auto* page : {"<html>please sign in<br></html>", "<HTML>please sign in</HTML>", "please sign in"}) {
    b.answer_instead("DELETE https://s3", 0, reply(200, page));
    LONGS_EQUAL(TRIBUTARY_LATER, b.withdraw());
    LONGS_EQUAL(1, b.repository.uploads.size());
  }
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, b.withdraw(), b.note.what);
  LONGS_EQUAL(0, b.repository.left_over());
}

TEST(S3Upload, keeps_what_is_stored_when_somebody_else_tells_of_it) {
  b.answer_instead("/objects/register", 0, reply(503));
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  b.answer_instead("HEAD https://s3", 0, reply(200, {}, {{"Content-Length", "25"}}));
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, b.push(), b.note.what);
  LONGS_EQUAL(13, b.repository.count["PUT part"]);
  LONGS_EQUAL(0, b.repository.left_over());
}

TEST(S3Upload, sends_a_part_anew_that_the_store_holds_with_another_digest) {
  b.answer_instead("PUT https://s3", 7, s3_error(503, "SlowDown"));
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  b.repository.uploads.begin()->second.parts[5] = {"damaged", tributary::sdk::hex(tributary::sdk::md5("damaged"))};
  delivers();
}

TEST(S3Upload, sends_a_part_once_more_at_once_when_the_connection_is_cut) {
  HttpAnswer cut;
  cut.outcome = TRIBUTARY_LATER;
  cut.what = "the connection was cut";
  b.answer_instead("PUT https://s3", 4, cut);
  delivers();
}

TEST(S3Upload, waits_as_long_as_the_store_asks) {
  auto busy = s3_error(503, "SlowDown");
  busy.headers = {{"Retry-After", "77"}};
  b.answer_instead("PUT https://s3", 3, busy);
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  LONGS_EQUAL(b.host.now_utc_s + 77, b.note.not_before_utc_s);
  CHECK_TRUE(b.said("SlowDown"));
}

TEST(S3Upload, renews_credentials_that_the_store_calls_expired_and_keeps_the_upload) {
  for (const auto& no : {s3_error(401, "Unauthorized"), s3_error(403, "ExpiredToken"), s3_error(400, "ExpiredToken")}) {
    Bench fresh;
    fresh.answer_instead("PUT https://s3", 10, no);
    LONGS_EQUAL_TEXT(TRIBUTARY_DONE, fresh.push(), fresh.note.what);
    CHECK_TRUE(fresh.repository.visible() == fresh.parcel.contents());
    LONGS_EQUAL(13, fresh.repository.count["PUT part"]);
    LONGS_EQUAL(2, fresh.repository.count["POST /upload-request"]);
    LONGS_EQUAL(1, fresh.repository.count["POST uploads"]);
  }
}

TEST(S3Upload, renews_credentials_before_they_end) {
  b.repository.credentials_last_s = 600;
  std::size_t parts = 0;
  b.repository.tamper = [&](const HttpAsked& asked, HttpAnswer&) {
    if (asked.url.find("partNumber") != std::string::npos && ++parts == 6) b.host.now_utc_s += 599;
  };
  delivers();
  LONGS_EQUAL(13, b.repository.count["PUT part"]);
  LONGS_EQUAL(2, b.repository.count["POST /upload-request"]);
}

TEST(S3Upload, is_begun_anew_when_new_credentials_do_not_reach_the_old_key) {
  b.repository.credentials_reach_all_keys = false;
  b.answer_instead("PUT https://s3", 7, s3_error(403, "ExpiredToken"));
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, b.push(), b.note.what);
  CHECK_TRUE(b.repository.visible() == b.parcel.contents());
  LONGS_EQUAL(2, b.repository.count["POST uploads"]);
  LONGS_EQUAL(20, b.repository.count["PUT part"]);
}

TEST(S3Upload, gives_up_with_a_person_when_fresh_credentials_open_nothing) {
  b.repository.instead = [](const HttpAsked& asked) -> std::optional<HttpAnswer> {
    if (asked.url.find("partNumber=3") == std::string::npos) return {};
    return s3_error(403, "AccessDenied");
  };
  LONGS_EQUAL(TRIBUTARY_BROKEN, b.push());
  CHECK_TRUE(b.said("AccessDenied"));
}

TEST(S3Upload, signs_with_the_time_of_the_store_when_ours_is_wrong) {
  b.repository.store_clock_ahead_s = 3600;
  delivers();
  CHECK_TRUE(b.host.logged.at(0).find("3600 s ahead") != std::string::npos);
}

TEST(S3Upload, is_begun_anew_when_the_store_has_forgotten_it) {
  b.answer_instead("PUT https://s3", 7, s3_error(503, "SlowDown"));
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  b.repository.uploads.clear();
  delivers();
}

TEST(S3Upload, looks_before_it_believes_that_a_completion_failed) {
  b.repository.tamper = [](const HttpAsked& asked, HttpAnswer& answer) {
    if (asked.method == "POST" && asked.url.find("uploadId") != std::string::npos) {
      answer = s3_error(500, "InternalError");
    }
  };
  delivers();
}

TEST(S3Upload, takes_a_completion_that_is_an_error_in_a_good_answer_for_an_error) {
  b.answer_instead("POST https://s3.example.org:9000/objects/bucket-1/in%20box/1/TL-A.cram.c4gh?uploadId", 0,
                   s3_error(200, "InternalError"));
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  CHECK_TRUE(b.said("InternalError"));
  delivers();
  LONGS_EQUAL(13, b.repository.count["PUT part"]);
}

TEST(S3Upload, waits_when_the_answer_to_a_completion_is_cut_and_nothing_is_there) {
  b.answer_instead("POST https://s3.example.org:9000/objects/bucket-1/in%20box/1/TL-A.cram.c4gh?uploadId", 0,
                   reply(200, "<CompleteMultipartUploadResult><ETag>"));
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  delivers();
}

TEST(S3Upload, sends_a_part_again_whose_digest_came_back_wrong_and_gives_up_the_second_time) {
  std::size_t wrong = 1;
  b.repository.tamper = [&](const HttpAsked& asked, HttpAnswer& answer) {
    if (asked.url.find("partNumber=4") == std::string::npos || wrong == 0) return;
    --wrong;
    answer.headers = {{"ETag", "\"00000000000000000000000000000000\""}};
  };
  delivers();
  LONGS_EQUAL(14, b.repository.count["PUT part"]);
  Bench bad;
  bad.repository.tamper = [](const HttpAsked& asked, HttpAnswer& answer) {
    if (asked.url.find("partNumber=4") != std::string::npos) {
      answer.headers = {{"ETag", "\"00000000000000000000000000000000\""}};
    }
  };
  LONGS_EQUAL(TRIBUTARY_LATER, bad.push());
  LONGS_EQUAL(0, bad.repository.uploads.size());
}

TEST(S3Upload, does_not_take_the_etag_of_a_store_that_encrypts_for_a_digest) {
  b.repository.tamper = [](const HttpAsked& asked, HttpAnswer& answer) {
    if (asked.method != "PUT" && asked.method != "HEAD") return;
    if (asked.url.find("s3.example") == std::string::npos) return;
    answer.headers.insert(answer.headers.begin(), {"x-amz-server-side-encryption", "aws:kms"});
  };
  delivers();
}

TEST(S3Upload, removes_and_sends_anew_what_the_store_holds_in_another_size) {
  bool once = true;
  b.repository.tamper = [&](const HttpAsked& asked, HttpAnswer& answer) {
    if (asked.method != "HEAD" || !once) return;
    once = false;
    answer.headers = {{"Content-Length", "12"}, {"ETag", "\"0\""}};
  };
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  CHECK_TRUE(b.repository.store.empty());
  delivers();
}

TEST(S3Upload, sends_anew_what_was_cleared_away_before_it_was_registered) {
  b.answer_instead("/objects/register", 0, reply(503));
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  b.repository.store.clear();
  delivers();
}

TEST(S3Upload, does_not_send_again_what_is_stored_and_not_registered) {
  b.answer_instead("/objects/register", 0, reply(503));
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  delivers();
  LONGS_EQUAL(13, b.repository.count["PUT part"]);
  LONGS_EQUAL(1, b.repository.count["PUT object"]);
}

TEST(S3Upload, says_which_setting_is_wrong_when_parts_are_too_small) {
  b.answer_instead("uploadId=up%2F", 13, s3_error(400, "EntityTooSmall"));
  LONGS_EQUAL(TRIBUTARY_BROKEN, b.push());
  CHECK_TRUE(std::string(b.note.hint).find("part_size") != std::string::npos);
  LONGS_EQUAL(0, b.repository.uploads.size());
}

TEST(S3Upload, sends_the_sha256_of_every_body_and_the_md5_when_told_to) {
  for (const bool wanted : {true, false}) {
    Bench fresh;
    if (wanted) fresh.host.settings["content_md5"] = "true";
    LONGS_EQUAL_TEXT(TRIBUTARY_DONE, fresh.push(), fresh.note.what);
    std::size_t bodies = 0;
    for (const auto& asked : fresh.host.asked) {
      if (asked.url.find("s3.example") == std::string::npos || asked.body.empty()) continue;
      ++bodies;
      CHECK_TRUE(asked.header("Content-MD5").empty() != wanted);
      CHECK_TRUE(asked.header("x-amz-content-sha256").size() == 64);
    }
    LONGS_EQUAL(13 + 1 + 1, bodies);  // parts, the manifest, the completion
  }
}

TEST(S3Upload, sends_the_md5_or_leaves_it_out_as_the_store_wants_it) {
  for (const bool wanted : {true, false}) {
    for (const auto& refusal :
         {s3_error(501, "NotImplemented"), s3_error(400, "InvalidRequest"), s3_error(400, "MissingContentMD5")}) {
      Bench fresh;
      fresh.host.settings["content_md5"] = wanted ? "false" : "true";
      std::size_t refused = 0;
      fresh.repository.instead = [&](const HttpAsked& asked) -> std::optional<HttpAnswer> {
        const bool to_store = asked.url.find("s3.example") != std::string::npos && !asked.body.empty();
        if (!to_store || asked.header("Content-MD5").empty() != wanted) return {};
        ++refused;
        return refusal;
      };
      LONGS_EQUAL_TEXT(TRIBUTARY_DONE, fresh.push(), fresh.note.what);
      LONGS_EQUAL(1, refused);  // and not asked again in the same parcel
      CHECK_TRUE(fresh.repository.visible() == fresh.parcel.contents());
      CHECK_TRUE(fresh.logged(wanted ? "content_md5: true" : "content_md5: false"));
    }
  }
}

TEST(S3Upload, does_not_blame_the_md5_for_what_is_refused_without_it_too) {
  b.repository.instead = [](const HttpAsked& asked) -> std::optional<HttpAnswer> {
    if (asked.method != "PUT") return {};
    return s3_error(501, "NotImplemented");
  };
  LONGS_EQUAL(TRIBUTARY_BROKEN, b.push());
  CHECK_TRUE(b.said("501"));
  CHECK_FALSE(b.logged("Content-MD5"));
}

TEST(S3Upload, remembers_and_logs_no_credential) {
  b.answer_instead("PUT https://s3", 7, s3_error(503, "SlowDown"));
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  delivers();
  std::string all = b.note.what;
  for (const auto& [key, token] : b.host.memory) all += token;
  for (const auto& line : b.host.logged) all += line;
  CHECK_TRUE(all.find("secret/") == std::string::npos && all.find("token+/") == std::string::npos);
}

TEST(S3Upload, does_not_believe_a_plan_that_does_not_add_up) {
  auto object = b.parcel.abi()->objects[0];
  object.part_count = 2;
  auto parcel = *b.parcel.abi();
  parcel.objects = &object;
  parcel.object_count = 1;
  tributary::suites::Instance<tributary_destination_ops> at(tributary_plugin_drs(), b.host);
  LONGS_EQUAL(TRIBUTARY_BROKEN, at.ops().push(at.self(), &parcel, &b.note));
}
