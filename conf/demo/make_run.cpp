// conf/demo/make_run.cpp: `demo-run DIRECTORY`: makes the folder of one finished NovaSeq X run with eight samples.
//
// The layout, the markers and the digests are the vendor's; the laboratory, the people and their bases are invented.
// subjects.csv says who the samples belong to; the seven that it names are in the order of the sheet.
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "conf/demo/make_data.hpp"

namespace {

namespace fs = std::filesystem;
using tributary::demo::Machine;
using tributary::demo::Sample;

constexpr int pairs = 45000;
constexpr const char* project = "COHORT-PILOT-9";

const Machine machine{"20251120_LH00999_0042_A22DEMOLT4", "LH00999", "22DEMOLT4", 42};

// The eighth is the one that a careless hand got into: its subject's id stands behind the name of one pair of reads.
std::vector<Sample> samples() {
  const auto sample = [](int number, const char* index, const char* index2, const char* comment, const char* remark) {
    const auto id = "LAB25-010" + std::to_string(number);
    return Sample{number, id, "LIB-" + id, index, index2, comment, remark};
  };
  return {sample(1, "ACGTTGCAAC", "TTGCCAGTCA", "Mustermann, Erika, born 1970-01-31, ward 7", ""),
          sample(2, "TGCAACGTTG", "CAGTTGCCAA", "Probefrau, Lotte, born 1981-02-28, ward 7", ""),
          sample(3, "GATCCTAGGA", "AACCGGTTAC", "Beispiel, Max, born 1992-03-30, ward 9", ""),
          sample(4, "CTAGGATCCT", "GGTTAACCAG", "Testfall, Otto, born 1963-04-29, ward 9", ""),
          sample(5, "AGTCCTGAAC", "TCAGGACTTA", "Fantasie, Ida, born 1974-05-28, ward 7", ""),
          sample(6, "TCAGGACTTC", "AGTCCTGAGA", "Erfunden, Jonas, born 1985-06-27, ward 8", ""),
          sample(7, "CCATGGTTAA", "GTACGTACCA", "not in the list, ward 8", ""),
          sample(8, "GGTACCAATT", "CATGCATGGT", "Platzhalter, Paula, born 1996-07-26, ward 8", "rerun-of-PAT-550108")};
}

std::string content_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string out{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in) throw std::runtime_error(path.string() + " can not be read");
  return out;
}

void write(const fs::path& path, const std::string& content = {}) {
  fs::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << content;
  out.close();
  if (!out) throw std::runtime_error(path.string() + " can not be written");
}

std::string run_info() {
  std::string text = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<RunInfo Version=\"6\">\n  <Run Id=\"" + machine.run +
                     "\" Number=\"" + std::to_string(machine.run_number) + "\">\n    <Flowcell>" + machine.flow_cell +
                     "</Flowcell>\n    <Instrument>" + machine.instrument +
                     "</Instrument>\n    <Date>2025-11-20T10:00:00Z</Date>\n    <Reads>\n";
  constexpr std::array cycles = {151, 10, 10, 151};
  for (std::size_t i = 0; i < cycles.size(); ++i) {
    text += "      <Read Number=\"" + std::to_string(i + 1) + "\" NumCycles=\"" + std::to_string(cycles[i]) +
            "\" IsIndexedRead=\"" + (cycles[i] == 10 ? "Y" : "N") + "\" IsReverseComplement=\"N\" />\n";
  }
  return text +
         "    </Reads>\n    <FlowcellLayout LaneCount=\"1\" SurfaceCount=\"2\" SwathCount=\"6\" TileCount=\"98\" />\n" +
         "  </Run>\n</RunInfo>\n";
}

std::string run_parameters() {
  return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<RunParameters>\n  "
         "<InstrumentType>NovaSeqXPlus</InstrumentType>\n"
         "  <ApplicationName>NovaSeqXPlus Control Software</ApplicationName>\n"
         "  <SystemSuiteVersion>1.3.0.39308</SystemSuiteVersion>\n  "
         "<ApplicationVersion>1.3.0.39308</ApplicationVersion>\n"
         "  <RunId>" +
         machine.run +
         "</RunId>\n  <ExperimentName>PILOT-NOVEMBER-42</ExperimentName>\n"
         "  <Username>operator-one</Username>\n  <OutputFolder>/mnt/storage/ward-archive/runs</OutputFolder>\n"
         "</RunParameters>\n";
}

std::string sheet(const std::vector<Sample>& all) {
  std::string text =
      "[Header]\nFileFormatVersion,2\nRunName,PILOT-NOVEMBER-42\nInstrumentPlatform,NovaSeqXSeries\n"
      "IndexOrientation,Forward\n\n[Reads]\nRead1Cycles,151\nRead2Cycles,151\nIndex1Cycles,10\nIndex2Cycles,10\n\n"
      "[BCLConvert_Settings]\nSoftwareVersion,4.3.13\nFastqCompressionFormat,gzip\n\n[BCLConvert_Data]\n"
      "Lane,Sample_ID,Index,Index2,Sample_Project\n";
  for (const auto& it : all) text += "1," + it.id + "," + it.index + "," + it.index2 + "," + project + "\n";
  text +=
      "\n[DragenGermline_Settings]\nSoftwareVersion,4.3.13\nMapAlignOutFormat,bam\n\n[DragenGermline_Data]\nSample_"
      "ID\n";
  for (const auto& it : all) text += it.id + "\n";
  text += "\n[Cloud_Data]\nSample_ID,ProjectName,LibraryName\n";
  for (const auto& it : all) text += it.id + "," + project + "," + it.library + "\n";
  return text;
}

void write_instrument_files(const fs::path& run, const std::vector<Sample>& all) {
  write(run / "RunInfo.xml", run_info());
  write(run / "RunParameters.xml", run_parameters());
  write(run / "SampleSheet.csv", sheet(all));
  write(run / "Data/Intensities/BaseCalls/L001/C1.1/L001_1.cbcl", "raw signal");
  write(run / "InterOp/TileMetricsOut.bin", "instrument data");
  write(run / "RunCompletionStatus.xml",
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<RunCompletionStatus>\n  <RunId>" + machine.run +
            "</RunId>\n  <RunStatus>RunCompleted</RunStatus>\n</RunCompletionStatus>\n");
  write(run / "RTAComplete.txt");
  write(run / "CopyComplete.txt");
}

void write_sample(const fs::path& data, const Sample& sample) {
  const auto reads = data / "BCLConvert/fastq";
  const auto germline = data / "DragenGermline" / sample.id / "germline_seq";
  fs::create_directories(reads);
  fs::create_directories(germline);
  tributary::demo::write_reads(machine, sample,
                               (reads / (sample.id + "_S" + std::to_string(sample.number) + "_L001")).string(), pairs);
  const auto stem = (germline / sample.id).string();
  tributary::demo::write_alignments(machine, sample, stem, pairs);
  tributary::demo::write_variants(sample, stem);
  write(stem + ".bam.md5sum", "d41d8cd98f00b204e9800998ecf8427e  " + sample.id + ".bam\n");
  write(stem + ".vc_metrics.csv", "VARIANT CALLER SUMMARY,,Number of samples,1\n");
  write(stem + "-replay.json", "{\"sample\": \"" + sample.id + "\", \"credential\": \"not for anybody\"}\n");
}

// Relative path, tab, CRC-32: of everything beneath Data/, written when the analysis has been copied.
void write_manifest(const fs::path& analysis) {
  std::vector<std::string> lines;
  for (const auto& entry : fs::recursive_directory_iterator(analysis / "Data")) {
    if (!entry.is_regular_file()) continue;
    const auto bytes = content_of(entry.path());
    const auto crc = ::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
    std::array<char, 16> hex{};
    std::snprintf(hex.data(), hex.size(), "\t%08lx\n", static_cast<unsigned long>(crc));
    lines.push_back(fs::relative(entry.path(), analysis).string() + hex.data());
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const auto& line : lines) text += line;
  write(analysis / "Manifest.tsv", text);
}

void make(const fs::path& directory) {
  const auto run = directory / machine.run;
  if (fs::exists(run)) throw std::runtime_error(run.string() + " is there already");
  const auto all = samples();
  write_instrument_files(run, all);
  const auto analysis = run / "Analysis/1";
  const auto data = analysis / "Data";
  write(data / "BCLConvert/SampleSheet.csv", sheet(all));
  for (const auto& sample : all) write_sample(data, sample);
  const Sample nobody{0, "Undetermined", "", "NNNNNNNNNN", "NNNNNNNNNN", "", ""};
  tributary::demo::write_reads(machine, nobody, (data / "BCLConvert/fastq/Undetermined_S0_L001").string(), 500);
  write(data / "Demux/Demultiplex_Stats.csv", "Lane,SampleID,Index,# Reads\n");
  write(data / "logs/dragen.log", "a log\n");
  write(data / "Secondary_Analysis_Complete.txt");
  write_manifest(analysis);
  write(analysis / "CopyComplete.txt");
  std::printf("%s\n", run.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 2) {
      std::fputs("usage: demo-run DIRECTORY\n", stderr);
      return 2;
    }
    make(argv[1]);
    return 0;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "demo-run: %s\n", problem.what());
    return 1;
  }
}
