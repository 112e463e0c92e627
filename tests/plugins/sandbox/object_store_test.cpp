// tests/plugins/sandbox/object_store_test.cpp: objects, ranges and uploads in parts.
#include "tests/plugins/sandbox/world.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::sandbox::test {

TEST_GROUP(ObjectStore) {
  World world;
  Grant grant;
  std::string first = std::string(1000, 'a'), second = std::string(1200, 'b'), last = "end";

  void setup() override {
    world.start();
    grant = world.grant("TL-1.bam.c4gh", first + second + last);
  }
  std::string code_of(const Answer& answer) const { return inside(answer.body, "Code"); }
  std::string etag(const std::string& body) const { return "\"" + md5_hex(body) + "\""; }
};

TEST(ObjectStore, gives_back_what_it_was_given) {
  LONGS_EQUAL(200, world.s3(grant, "PUT", {}, "0123456789").status);
  const auto answer = world.s3(grant, "GET");
  LONGS_EQUAL(200, answer.status);
  STRCMP_EQUAL("0123456789", answer.body.c_str());
}

TEST(ObjectStore, tells_size_and_ETag_by_HEAD) {
  world.s3(grant, "PUT", {}, "0123456789");
  const auto answer = world.s3(grant, "HEAD");
  LONGS_EQUAL(200, answer.status);
  STRCMP_EQUAL("10", answer.header("Content-Length").c_str());
  STRCMP_EQUAL(etag("0123456789").c_str(), answer.header("ETag").c_str());
  STRCMP_EQUAL("", answer.body.c_str());
}

TEST(ObjectStore, gives_byte_ranges) {
  world.s3(grant, "PUT", {}, "0123456789");
  const auto middle = world.s3(grant, "GET", {}, {}, {{"Range", "bytes=2-4"}});
  LONGS_EQUAL(206, middle.status);
  STRCMP_EQUAL("234", middle.body.c_str());
  STRCMP_EQUAL("bytes 2-4/10", middle.header("Content-Range").c_str());
  STRCMP_EQUAL("789", world.s3(grant, "GET", {}, {}, {{"Range", "bytes=7-"}}).body.c_str());
  STRCMP_EQUAL("89", world.s3(grant, "GET", {}, {}, {{"Range", "bytes=-2"}}).body.c_str());
  STRCMP_EQUAL("9", world.s3(grant, "GET", {}, {}, {{"Range", "bytes=9-99"}}).body.c_str());
  LONGS_EQUAL(416, world.s3(grant, "GET", {}, {}, {{"Range", "bytes=10-"}}).status);
}

TEST(ObjectStore, says_404_for_what_is_not_there_and_204_for_its_removal) {
  STRCMP_EQUAL("NoSuchKey", code_of(world.s3(grant, "GET")).c_str());
  LONGS_EQUAL(204, world.s3(grant, "DELETE").status);
}

TEST(ObjectStore, removes_objects) {
  world.s3(grant, "PUT", {}, "0123456789");
  LONGS_EQUAL(204, world.s3(grant, "DELETE").status);
  LONGS_EQUAL(404, world.s3(grant, "HEAD").status);
}

TEST(ObjectStore, keeps_an_object_that_If_None_Match_guards) {
  world.s3(grant, "PUT", {}, "first");
  const auto answer = world.s3(grant, "PUT", {}, "second", {{"If-None-Match", "*"}});
  LONGS_EQUAL(412, answer.status);
  STRCMP_EQUAL("first", world.s3(grant, "GET").body.c_str());
}

TEST(ObjectStore, assembles_parts_and_gives_the_ETag_of_ETags) {
  const auto id = world.create_upload(grant);
  LONGS_EQUAL(200, world.put_part(grant, id, 2, second).status);
  STRCMP_EQUAL(etag(first).c_str(), world.put_part(grant, id, 1, first).header("ETag").c_str());
  LONGS_EQUAL(200, world.put_part(grant, id, 7, last).status);
  const auto done = world.complete(grant, id, {{1, etag(first)}, {2, etag(second)}, {7, etag(last)}});
  LONGS_EQUAL(200, done.status);
  CHECK_TRUE(inside(done.body, "ETag").find("-3&quot;") != std::string::npos);
  STRCMP_EQUAL((first + second + last).c_str(), world.s3(grant, "GET").body.c_str());
  STRCMP_EQUAL("abb", world.s3(grant, "GET", {}, {}, {{"Range", "bytes=999-1001"}}).body.c_str());
}

TEST(ObjectStore, answers_a_repeated_Complete_as_the_first) {
  const auto id = world.create_upload(grant);
  world.put_part(grant, id, 1, first);
  const auto once = world.complete(grant, id, {{1, etag(first)}});
  const auto twice = world.complete(grant, id, {{1, etag(first)}});
  LONGS_EQUAL(200, twice.status);
  STRCMP_EQUAL(inside(once.body, "ETag").c_str(), inside(twice.body, "ETag").c_str());
}

TEST(ObjectStore, replaces_a_part_that_is_sent_again) {
  const auto id = world.create_upload(grant);
  world.put_part(grant, id, 1, first);
  world.put_part(grant, id, 1, second);
  STRCMP_EQUAL("InvalidPart", code_of(world.complete(grant, id, {{1, etag(first)}})).c_str());
  LONGS_EQUAL(200, world.complete(grant, id, {{1, etag(second)}}).status);
}

TEST(ObjectStore, refuses_parts_that_are_too_small_but_the_last) {
  const auto id = world.create_upload(grant);
  world.put_part(grant, id, 1, last);
  world.put_part(grant, id, 2, first);
  STRCMP_EQUAL("EntityTooSmall", code_of(world.complete(grant, id, {{1, etag(last)}, {2, etag(first)}})).c_str());
}

TEST(ObjectStore, refuses_parts_out_of_order) {
  const auto id = world.create_upload(grant);
  world.put_part(grant, id, 1, first);
  world.put_part(grant, id, 2, second);
  STRCMP_EQUAL("InvalidPartOrder", code_of(world.complete(grant, id, {{2, etag(second)}, {1, etag(first)}})).c_str());
  STRCMP_EQUAL("InvalidPartOrder", code_of(world.complete(grant, id, {{1, etag(first)}, {1, etag(first)}})).c_str());
}

TEST(ObjectStore, refuses_a_list_of_parts_that_is_no_such_thing) {
  const auto id = world.create_upload(grant);
  STRCMP_EQUAL("MalformedXML", code_of(world.s3(grant, "POST", "uploadId=" + id, "<html>")).c_str());
  STRCMP_EQUAL("MalformedXML", code_of(world.complete(grant, id, {})).c_str());
}

TEST(ObjectStore, refuses_part_numbers_outside_1_to_10000) {
  const auto id = world.create_upload(grant);
  STRCMP_EQUAL("InvalidArgument", code_of(world.put_part(grant, id, 0, last)).c_str());
  STRCMP_EQUAL("InvalidArgument", code_of(world.put_part(grant, id, 10001, last)).c_str());
  LONGS_EQUAL(200, world.put_part(grant, id, 10000, last).status);
}

TEST(ObjectStore, lists_the_parts_page_by_page) {
  const auto id = world.create_upload(grant);
  world.put_part(grant, id, 1, first);
  world.put_part(grant, id, 2, second);
  world.put_part(grant, id, 9, last);
  const auto page = world.s3(grant, "GET", "max-parts=2&uploadId=" + id);
  STRCMP_EQUAL("true", inside(page.body, "IsTruncated").c_str());
  STRCMP_EQUAL("2", inside(page.body, "NextPartNumberMarker").c_str());
  const auto rest = world.s3(grant, "GET", "part-number-marker=2&uploadId=" + id);
  STRCMP_EQUAL("false", inside(rest.body, "IsTruncated").c_str());
  STRCMP_EQUAL("9", inside(rest.body, "PartNumber").c_str());
  STRCMP_EQUAL("3", inside(rest.body, "Size").c_str());
}

TEST(ObjectStore, lists_open_uploads_below_the_callers_own_prefix_only) {
  const auto id = world.create_upload(grant);
  const auto prefix = grant.key.substr(0, grant.key.find('/') + 1);
  Ask ask{"GET", "/s3/" + grant.bucket + "?prefix=" + prefix.substr(0, prefix.size() - 1) + "%2F&uploads=", {}, {}};
  sign(ask, grant.credentials, world.port(), noon_utc_s);
  STRCMP_EQUAL(id.c_str(), inside(world.plain(ask).body, "UploadId").c_str());
  Ask all{"GET", "/s3/" + grant.bucket + "?uploads=", {}, {}};
  sign(all, grant.credentials, world.port(), noon_utc_s);
  STRCMP_EQUAL("AccessDenied", code_of(world.plain(all)).c_str());
}

TEST(ObjectStore, knows_an_aborted_upload_no_more) {
  const auto id = world.create_upload(grant);
  world.put_part(grant, id, 1, first);
  LONGS_EQUAL(204, world.s3(grant, "DELETE", "uploadId=" + id).status);
  STRCMP_EQUAL("NoSuchUpload", code_of(world.put_part(grant, id, 2, second)).c_str());
  STRCMP_EQUAL("NoSuchUpload", code_of(world.s3(grant, "GET", "uploadId=" + id)).c_str());
  STRCMP_EQUAL("NoSuchUpload", code_of(world.complete(grant, id, {{1, etag(first)}})).c_str());
}

TEST(ObjectStore, takes_no_subresource_and_no_copy_for_a_PUT_of_bytes) {
  LONGS_EQUAL(501, world.s3(grant, "PUT", "acl=", "<AccessControlPolicy/>").status);
  LONGS_EQUAL(501, world.s3(grant, "PUT", {}, {}, {{"x-amz-copy-source", "/ingest/other"}}).status);
  LONGS_EQUAL(404, world.s3(grant, "HEAD").status);
}

TEST(ObjectStore, goes_on_with_an_upload_after_a_restart) {
  const auto id = world.create_upload(grant);
  world.put_part(grant, id, 1, first);
  world.stop();
  world.start();
  STRCMP_EQUAL("1", inside(world.s3(grant, "GET", "uploadId=" + id).body, "PartNumber").c_str());
  world.put_part(grant, id, 2, last);
  LONGS_EQUAL(200, world.complete(grant, id, {{1, etag(first)}, {2, etag(last)}}).status);
  world.stop();
  world.start();
  STRCMP_EQUAL((first + last).c_str(), world.s3(grant, "GET").body.c_str());
}

}  // namespace tributary::sandbox::test
