// tests/plugins/illumina/settled_test.cpp: when a run is complete, platform by platform and fault by fault.
#include <functional>
#include <string>
#include <vector>

#include "tests/fakes/run_folder.hpp"
#include "tests/suites_instrument/instrument_suite.hpp"

#include <CppUTest/TestHarness.h>

extern "C" const tributary_descriptor* tributary_plugin_illumina();

using namespace tributary::fakes;  // NOLINT: the builders read like sentences
using tributary::suites::InstrumentUnderTest;

namespace {

const std::vector<RunSample> samples = {{"SAMPLE-01", "PROJECT-A", "", "", ""}, {"SAMPLE-02", "PROJECT-A", "", "", ""}};

struct Row {
  const char* name;
  const char* run;
  void (*make)(RunFolder&, const std::vector<RunSample>&);
  std::function<void(RunFolder&)> fault;
  tributary_outcome expected;
  const char* says;  // part of the note, or the unit when DONE
};

void novaseq_x(RunFolder& run, const std::vector<RunSample>& s) { make_novaseq_x(run, s, 1); }

std::string status(const std::string& element, const std::string& word) {
  return "<RunCompletionStatus><" + element + ">" + word + "</" + element + "></RunCompletionStatus>";
}

void check(const Row& row) {
  RunFolder run(row.run);
  row.make(run, samples);
  if (row.fault) row.fault(run);
  InstrumentUnderTest plugin(tributary_plugin_illumina());
  const auto outcome = plugin.settled(run.path());
  const std::string said = outcome == TRIBUTARY_DONE ? plugin.unit.unit : plugin.note.what;
  const std::string context = std::string(row.name) + ": " + said;
  CHECK_EQUAL_TEXT(row.expected, outcome, context.c_str());
  CHECK_TEXT(said.find(row.says) != std::string::npos, context.c_str());
}

const std::vector<Row> rows = {
    {"MiSeq", miseq_run, make_miseq, {}, TRIBUTARY_DONE, "Data/Intensities/BaseCalls"},
    {"MiniSeq", miniseq_run, make_miniseq, {}, TRIBUTARY_DONE, "Alignment_1/20251120_101112"},
    {"NextSeq 2000", nextseq_2000_run, make_nextseq_2000, {}, TRIBUTARY_DONE, "Analysis/1"},
    {"NovaSeq X", novaseq_x_run, novaseq_x, {}, TRIBUTARY_DONE, "Analysis/1"},
    {"no RunInfo", novaseq_x_run, novaseq_x, [](auto& r) { r.remove("RunInfo.xml"); }, TRIBUTARY_LATER, "RunInfo.xml"},
    {"torn RunInfo, old", novaseq_x_run, novaseq_x, [](auto& r) { r.file("RunInfo.xml", "<RunInfo><Run"); },
     TRIBUTARY_BROKEN, "RunInfo.xml"},
    {"torn RunInfo, new", novaseq_x_run, novaseq_x,
     [](auto& r) { r.file("RunInfo.xml", "<RunInfo><Run").touch("RunInfo.xml", 1763719100); }, TRIBUTARY_LATER,
     "still being written"},
    {"base calling", novaseq_x_run, novaseq_x, [](auto& r) { r.remove("RTAComplete.txt").remove("CopyComplete.txt"); },
     TRIBUTARY_LATER, "base calling"},
    {"copy under way", novaseq_x_run, novaseq_x, [](auto& r) { r.remove("CopyComplete.txt"); }, TRIBUTARY_LATER,
     "CopyComplete.txt"},
    {"run errored", novaseq_x_run, novaseq_x,
     [](auto& r) { r.file("RunCompletionStatus.xml", status("RunStatus", "RunErrored")); }, TRIBUTARY_REFUSED,
     "RunErrored"},
    {"user ended", miniseq_run, make_miniseq,
     [](auto& r) { r.file("RunCompletionStatus.xml", status("CompletionStatus", "UserEndedEarly")); },
     TRIBUTARY_REFUSED, "UserEndedEarly"},
    {"exception", miniseq_run, make_miniseq,
     [](auto& r) { r.file("RunCompletionStatus.xml", status("CompletionStatus", "ExceptionEndedEarly")); },
     TRIBUTARY_REFUSED, "ExceptionEndedEarly"},
    {"unknown word", miniseq_run, make_miniseq,
     [](auto& r) { r.file("RunCompletionStatus.xml", status("CompletionStatus", "EndedSomehow")); }, TRIBUTARY_BROKEN,
     "EndedSomehow"},
    {"no word", miniseq_run, make_miniseq,
     [](auto& r) { r.file("RunCompletionStatus.xml", status("CompletionStatus", "Jane Doe 1970")); }, TRIBUTARY_BROKEN,
     "13 bytes"},
    {"requeue runs", novaseq_x_run, novaseq_x, [](auto& r) { r.folder("Analysis/2/Data"); }, TRIBUTARY_LATER,
     "Analysis/2"},
    {"requeue done", novaseq_x_run, novaseq_x, [](auto& r) { make_novaseq_x(r, samples, 12); }, TRIBUTARY_DONE,
     "Analysis/12"},
    {"analysis not copied", novaseq_x_run, novaseq_x, [](auto& r) { r.remove("Analysis/1/CopyComplete.txt"); },
     TRIBUTARY_LATER, "Analysis/1"},
    {"analysis not ended", novaseq_x_run, novaseq_x,
     [](auto& r) { r.remove("Analysis/1/Data/Secondary_Analysis_Complete.txt"); }, TRIBUTARY_LATER, "Analysis/1"},
    {"cram missing", novaseq_x_run, novaseq_x,
     [](auto& r) { r.remove("Analysis/1/Data/DragenGermline/SAMPLE-01/germline_seq/SAMPLE-01.cram"); }, TRIBUTARY_LATER,
     "1 of 14 data files"},
    {"one fastq missing", novaseq_x_run, novaseq_x,
     [](auto& r) { r.remove("Analysis/1/Data/BCLConvert/fastq/SAMPLE-01_S1_L001_R1_001.fastq.gz"); }, TRIBUTARY_LATER,
     "1 of 14 data files"},
    {"all fastq deleted", novaseq_x_run, novaseq_x, [](auto& r) { r.remove("Analysis/1/Data/BCLConvert/fastq"); },
     TRIBUTARY_DONE, "Analysis/1"},
    {"torn manifest", novaseq_x_run, novaseq_x, [](auto& r) { r.file("Analysis/1/Manifest.tsv", "Data/a"); },
     TRIBUTARY_BROKEN, "Manifest.tsv"},
    {"no result", novaseq_x_run, novaseq_x, [](auto& r) { r.remove("Analysis"); }, TRIBUTARY_LATER, "no result"},
    {"queued", miniseq_run, make_miniseq,
     [](auto& r) { r.remove("Alignment_1").remove("CompletedJobInfo.xml").file("QueuedForAnalysis.txt"); },
     TRIBUTARY_LATER, "queued"},
    {"analysis on MiSeq runs", miseq_run, make_miseq, [](auto& r) { r.remove("CompletedJobInfo.xml"); },
     TRIBUTARY_LATER, "CompletedJobInfo.xml"},
    {"analysis on MiSeq failed", miseq_run, make_miseq,
     [](auto& r) { r.file("CompletedJobInfo.xml", "<AnalysisJobInfo><Error>Some text</Error></AnalysisJobInfo>"); },
     TRIBUTARY_REFUSED, "ended with an error"},
    {"one read copied", miseq_run, make_miseq, [](auto& r) { r.remove("Basecalling_Netcopy_complete_Read2.txt"); },
     TRIBUTARY_LATER, "1 of 2 reads"},
    {"MiSeq of version 4 without copy", miseq_run, make_miseq,
     [](auto& r) {
       r.file("runParameters.xml",
              "<RunParameters><ApplicationName>MiSeq Control Software</ApplicationName>"
              "<ApplicationVersion>4.0.0.1769</ApplicationVersion></RunParameters>");
       r.remove("Basecalling_Netcopy_complete_Read1.txt").remove("Basecalling_Netcopy_complete_Read2.txt");
     },
     TRIBUTARY_LATER, "CopyComplete.txt"},
    {"old MiSeq without any copy file", miseq_run, make_miseq,
     [](auto& r) {
       r.remove("Basecalling_Netcopy_complete_Read1.txt").remove("Basecalling_Netcopy_complete_Read2.txt");
     },
     TRIBUTARY_DONE, "BaseCalls"},
    {"second alignment queued", miniseq_run, make_miniseq,
     [](auto& r) { r.folder("Alignment_2/20251121_080000/Fastq"); }, TRIBUTARY_LATER, "older than the newest"},
    {"names in another case", novaseq_x_run, novaseq_x,
     [](auto& r) { r.remove("RTAComplete.txt").file("rtacomplete.TXT"); }, TRIBUTARY_DONE, "Analysis/1"},
    {"converted by hand", novaseq_x_run, novaseq_x,
     [](auto& r) { r.remove("Analysis").file("Converted/Logs/FastqComplete.txt").file("Converted/x.fastq.gz"); },
     TRIBUTARY_DONE, "Converted"},
    {"converted twice", novaseq_x_run, novaseq_x,
     [](auto& r) { r.remove("Analysis").file("One/Logs/FastqComplete.txt").file("Two/Logs/FastqComplete.txt"); },
     TRIBUTARY_BROKEN, "2 folders"},
    {"reads beside an analysis", novaseq_x_run, novaseq_x,
     [](auto& r) { r.file("Data/Intensities/BaseCalls/A_S1_L001_R1_001.fastq.gz"); }, TRIBUTARY_DONE, "Analysis/1"},
    {"results alone", nextseq_2000_run, make_nextseq_2000,
     [](auto& r) { r.remove("RunInfo.xml").remove("RunParameters.xml").remove("RTAComplete.txt"); }, TRIBUTARY_DONE,
     "Analysis/1"},
    {"NextSeq 2000 without reads", nextseq_2000_run, make_nextseq_2000,
     [](auto& r) { r.remove("Analysis/1/Data/fastq").folder("Analysis/1/Data/fastq"); }, TRIBUTARY_LATER, "goes on"},
    {"a marker that is a link", novaseq_x_run, novaseq_x,
     [](auto& r) { r.remove("CopyComplete.txt").link("CopyComplete.txt", "RunInfo.xml"); }, TRIBUTARY_LATER,
     "CopyComplete.txt"},
};

}  // namespace

TEST_GROUP(Settled){};

TEST(Settled, follows_the_table) {
  for (const auto& row : rows) check(row);
}

TEST(Settled, takes_the_runs_id_from_run_info_and_the_model_from_its_parameters) {
  RunFolder run("renamed by hand");
  make_novaseq_x(run, samples, 3);
  run.file("RunInfo.xml", run_info(novaseq_x_run, "LH00130", "22CC55LT4", 2));
  InstrumentUnderTest plugin(tributary_plugin_illumina());
  CHECK_EQUAL(TRIBUTARY_DONE, plugin.settled(run.path()));
  STRCMP_EQUAL(novaseq_x_run, plugin.unit.run_id);
  STRCMP_EQUAL("NovaSeq X", plugin.unit.model);
}

TEST(Settled, takes_the_model_from_the_instruments_id_when_nothing_else_tells_it) {
  RunFolder run(miniseq_run);
  make_miniseq(run, samples);
  run.remove("RunParameters.xml");
  InstrumentUnderTest plugin(tributary_plugin_illumina());
  CHECK_EQUAL(TRIBUTARY_DONE, plugin.settled(run.path()));
  STRCMP_EQUAL("MiniSeq", plugin.unit.model);
}

TEST_GROUP(Illumina){};

TEST(Illumina, satisfies_the_suite) {
  RunFolder running(novaseq_x_run);
  make_novaseq_x(running, samples);
  running.remove("RTAComplete.txt").remove("CopyComplete.txt");
  RunFolder foreign("20251120_1857_1B_PAO99309_94e07fab");
  foreign.file("fastq_pass/x.fastq.gz").file("final_summary_x.txt", "x");
  const auto make = [&](auto&& maker, const char* name) {
    RunFolder run(name);
    maker(run, samples);
    const auto breaches = tributary::suites::breaches_of({tributary_plugin_illumina(),
                                                          run.path(),
                                                          running.path(),
                                                          foreign.path(),
                                                          {"SAMPLE-01", "SAMPLE-02", "PROJECT-A"}});
    CHECK_TEXT(breaches.empty(), breaches.empty() ? "" : breaches.front().c_str());
  };
  make(make_miseq, miseq_run);
  make(make_miniseq, miniseq_run);
  make(make_nextseq_2000, nextseq_2000_run);
  make(novaseq_x, novaseq_x_run);
}

TEST(Illumina, leaves_singular_and_element_folders_to_others) {
  InstrumentUnderTest plugin(tributary_plugin_illumina());
  RunFolder singular("220622_G4X1234_0057_2_FC000007A");
  singular.file("transfer_complete.txt");
  CHECK_EQUAL(0, plugin.recognise(singular.path()));
  RunFolder element("20240926_AV242106_A2349523513");
  element.file("RunUploaded.json").file("RunParameters.json");
  CHECK_EQUAL(0, plugin.recognise(element.path()));
}
