// tests/plugins/illumina/sheet_test.cpp: sample sheets as they come from laboratories.
#include "plugins/instruments/illumina/sheet.hpp"

#include <algorithm>
#include <string>

#include "plugins/instruments/illumina/manifest.hpp"
#include "plugins/instruments/illumina/text.hpp"
#include "plugins/instruments/illumina/xml.hpp"
#include "tests/fakes/run_folder.hpp"

#include <CppUTest/TestHarness.h>

using tributary::fakes::RunSample;
using tributary::fakes::sheet_v1;
using tributary::fakes::sheet_v2;
using tributary::illumina::parse_manifest;
using tributary::illumina::parse_sheet;
using tributary::illumina::Sheet;
using tributary::illumina::SheetDamaged;

namespace {

const std::vector<RunSample> two = {{"SAMPLE-01", "PROJECT-A", "Name_One", "Müller trio", ""},
                                    {"0002", "PROJECT-B", "", "", ""}};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

bool has_word(const std::vector<tributary::illumina::Word>& words, const std::string& kind, const std::string& value) {
  return std::any_of(words.begin(), words.end(), [&](const auto& w) { return w.kind == kind && w.value == value; });
}

void check_two(const Sheet& sheet) {
  CHECK_EQUAL(2, sheet.samples.size());
  STRCMP_EQUAL("SAMPLE-01", sheet.samples[0].id.c_str());
  STRCMP_EQUAL("PROJECT-A", sheet.samples[0].project.c_str());
  STRCMP_EQUAL("0002", sheet.samples[1].id.c_str());
  CHECK_EQUAL(2, sheet.samples[1].number);
}

std::string utf16(const std::string& ascii, bool big_endian, bool mark) {
  std::string out;
  if (mark) out = big_endian ? "\xfe\xff" : "\xff\xfe";
  for (const char c : ascii) {
    if (big_endian) out += '\0';
    out += c;
    if (!big_endian) out += '\0';
  }
  return out;
}

std::string damage_of(const std::string& text) {
  try {
    parse_sheet(text);
  } catch (const SheetDamaged& damage) {
    return damage.what();
  }
  return {};
}

}  // namespace

TEST_GROUP(Sheet){};

TEST(Sheet, tells_wells_with_their_plate) {
  const auto sheet = parse_sheet(
      "[Data]\nSample_ID,Sample_Plate,Sample_Well,Sample_Project\nS-1,PLATE-0815,A01,P\n"
      "S-2,,B02,P\nS-3,PLATE-0815,rack-of-quxholm,P\n");
  CHECK(has_word(sheet.samples[0].words, "plate", "PLATE-0815_A01"));
  CHECK(!has_word(sheet.samples[0].words, "well", "A01"));  // one of 96
  CHECK(sheet.samples[1].words.empty());
  CHECK(has_word(sheet.samples[2].words, "well", "rack-of-quxholm"));
}

TEST(Sheet, reads_version_1) {
  const auto sheet = parse_sheet(sheet_v1(two));
  check_two(sheet);
  STRCMP_EQUAL("Name_One", sheet.samples[0].names[1].c_str());
  CHECK(has_word(sheet.words, "investigator", "Investigator-One"));
  CHECK(has_word(sheet.words, "experiment", "EXPERIMENT-77"));
  CHECK(has_word(sheet.words, "description", "a plain run"));
  CHECK(has_word(sheet.samples[0].words, "plate", "PLATE-0815"));
  CHECK(has_word(sheet.samples[0].words, "description", "Müller trio"));
}

TEST(Sheet, reads_version_2) {
  const auto sheet = parse_sheet(sheet_v2(two));
  check_two(sheet);
  CHECK(has_word(sheet.words, "experiment", "EXPERIMENT-77"));
}

TEST(Sheet, reads_any_line_end) {
  for (const char* end : {"\r\n", "\r", "\n"}) check_two(parse_sheet(replaced(sheet_v1(two), "\n", end)));
}

TEST(Sheet, reads_a_byte_order_mark) { check_two(parse_sheet("\xef\xbb\xbf" + sheet_v1(two))); }

TEST(Sheet, is_not_impressed_by_a_million_byte_order_marks) {
  std::string marks;
  for (int i = 0; i < 1'000'000; ++i) marks += "\xef\xbb\xbf";
  check_two(parse_sheet(marks + sheet_v1(two)));
}

TEST(Sheet, reads_utf16_with_and_without_its_mark) {
  const auto plain = sheet_v2(two);
  for (const bool big : {false, true}) {
    for (const bool mark : {false, true}) check_two(parse_sheet(utf16(plain, big, mark)));
  }
}

TEST(Sheet, reads_latin_1_umlauts) {
  const auto sheet = parse_sheet(replaced(sheet_v1(two), "Müller", "M\xfcller"));
  CHECK(has_word(sheet.samples[0].words, "description", "Müller trio"));
}

TEST(Sheet, reads_semicolons_and_tabs) {
  check_two(parse_sheet(replaced(sheet_v1(two), ",", ";")));
  check_two(parse_sheet(replaced(sheet_v1(two), ",", "\t")));
}

TEST(Sheet, reads_quoted_cells_with_separators_and_line_ends) {
  const auto sheet = parse_sheet("[Data]\nSample_ID,Description\n\"S-1\",\"Doe, \"\"J\"\"\r\nborn\"\nS-2,plain\n");
  CHECK_EQUAL(2, sheet.samples.size());
  CHECK(has_word(sheet.samples[0].words, "description", "Doe, \"J\"  born"));
}

TEST(Sheet, takes_headings_in_any_spelling_and_sections_in_any_order) {
  const auto sheet =
      parse_sheet("[bclconvert_DATA],,\nsample id,SAMPLEPROJECT,lane\nS-1,P,1\n[Header]\nOperator,Op-One\n");
  STRCMP_EQUAL("S-1", sheet.samples[0].id.c_str());
  STRCMP_EQUAL("P", sheet.samples[0].project.c_str());
  CHECK(has_word(sheet.words, "operator", "Op-One"));
}

TEST(Sheet, reads_a_table_without_sections) {
  const auto sheet = parse_sheet(
      "FCID,Lane,SampleID,SampleRef,Index,Description,Control,Recipe,Operator,SampleProject\n"
      "C1234ACXX,1,S-1,hg,ACGT,some words,N,R1,Op-One,P\n");
  STRCMP_EQUAL("S-1", sheet.samples[0].id.c_str());
  CHECK(has_word(sheet.samples[0].words, "operator", "Op-One"));
}

TEST(Sheet, does_not_require_lines_of_equal_width) {
  const auto sheet = parse_sheet("[Data],,,,,,,\nSample_ID,Sample_Name,Sample_Project,,,\nS-1\nS-2,N,P,,,,,,,,\n,,\n");
  CHECK_EQUAL(2, sheet.samples.size());
}

TEST(Sheet, drops_characters_that_nobody_sees) {
  const auto sheet = parse_sheet(
      "[Data]\n\xe2\x80\x8bSample_ID,Sample_Project\nS-\x13"
      "1\xc2\xa0,P\b\n");
  STRCMP_EQUAL("S-1", sheet.samples[0].id.c_str());
  STRCMP_EQUAL("P", sheet.samples[0].project.c_str());
}

TEST(Sheet, takes_one_sample_in_several_lanes_for_one) {
  const auto sheet = parse_sheet("[BCLConvert_Data]\nLane,Sample_ID,Index\n1,S-1,AC\n1,S-2,GT\n2,S-1,AC\n");
  CHECK_EQUAL(2, sheet.samples.size());
  CHECK_EQUAL(2, sheet.samples[0].lanes.size());
  CHECK_EQUAL(2, sheet.samples[1].number);
}

TEST(Sheet, says_nothing_of_lanes_when_one_row_names_none) {
  const auto sheet = parse_sheet("[Data]\nLane,Sample_ID\n1,S-1\n,S-1\n2,S-2\n");
  CHECK(sheet.samples[0].lanes.empty());
  CHECK_EQUAL(1, sheet.samples[1].lanes.size());
}

TEST(Sheet, sees_two_projects_of_one_sample) {
  const auto sheet = parse_sheet("[Data]\nLane,Sample_ID,Sample_Project\n1,S-1,P\n2,S-1,Q\n1,S-2,P\n");
  CHECK(sheet.samples[0].two_projects);
  CHECK_FALSE(sheet.samples[1].two_projects);
}

TEST(Sheet, takes_further_columns_for_words_to_search) {
  const auto sheet =
      parse_sheet("[Data]\nSample_ID,index,user,pi,Case ID,Patient\nS-1,ACGTAC,user-one,Pi-One,CASE-9,ANNA\n");
  const auto& words = sheet.samples[0].words;
  CHECK(has_word(words, "sheet column", "user-one"));
  CHECK(has_word(words, "sheet column", "Pi-One"));
  CHECK(has_word(words, "case", "CASE-9"));
  CHECK(has_word(words, "sheet column", "ANNA"));
  CHECK_FALSE(has_word(words, "sheet column", "ACGTAC"));
}

TEST(Sheet, takes_cloud_and_application_sections_for_more_words) {
  const auto sheet = parse_sheet(
      "[Cloud_Data]\nSample_ID,ProjectName,LibraryName\nS-1,CLOUD-P,S-1_LIB\nS-9,P9,L9\n"
      "[BCLConvert_Data]\nSample_ID,Index\nS-1,AC\n");
  CHECK_EQUAL(1, sheet.samples.size());
  STRCMP_EQUAL("CLOUD-P", sheet.samples[0].project.c_str());
  CHECK(has_word(sheet.samples[0].words, "library", "S-1_LIB"));
  CHECK(has_word(sheet.words, "sample id", "S-9"));
}

TEST(Sheet, takes_off_the_number_that_local_run_manager_appends) {
  const auto sheet = parse_sheet(
      "[Header]\nLocal Run Manager Analysis Id,4004\n[Data]\nSample_ID,Sample_Name\n"
      "S-1-4004,S-1\nS-2-4004,S-2\n");
  STRCMP_EQUAL("S-1", sheet.samples[0].id.c_str());
  const auto& names = sheet.samples[0].names;
  CHECK(std::find(names.begin(), names.end(), "S-1-4004") != names.end());
}

TEST(Sheet, refuses_what_it_can_not_understand) {
  STRCMP_EQUAL("it names no sample", damage_of("").c_str());
  STRCMP_EQUAL("it names no sample", damage_of("[Header]\nDate,1\n[Data]\nSample_ID,index\n").c_str());
  STRCMP_EQUAL("line 3 has no Sample_ID", damage_of("[Data]\nSample_ID,index\n,ACGT\n").c_str());
  STRCMP_EQUAL("line 3 opens a quote that is never closed",
               damage_of("[Data]\nSample_ID,index\n\"S-1,ACGT\nS-2\n").c_str());
}

TEST_GROUP(Manifest){};

TEST(Manifest, reads_paths_and_checksums) {
  const auto lines = parse_manifest("Data/a b.txt\t0c5565fc\r\n./Data\\c.gz\t00000000\n\n");
  CHECK_EQUAL(2, lines.size());
  STRCMP_EQUAL("Data/a b.txt", lines[0].path.c_str());
  CHECK_EQUAL(0x0c5565fcU, lines[0].crc32);
  STRCMP_EQUAL("Data/c.gz", lines[1].path.c_str());
}

TEST(Manifest, refuses_lines_that_are_none) {
  for (const char* bad : {"Data/a\n", "Data/a\t123\n", "Data/a\t0c5565fg\n", "../a\t00000000\n", "/a\t00000000\n"}) {
    CHECK_THROWS(tributary::illumina::ManifestDamaged, parse_manifest(bad));
  }
}

TEST_GROUP(RunInfo){};

TEST(RunInfo, reads_8_bit_bytes_that_claim_to_be_utf16) {
  auto text = tributary::fakes::run_info("RUN-1", "M00146", "FC", 4);
  text.replace(text.find("utf-8"), 5, "utf-16");
  const auto info = tributary::illumina::parse_run_info(text);
  STRCMP_EQUAL("RUN-1", info.run_id.c_str());
  CHECK_EQUAL(4, info.reads);
}

TEST(RunInfo, reads_real_utf16) {
  const auto text = utf16(tributary::fakes::run_info("RUN-1", "M00146", "FC", 2), false, true);
  STRCMP_EQUAL("RUN-1", tributary::illumina::parse_run_info(text).run_id.c_str());
}

TEST(RunInfo, refuses_document_types_depth_and_torn_files) {
  using tributary::illumina::XmlDamaged;
  const std::string bomb = "<!DOCTYPE a [<!ENTITY x \"y\">]><RunInfo><Run Id=\"&x;\"/></RunInfo>";
  CHECK_THROWS(XmlDamaged, tributary::illumina::parse_run_info(bomb));
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "<a>";
  CHECK_THROWS(XmlDamaged, tributary::illumina::parse_run_info(deep));
  const auto whole = tributary::fakes::run_info("RUN-1", "M00146", "FC", 2);
  for (std::size_t size = 0; size + 2 < whole.size(); size += 7) {
    CHECK_THROWS(XmlDamaged, tributary::illumina::parse_run_info(whole.substr(0, size)));
  }
}

TEST(RunInfo, tells_the_words_of_run_parameters) {
  const auto found = tributary::illumina::parse_run_parameters(
      "<RunParameters><ApplicationName>MiSeq Control Software</ApplicationName><MCSVersion>4.1.0</MCSVersion>"
      "<Username>user-one</Username><OutputFolder>\\\\host-one\\ward-seven\\runs\\2025</OutputFolder>"
      "<RunStartDate>11/20/2025</RunStartDate></RunParameters>");
  STRCMP_EQUAL("4.1.0", found.version.c_str());
  CHECK(has_word(found.words, "operator", "user-one"));
  CHECK(has_word(found.words, "path", "host-one"));
  CHECK(has_word(found.words, "path", "ward-seven"));
  CHECK_FALSE(has_word(found.words, "path", "runs"));
  CHECK_EQUAL(3, found.words.size());
}
