// tests/fakes/run_folder.hpp: synthetic run folders of Illumina machines in a temporary directory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tributary::fakes {

/// A folder beneath a fresh temporary directory; all of it goes with the object.
class RunFolder {
 public:
  explicit RunFolder(const std::string& name);
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::string& parent() const { return parent_; }
  [[nodiscard]] const std::string& name() const { return name_; }

  /// Writes a file and makes the folders above it. Times of all files are those of a quiet run (2025-11-20).
  RunFolder& file(const std::string& relative, const std::string& content = {});
  RunFolder& folder(const std::string& relative);
  RunFolder& link(const std::string& relative, const std::string& target);
  RunFolder& remove(const std::string& relative);
  /// Sets the time of one file or folder.
  RunFolder& touch(const std::string& relative, std::int64_t utc_s);
  [[nodiscard]] std::string read(const std::string& relative) const;

 private:
  std::string parent_, path_, name_;
};

/// A directory that goes with the object, for everything else.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct RunSample {
  std::string id, project, name;  // name "": the id
  std::string description;
  std::string lanes;  // "1" or "1+2"; version 2 sheets only
};

std::string sheet_v1(const std::vector<RunSample>& samples);
std::string sheet_v2(const std::vector<RunSample>& samples);
std::string run_info(const std::string& run_id, const std::string& instrument, const std::string& flow_cell, int reads);
/// A gzip member with stored blocks; `file_name` goes into its FNAME field when it is not "".
std::string gzip(const std::string& text, const std::string& file_name = {});
/// One FASTQ record as `gzip`.
std::string fastq_gz(const std::string& flow_cell, int lane, int read, const std::string& file_name = {});
std::uint32_t crc32_of(const std::string& bytes);
std::string hex8(std::uint32_t value);

/// Complete, good runs; break them with `remove` and `file`. FASTQ of both reads in lane 1 for every sample, in the
/// order of the sheet, and undetermined reads.
void make_miseq(RunFolder& run, const std::vector<RunSample>& samples);         // MCS 2, Data/Intensities/BaseCalls
void make_miniseq(RunFolder& run, const std::vector<RunSample>& samples);       // Alignment_1/20251120_101112/Fastq
void make_nextseq_2000(RunFolder& run, const std::vector<RunSample>& samples);  // Analysis/1/Data/fastq
/// Analysis/<n> with BCLConvert/fastq and DragenGermline, markers and Manifest.tsv.
void make_novaseq_x(RunFolder& run, const std::vector<RunSample>& samples, int analysis = 1);
/// Writes Analysis/<n>/Manifest.tsv afresh from what lies in Data/.
void make_manifest(RunFolder& run, int analysis);

inline constexpr const char* miseq_run = "251120_M00146_0021_000000000-A2WDF";
inline constexpr const char* miniseq_run = "251120_MN00123_0044_A000H3XYZ7";
inline constexpr const char* nextseq_2000_run = "20251120_VH00555_0012_AAAT5KHM5";
inline constexpr const char* novaseq_x_run = "20251120_LH00130_0061_A22CC55LT4";

}  // namespace tributary::fakes
