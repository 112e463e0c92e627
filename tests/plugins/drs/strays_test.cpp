// tests/plugins/drs/strays_test.cpp: what lies at the store and stands nowhere else: found again, taken away, or told.
#include "tests/plugins/drs/bench.hpp"

#include <CppUTest/TestHarness.h>

using tributary::fakes::HttpAnswer;
using tributary::fakes::HttpAsked;
using tributary::tests::Bench;
using tributary::tests::reply;
using tributary::tests::s3_error;

namespace {

bool is_completion(const HttpAsked& asked) {
  return asked.method == "POST" && asked.url.find("uploadId=") != std::string::npos;
}
bool is_removal(const HttpAsked& asked) {
  return asked.method == "DELETE" && asked.url.find("uploadId=") == std::string::npos;
}

}  // namespace

TEST_GROUP(Strays) {
  Bench b;

  void delivers() {
    LONGS_EQUAL_TEXT(TRIBUTARY_DONE, b.push(), b.note.what);
    CHECK_TRUE(b.repository.visible() == b.parcel.contents());
  }
  void nothing_is_left_after_a_withdrawal() {
    LONGS_EQUAL_TEXT(TRIBUTARY_DONE, b.withdraw(), b.note.what);
    LONGS_EQUAL(0, b.repository.left_over());
    CHECK_TRUE(b.repository.visible().empty());
    CHECK_TRUE(b.host.memory.empty());
  }
  void sends_some_parts() {
    b.answer_instead("PUT https://s3", 7, s3_error(503, "SlowDown"));
    LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  }
  /// The store completes the upload and holds the object; its word of it does not arrive.
  void completes_unheard() {
    b.repository.tamper = [](const HttpAsked& asked, HttpAnswer& answer) {
      if (is_completion(asked)) answer = s3_error(503, "SlowDown");
    };
    b.answer_instead("HEAD https://s3", 0, s3_error(503, "SlowDown"));
    LONGS_EQUAL(TRIBUTARY_LATER, b.push());
    b.repository.tamper = nullptr;
    b.repository.instead = nullptr;
    LONGS_EQUAL(1, b.repository.left_over());
  }
};

TEST(Strays, at_a_place_that_newer_credentials_do_not_reach_are_remembered) {
  b.repository.credentials_reach_all_keys = false;
  completes_unheard();
  delivers();  // at another place
  LONGS_EQUAL(1, b.repository.left_over());
  CHECK_TRUE(b.logged("could not be"));
  b.repository.credentials_reach_all_keys = true;
  nothing_is_left_after_a_withdrawal();
}

TEST(Strays, that_the_store_does_not_let_us_remove_are_not_called_withdrawn) {
  completes_unheard();
  b.repository.instead = [](const HttpAsked& asked) -> std::optional<HttpAnswer> {
    if (!is_removal(asked)) return {};
    return s3_error(403, "AccessDenied");
  };
  LONGS_EQUAL(TRIBUTARY_REFUSED, b.withdraw());
  CHECK_TRUE(b.said("does not let us remove"));
  b.repository.instead = nullptr;
  nothing_is_left_after_a_withdrawal();
}

TEST(Strays, are_none_where_only_parts_were_sent_and_nothing_may_be_removed) {
  sends_some_parts();
  b.repository.instead = [](const HttpAsked& asked) -> std::optional<HttpAnswer> {
    if (!is_removal(asked)) return {};
    return s3_error(403, "AccessDenied");
  };
  nothing_is_left_after_a_withdrawal();
}

TEST(Strays, of_a_completion_that_goes_on_without_us_are_looked_for_once_more) {
  b.answer_instead("POST https://s3.example.org:9000/objects/bucket-1/in%20box/1/TL-A.cram.c4gh?uploadId", 0,
                   s3_error(503, "SlowDown"));
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  const auto path = b.repository.uploads.begin()->second.path;
  LONGS_EQUAL(TRIBUTARY_LATER, b.withdraw());
  CHECK_TRUE(b.said("may still end"));
  CHECK_TRUE(b.note.not_before_utc_s > b.host.now_utc_s);
  b.repository.store[path] = {"late", "late"};
  b.host.now_utc_s = b.note.not_before_utc_s;
  nothing_is_left_after_a_withdrawal();
}

TEST(Strays, are_removed_by_us_where_the_repository_forgets_records_and_not_data) {
  b.repository.removes_data = false;
  delivers();
  nothing_is_left_after_a_withdrawal();
}

TEST(Strays, of_a_registration_that_came_twice_are_withdrawn_both) {
  b.repository.lose_reply_after.reset();
  bool lost = false;
  b.repository.tamper = [&](const HttpAsked& asked, HttpAnswer& answer) {
    if (lost || asked.url.find("/objects/register") == std::string::npos) return;
    lost = true;
    answer = reply(503);
  };
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  std::size_t lags = 2;  // of both objects: the repository does not find yet what it registered
  b.repository.instead = [&](const HttpAsked& asked) -> std::optional<HttpAnswer> {
    if (asked.url.find("/objects/checksum/") == std::string::npos || lags == 0) return {};
    --lags;
    return reply(404);
  };
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, b.push(), b.note.what);
  LONGS_EQUAL(4, b.repository.records.size());
  b.repository.instead = nullptr;
  nothing_is_left_after_a_withdrawal();
}

TEST(Strays, are_not_taken_for_none_while_the_journal_can_not_be_read) {
  sends_some_parts();
  b.repository.instead = nullptr;
  b.host.unreadable = true;
  LONGS_EQUAL(TRIBUTARY_LATER, b.withdraw());
  CHECK_TRUE(b.said("journal"));
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  LONGS_EQUAL(1, b.repository.uploads.size());
  b.host.unreadable = false;
  nothing_is_left_after_a_withdrawal();
}

TEST(Strays, of_an_upload_that_was_lost_keep_a_parcel_from_being_done_while_they_can_be_cleared_later) {
  sends_some_parts();
  b.repository.credentials_reach_all_keys = false;  // begun anew elsewhere
  b.repository.instead = [](const HttpAsked& asked) -> std::optional<HttpAnswer> {
    if (asked.method != "DELETE") return {};
    return s3_error(503, "SlowDown");
  };
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  CHECK_TRUE(b.repository.visible() == b.parcel.contents());
  b.repository.credentials_reach_all_keys = true;
  b.repository.instead = nullptr;
  delivers();
  LONGS_EQUAL(0, b.repository.left_over());
}

TEST(Strays, at_a_store_that_the_repository_left_keep_nobody_from_the_new_one) {
  sends_some_parts();
  b.repository.endpoint = "https://s4.example.org:9000/objects";
  b.repository.instead = [](const HttpAsked& asked) -> std::optional<HttpAnswer> {
    if (asked.url.find("https://s3.") == std::string::npos) return {};
    return s3_error(403, "InvalidAccessKeyId");
  };
  delivers();
  CHECK_TRUE(b.logged("could not be cleared away"));
  LONGS_EQUAL_TEXT(TRIBUTARY_DONE, b.withdraw(), b.note.what);  // only parts lie there, which nobody sees
  CHECK_TRUE(b.repository.visible().empty());
}

TEST(Strays, that_could_not_be_cleared_away_are_cleared_by_the_next_push) {
  b.repository.tamper = [](const HttpAsked& asked, HttpAnswer& answer) {
    if (asked.url.find("partNumber=4") != std::string::npos)
      answer.headers = {{"ETag", "\"" + std::string(32, '0') + "\""}};
  };
  b.answer_instead("DELETE https://s3", 0, s3_error(503, "SlowDown"));
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  CHECK_TRUE(b.said("another digest"));
  LONGS_EQUAL(1, b.repository.uploads.size());
  b.repository.tamper = nullptr;
  delivers();
  LONGS_EQUAL(0, b.repository.left_over());
}

TEST(Strays, of_a_parcel_that_may_not_go_now_stay_and_are_not_sent_again) {
  b.parcel.leave = false;
  b.parcel.on_leave = [&] { b.host.stopping = true; };
  LONGS_EQUAL(TRIBUTARY_LATER, b.push());
  LONGS_EQUAL(2, b.repository.left_over());
  b.host.stopping = false;
  b.parcel.leave = true;
  b.repository.count.clear();
  delivers();
  LONGS_EQUAL(0, b.repository.count["PUT part"] + b.repository.count["PUT object"]);
}

TEST(Strays, are_none_where_credentials_last_less_than_a_minute) {
  b.repository.credentials_last_s = 30;
  delivers();
  LONGS_EQUAL(0, b.repository.left_over());
  LONGS_EQUAL(1, b.repository.count["POST /upload-request"]);
}

// The answer to a HEAD has no body that could say what is wrong.
TEST(Strays, are_looked_at_with_fresh_credentials_when_the_store_says_no_to_a_look) {
  for (const int status : {400, 403}) {
    Bench fresh;
    fresh.answer_instead("HEAD https://s3", 0, reply(status));
    LONGS_EQUAL_TEXT(TRIBUTARY_DONE, fresh.push(), fresh.note.what);
    LONGS_EQUAL(2, fresh.repository.count["POST /upload-request"]);
    CHECK_FALSE(fresh.logged("does not let us read back"));
  }
}
