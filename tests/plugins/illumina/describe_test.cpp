// tests/plugins/illumina/describe_test.cpp: whose files are whose.
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "plugins/instruments/illumina/names.hpp"
#include "tests/fakes/run_folder.hpp"
#include "tests/suites_instrument/instrument_suite.hpp"

#include <CppUTest/TestHarness.h>

extern "C" const tributary_descriptor* tributary_plugin_illumina();

using namespace tributary::fakes;  // NOLINT: the builders read like sentences
using tributary::illumina::parse_fastq_name;
using tributary::suites::InstrumentUnderTest;
using tributary::suites::Told;

namespace {

const std::vector<RunSample> samples = {{"SAMPLE_01", "PROJECT-A", "", "", ""}, {"SAMPLE_02", "PROJECT-B", "", "", ""}};
constexpr const char* fastq = "Analysis/1/Data/fastq/";
const std::string germline = "Analysis/1/Data/DragenGermline/SAMPLE_01/germline_seq/";

struct Described {
  tributary_outcome outcome = TRIBUTARY_DONE;
  std::string note;
  Told told;
};

Described describe(const RunFolder& run) {
  InstrumentUnderTest plugin(tributary_plugin_illumina());
  Described described;
  described.outcome = plugin.settled(run.path());
  if (described.outcome == TRIBUTARY_DONE) described.outcome = plugin.describe(run.path(), described.told);
  described.note = plugin.note.what;
  return described;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string owner(const Told& told, const std::string& path) {
  const auto* file = told.file(path);
  return file == nullptr ? "" : file->sample;
}

}  // namespace

TEST_GROUP(FastqName){};

TEST(FastqName, is_taken_apart_from_its_end) {
  const auto name = parse_fastq_name("A_S1_B_S22_L003_R2_001.fastq.gz");
  CHECK(name.has_value());
  STRCMP_EQUAL("A_S1_B", name->sample.c_str());
  CHECK_EQUAL(22, name->number);
  STRCMP_EQUAL("L003", name->part.c_str());
  STRCMP_EQUAL("R2", name->read.c_str());
}

TEST(FastqName, may_have_merged_lanes_and_further_chunks) {
  STRCMP_EQUAL("", parse_fastq_name("A_S1_R1_001.fastq.gz")->part.c_str());
  STRCMP_EQUAL("L001-002", parse_fastq_name("A_S1_L001_I1_002.fastq.gz")->part.c_str());
  CHECK(parse_fastq_name("A_S1_R1_001.fastq").has_value());
}

TEST(FastqName, is_not_guessed) {
  for (const char* bad :
       {"A_R1_001.fastq.gz", "A_S1_R4_001.fastq.gz", "A_S1_L001_R1.fastq.gz", "_S1_L001_R1_001.fastq.gz",
        "A_Sx_R1_001.fastq.gz", "A_S1_L001_R1_001.fastq.ora", "A_S1_L001_R1_001.gz", ".fastq.gz", ""}) {
    CHECK_FALSE(parse_fastq_name(bad).has_value());
  }
}

TEST_GROUP(Describe){};

TEST(Describe, gives_each_file_of_an_on_board_analysis_to_its_sample) {
  RunFolder run(novaseq_x_run);
  make_novaseq_x(run, samples);
  const auto [outcome, note, told] = describe(run);
  CHECK_EQUAL(TRIBUTARY_DONE, outcome);
  CHECK_EQUAL(2, told.samples.size());
  CHECK_EQUAL(12, told.files.size());
  STRCMP_EQUAL("cram", told.file(germline + "SAMPLE_01.cram")->kind.c_str());
  STRCMP_EQUAL("crai", told.file(germline + "SAMPLE_01.cram.crai")->kind.c_str());
  STRCMP_EQUAL("vcf", told.file(germline + "SAMPLE_01.hard-filtered.vcf.gz")->kind.c_str());
  STRCMP_EQUAL("tbi", told.file(germline + "SAMPLE_01.hard-filtered.vcf.gz.tbi")->kind.c_str());
  STRCMP_EQUAL("SAMPLE_02", owner(told, "Analysis/1/Data/BCLConvert/fastq/SAMPLE_02_S2_L001_R2_001.fastq.gz").c_str());
}

TEST(Describe, gives_joint_calls_that_are_named_after_nobody_to_be_told_apart_by_their_columns) {
  RunFolder run(novaseq_x_run);
  make_novaseq_x(run, samples);
  run.file(germline + "cohort.hard-filtered.vcf.gz", "joint")
      .file(germline + "cohort.hard-filtered.vcf.gz.tbi", "index");
  run.file(germline + "cohort.bam", "reads");
  const auto told = describe(run).told;
  STRCMP_EQUAL("vcf", told.file(germline + "cohort.hard-filtered.vcf.gz")->kind.c_str());
  STRCMP_EQUAL("", told.file(germline + "cohort.hard-filtered.vcf.gz")->sample.c_str());
  STRCMP_EQUAL("", told.file(germline + "cohort.hard-filtered.vcf.gz.tbi")->sample.c_str());
  POINTERS_EQUAL(nullptr, told.file(germline + "cohort.bam"));
}

TEST(Describe, withholds_undetermined_reads_logs_sheets_and_replay_files) {
  RunFolder run(novaseq_x_run);
  make_novaseq_x(run, samples);
  run.file(germline + "SAMPLE_01.unheard-of.gz").file(germline + "SAMPLE_01_S1_L001_R1_001.fastq.ora");
  const auto [outcome, note, told] = describe(run);
  STRCMP_EQUAL("undetermined reads",
               told.reason("Analysis/1/Data/BCLConvert/fastq/Undetermined_S0_L001_R1_001.fastq.gz").c_str());
  STRCMP_EQUAL("log", told.reason("Analysis/1/Data/logs").c_str());
  CHECK(contains(told.reason(germline + "SAMPLE_01-replay.json"), "replay"));
  CHECK(contains(told.reason(germline + "SAMPLE_01.cram.md5sum"), "digest"));
  CHECK(contains(told.reason("Analysis/1/Data/BCLConvert/SampleSheet.csv"), "sheet"));
  CHECK(contains(told.reason(germline + "SAMPLE_01.unheard-of.gz"), "unknown kind"));
  CHECK(contains(told.reason(germline + "SAMPLE_01_S1_L001_R1_001.fastq.ora"), "ORA"));
}

TEST(Describe, passes_the_promises_of_the_manifest_on) {
  RunFolder run(novaseq_x_run);
  make_novaseq_x(run, samples);
  const auto told = describe(run).told;
  CHECK_EQUAL(12, told.promises.size());
  for (const auto& promise : told.promises) CHECK_EQUAL(crc32_of(run.read(promise.path)), promise.crc32);
}

TEST(Describe, sends_one_result_of_a_run_and_names_the_others) {
  RunFolder run(novaseq_x_run);
  make_novaseq_x(run, samples, 1);
  make_novaseq_x(run, samples, 2);
  const auto told = describe(run).told;
  for (const auto& file : told.files) CHECK(file.path.rfind("Analysis/2/", 0) == 0);
  CHECK(contains(told.reason("Analysis/1"), "another result"));
}

TEST(Describe, compares_names_as_the_vendor_munges_them) {
  RunFolder run(miseq_run);
  make_miseq(run, {{"id-1", "P", "Jane_A", "", ""}, {"id-2", "P", "b.c+d", "", ""}});
  run.remove("Data/Intensities/BaseCalls/b.c+d_S2_L001_R1_001.fastq.gz");
  run.remove("Data/Intensities/BaseCalls/b.c+d_S2_L001_R2_001.fastq.gz");
  run.file("Data/Intensities/BaseCalls/b-cd_S2_L001_R1_001.fastq.gz", fastq_gz("FC", 1, 1));
  const auto told = describe(run).told;
  STRCMP_EQUAL("id-1", owner(told, "Data/Intensities/BaseCalls/Jane-A_S1_L001_R1_001.fastq.gz").c_str());
  STRCMP_EQUAL("id-2", owner(told, "Data/Intensities/BaseCalls/b-cd_S2_L001_R1_001.fastq.gz").c_str());
}

TEST(Describe, decides_between_names_that_look_alike_by_their_number) {
  RunFolder run(nextseq_2000_run);
  make_nextseq_2000(run, {{"A-1", "P", "", "", ""}, {"B", "P", "", "", ""}, {"A_1", "P", "", "", ""}});
  run.remove(std::string(fastq) + "A_1_S3_L001_R1_001.fastq.gz")
      .remove(std::string(fastq) + "A_1_S3_L001_R2_001.fastq.gz");
  run.file(std::string(fastq) + "A-1_S3_L001_R1_001.fastq.gz", fastq_gz("FC", 1, 1));
  const auto told = describe(run).told;
  STRCMP_EQUAL("A-1", owner(told, std::string(fastq) + "A-1_S1_L001_R1_001.fastq.gz").c_str());
  STRCMP_EQUAL("A_1", owner(told, std::string(fastq) + "A-1_S3_L001_R1_001.fastq.gz").c_str());
}

TEST(Describe, withholds_what_could_belong_to_two) {
  RunFolder run(nextseq_2000_run);
  make_nextseq_2000(run, {{"A-1", "P", "", "", ""}, {"a_1", "P", "", "", ""}, {"B", "P", "", "", ""}});
  run.file(std::string(fastq) + "A.1_S7_L001_R1_001.fastq.gz", fastq_gz("FC", 1, 1));
  const auto told = describe(run).told;
  CHECK(contains(told.reason(std::string(fastq) + "A.1_S7_L001_R1_001.fastq.gz"), "ambiguous"));
}

TEST(Describe, notices_that_rows_of_the_sheet_were_exchanged_after_the_run) {
  RunFolder run(nextseq_2000_run);
  make_nextseq_2000(run, {{"A", "P", "", "", ""}, {"B", "P", "", "", ""}, {"C", "P", "", "", ""}});
  run.file("SampleSheet.csv", sheet_v2({{"B", "P", "", "", ""}, {"A", "P", "", "", ""}, {"C", "P", "", "", ""}}));
  const auto told = describe(run).told;
  CHECK(contains(told.reason(std::string(fastq) + "A_S1_L001_R1_001.fastq.gz"), "contradicts the order"));
  CHECK(contains(told.reason(std::string(fastq) + "B_S2_L001_R1_001.fastq.gz"), "contradicts the order"));
  STRCMP_EQUAL("C", owner(told, std::string(fastq) + "C_S3_L001_R1_001.fastq.gz").c_str());
}

TEST(Describe, accepts_a_sheet_from_which_rows_were_taken) {
  RunFolder run(nextseq_2000_run);
  make_nextseq_2000(run, {{"A", "P", "", "", ""}, {"B", "P", "", "", ""}, {"C", "P", "", "", ""}});
  run.file("SampleSheet.csv", sheet_v2({{"A", "P", "", "", ""}, {"C", "P", "", "", ""}}));
  const auto told = describe(run).told;
  STRCMP_EQUAL("C", owner(told, std::string(fastq) + "C_S3_L001_R1_001.fastq.gz").c_str());
  CHECK(contains(told.reason(std::string(fastq) + "B_S2_L001_R1_001.fastq.gz"), "no sample"));
}

TEST(Describe, notices_a_lane_that_the_sheet_does_not_give_to_the_sample) {
  RunFolder run(nextseq_2000_run);
  make_nextseq_2000(run, {{"A", "P", "", "", "1"}, {"B", "P", "", "", "2"}});
  const auto told = describe(run).told;
  STRCMP_EQUAL("A", owner(told, std::string(fastq) + "A_S1_L001_R1_001.fastq.gz").c_str());
  CHECK(contains(told.reason(std::string(fastq) + "B_S2_L001_R1_001.fastq.gz"), "lane"));
}

TEST(Describe, withholds_samples_of_two_projects) {
  RunFolder run(nextseq_2000_run);
  make_nextseq_2000(run, {{"A", "P", "", "", "1"}, {"A", "Q", "", "", "2"}, {"B", "Q", "", "", "1"}});
  const auto told = describe(run).told;
  CHECK(contains(told.reason(std::string(fastq) + "A_S1_L001_R1_001.fastq.gz"), "two projects"));
}

TEST(Describe, withholds_files_in_a_folder_of_another_sample) {
  RunFolder run(novaseq_x_run);
  make_novaseq_x(run, samples);
  run.file(germline + "SAMPLE_02.bam", "BAM");
  CHECK(contains(describe(run).told.reason(germline + "SAMPLE_02.bam"), "another sample"));
}

TEST(Describe, withholds_both_of_two_files_for_the_same_lane_and_read) {
  RunFolder run(nextseq_2000_run);
  make_nextseq_2000(run, samples);
  const auto again = std::string(fastq) + "copy/SAMPLE_01_S1_L001_R1_001.fastq.gz";
  run.file(again, fastq_gz("FC", 1, 1));
  const auto told = describe(run).told;
  CHECK(contains(told.reason(again), "two files"));
  CHECK(contains(told.reason(std::string(fastq) + "SAMPLE_01_S1_L001_R1_001.fastq.gz"), "two files"));
}

TEST(Describe, withholds_links_and_names_with_control_characters) {
  RunFolder run(nextseq_2000_run);
  make_nextseq_2000(run, samples);
  run.link(std::string(fastq) + "SAMPLE_01_S1_L002_R1_001.fastq.gz", "/etc/passwd");
  run.file(std::string(fastq) + "SAMPLE_01\n_S1_L003_R1_001.fastq.gz");
  const auto told = describe(run).told;
  CHECK(contains(told.reason(std::string(fastq) + "SAMPLE_01_S1_L002_R1_001.fastq.gz"), "link"));
  CHECK(contains(told.reason(std::string(fastq) + "SAMPLE_01\\x0a_S1_L003_R1_001.fastq.gz"), "characters"));
}

TEST(Describe, tells_the_words_that_must_not_leave) {
  RunFolder run(miseq_run);
  make_miseq(run, {{"id-1", "PROJECT-A", "Name-One", "Doe trio", ""}});
  const auto told = describe(run).told;
  CHECK(told.has_identifier("project", "PROJECT-A"));
  CHECK(told.has_identifier("plate", "PLATE-0815"));
  CHECK(told.has_identifier("description", "Doe trio"));
  CHECK(told.has_identifier("investigator", "Investigator-One"));
  CHECK(told.has_identifier("experiment", "EXPERIMENT-77"));
  CHECK(told.has_identifier("operator", "operator-one"));
  CHECK(told.has_identifier("path", "ward-seven"));
  CHECK(told.has_identifier("run", miseq_run));
  CHECK(told.has_identifier("flow cell", "000000000-A2WDF"));
}

TEST(Describe, uses_the_sheet_of_the_analysis_and_searches_for_the_words_of_the_other) {
  RunFolder run(novaseq_x_run);
  make_novaseq_x(run, samples);
  run.file("SampleSheet.csv", sheet_v2({{"EDITED-99", "PROJECT-Z", "", "", ""}}));
  const auto [outcome, note, told] = describe(run);
  CHECK_EQUAL(TRIBUTARY_DONE, outcome);
  CHECK(told.sample("SAMPLE_01") != nullptr);
  CHECK(told.sample("EDITED-99") == nullptr);
  CHECK(told.has_identifier("sample id", "EDITED-99"));
  CHECK(told.has_identifier("project", "PROJECT-Z"));
}

TEST(Describe, takes_a_sheet_of_any_name_when_there_is_one_only) {
  RunFolder run(nextseq_2000_run);
  make_nextseq_2000(run, samples);
  run.remove("SampleSheet.csv").file("run12_v2.csv", sheet_v2(samples)).file("other.csv", "a,b\n1,2\n");
  CHECK_EQUAL(TRIBUTARY_DONE, describe(run).outcome);
  run.file("run12_v3.csv", sheet_v2({{"X", "P", "", "", ""}}));
  CHECK_EQUAL(TRIBUTARY_BROKEN, describe(run).outcome);
  run.remove("run12_v2.csv").remove("run12_v3.csv");
  const auto none = describe(run);
  CHECK_EQUAL(TRIBUTARY_BROKEN, none.outcome);
  CHECK(contains(none.note, "no sample sheet"));
}

TEST(Describe, never_names_a_sample_in_a_note) {
  RunFolder run(nextseq_2000_run);
  make_nextseq_2000(run, samples);
  run.file("SampleSheet.csv", "[Data]\nSample_ID,Sample_Project\n\"SAMPLE_01,P\n");
  const auto described = describe(run);
  CHECK_EQUAL(TRIBUTARY_BROKEN, described.outcome);
  CHECK_FALSE(contains(described.note, "SAMPLE_01"));
}

TEST(Describe, reads_the_public_runs_when_they_are_there) {
  const char* shared = std::getenv("TRIBUTARY_SHARED_DATA");
  if (shared == nullptr) {
    std::cout << "skipped: shared data is not here\n";
    return;
  }
  const std::string top = std::string(shared) + "/runs/illumina/";
  InstrumentUnderTest plugin(tributary_plugin_illumina());
  for (const char* name : {"miseq_run", "miniseq_run", "nextseq2k_run"}) {
    CHECK_TEXT(plugin.recognise(top + name) > 0, name);
    CHECK_EQUAL_TEXT(TRIBUTARY_DONE, plugin.settled(top + name), plugin.note.what);
    Told told;
    CHECK_EQUAL_TEXT(TRIBUTARY_DONE, plugin.describe(top + name, told), plugin.note.what);
    CHECK_EQUAL_TEXT(3, told.samples.size(), name);
    CHECK_EQUAL_TEXT(6, told.files.size(), name);
  }
}
