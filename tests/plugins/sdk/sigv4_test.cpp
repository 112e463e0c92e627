// tests/plugins/sdk/sigv4_test.cpp: AWS Signature Version 4 against the vectors that AWS publishes.
#include "plugins/sdk/sigv4.hpp"

#include <string>

#include <CppUTest/TestHarness.h>

namespace sdk = tributary::sdk;
using sdk::sigv4::Credentials;
using sdk::sigv4::Request;

namespace {
const std::string empty_sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

// The general test suite: 30 August 2015, service "service".
const Credentials suite_key{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
constexpr std::int64_t suite_utc_s = 1440938160;

Request suite_request() {
  Request request;
  request.method = "GET";
  request.headers = {{"Host", "example.amazonaws.com"}, {"X-Amz-Date", "20150830T123600Z"}};
  request.payload_sha256_hex = empty_sha256;
  return request;
}
std::string suite_signature(const Request& request) {
  return sdk::sigv4::signature(request, suite_key, {"us-east-1", "service"}, suite_utc_s);
}

// The examples in the manual of S3: 24 May 2013.
const Credentials s3_key{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};
constexpr std::int64_t s3_utc_s = 1369353600;

Request s3_request(const std::string& method, const std::string& path) {
  Request request;
  request.method = method;
  request.path = path;
  request.headers = {{"Host", "examplebucket.s3.amazonaws.com"}, {"x-amz-date", "20130524T000000Z"}};
  request.payload_sha256_hex = empty_sha256;
  return request;
}
std::string s3_signature(Request request) {
  request.headers.emplace_back("x-amz-content-sha256", request.payload_sha256_hex);
  return sdk::sigv4::signature(request, s3_key, {"us-east-1", "s3"}, s3_utc_s);
}
}  // namespace

TEST_GROUP(SigV4){};

TEST(SigV4, signs_the_plain_request_of_the_published_suite) {
  STRCMP_EQUAL("5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
               suite_signature(suite_request()).c_str());
}

TEST(SigV4, signs_a_query_in_the_order_of_its_keys) {
  auto request = suite_request();
  request.query = {{"Param2", "value2"}, {"Param1", "value1"}};
  STRCMP_EQUAL("b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500", suite_signature(request).c_str());
}

TEST(SigV4, signs_the_example_of_the_general_manual) {
  Request request;
  request.method = "GET";
  request.query = {{"Action", "ListUsers"}, {"Version", "2010-05-08"}};
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
                     {"Host", "iam.amazonaws.com"},
                     {"X-Amz-Date", "20150830T123600Z"}};
  request.payload_sha256_hex = empty_sha256;
  STRCMP_EQUAL("5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
               sdk::sigv4::signature(request, suite_key, {"us-east-1", "iam"}, suite_utc_s).c_str());
}

TEST(SigV4, signs_the_get_with_a_range_of_the_s3_manual) {
  auto request = s3_request("GET", "/test.txt");
  request.headers.emplace_back("Range", "bytes=0-9");
  STRCMP_EQUAL("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41", s3_signature(request).c_str());
}

TEST(SigV4, signs_the_put_of_the_s3_manual_whose_key_needs_encoding) {
  auto request = s3_request("PUT", "/" + sdk::percent_encode("test$file.text", true));
  request.headers.emplace_back("Date", "Fri, 24 May 2013 00:00:00 GMT");
  request.headers.emplace_back("x-amz-storage-class", "REDUCED_REDUNDANCY");
  request.payload_sha256_hex = sdk::hex(sdk::sha256("Welcome to Amazon S3."));
  STRCMP_EQUAL("98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd", s3_signature(request).c_str());
}

TEST(SigV4, signs_a_query_key_without_value_as_the_s3_manual_does) {
  auto request = s3_request("GET", "/");
  request.query = {{"lifecycle", ""}};
  STRCMP_EQUAL("fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543", s3_signature(request).c_str());
}

TEST(SigV4, signs_the_listing_of_the_s3_manual) {
  auto request = s3_request("GET", "/");
  request.query = {{"prefix", "J"}, {"max-keys", "2"}};
  STRCMP_EQUAL("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7", s3_signature(request).c_str());
}

TEST(SigV4, names_the_scope_and_the_signed_headers_beside_the_signature) {
  STRCMP_EQUAL(
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
      "SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
      sdk::sigv4::authorization(suite_request(), suite_key, {"us-east-1", "service"}, suite_utc_s).c_str());
}

TEST(SigV4, takes_surplus_blanks_out_of_header_values) {
  Request request = suite_request();
  request.headers.emplace_back("My-Header", "  a   b  ");
  CHECK(sdk::sigv4::canonical_request(request).find("my-header:a b\n") != std::string::npos);
}
