// tests/agent/genomics/bam_header_test.cpp: which words of a SAM header may leave.
#include <algorithm>

#include "agent/base/text.hpp"
#include "agent/port/genomics/htslib/sam_header.hpp"
// Behind everything that uses `new`.
#include <CppUTest/TestHarness.h>

namespace tributary::genomics {

namespace {

Result<CleanSamHeader> header_of(const std::string& text, std::string_view sample, Counts& counts) {
  SamHeaderCleaner cleaner(sample, counts);
  for (const std::string& line : split(text, '\n')) {
    if (Status done = cleaner.line(line); !done) return done.error();
  }
  return cleaner.finish();
}

std::string cleaned(const std::string& text) {
  Counts counts;
  auto header = header_of(text, "TL-7", counts);
  return header ? header->text : "refused: " + header.error().what;
}

}  // namespace

TEST_GROUP(SamHeader){};

TEST(SamHeader, keeps_of_each_line_what_is_on_the_list) {
  STRCMP_EQUAL(
      "@HD\tVN:1.6\tSO:coordinate\tGO:none\tSS:coordinate:queryname\n"
      "@SQ\tSN:chr1\tLN:10\tTP:linear\n@SQ\tSN:alt*01:02\tLN:9\tAH:chr1:1-5\n@RG\tID:TL-7.1\tSM:TL-7\tPL:ONT\n",
      cleaned("@HD\tVN:1.6\tSO:coordinate\tGO:none\tSS:coordinate:queryname\tzz:HANS\n"
              "@SQ\tSN:chr1\tLN:10\tTP:linear\tAS:HANS\tSP:HANS\tDS:HANS\tUR:/HANS\tAN:HANS\tM5:HANS\n"
              "@SQ\tSN:alt*01:02\tLN:9\tAH:chr1:1-5\n@CO\tHANS\nHANS\n@XX\tID:HANS\n@PG\tID:HANS\n"
              "@RG\tID:HANS\tSM:HANS\tPL:ont\tDT:2020-01-01\tal:HANS\tPG:HANS\n")
          .c_str());
}

TEST(SamHeader, drops_values_that_are_not_what_their_field_is_for) {
  STRCMP_EQUAL("@HD\n@SQ\tSN:chr1\tLN:10\n@RG\tID:TL-7.1\tSM:TL-7\n",
               cleaned("@HD\tVN:HANS\tSO:HANS\tGO:HANS\tSS:coordinate:HANS\n@SQ\tSN:chr1\tLN:10\tAH:HANS\tTP:HANS\n"
                       "@RG\tID:x\tPL:HANS\n")
                   .c_str());
}

TEST(SamHeader, numbers_read_groups_in_order_of_appearance) {
  Counts counts;
  auto header = header_of("@RG\tID:z\tSM:a\n@RG\tID:b\tSM:a\n@RG\tID:c\n", "S", counts);
  CHECK(header.ok());
  STRCMP_EQUAL("S.1", header->read_groups.find("z")->second.c_str());
  STRCMP_EQUAL("S.3", header->read_groups.find("c")->second.c_str());
  CHECK_EQUAL(3U, counts["read groups renamed"]);
}

TEST(SamHeader, keeps_an_id_that_is_its_own_number) {
  Counts counts;
  auto header = header_of("@RG\tID:1\tSM:a\n@RG\tID:3\tSM:a\n@RG\tID:03\n", "S", counts);
  CHECK(header.ok());
  STRCMP_EQUAL("1", header->read_groups.find("1")->second.c_str());
  STRCMP_EQUAL("S.2", header->read_groups.find("3")->second.c_str());
  STRCMP_EQUAL("S.3", header->read_groups.find("03")->second.c_str());
  CHECK_EQUAL(2U, counts["read groups renamed"]);
}

TEST(SamHeader, refuses_what_can_not_be_told_apart) {
  CHECK(cleaned("@RG\tID:a\tSM:x\n@RG\tID:b\tSM:y\n").find("several samples") != std::string::npos);
  CHECK(cleaned("@RG\tID:a\tSM:x\n@RG\tID:a\tSM:x\n").find("same ID") != std::string::npos);
  CHECK(cleaned("@RG\tSM:x\n").find("no ID") != std::string::npos);
  CHECK(cleaned("@SQ\tSN:(HANS)\tLN:5\n").find("@SQ") != std::string::npos);
  CHECK(cleaned("@SQ\tSN:(HANS)\tLN:5\n").find("HANS") == std::string::npos);
  Counts counts;
  CHECK_FALSE(header_of("", "a b", counts).ok());
  CHECK_FALSE(header_of("", "", counts).ok());
}

}  // namespace tributary::genomics
