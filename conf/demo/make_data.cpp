// conf/demo/make_data.cpp: reads of computed fragments, as FASTQ, BAM and VCF.
#include "conf/demo/make_data.hpp"

#include <htslib/bgzf.h>
#include <htslib/hts.h>
#include <htslib/sam.h>
#include <htslib/tbx.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace tributary::demo {
namespace {

constexpr std::size_t read_length = 151;
constexpr std::size_t fragment_length = 380;

struct Contig {
  const char* name;
  std::int64_t length;
};
// Names and lengths of GRCh38; the bases are our own.
constexpr std::array contigs = {Contig{"chr20", 64444167}, Contig{"chr21", 46709983}, Contig{"chr22", 50818468}};

std::uint64_t mixed(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31U);
}

char base_at(std::size_t contig, std::int64_t position) {
  return "ACGT"[mixed(contig * 1000000007ULL + static_cast<std::uint64_t>(position)) & 3U];
}

std::string bases(std::size_t contig, std::int64_t from, std::size_t length) {
  std::string out(length, 'N');
  for (std::size_t i = 0; i < length; ++i) out[i] = base_at(contig, from + static_cast<std::int64_t>(i));
  return out;
}

std::string reverse_complement(std::string text) {
  std::reverse(text.begin(), text.end());
  for (char& c : text) c = c == 'A' ? 'T' : c == 'C' ? 'G' : c == 'G' ? 'C' : 'A';
  return text;
}

// One of the three qualities that the machine gives.
std::string qualities(std::uint64_t seed) {
  std::string out(read_length, 'I');
  for (std::size_t i = 0; i < read_length; ++i) {
    const auto chance = mixed(seed + i) % 100;
    if (chance > 96) out[i] = chance == 99 ? '-' : '9';
  }
  return out;
}

struct Fragment {
  std::string name;
  std::size_t contig = 0;
  std::int64_t position = 0;
  std::uint64_t seed = 0;
};

Fragment fragment_of(const Machine& machine, const Sample& sample, int pair) {
  Fragment out;
  const std::uint64_t number = static_cast<std::uint32_t>(sample.number);
  const std::uint64_t which = static_cast<std::uint32_t>(pair);
  out.seed = mixed(number * 1000003U + which) << 9U;
  out.contig = out.seed % contigs.size();
  out.position = 10000 + static_cast<std::int64_t>((out.seed >> 12U) % 2000000U);
  out.name = machine.instrument + ":" + std::to_string(machine.run_number) + ":" + machine.flow_cell +
             ":1:" + std::to_string(1101 + pair % 60) + ":" + std::to_string(1000 + pair % 30000) + ":" +
             std::to_string(1000 + pair);
  constexpr int one_among_many = 4711;
  if (pair == one_among_many && !sample.remark.empty()) out.name += ":" + sample.remark;
  return out;
}

class Zipped {
 public:
  explicit Zipped(std::string path) : path_(std::move(path)), file_(::bgzf_open(path_.c_str(), "w4")) {
    if (file_ == nullptr) throw std::runtime_error(path_ + " can not be written");
  }
  Zipped(const Zipped&) = delete;
  Zipped& operator=(const Zipped&) = delete;
  ~Zipped() {
    if (file_ != nullptr) ::bgzf_close(file_);
  }
  void write(std::string_view text) {
    if (::bgzf_write(file_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
      throw std::runtime_error(path_ + " can not be written");
  }
  void close() {
    if (::bgzf_close(std::exchange(file_, nullptr)) != 0) throw std::runtime_error(path_ + " can not be written");
  }

 private:
  std::string path_;
  BGZF* file_;
};

std::string alignment_header(const Machine& machine, const Sample& sample, const std::string& stem) {
  std::string text = "@HD\tVN:1.6\tSO:coordinate\n";
  for (const auto& contig : contigs)
    text += std::string("@SQ\tSN:") + contig.name + "\tLN:" + std::to_string(contig.length) + "\n";
  text += "@RG\tID:" + machine.flow_cell + ".1." + sample.index + "\tSM:" + sample.id + "\tLB:" + sample.library +
          "\tPU:" + machine.flow_cell + ".1." + sample.index + "\tPL:ILLUMINA\tDS:" + sample.comment + "\n";
  text += "@PG\tID:DRAGEN SW build\tPN:dragen\tVN:4.3.6\tCL:dragen -1 " + stem + "_R1_001.fastq.gz --RGSM " +
          sample.id + " --output-file-prefix " + sample.id + "\n";
  return text + "@CO\t" + sample.comment + "\n";
}

struct Placed {
  Fragment fragment;
  bool second = false;
  [[nodiscard]] std::int64_t position() const {
    return fragment.position + (second ? static_cast<std::int64_t>(fragment_length - read_length) : 0);
  }
};

void set_record(bam1_t* record, const Placed& read, const std::string& group) {
  const auto mate = Placed{read.fragment, !read.second}.position();
  const auto at = read.position();
  const auto flags =
      static_cast<std::uint16_t>(read.second ? 0x1U | 0x2U | 0x10U | 0x80U : 0x1U | 0x2U | 0x20U | 0x40U);
  const auto sequence = bases(read.fragment.contig, at, read_length);
  auto quality = qualities(read.fragment.seed + (read.second ? 1U : 0U));
  if (read.second) std::reverse(quality.begin(), quality.end());
  for (char& c : quality) c = static_cast<char>(c - 33);
  const std::uint32_t cigar = bam_cigar_gen(read_length, BAM_CMATCH);
  const auto contig = static_cast<std::int32_t>(read.fragment.contig);
  const auto span = static_cast<hts_pos_t>(fragment_length);
  if (::bam_set1(record, read.fragment.name.size(), read.fragment.name.c_str(), flags, contig, at, 60, 1, &cigar,
                 contig, mate, read.second ? -span : span, sequence.size(), sequence.c_str(), quality.c_str(),
                 64) < 0 ||
      ::bam_aux_update_str(record, "RG", static_cast<int>(group.size() + 1), group.c_str()) < 0)
    throw std::runtime_error("a BAM record can not be made");
}

std::vector<Placed> placed(const Machine& machine, const Sample& sample, int pairs) {
  std::vector<Placed> reads;
  for (int pair = 0; pair < pairs; ++pair) {
    auto fragment = fragment_of(machine, sample, pair);
    reads.push_back({fragment, false});
    reads.push_back({std::move(fragment), true});
  }
  std::sort(reads.begin(), reads.end(), [](const Placed& a, const Placed& b) {
    return a.fragment.contig != b.fragment.contig ? a.fragment.contig < b.fragment.contig : a.position() < b.position();
  });
  return reads;
}

}  // namespace

void write_reads(const Machine& machine, const Sample& sample, const std::string& stem, int pairs) {
  Zipped first(stem + "_R1_001.fastq.gz");
  Zipped second(stem + "_R2_001.fastq.gz");
  const auto far_end = static_cast<std::int64_t>(fragment_length - read_length);
  for (int pair = 0; pair < pairs; ++pair) {
    const auto it = fragment_of(machine, sample, pair);
    const auto tail = ":N:0:" + sample.index + "+" + sample.index2 + "\n";
    first.write("@" + it.name + " 1" + tail + bases(it.contig, it.position, read_length) + "\n+\n" +
                qualities(it.seed) + "\n");
    second.write("@" + it.name + " 2" + tail +
                 reverse_complement(bases(it.contig, it.position + far_end, read_length)) + "\n+\n" +
                 qualities(it.seed + 1) + "\n");
  }
  first.close();
  second.close();
}

void write_alignments(const Machine& machine, const Sample& sample, const std::string& stem, int pairs) {
  const auto path = stem + ".bam";
  const auto text = alignment_header(machine, sample, stem);
  const std::unique_ptr<sam_hdr_t, void (*)(sam_hdr_t*)> header(::sam_hdr_parse(text.size(), text.c_str()),
                                                                ::sam_hdr_destroy);
  const std::unique_ptr<bam1_t, void (*)(bam1_t*)> record(::bam_init1(), ::bam_destroy1);
  htsFile* file = ::hts_open(path.c_str(), "wb4");
  if (file == nullptr || !header || !record) throw std::runtime_error(path + " can not be written");
  bool good = ::sam_hdr_write(file, header.get()) == 0;
  const auto group = machine.flow_cell + ".1." + sample.index;
  for (const auto& read : placed(machine, sample, pairs)) {
    if (!good) break;
    set_record(record.get(), read, group);
    good = ::sam_write1(file, header.get(), record.get()) >= 0;
  }
  good = ::hts_close(file) == 0 && good;
  if (!good || ::sam_index_build3(path.c_str(), (path + ".bai").c_str(), 0, 0) != 0)
    throw std::runtime_error(path + " can not be written");
}

void write_variants(const Sample& sample, const std::string& stem) {
  const auto path = stem + ".hard-filtered.vcf.gz";
  Zipped file(path);
  file.write("##fileformat=VCFv4.2\n##DRAGENCommandLine=<ID=dragen,Version=\"SW: 4.3.6\",CommandLineOptions=\"--RGSM " +
             sample.id + " --output-file-prefix " + sample.id + "\">\n##source=" + sample.comment + "\n" +
             "##FILTER=<ID=PASS,Description=\"All filters passed\">\n" +
             "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">\n" +
             "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n");
  for (const auto& contig : contigs)
    file.write(std::string("##contig=<ID=") + contig.name + ",length=" + std::to_string(contig.length) + ">\n");
  file.write("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" + sample.id + "\n");
  for (std::size_t contig = 0; contig < contigs.size(); ++contig) {
    for (int i = 0; i < 400; ++i) {
      const auto position = 10000 + i * 5000 + static_cast<int>(mixed(static_cast<std::uint64_t>(i)) % 4000U);
      const char reference = base_at(contig, position - 1);
      const char* alternative = reference == 'A' ? "G" : reference == 'C' ? "T" : reference == 'G' ? "A" : "C";
      file.write(std::string(contigs[contig].name) + "\t" + std::to_string(position) + "\t.\t" + reference + "\t" +
                 alternative + "\t50\tPASS\tDP=" + std::to_string(20 + i % 20) + "\tGT\t" +
                 (i % 3 == 0 ? "1/1" : "0/1") + "\n");
    }
  }
  file.close();
  if (::tbx_index_build3(path.c_str(), (path + ".tbi").c_str(), 0, 0, &tbx_conf_vcf) != 0)
    throw std::runtime_error(path + ".tbi can not be written");
}

}  // namespace tributary::demo
