// tests/plugins/sandbox/drs_test.cpp: leave to upload, registration, reading and deleting.
#include "tests/plugins/sandbox/world.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::sandbox::test {

TEST_GROUP(Drs) {
  World world;
  std::string body = "ciphertext of a file";

  void setup() override { world.start(); }
  std::string request(const std::string& name, const std::string& more) const {
    return R"({"name":")" + name + R"(","size":20,"mime_type":"application/octet-stream","checksums":[)" +
           R"({"type":"SHA256","checksum":")" + sha256_hex(body) + R"("}])" + more + "}";
  }
  Answer ask_leave(const std::string& requests) {
    return world.drs("POST", "/upload-request", R"({"requests":[)" + requests + "]}");
  }
  Grant stored() {
    auto grant = world.grant("TL-1.vcf.gz.c4gh", body);
    world.s3(grant, "PUT", {}, body);
    return grant;
  }
  void check_refused(const std::string& candidate, const std::string& why) {
    const auto answer = world.register_objects({candidate});
    LONGS_EQUAL(400, answer.status);
    STRCMP_CONTAINS(why.c_str(), answer.body.c_str());
  }
};

TEST(Drs, tells_what_it_can_do_to_anybody) {
  const auto answer = world.plain({"GET", "/ga4gh/drs/v1/service-info", {}, {}});
  LONGS_EQUAL(200, answer.status);
  const auto info = parsed(answer.body);
  STRCMP_EQUAL("drs", std::string(info["type"]["artifact"].as_string()).c_str());
  for (const auto* flag : {"uploadRequestSupported", "objectRegistrationSupported", "validateChecksums",
                           "validateFileSizes", "controlledAccessSupported", "deleteSupported",
                           "deleteStorageDataSupported", "metadataRetentionSupported", "fetchByChecksumSupported"}) {
    CHECK_TEXT(info["drs"][flag].as_bool(), flag);
  }
}

TEST(Drs, asks_everybody_else_for_the_token) {
  const auto answer = world.plain({"POST", "/ga4gh/drs/v1/upload-request", {}, "{}"});
  LONGS_EQUAL(401, answer.status);
  LONGS_EQUAL(401, parsed(answer.body)["status_code"].as_integer());
  LONGS_EQUAL(401, world.plain({"GET", "/ga4gh/drs/v1/objects/x", {{"Authorization", "Bearer wrong"}}, {}}).status);
}

TEST(Drs, answers_upload_requests_in_their_order_with_the_methods_in_the_order_asked) {
  const auto answer = ask_leave(request("TL-2.bam.c4gh", R"(,"upload_methods":[{"type":"https"},{"type":"s3"}])") +
                                "," + request("TL-1.bam.c4gh", R"(,"upload_method_types":["s3"])"));
  LONGS_EQUAL(200, answer.status);
  const auto responses = parsed(answer.body)["responses"];
  STRCMP_EQUAL("TL-2.bam.c4gh", std::string(responses.items()[0]["name"].as_string()).c_str());
  STRCMP_EQUAL("TL-1.bam.c4gh", std::string(responses.items()[1]["name"].as_string()).c_str());
  const auto& both = responses.items()[0]["upload_methods"].items();
  LONGS_EQUAL(2, both.size());
  STRCMP_EQUAL("https", std::string(both[0]["type"].as_string()).c_str());
  STRCMP_EQUAL("s3", std::string(both[1]["type"].as_string()).c_str());
  LONGS_EQUAL(1, responses.items()[1]["upload_methods"].items().size());
}

TEST(Drs, gives_related_files_one_prefix) {
  const auto answer = ask_leave(request("TL-1.bam.c4gh", "") + "," + request("TL-1.bam.bai.c4gh", ""));
  const auto responses = parsed(answer.body)["responses"];
  const auto key = [&](std::size_t i) {
    return std::string(responses.items()[i]["upload_methods"].items()[0]["upload_details"]["key"].as_string());
  };
  STRCMP_EQUAL(key(0).substr(0, key(0).find('/')).c_str(), key(1).substr(0, key(1).find('/')).c_str());
}

TEST(Drs, gives_the_same_place_again_until_the_file_is_registered) {
  const auto first = stored();
  const auto again = world.grant(first.name, body);
  STRCMP_EQUAL(first.key.c_str(), again.key.c_str());
  CHECK_TRUE(first.credentials.secret != again.credentials.secret);
  LONGS_EQUAL(201, world.register_objects({World::candidate(first)}).status);
  CHECK_TRUE(world.grant(first.name, body).key != first.key);
}

TEST(Drs, refuses_upload_requests_that_are_not_complete) {
  LONGS_EQUAL(400, ask_leave("").status);
  LONGS_EQUAL(400, ask_leave(R"({"name":"a/b","size":1,"mime_type":"x/y","checksums":[]})").status);
  LONGS_EQUAL(400, ask_leave(R"({"name":"ab","size":1,"mime_type":"x/y","checksums":[]})").status);
  LONGS_EQUAL(400, ask_leave(R"({"name":"ab","size":-1,"mime_type":"x/y"})").status);
  LONGS_EQUAL(400, ask_leave(request("ab", R"(,"upload_method_types":["sftp"])")).status);
  LONGS_EQUAL(400, ask_leave(request("ab", "") + "," + request("ab", "")).status);
  LONGS_EQUAL(400, world.drs("POST", "/upload-request", "no JSON").status);
}

TEST(Drs, registers_what_is_stored_and_shows_it) {
  const auto grant = stored();
  const auto answer = world.register_objects({World::candidate(
      grant, R"(,"aliases":["tributary:p-1:0"],"controlled_access":["https://repository.example/datasets/EX1"])")});
  LONGS_EQUAL(201, answer.status);
  const auto id = field(answer.body, "id");
  const auto object = parsed(world.drs("GET", "/objects/" + id).body);
  STRCMP_EQUAL(("drs://localhost/" + id).c_str(), std::string(object["self_uri"].as_string()).c_str());
  LONGS_EQUAL(20, object["size"].as_integer());
  STRCMP_EQUAL("2026-11-21T12:00:00Z", std::string(object["created_time"].as_string()).c_str());
  STRCMP_EQUAL("tributary:p-1:0", std::string(object["aliases"].items()[0].as_string()).c_str());
  STRCMP_EQUAL("https://repository.example/datasets/EX1",
               std::string(object["controlled_access"].items()[0].as_string()).c_str());
}

TEST(Drs, refuses_to_register_what_does_not_fit_the_stored_bytes) {
  auto grant = stored();
  auto other = grant;
  other.body = "ciphertext of a fi1e";
  check_refused(World::candidate(other), "sha-256");
  other.body = "longer ciphertext of a file";
  check_refused(World::candidate(other), "27 bytes were announced, 20 are stored");
  other = grant;
  other.key = "elsewhere/x";
  check_refused(World::candidate(other), "nothing is stored there");
  check_refused(World::candidate(grant, R"(,"id":"mine")"), "id");
  check_refused(R"({"size":20,"checksums":[]})", "checksums");
}

TEST(Drs, registers_all_or_none) {
  const auto good = stored();
  auto bad = good;
  bad.key = "elsewhere/x";
  LONGS_EQUAL(400, world.register_objects({World::candidate(good), World::candidate(bad)}).status);
  const auto found = world.drs("GET", "/objects/checksum/" + sha256_hex(body));
  LONGS_EQUAL(0, parsed(found.body)["resolved_drs_object"].items().size());
}

TEST(Drs, makes_a_second_object_of_a_second_register_and_remembers_the_duplicate) {
  const auto grant = stored();
  const auto first = field(world.register_objects({World::candidate(grant)}).body, "id");
  LONGS_EQUAL(201, world.register_objects({World::candidate(grant)}).status);
  const auto found = parsed(world.drs("GET", "/objects/checksum/" + sha256_hex(body)).body);
  LONGS_EQUAL(2, found["resolved_drs_object"].items().size());
  STRCMP_CONTAINS(("duplicate of " + first).c_str(), world.plain({"GET", "/", {}, {}}).body.c_str());
  LONGS_EQUAL(1, parsed(world.plain({"GET", "/state", {}, {}}).body)["duplicates"].as_integer());
}

TEST(Drs, refuses_open_objects_when_it_is_told_to) {
  world.stop();
  world.settings.require_controlled_access = true;
  world.start();
  const auto grant = stored();
  check_refused(World::candidate(grant), "open for everybody");
  check_refused(World::candidate(grant, R"(,"controlled_access":[])"), "open for everybody");
  LONGS_EQUAL(
      201, world.register_objects({World::candidate(grant, R"(,"controlled_access":["https://x.example/1"])")}).status);
}

TEST(Drs, resolves_many_ids_at_once) {
  const auto id = world.deliver("TL-1.bed.c4gh", body, "tributary:p-1:0");
  const auto answer = parsed(world.drs("POST", "/objects", R"({"bulk_object_ids":[")" + id + R"(","obj-none"]})").body);
  LONGS_EQUAL(2, answer["summary"]["requested"].as_integer());
  LONGS_EQUAL(1, answer["summary"]["resolved"].as_integer());
  LONGS_EQUAL(404, answer["unresolved_drs_objects"].items()[0]["error_code"].as_integer());
}

TEST(Drs, gives_access_by_a_signed_URL_that_ends) {
  const auto id = world.deliver("TL-1.bed.c4gh", body, "tributary:p-1:0");
  const auto url = field(world.drs("GET", "/objects/" + id + "/access/https").body, "url");
  const auto path = url.substr(url.find("/download/"));
  STRCMP_EQUAL(body.c_str(), world.plain({"GET", path, {}, {}}).body.c_str());
  world.clock.advance(900);
  LONGS_EQUAL(403, world.plain({"GET", path, {}, {}}).status);
}

TEST(Drs, gives_access_to_many_at_once) {
  const auto id = world.deliver("TL-1.bed.c4gh", body, "tributary:p-1:0");
  const auto answer = parsed(
      world
          .drs("POST", "/objects/access",
               R"({"bulk_object_access_ids":[{"bulk_object_id":")" + id + R"(","bulk_access_ids":["https","ftp"]}]})")
          .body);
  LONGS_EQUAL(1, answer["resolved_drs_object_access_urls"].items().size());
  LONGS_EQUAL(1, answer["summary"]["unresolved"].as_integer());
}

TEST(Drs, answers_410_for_what_was_deleted_softly) {
  const auto id = world.deliver("TL-1.bed.c4gh", body, "tributary:p-1:0");
  LONGS_EQUAL(204, world.drs("PUT", "/objects/" + id + "/delete", R"({"delete_storage_data":true})").status);
  LONGS_EQUAL(410, world.drs("GET", "/objects/" + id).status);
  LONGS_EQUAL(410, world.drs("GET", "/objects/" + id + "/access/https").status);
  LONGS_EQUAL(410, world.drs("PUT", "/objects/" + id + "/delete").status);
  const auto found = world.drs("GET", "/objects/checksum/" + sha256_hex(body));
  LONGS_EQUAL(0, parsed(found.body)["summary"]["resolved"].as_integer());
}

TEST(Drs, forgets_what_was_deleted_with_its_metadata) {
  const auto id = world.deliver("TL-1.bed.c4gh", body, "tributary:p-1:0");
  LONGS_EQUAL(204, world.drs("PUT", "/objects/" + id + "/delete", R"({"delete_object_metadata":true})").status);
  LONGS_EQUAL(404, world.drs("GET", "/objects/" + id).status);
}

TEST(Drs, deletes_many_or_none) {
  const auto one = world.deliver("TL-1.bed.c4gh", body, "tributary:p-1:0");
  const auto two = world.deliver("TL-2.bed.c4gh", body, "tributary:p-2:0");
  const auto both = [&](const std::string& other) {
    return R"({"bulk_object_ids":[")" + one + R"(",")" + other + R"("]})";
  };
  LONGS_EQUAL(404, world.drs("PUT", "/objects/delete", both("obj-none")).status);
  LONGS_EQUAL(200, world.drs("GET", "/objects/" + one).status);
  LONGS_EQUAL(204, world.drs("PUT", "/objects/delete", both(two)).status);
  LONGS_EQUAL(410, world.drs("GET", "/objects/" + two).status);
}

TEST(Drs, keeps_its_register_over_a_restart) {
  const auto id = world.deliver("TL-1.bed.c4gh", body, "tributary:p-1:0");
  const auto gone = world.deliver("TL-2.bed.c4gh", body, "tributary:p-2:0");
  world.drs("PUT", "/objects/" + gone + "/delete");
  const auto token = world.sandbox().token();
  world.stop();
  world.start();
  STRCMP_EQUAL(token.c_str(), world.sandbox().token().c_str());
  LONGS_EQUAL(200, world.drs("GET", "/objects/" + id).status);
  LONGS_EQUAL(410, world.drs("GET", "/objects/" + gone).status);
}

TEST(Drs, has_no_other_routes) {
  LONGS_EQUAL(404, world.drs("GET", "/nothing").status);
  LONGS_EQUAL(404, world.drs("PUT", "/objects/x/checksums", "{}").status);
  LONGS_EQUAL(404, world.drs("GET", "/objects/obj-none").status);
  LONGS_EQUAL(405, world.drs("GET", "/upload-request").status);
}

TEST(Drs, names_the_ways_to_authorize) {
  const auto id = world.deliver("TL-1.bed.c4gh", body, "tributary:p-1:0");
  const auto answer = world.plain({"OPTIONS", "/ga4gh/drs/v1/objects/" + id, {}, {}, false});
  LONGS_EQUAL(200, answer.status);
  STRCMP_CONTAINS("BearerAuth", answer.body.c_str());
}

}  // namespace tributary::sandbox::test
