// tests/plugins/sandbox/signature_test.cpp: who gets into the object store, and who does not.
#include "tests/plugins/sandbox/world.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::sandbox::test {

TEST_GROUP(Signature) {
  World world;
  Grant grant;

  void setup() override {
    world.start();
    grant = world.grant("TL-1.fastq.c4gh", "some bytes");
  }
  Ask put(const std::string& body) const { return {"PUT", grant.target(), {}, body}; }
  std::string code_of(const Answer& answer) const { return inside(answer.body, "Code"); }
  Answer signed_put(const Credentials& credentials, std::int64_t skew_s = 0, const std::string& payload = {}) {
    auto ask = put("some bytes");
    sign(ask, credentials, world.port(), noon_utc_s + skew_s, payload);
    return world.plain(ask);
  }
};

TEST(Signature, takes_a_body_that_was_signed_with_the_credentials_handed_out) {
  const auto answer = signed_put(grant.credentials);
  LONGS_EQUAL(200, answer.status);
  STRCMP_EQUAL(("\"" + md5_hex("some bytes") + "\"").c_str(), answer.header("ETag").c_str());
}

TEST(Signature, refuses_another_secret) {
  auto credentials = grant.credentials;
  credentials.secret += "x";
  const auto answer = signed_put(credentials);
  LONGS_EQUAL(403, answer.status);
  STRCMP_EQUAL("SignatureDoesNotMatch", code_of(answer).c_str());
}

TEST(Signature, refuses_an_access_key_that_was_never_handed_out) {
  auto credentials = grant.credentials;
  credentials.access_key_id = "AKIDSTRANGER";
  STRCMP_EQUAL("InvalidAccessKeyId", code_of(signed_put(credentials)).c_str());
}

TEST(Signature, refuses_credentials_without_their_session_token) {
  auto credentials = grant.credentials;
  credentials.session_token.clear();
  STRCMP_EQUAL("InvalidToken", code_of(signed_put(credentials)).c_str());
}

TEST(Signature, refuses_another_region) {
  auto credentials = grant.credentials;
  credentials.region = "us-east-1";
  STRCMP_EQUAL("AuthorizationHeaderMalformed", code_of(signed_put(credentials)).c_str());
}

TEST(Signature, refuses_what_is_not_signed_at_all) {
  const auto answer = world.plain(put("some bytes"));
  LONGS_EQUAL(403, answer.status);
  STRCMP_EQUAL("AccessDenied", code_of(answer).c_str());
}

TEST(Signature, bears_a_clock_that_is_14_minutes_off) {
  LONGS_EQUAL(200, signed_put(grant.credentials, 14 * 60).status);
  LONGS_EQUAL(200, signed_put(grant.credentials, -14 * 60).status);
}

TEST(Signature, refuses_a_clock_that_is_16_minutes_off_and_tells_its_own_time) {
  const auto answer = signed_put(grant.credentials, 16 * 60);
  STRCMP_EQUAL("RequestTimeTooSkewed", code_of(answer).c_str());
  STRCMP_EQUAL("Sat, 21 Nov 2026 12:00:00 GMT", answer.header("Date").c_str());
  STRCMP_EQUAL("RequestTimeTooSkewed", code_of(signed_put(grant.credentials, -16 * 60)).c_str());
}

TEST(Signature, answers_ExpiredToken_when_the_credentials_have_run_out) {
  world.clock.advance(900);
  const auto answer = signed_put(grant.credentials, 900);
  LONGS_EQUAL(400, answer.status);
  STRCMP_EQUAL("ExpiredToken", code_of(answer).c_str());
}

TEST(Signature, refuses_keys_outside_of_the_scope) {
  auto ask = put("some bytes");
  ask.target = "/s3/" + grant.bucket + "/elsewhere/file";
  sign(ask, grant.credentials, world.port(), noon_utc_s);
  STRCMP_EQUAL("AccessDenied", code_of(world.plain(ask)).c_str());
}

TEST(Signature, refuses_another_bucket) {
  auto ask = put("some bytes");
  ask.target = "/s3/elsewhere/" + grant.key;
  sign(ask, grant.credentials, world.port(), noon_utc_s);
  STRCMP_EQUAL("NoSuchBucket", code_of(world.plain(ask)).c_str());
}

TEST(Signature, refuses_a_body_whose_digest_is_not_the_signed_one_and_stores_nothing) {
  const auto answer = signed_put(grant.credentials, 0, sha256_hex("other bytes"));
  LONGS_EQUAL(400, answer.status);
  STRCMP_EQUAL("XAmzContentSHA256Mismatch", code_of(answer).c_str());
  LONGS_EQUAL(404, world.s3(grant, "HEAD").status);
}

TEST(Signature, refuses_UNSIGNED_PAYLOAD_unless_it_was_switched_on) {
  STRCMP_EQUAL("InvalidRequest", code_of(signed_put(grant.credentials, 0, "UNSIGNED-PAYLOAD")).c_str());
  world.stop();
  world.settings.allow_unsigned_payload = true;
  world.start();
  LONGS_EQUAL(200, signed_put(grant.credentials, 0, "UNSIGNED-PAYLOAD").status);
}

TEST(Signature, does_not_take_chunks_with_trailers) {
  const auto answer = signed_put(grant.credentials, 0, "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
  LONGS_EQUAL(501, answer.status);
}

TEST(Signature, refuses_an_amz_header_that_is_not_under_the_signature) {
  auto ask = put("some bytes");
  sign(ask, grant.credentials, world.port(), noon_utc_s);
  ask.headers.emplace_back("x-amz-acl", "public-read");
  STRCMP_EQUAL("AccessDenied", code_of(world.plain(ask)).c_str());
}

TEST(Signature, refuses_a_query_that_was_changed_afterwards) {
  auto ask = put("some bytes");
  sign(ask, grant.credentials, world.port(), noon_utc_s);
  ask.target += "?partNumber=1&uploadId=x";
  STRCMP_EQUAL("SignatureDoesNotMatch", code_of(world.plain(ask)).c_str());
}

TEST(Signature, compares_Content_MD5) {
  LONGS_EQUAL(200, world.s3(grant, "PUT", {}, "abc", {{"Content-MD5", md5_base64("abc")}}).status);
  STRCMP_EQUAL("BadDigest", code_of(world.s3(grant, "PUT", {}, "abc", {{"Content-MD5", md5_base64("abd")}})).c_str());
  STRCMP_EQUAL("InvalidDigest", code_of(world.s3(grant, "PUT", {}, "abc", {{"Content-MD5", "no digest"}})).c_str());
}

TEST(Signature, takes_a_presigned_URL_until_it_expires) {
  auto ask = put("some bytes");
  presign(ask, grant.credentials, world.port(), noon_utc_s, 300);
  LONGS_EQUAL(200, world.plain(ask).status);
  world.clock.advance(301);
  const auto late = world.plain(ask);
  LONGS_EQUAL(403, late.status);
  CHECK_TRUE(late.has("Request has expired"));
}

TEST(Signature, refuses_a_presigned_URL_for_another_verb) {
  auto ask = put({});
  presign(ask, grant.credentials, world.port(), noon_utc_s, 300);
  ask.method = "DELETE";
  STRCMP_EQUAL("SignatureDoesNotMatch", code_of(world.plain(ask)).c_str());
}

}  // namespace tributary::sandbox::test
