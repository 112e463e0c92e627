// tests/plugins/drs/reply_test.cpp: the readers of answers: DRS in JSON, object stores in XML.
#include "plugins/destinations/drs/reply.hpp"

#include <string>

#include "plugins/destinations/drs/s3_xml.hpp"

#include <CppUTest/TestHarness.h>

namespace drs = tributary::drs;

TEST_GROUP(DrsReply){};

TEST(DrsReply, reads_the_flags_in_both_spellings) {
  const auto newer = drs::read_service_info(
      R"({"drs":{"uploadRequestSupported":true,"supportedUploadMethodTypes":["S3"],"maxUploadSize":9,"maxBulkRequestLength":7}})");
  CHECK_TRUE(newer && newer->has_block && newer->upload_request.value_or(false));
  STRCMP_EQUAL("s3", newer->upload_methods.at(0).c_str());
  LONGS_EQUAL(9, newer->max_upload_bytes.value_or(0));
  LONGS_EQUAL(7, newer->max_upload_request.value_or(0));
  CHECK_FALSE(newer->registration.has_value());
  const auto older = drs::read_service_info(R"({"drs":{"supportedUploadMethods":["https"]},"maxBulkRequestLength":3})");
  STRCMP_EQUAL("https", older->upload_methods.at(0).c_str());
  LONGS_EQUAL(3, older->max_register.value_or(0));
  CHECK_FALSE(drs::read_service_info("{}")->has_block);
}

TEST(DrsReply, reads_a_presigned_url_as_text_or_with_headers) {
  const std::string head =
      R"({"responses":[{"name":"a","upload_methods":[{"type":"https","access_url":{"url":"https://x/a"},"upload_details":{"post_url":)";
  const auto text = drs::read_grants(head + R"("https://x/put"}}]}]})", "https");
  STRCMP_EQUAL("https://x/put", text->at(0).post_url.c_str());
  const auto with = drs::read_grants(head + R"({"url":"https://x/put","headers":["A: b",7]}}}]}]})", "https");
  STRCMP_EQUAL("https://x/put", with->at(0).post_url.c_str());
  LONGS_EQUAL(1, with->at(0).post_headers.size());
  CHECK_TRUE(drs::read_grants(head + R"("u"}}]}]})", "s3")->at(0).method.empty());
}

TEST(DrsReply, takes_a_digest_however_its_type_is_spelled) {
  for (const char* type : {"sha-256", "sha256", "SHA-256", "SHA_256"}) {
    const auto object = drs::read_object(R"({"id":"x","size":1,"checksums":[{"type":"md5","checksum":"0"},{"type":")" +
                                         std::string(type) + R"(","checksum":"AB"}]})");
    LONGS_EQUAL_TEXT(1, object->sha256_hex.size(), type);
    STRCMP_EQUAL("ab", object->sha256_hex[0].c_str());
  }
}

TEST(DrsReply, takes_no_size_for_none_when_it_is_no_size) {
  for (const char* size : {"-1", "1.5", "\"x\"", "null", "true", "99999999999999999999"}) {
    const auto object = drs::read_object(R"({"id":"x","size":)" + std::string(size) + "}");
    CHECK_TRUE_TEXT(!object || !object->bytes, size);
  }
}

TEST_GROUP(S3Xml){};

TEST(S3Xml, reads_elements_with_namespaces_entities_and_blanks) {
  const auto elements = drs::read_xml(
      "\xEF\xBB\xBF<?xml version=\"1.0\"?>\n<!-- a --> <a:R xmlns:a='x>y' "
      "b=\"/>\"><U>1&amp;2&#x41;&#10004;</U><E/><![CDATA[<z>]]></a:R>\n");
  CHECK_TRUE(elements.has_value());
  LONGS_EQUAL(3, elements->size());
  STRCMP_EQUAL("R", elements->at(0).name.c_str());
  STRCMP_EQUAL("<z>", elements->at(0).text.c_str());
  STRCMP_EQUAL("1&2A\xE2\x9C\x94", drs::text_of(*elements, "U").c_str());
  LONGS_EQUAL(1, elements->at(2).depth);
}

TEST(S3Xml, refuses_what_is_not_well_formed_and_every_document_type) {
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "<a>";
  for (int i = 0; i < 100; ++i) deep += "</a>";
  for (const std::string& text :
       {std::string(), std::string("text"), std::string("<a>"), std::string("<a></b>"), std::string("<a>&x;</a>"),
        std::string("<a>&#0;</a>"), std::string("<a>&#xD800;</a>"), std::string("<a/><b/>"), std::string("<a"),
        std::string("<>"), std::string("</>"), std::string("<a b='>"), deep,
        std::string("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>"), std::string("<html><br></html>")}) {
    CHECK_FALSE_TEXT(drs::read_xml(text).has_value(), text.c_str());
  }
}

TEST(S3Xml, finds_the_code_of_an_error_and_none_elsewhere) {
  STRCMP_EQUAL("SlowDown", drs::error_code("  \n<Error><Code>SlowDown</Code></Error>").c_str());
  STRCMP_EQUAL("Unknown", drs::error_code("<Error/>").c_str());
  STRCMP_EQUAL("", drs::error_code("<Result><Code>x</Code></Result>").c_str());
  STRCMP_EQUAL("", drs::error_code("").c_str());
}

TEST(S3Xml, takes_the_root_in_both_spellings_that_stores_use) {
  CHECK_TRUE(drs::read_part_list("<ListPartsResult/>").has_value());
  CHECK_TRUE(drs::read_part_list("<x:ListPartsResponse xmlns:x='y'/>").has_value());
  CHECK_FALSE(drs::read_part_list("<ListParts/>").has_value());
  CHECK_FALSE(drs::read_part_list("<CompleteMultipartUploadResult/>").has_value());
}

TEST(S3Xml, lists_parts_and_the_uploads_of_exactly_one_key) {
  const auto list = drs::read_part_list(
      "<ListPartsResult><Part><PartNumber>2</PartNumber><ETag>\"ab\"</ETag><Size>9</Size></Part>"
      "<Part><PartNumber>x</PartNumber><Size>-1</Size></Part><IsTruncated>true</IsTruncated>"
      "<NextPartNumberMarker>3</NextPartNumberMarker></ListPartsResult>");
  LONGS_EQUAL(2, list->parts.size());
  LONGS_EQUAL(2, list->parts[0].number);
  STRCMP_EQUAL("ab", list->parts[0].etag.c_str());
  LONGS_EQUAL(0, list->parts[1].number);
  CHECK_TRUE(list->truncated);
  const auto ids = drs::read_upload_ids(
      "<ListMultipartUploadsResult><Upload><Key>a</Key><UploadId>1</UploadId></Upload>"
      "<Upload><Key>ab</Key><UploadId>2</UploadId></Upload></ListMultipartUploadsResult>",
      "a");
  LONGS_EQUAL(1, ids->size());
  STRCMP_EQUAL("1", ids->at(0).c_str());
}
