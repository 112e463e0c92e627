// tests/fakes/run_folder.cpp: builds synthetic run folders.
#include "tests/fakes/run_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace tributary::fakes {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t quiet_utc_s = 1763632800;  // 2025-11-20T10:00:00Z

std::string fresh_directory() {
  std::string pattern = (fs::temp_directory_path() / "tributary-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
  return pattern;
}

void set_time(const std::string& path, std::int64_t utc_s) {
  const struct timespec times[2] = {{static_cast<time_t>(utc_s), 0}, {static_cast<time_t>(utc_s), 0}};
  if (::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) {
    throw std::runtime_error("no time set");
  }
}

std::string munged(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

std::string called(const RunSample& sample) { return sample.name.empty() ? sample.id : sample.name; }

void fastqs(RunFolder& run, const std::string& folder, const std::string& flow_cell,
            const std::vector<RunSample>& samples, bool by_name) {
  int number = 0;
  for (const auto& sample : samples) {
    ++number;
    for (int read = 1; read <= 2; ++read) {
      const auto stem = by_name ? munged(called(sample)) : sample.id;
      run.file(folder + "/" + stem + "_S" + std::to_string(number) + "_L001_R" + std::to_string(read) + "_001.fastq.gz",
               fastq_gz(flow_cell, 1, read));
    }
  }
  for (int read = 1; read <= 2; ++read) {
    run.file(folder + "/Undetermined_S0_L001_R" + std::to_string(read) + "_001.fastq.gz", fastq_gz(flow_cell, 1, read));
  }
}

std::string parameters(const std::string& application, const std::string& version) {
  return "<?xml version=\"1.0\"?>\n<RunParameters><Setup><ApplicationName>" + application +
         "</ApplicationName><ApplicationVersion>" + version +
         "</ApplicationVersion></Setup><Username>operator-one</Username><ExperimentName>EXPERIMENT-77</ExperimentName>"
         "<OutputFolder>\\\\storage-host\\ward-seven\\runs</OutputFolder></RunParameters>\n";
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() : path_(fresh_directory()) {}
TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;  // what is left of it lies in /tmp
  fs::remove_all(path_, ignored);
}

RunFolder::RunFolder(const std::string& name) : parent_(fresh_directory()), path_(parent_ + "/" + name), name_(name) {
  fs::create_directories(path_);
}
RunFolder::~RunFolder() {
  std::error_code ignored;  // what is left of it lies in /tmp
  fs::remove_all(parent_, ignored);
}

RunFolder& RunFolder::file(const std::string& relative, const std::string& content) {
  const fs::path target = fs::path(path_) / relative;
  fs::create_directories(target.parent_path());
  std::ofstream out(target, std::ios::binary | std::ios::trunc);
  out << content;
  out.close();
  if (!out) throw std::runtime_error("no file written");
  set_time(target.string(), quiet_utc_s);
  return *this;
}

RunFolder& RunFolder::folder(const std::string& relative) {
  fs::create_directories(fs::path(path_) / relative);
  return *this;
}

RunFolder& RunFolder::link(const std::string& relative, const std::string& target) {
  fs::create_directories((fs::path(path_) / relative).parent_path());
  fs::create_symlink(target, fs::path(path_) / relative);
  return *this;
}

RunFolder& RunFolder::remove(const std::string& relative) {
  if (fs::remove_all(fs::path(path_) / relative) == 0) throw std::runtime_error("nothing to remove: " + relative);
  return *this;
}

RunFolder& RunFolder::touch(const std::string& relative, std::int64_t utc_s) {
  set_time(path_ + "/" + relative, utc_s);
  return *this;
}

std::string RunFolder::read(const std::string& relative) const {
  std::ifstream in(fs::path(path_) / relative, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string sheet_v1(const std::vector<RunSample>& samples) {
  std::string text =
      "[Header],,,,,\nIEMFileVersion,4,,,,\nInvestigator Name,Investigator-One,,,,\nExperiment Name,EXPERIMENT-77,,,,\n"
      "Date,11/20/2025,,,,\nWorkflow,GenerateFASTQ,,,,\nDescription,a plain run,,,,\n,,,,,\n[Reads],,,,,\n151,,,,,\n"
      "151,,,,,\n,,,,,\n[Settings],,,,,\n,,,,,\n[Data],,,,,\n"
      "Sample_ID,Sample_Name,Sample_Plate,index,Sample_Project,Description\n";
  for (const auto& sample : samples) {
    text +=
        sample.id + "," + called(sample) + ",PLATE-0815,ACGTACGT," + sample.project + "," + sample.description + "\n";
  }
  return text;
}

std::string sheet_v2(const std::vector<RunSample>& samples) {
  const bool lanes = std::any_of(samples.begin(), samples.end(), [](const RunSample& s) { return !s.lanes.empty(); });
  std::string text =
      "[Header]\nFileFormatVersion,2\nRunName,EXPERIMENT-77\nInstrumentPlatform,NovaSeqXSeries\n\n"
      "[Reads]\nRead1Cycles,151\nRead2Cycles,151\n\n[BCLConvert_Settings]\nSoftwareVersion,4.1.5\n\n[BCLConvert_Data]"
      "\n";
  text += lanes ? "Lane,Sample_ID,Index,Index2,Sample_Project\n" : "Sample_ID,Index,Index2,Sample_Project\n";
  for (const auto& sample : samples) {
    text += (lanes ? sample.lanes + "," : "") + sample.id + ",ACGTACGT,TGCATGCA," + sample.project + "\n";
  }
  return text;
}

std::string run_info(const std::string& run_id, const std::string& instrument, const std::string& flow_cell,
                     int reads) {
  std::string text = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<RunInfo Version=\"2\"><Run Id=\"" + run_id +
                     "\" Number=\"21\"><Flowcell>" + flow_cell + "</Flowcell><Instrument>" + instrument +
                     "</Instrument><Date>251120</Date><Reads>";
  for (int i = 1; i <= reads; ++i) {
    text += "<Read Number=\"" + std::to_string(i) + "\" NumCycles=\"151\" IsIndexedRead=\"N\" />";
  }
  return text + "</Reads></Run></RunInfo>\n";
}

std::uint32_t crc32_of(const std::string& bytes) {
  std::uint32_t crc = 0xffffffffU;
  for (const char c : bytes) {
    crc ^= static_cast<std::uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
  }
  return ~crc;
}

std::string hex8(std::uint32_t value) {
  char text[9];
  std::snprintf(text, sizeof text, "%08x", value);
  return text;
}

std::string gzip(const std::string& text, const std::string& file_name) {
  const auto little = [](std::uint32_t value, int bytes) {
    std::string out;
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(static_cast<std::uint8_t>(value >> (8 * i)));
    return out;
  };
  std::string out("\x1f\x8b\x08", 3);
  out += static_cast<char>(file_name.empty() ? 0 : 8);
  out += std::string("\0\0\0\0\0\xff", 6);
  if (!file_name.empty()) out += file_name + '\0';
  std::size_t at = 0;
  do {
    const auto size = std::min<std::size_t>(65535, text.size() - at);
    const bool last = at + size == text.size();
    out += static_cast<char>(last ? 1 : 0);
    out += little(static_cast<std::uint32_t>(size), 2) + little(~static_cast<std::uint32_t>(size), 2);
    out += text.substr(at, size);
    at += size;
  } while (at < text.size());
  return out + little(crc32_of(text), 4) + little(static_cast<std::uint32_t>(text.size()), 4);
}

std::string fastq_gz(const std::string& flow_cell, int lane, int read, const std::string& file_name) {
  return gzip("@M00146:21:" + flow_cell + ":" + std::to_string(lane) + ":1101:1000:2000 " + std::to_string(read) +
                  ":N:0:ACGTACGT\nACGTACGTAC\n+\nFFFFFFFFFF\n",
              file_name);
}

void make_miseq(RunFolder& run, const std::vector<RunSample>& samples) {
  run.file("RunInfo.xml", run_info(run.name(), "M00146", "000000000-A2WDF", 2));
  run.file("runParameters.xml", parameters("MiSeq Control Software", "2.6.2.1"));
  run.file("RTAComplete.txt", "11/20/2025,15:11:43.174,Illumina RTA 1.18.54\n");
  run.file("Basecalling_Netcopy_complete_Read1.txt").file("Basecalling_Netcopy_complete_Read2.txt");
  run.file("QueuedForAnalysis.txt");
  run.file("CompletedJobInfo.xml",
           "<?xml version=\"1.0\"?>\n<AnalysisJobInfo><Error /><Warning /></AnalysisJobInfo>\n");
  run.file("SampleSheet.csv", sheet_v1(samples));
  run.file("Data/Intensities/BaseCalls/L001/C1.1/s_1_1101.bcl", "raw");
  run.file("InterOp/TileMetricsOut.bin", "raw").file("Thumbnail_Images/L001/C1.1/s_1_1101_a.jpg", "raw");
  fastqs(run, "Data/Intensities/BaseCalls", "000000000-A2WDF", samples, true);
}

void make_miniseq(RunFolder& run, const std::vector<RunSample>& samples) {
  run.file("RunInfo.xml", run_info(run.name(), "MN00123", "000H3XYZ7", 2));
  run.file("RunParameters.xml", parameters("MiniSeq Control Software", "2.2.1"));
  run.file("RTAComplete.xml", "<RTAComplete/>")
      .file("RTAComplete.txt", "RTA 2.8.6 completed on 11/20/2025 2:09:31 PM\n");
  run.file("RunCompletionStatus.xml",
           "<?xml version=\"1.0\"?><RunCompletionStatus><CompletionStatus>CompletedAsPlanned</CompletionStatus>"
           "</RunCompletionStatus>");
  run.file("CompletedJobInfo.xml");
  run.file("SampleSheet.csv", sheet_v1(samples));
  fastqs(run, "Alignment_1/20251120_101112/Fastq", "000H3XYZ7", samples, true);
}

void make_nextseq_2000(RunFolder& run, const std::vector<RunSample>& samples) {
  run.file("RunInfo.xml", run_info(run.name(), "VH00555", "AAAT5KHM5", 2));
  run.file("RunParameters.xml", parameters("NextSeq 1000/2000 Control Software", "1.5.0"));
  run.file("RTAComplete.txt").file("CopyComplete.txt");
  run.file("SampleSheet.csv", sheet_v2(samples));
  fastqs(run, "Analysis/1/Data/fastq", "AAAT5KHM5", samples, false);
}

void make_novaseq_x(RunFolder& run, const std::vector<RunSample>& samples, int analysis) {
  run.file("RunInfo.xml", run_info(run.name(), "LH00130", "22CC55LT4", 2));
  run.file("RunParameters.xml", parameters("NovaSeqXPlus", "1.2.0.28691"));
  run.file("RTAComplete.txt").file("CopyComplete.txt");
  run.file("RunCompletionStatus.xml",
           "<?xml version=\"1.0\"?><RunCompletionStatus><RunStatus>RunCompleted</RunStatus></RunCompletionStatus>");
  run.file("SampleSheet.csv", sheet_v2(samples));
  const std::string top = "Analysis/" + std::to_string(analysis);
  run.file(top + "/Data/BCLConvert/SampleSheet.csv", sheet_v2(samples));
  run.file(top + "/Data/Secondary_Analysis_Complete.txt").file(top + "/CopyComplete.txt");
  run.file(top + "/Data/logs/dragen.log", "log").file(top + "/Data/Demux/Demultiplex_Stats.csv", "report");
  fastqs(run, top + "/Data/BCLConvert/fastq", "22CC55LT4", samples, false);
  for (const auto& sample : samples) {
    const auto stem = top + "/Data/DragenGermline/" + sample.id + "/germline_seq/" + sample.id;
    run.file(stem + ".cram", "CRAM of " + sample.id).file(stem + ".cram.crai", "index");
    run.file(stem + ".hard-filtered.vcf.gz", gzip("##fileformat=VCFv4.2\n"))
        .file(stem + ".hard-filtered.vcf.gz.tbi", "index");
    run.file(stem + ".vc_metrics.csv", "metrics")
        .file(stem + "-replay.json", "{}")
        .file(stem + ".cram.md5sum", "digest");
  }
  make_manifest(run, analysis);
}

void make_manifest(RunFolder& run, int analysis) {
  const std::string top = "Analysis/" + std::to_string(analysis);
  std::vector<std::string> lines;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(run.path()) / top / "Data")) {
    if (!entry.is_regular_file()) continue;
    const auto relative = fs::relative(entry.path(), fs::path(run.path()) / top).string();
    lines.push_back(relative + "\t" + hex8(crc32_of(run.read(top + "/" + relative))) + "\n");
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const auto& line : lines) text += line;
  run.file(top + "/Manifest.tsv", text);
}

}  // namespace tributary::fakes
