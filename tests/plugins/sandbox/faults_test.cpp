// tests/plugins/sandbox/faults_test.cpp: every act of the fault table does what the table says.
#include "tests/sandbox/faults.hpp"
#include "tests/plugins/sandbox/world.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::sandbox::test {

TEST_GROUP(Faults) {
  World world;
  Grant grant;

  void setup() override {
    world.start();
    grant = world.grant("TL-1.fastq.c4gh", "0123456789");
  }
  void add(const std::string& fault) { CHECK_TEXT(world.sandbox().faults().add(fault).ok(), fault.c_str()); }
  Answer put() { return world.s3(grant, "PUT", {}, "0123456789"); }
};

TEST(Faults, fail_answers_500_and_does_no_work) {
  add("put:fail:1");
  LONGS_EQUAL(500, put().status);
  LONGS_EQUAL(404, world.s3(grant, "HEAD").status);
  LONGS_EQUAL(200, put().status);
}

TEST(Faults, busy_and_throttle_say_when_to_come_back) {
  add("put:busy:1:7");
  const auto busy = put();
  LONGS_EQUAL(503, busy.status);
  STRCMP_EQUAL("7", busy.header("Retry-After").c_str());
  STRCMP_EQUAL("SlowDown", inside(busy.body, "Code").c_str());
  add("service_info:throttle:1");
  const auto throttled = world.drs("GET", "/service-info");
  LONGS_EQUAL(429, throttled.status);
  STRCMP_EQUAL("1", throttled.header("Retry-After").c_str());
}

TEST(Faults, forbid_answers_403) {
  add("s3:forbid:1");
  STRCMP_EQUAL("AccessDenied", inside(put().body, "Code").c_str());
}

TEST(Faults, expire_ends_the_credentials_that_were_shown) {
  add("put:expire:1");
  STRCMP_EQUAL("ExpiredToken", inside(put().body, "Code").c_str());
  STRCMP_EQUAL("ExpiredToken", inside(put().body, "Code").c_str());
  grant = world.grant("TL-1.fastq.c4gh", "0123456789");
  LONGS_EQUAL(200, put().status);
}

TEST(Faults, expire_answers_401_on_DRS_and_403_on_signed_URLs) {
  add("register:expire:1");
  LONGS_EQUAL(401, world.register_objects({World::candidate(grant)}).status);
  add("upload:expire:1");
  LONGS_EQUAL(403, world.plain({"PUT", grant.post_url.substr(grant.post_url.find("/upload/")), {}, "x"}).status);
}

TEST(Faults, full_answers_507_or_InternalError) {
  add("ingest:full:*");
  STRCMP_EQUAL("InternalError", inside(put().body, "Code").c_str());
  LONGS_EQUAL(507, world.plain({"PUT", grant.post_url.substr(grant.post_url.find("/upload/")), {}, "x"}).status);
}

TEST(Faults, html_answers_200_with_a_page) {
  add("upload_request:html:1");
  const auto answer = world.drs("POST", "/upload-request", "{}");
  LONGS_EQUAL(200, answer.status);
  STRCMP_CONTAINS("text/html", answer.header("Content-Type").c_str());
}

TEST(Faults, cut_ends_the_connection_inside_the_body) {
  add("put:cut:1");
  const auto answer = put();
  LONGS_EQUAL(0, answer.status);
  LONGS_EQUAL(404, world.s3(grant, "HEAD").status);
}

TEST(Faults, cut_ends_a_request_without_a_body_too) {
  add("service_info:cut:1");
  LONGS_EQUAL(0, world.drs("GET", "/service-info").status);
  LONGS_EQUAL(200, world.drs("GET", "/service-info").status);
}

TEST(Faults, cut_reply_ends_the_connection_inside_the_answer) {
  LONGS_EQUAL(200, put().status);
  add("get:cut_reply:1:4B");
  const auto answer = world.s3(grant, "GET");
  CHECK_FALSE(answer.complete);
  CHECK_TRUE(answer.body.size() <= 4);
}

TEST(Faults, lose_reply_does_the_work_and_says_nothing) {
  put();
  add("register:lose_reply:1");
  LONGS_EQUAL(0, world.register_objects({World::candidate(grant)}).status);
  const auto found = world.drs("GET", "/objects/checksum/" + sha256_hex("0123456789"));
  LONGS_EQUAL(1, parsed(found.body)["resolved_drs_object"].items().size());
}

TEST(Faults, wrong_etag_stores_the_bytes_and_lies_about_them) {
  add("put:wrong_etag:1");
  const auto answer = put();
  LONGS_EQUAL(200, answer.status);
  CHECK_TRUE(answer.header("ETag") != "\"" + md5_hex("0123456789") + "\"");
  STRCMP_EQUAL("0123456789", world.s3(grant, "GET").body.c_str());
}

TEST(Faults, wrong_etag_reaches_the_answer_of_Complete) {
  const auto id = world.create_upload(grant);
  const auto etag = world.put_part(grant, id, 1, "0123456789").header("ETag");
  add("complete:wrong_etag:1");
  const auto wrong = world.complete(grant, id, {{1, etag}});
  const auto right = world.complete(grant, id, {{1, etag}});
  CHECK_TRUE(inside(wrong.body, "ETag") != inside(right.body, "ETag"));
}

TEST(Faults, corrupt_turns_one_bit_of_what_is_stored) {
  add("put:corrupt:1");
  LONGS_EQUAL(200, put().status);
  const auto body = world.s3(grant, "GET").body;
  LONGS_EQUAL(10, body.size());
  CHECK_TRUE(body != "0123456789");
}

TEST(Faults, delay_waits_before_the_answer) {
  add("any:delay:*:250ms");
  put();
  world.drs("GET", "/service-info");
  LONGS_EQUAL(500, world.paused_ms.load());
}

TEST(Faults, slow_takes_the_body_at_its_pace) {
  add("ingest:slow:*:1KiB/s");
  put();
  CHECK_TRUE(world.paused_ms.load() >= 9);
}

TEST(Faults, new_place_forgets_the_place_handed_out_before) {
  add("upload_request:new_place:1");
  CHECK_TRUE(world.grant("TL-1.fastq.c4gh", "0123456789").key != grant.key);
}

TEST(Faults, hit_the_nth_request_of_their_kind_only) {
  add("list_parts:fail:1+");
  add("put:fail:2-3");
  const int expected[] = {200, 500, 500, 200};
  for (const int status : expected) LONGS_EQUAL(status, put().status);
}

TEST(Faults, are_set_and_counted_while_it_runs) {
  const Headers token = {{"Authorization", "Bearer " + world.sandbox().token()}};
  LONGS_EQUAL(401, world.plain({"POST", "/faults", {}, R"({"add":["put:fail:1"]})"}).status);
  LONGS_EQUAL(200, world.plain({"POST", "/faults", token, R"({"add":["put:fail:1"]})"}).status);
  LONGS_EQUAL(500, put().status);
  const auto list = parsed(world.plain({"GET", "/faults", token, {}}).body)["faults"];
  LONGS_EQUAL(1, list.items()[0]["hit"].as_integer());
  LONGS_EQUAL(200, world.plain({"POST", "/faults", token, R"({"clear":true})"}).status);
  LONGS_EQUAL(200, put().status);
}

TEST(Faults, are_added_all_or_none_and_the_complaint_helps) {
  const Headers token = {{"Authorization", "Bearer " + world.sandbox().token()}};
  const auto answer = world.plain({"POST", "/faults", token, R"({"add":["put:fail:1","registr:fail:1"]})"});
  LONGS_EQUAL(400, answer.status);
  STRCMP_CONTAINS("did you mean 'register'?", answer.body.c_str());
  LONGS_EQUAL(200, put().status);
}

TEST(Faults, that_can_not_be_read_are_refused) {
  Faults faults(1);
  for (const auto* text : {"", "put", "put:fail", "put:fail:0", "put:fail:3-2", "put:fail:x", "put:fail:101%",
                           "put:delay:1", "put:delay:1:5", "put:slow:1", "put:fail:1:x", "put:cut:1:5",
                           "put:fail:1:2:3", "nobody:fail:1", "put:explode:1"}) {
    CHECK_FALSE_TEXT(faults.add(text).ok(), text);
  }
}

TEST(Faults, by_chance_are_the_same_for_the_same_seed) {
  Faults one(7), two(7);
  LONGS_EQUAL(true, one.add("put:fail:30%").ok() && two.add("put:fail:30%").ok());
  int hits = 0;
  for (int i = 0; i < 200; ++i) {
    const auto a = one.next(Kind::put).instead.has_value();
    LONGS_EQUAL(a, two.next(Kind::put).instead.has_value());
    hits += a ? 1 : 0;
  }
  CHECK_TRUE(hits > 30 && hits < 90);
}

TEST(Faults, of_any_leave_the_page_alone) {
  add("any:fail:*");
  LONGS_EQUAL(200, world.plain({"GET", "/healthz", {}, {}}).status);
  LONGS_EQUAL(200, world.plain({"GET", "/", {}, {}}).status);
  LONGS_EQUAL(500, put().status);
}

TEST(Faults, are_named_in_the_event_log) {
  add("put:lose_reply:1");
  put();
  const auto events = parsed(world.plain({"GET", "/events?after=0", {}, {}}).body)["events"];
  const auto& event = events.items().back();
  STRCMP_EQUAL("put", std::string(event["kind"].as_string()).c_str());
  LONGS_EQUAL(0, event["status"].as_integer());
  LONGS_EQUAL(10, event["bytes_in"].as_integer());
  STRCMP_EQUAL("lose_reply", std::string(event["faults"].items()[0].as_string()).c_str());
}

}  // namespace tributary::sandbox::test
