// tests/agent/genomics/bam_samples.cpp: SAM text and its files.
#include "bam_samples.hpp"

#include <htslib/bgzf.h>
#include <htslib/cram.h>
#include <htslib/hfile.h>
#include <htslib/sam.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "agent/port/genomics/htslib/alignment.hpp"

namespace tributary::genomics::samples {

namespace {

[[noreturn]] void broken(const char* what) {
  std::fprintf(stderr, "test data: %s\n", what);
  std::abort();
}

std::string bases(std::size_t count, std::uint32_t& seed) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    seed = seed * 1664525U + 1013904223U;
    out += "ACGT"[seed >> 30U];
  }
  return out;
}

struct Record {
  std::string fixed;  // the eleven columns
  std::string kept;   // tags, each with a tab before it
  std::string dropped;
  std::string group = "RGID-55";
};

std::vector<Record> records(const TextOptions& options) {
  std::vector<Record> out;
  std::uint32_t seed = 7;
  const std::size_t per_contig = options.records / (options.contigs + 1) + 1;
  for (std::size_t i = 0; i < options.records; ++i) {
    const std::size_t contig = i / per_contig;
    const bool placed = contig < options.contigs;
    const std::string name = "INST:7:FLOWC:1:1101:" + std::to_string(1000 + i / 2) + ":2000";
    const std::string sequence = options.sequences ? bases(60, seed) : "*";
    const std::string quality = options.sequences ? std::string(60, static_cast<char>('A' + i % 7)) : "*";
    Record record;
    const std::string where = "chr" + std::to_string(contig + 1) + "\t" + std::to_string(100 + 3 * (i % per_contig));
    const bool secondary = i % 11 == 5;
    const unsigned flag = secondary ? 256U : i % 2 == 0 ? 99U : 147U;
    const std::string mate = secondary ? "\t*\t0\t0\t" : "\t=\t500\t0\t";
    record.fixed =
        placed ? name + "\t" + std::to_string(flag) + "\t" + where + "\t60\t30M2D30M" + mate + sequence + "\t" + quality
               : name + "\t4\t*\t0\t0\t*\t*\t0\t0\t" + sequence + "\t" + quality;
    record.kept = placed ? "\tNM:i:2\tMD:Z:30^AC30\tMC:Z:60M\tXS:i:40" : "";
    if (i % 5 == 0) record.kept += "\tRX:Z:ACGT-TTAA\tMI:Z:" + std::to_string(i) + "/A";
    if (placed && i % 7 == 0) record.kept += "\tSA:Z:chr1,77,+,30M30S,60,1;";
    if (i % 13 == 0) record.kept += "\tML:B:C,1,2,3\tsn:B:f,1.5,2.5";
    record.dropped = "\tCO:Z:NOTE-99\tXX:Z:USERTAG-13";
    if (i % 3 == 0) record.dropped += "\tzz:i:5";
    out.push_back(record);
  }
  return out;
}

std::string long_record(std::size_t operations) {
  std::string cigar;
  std::uint32_t seed = 9;
  for (std::size_t i = 0; i < operations; ++i) cigar += i % 2 == 0 ? "1M" : "1I";
  return "LONG-READ\t0\tchr1\t90\t60\t" + cigar + "\t*\t0\t0\t" + bases(operations, seed) + "\t" +
         std::string(operations, '5');
}

files::Fd empty_file() {
  const int fd = ::memfd_create("test", MFD_CLOEXEC);
  if (fd < 0) broken("no file in memory");
  return files::Fd(fd);
}

Bytes contents(const files::Fd& file) {
  const off_t size = ::lseek(file.get(), 0, SEEK_END);
  Bytes out(static_cast<std::size_t>(size));
  if (::pread(file.get(), out.data(), out.size(), 0) != size) broken("a file in memory ends early");
  return out;
}

htsFile* opened(const files::Fd& file, const std::string& name, const char* mode) {
  const int copy = ::dup(file.get());
  ::lseek(copy, 0, SEEK_SET);
  hFILE* stream = hdopen(copy, mode[0] == 'r' ? "r" : "w");
  if (stream == nullptr) broken("no stream");
  htsFile* out = hts_hopen(stream, name.c_str(), mode);
  if (out == nullptr) hclose_abruptly(stream);
  return out;
}

Bytes converted(const std::string& sam, const std::string& name, const char* mode, const CramOptions* options) {
  const files::Fd input = file_with(to_bytes(sam));
  const files::Fd output = empty_file();
  htsFile* in = opened(input, "input", "r");
  htsFile* out = opened(output, name, mode);
  if (in == nullptr || out == nullptr) broken("can not be opened");
  if (options != nullptr) {
    hts_set_opt(out, CRAM_OPT_VERSION, options->version.c_str());
    hts_set_opt(out, CRAM_OPT_SEQS_PER_SLICE, options->records_per_slice);
    hts_set_opt(out, CRAM_OPT_SLICES_PER_CONTAINER, options->slices_per_container);
    hts_set_opt(out, CRAM_OPT_MULTI_SEQ_PER_SLICE, options->several_contigs ? 1 : 0);
    if (!options->reference.empty()) {
      if (hts_set_fai_filename(out, options->reference.c_str()) != 0) broken("no reference");
    } else {
      hts_set_opt(out, CRAM_OPT_NO_REF, 1);
    }
  }
  sam_hdr_t* header = sam_hdr_read(in);
  if (header == nullptr || sam_hdr_write(out, header) != 0) broken("header");
  bam1_t* record = bam_init1();
  int got = 0;
  while ((got = sam_read1(in, header, record)) >= 0) {
    if (sam_write1(out, header, record) < 0) broken("a record can not be written");
  }
  if (got < -1) broken("a record can not be read");
  bam_destroy1(record);
  sam_hdr_destroy(header);
  hts_close(in);
  if (hts_close(out) != 0) broken("a file can not be closed");
  return contents(output);
}

}  // namespace

const std::vector<std::string>& identifiers() {
  static const std::vector<std::string> words = {"PERSON-01", "LIB-22",   "UNIT-33",    "CENTRE-44",
                                                 "RGID-55",   "CLINE-66", "NOTE-99",    "USERTAG-13",
                                                 "URL-88",    "DESC-12",  "COMMENT-14", "FILENAME-77"};
  return words;
}

std::string sam_text(const TextOptions& options) {
  std::string out = "@HD\tVN:1.6\tSO:" + std::string(options.coordinate_sorted ? "coordinate" : "unsorted") + "\n";
  for (std::size_t i = 0; i < options.contigs; ++i) {
    out +=
        "@SQ\tSN:chr" + std::to_string(i + 1) + "\tLN:100000\tM5:0123456789abcdef0123456789abcdef\tUR:/URL-88/ref.fa\n";
  }
  out += "@RG\tID:RGID-55\tSM:PERSON-01\tLB:LIB-22\tPU:UNIT-33\tCN:CENTRE-44\tDS:DESC-12\tPL:illumina\n";
  out += "@RG\tID:7\tSM:PERSON-01\tPL:somewhere\n";
  out += "@PG\tID:tool\tPN:tool\tCL:tool --in CLINE-66\n@CO\tCOMMENT-14\n";
  if (options.long_cigar > 0) out += long_record(options.long_cigar) + "\tRG:Z:7\n";
  for (const Record& record : records(options)) {
    out += record.fixed + "\tRG:Z:" + record.group + record.kept + (options.extra_tags ? record.dropped : "") + "\n";
  }
  return out;
}

std::vector<std::string> expected_records(const TextOptions& options, const std::string& sample) {
  std::vector<std::string> out;
  if (options.long_cigar > 0) out.push_back(long_record(options.long_cigar) + "\tRG:Z:" + sample + ".2");
  for (const Record& record : records(options)) out.push_back(record.fixed + "\tRG:Z:" + sample + ".1" + record.kept);
  return out;
}

Bytes bam_of(const std::string& sam) { return converted(sam, "output", "wb", nullptr); }
Bytes cram_of(const std::string& sam, const CramOptions& options) {
  return converted(sam, options.file_name, "wc", &options);
}

files::Fd file_with(const Bytes& bytes) {
  files::Fd file = empty_file();
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::pwrite(file.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (n <= 0) broken("a file in memory can not be written");
    done += static_cast<std::size_t>(n);
  }
  return file;
}

std::vector<std::string> lines_of(const Bytes& file, const std::string& reference) {
  const files::Fd fd = file_with(file);
  std::vector<std::string> out;
  htsFile* in = opened(fd, "input", "r");
  if (in != nullptr && !reference.empty() && hts_set_fai_filename(in, reference.c_str()) != 0) broken("no reference");
  sam_hdr_t* header = in != nullptr ? sam_hdr_read(in) : nullptr;
  if (header == nullptr) return {"!damaged"};
  std::string text(sam_hdr_str(header), sam_hdr_length(header));
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  bam1_t* record = bam_init1();
  kstring_t line = {0, 0, nullptr};
  int got = 0;
  while ((got = sam_read1(in, header, record)) >= 0) {
    if (sam_format1(header, record, &line) < 0) broken("a record can not be printed");
    out.emplace_back(line.s, line.l);
  }
  if (got < -1) out.emplace_back("!damaged");
  std::free(line.s);
  bam_destroy1(record);
  sam_hdr_destroy(header);
  if (hts_close(in) != 0) out.emplace_back("!damaged");
  return out;
}

std::vector<std::string> records_of(const Bytes& file, const std::string& reference) {
  std::vector<std::string> lines = lines_of(file, reference);
  std::erase_if(lines, [](const std::string& line) { return line.starts_with('@'); });
  return lines;
}

Bytes unpacked(const Bytes& bgzf) {
  const files::Fd file = file_with(bgzf);
  const int copy = ::dup(file.get());
  ::lseek(copy, 0, SEEK_SET);
  BGZF* in = bgzf_dopen(copy, "r");
  if (in == nullptr) broken("no BGZF");
  Bytes out;
  Bytes piece(1U << 16U);
  for (;;) {
    const ssize_t n = bgzf_read(in, piece.data(), piece.size());
    if (n < 0) broken("damaged BGZF");
    if (n == 0) break;
    out.insert(out.end(), piece.begin(), piece.begin() + n);
  }
  bgzf_close(in);
  return out;
}

Folder::Folder() : path_((std::filesystem::temp_directory_path() / "tributary-test-XXXXXX").string()) {
  if (::mkdtemp(path_.data()) == nullptr) broken("no temporary folder");
}
Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string write_reference(const Folder& folder) {
  const std::string path = folder.path() + "/reference.fa";
  std::ofstream out(path);
  std::uint32_t seed = 3;
  for (const char* name : {"chr1", "chr2"}) out << '>' << name << '\n' << bases(100000, seed) << '\n';
  return path;
}

Bytes gunzipped(const Bytes& bytes) { return unpacked(bytes); }

Bytes index_of(const Bytes& file, IndexKind kind) {
  const files::Fd fd = file_with(file);
  const Folder folder;
  const std::string path = "/proc/self/fd/" + std::to_string(fd.get());
  const std::string index = folder.path() + "/index";
  ::lseek(fd.get(), 0, SEEK_SET);
  if (sam_index_build2(path.c_str(), index.c_str(), kind == IndexKind::csi ? 14 : 0) != 0)
    broken("htslib makes no index");
  std::ifstream in(index, std::ios::binary);
  Bytes out((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  return kind == IndexKind::bai ? out : gunzipped(out);
}

Status Listener::content(const Place& place, ByteView bytes) {
  heard += text(bytes);
  units.emplace_back(place.unit);
  if (place.unit == "record") records += place.units;
  return {};
}

Result<Bytes> drained(CleanSource& source, std::size_t piece, std::vector<RestartPoint>* points) {
  Bytes out;
  Bytes buffer(piece);
  for (;;) {
    auto got = source.read(buffer);
    if (!got) return got.error();
    if (*got == 0) return out;
    out.insert(out.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*got));
    if (points == nullptr) continue;
    auto point = source.restart_point();
    if (point && (points->empty() || points->back().output_offset != point->output_offset)) points->push_back(*point);
  }
}

Result<Bytes> cleaned(const Bytes& file, const Transform& transform, ContentTap* tap) {
  auto source = open_clean_alignment(file_with(file), transform, {.tap = tap});
  if (!source) return source.error();
  return drained(**source, 10007);
}

bool contains(const Bytes& bytes, const std::string& word) { return text(bytes).find(word) != std::string_view::npos; }

}  // namespace tributary::genomics::samples
