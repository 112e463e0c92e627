// tests/agent/genomics/bam_samples.hpp: small BAM and CRAM files, made by htslib from SAM text, and read back by it.
#pragma once

#include <string>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/port/genomics/genomics.hpp"

namespace tributary::genomics::samples {

/// Words that must not leave; each stands in at least one place of `sam_text`.
const std::vector<std::string>& identifiers();

struct TextOptions {
  std::size_t records = 2000;
  bool extra_tags = true;  // tags that must go
  bool coordinate_sorted = true;
  std::size_t contigs = 2;
  bool sequences = true;       // false: every record has '*' for bases and qualities
  std::size_t long_cigar = 0;  // operations of one record's CIGAR, 0 = no such record
};
std::string sam_text(const TextOptions& options);
/// The record lines of sam_text as they should come out: RG renamed to `sample`.1, unwanted tags gone.
std::vector<std::string> expected_records(const TextOptions& options, const std::string& sample);

struct CramOptions {
  std::string version = "3.0";
  std::string file_name = "FILENAME-77.cram";
  int records_per_slice = 200;
  int slices_per_container = 1;
  bool several_contigs = false;  // one slice may hold several
  std::string reference = {};    // a FASTA file to write against
};
Bytes bam_of(const std::string& sam);
Bytes cram_of(const std::string& sam, const CramOptions& options);

files::Fd file_with(const Bytes& bytes);
/// Header lines first, then records, as htslib reads them. Ends with "!damaged" when htslib finds damage.
std::vector<std::string> lines_of(const Bytes& file, const std::string& reference = {});
std::vector<std::string> records_of(const Bytes& file, const std::string& reference = {});
/// Everything decompressed by BGZF.
Bytes unpacked(const Bytes& bgzf);
/// An index made by htslib for a file: bai, csi (min_shift 14) or crai, decompressed when it is compressed.
Bytes index_of(const Bytes& file, IndexKind kind);
/// Text of gzip or BGZF bytes.
Bytes gunzipped(const Bytes& bytes);

/// A folder that is gone with its owner.
class Folder {
 public:
  Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};
/// Writes the contigs of `sam_text` as FASTA; answers the file's path.
std::string write_reference(const Folder& folder);

/// Gathers what a tap sees.
class Listener final : public ContentTap {
 public:
  Status content(const Place& place, ByteView bytes) override;
  std::string heard;
  std::vector<std::string> units;  // of each piece
  std::uint64_t records = 0;
};

/// Reads to the end in pieces of `piece` bytes.
Result<Bytes> drained(CleanSource& source, std::size_t piece, std::vector<RestartPoint>* points = nullptr);
Result<Bytes> cleaned(const Bytes& file, const Transform& transform, ContentTap* tap = nullptr);
bool contains(const Bytes& bytes, const std::string& word);

}  // namespace tributary::genomics::samples
