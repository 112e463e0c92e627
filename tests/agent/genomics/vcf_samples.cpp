// tests/agent/genomics/vcf_samples.cpp: VCF and BCF by htslib.
#include "tests/agent/genomics/vcf_samples.hpp"

#include <htslib/kstring.h>
#include <htslib/tbx.h>
#include <htslib/vcf.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace tributary::genomics::sample {

namespace {

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "genomics-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) std::abort();
    path_ = pattern;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string put(const std::string& name, std::string_view bytes) const {
    std::ofstream(path_ / name, std::ios::binary) << bytes;
    return (path_ / name).string();
  }
  [[nodiscard]] std::string get(const std::string& name) const {
    std::ifstream file(path_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] std::string name(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

std::string converted(std::string_view bytes, const char* mode, std::string (*read_back)(const Folder&)) {
  const Folder folder;
  htsFile* in = hts_open(folder.put("in", bytes).c_str(), "r");
  htsFile* out = hts_open(folder.name("out").c_str(), mode);
  bcf_hdr_t* header = bcf_hdr_read(in);
  if (header == nullptr || bcf_hdr_write(out, header) != 0) std::abort();
  bcf1_t* record = bcf_init();
  while (bcf_read(in, header, record) == 0) {
    if (bcf_write(out, header, record) != 0) std::abort();
  }
  bcf_destroy(record);
  bcf_hdr_destroy(header);
  if (hts_close(in) != 0 || hts_close(out) != 0) std::abort();
  return read_back(folder);
}

}  // namespace

std::string vcf_text(std::size_t records) {
  std::string text =
      "##fileformat=VCFv4.2\n"
      "##FILTER=<ID=PASS,Description=\"All filters passed\">\n"
      "##FILTER=<ID=q10,Description=\"Quality < 10, \\\"low\\\"\">\n"
      "##fileDate=20261120\n"
      "##DRAGENCommandLine=<ID=dragen,Version=\"4.2\",CommandLineOptions=\"--RGSM SAMPLE-01 -1 /data/SAMPLE-01.fq\">\n"
      "##reference=file:///data/SAMPLE-01/ref.fa\n"
      "##source=SAMPLE-01 caller\n"
      "##SAMPLE=<ID=SAMPLE-01,Description=\"a person\">\n"
      "##PEDIGREE=<Child=SAMPLE-01,Mother=SAMPLE-02>\n"
      "##INFO=<ID=END,Number=1,Type=Integer,Description=\"End of block\",Source=\"SAMPLE-01\",Version=\"3\">\n"
      "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">\n"
      "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n"
      "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">\n"
      "##ALT=<ID=NON_REF,Description=\"Any other allele\">\n"
      "##contig=<ID=chr1,length=248956422,assembly=SAMPLE-01,URL=file:///SAMPLE-01>\n"
      "##contig=<ID=chr2,length=242193529,md5=f98db672eb0993dcfdabafe2a882905c>\n"
      "##bcftools_viewCommand=view SAMPLE-01.vcf; Date=today\n"
      "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tSAMPLE-01\n";
  for (std::size_t i = 0; i < records; ++i) {
    const std::size_t at = 1 + i % ((records + 1) / 2) * 1000;
    text += i < (records + 1) / 2 ? "chr1\t" : "chr2\t";
    text += std::to_string(at);
    if (i % 3 == 0) {
      text += "\t.\tA\t<NON_REF>\t.\tPASS\tEND=" + std::to_string(at + 900) + "\tGT:DP\t0/0:" + std::to_string(i % 50) +
              "\n";
    } else {
      text += "\t.\tACG\tA,<NON_REF>\t50\tPASS\tDP=" + std::to_string(i * 31 % 97) + "\tGT:DP\t0/1:30\n";
    }
  }
  return text;
}

std::string bcf_of(std::string_view vcf) {
  return converted(vcf, "wb", [](const Folder& folder) { return folder.get("out"); });
}

std::string vcf_of(std::string_view bcf) {
  return converted(bcf, "w", [](const Folder& folder) { return folder.get("out"); });
}

std::string index_by_htslib(std::string_view file, Format format, int min_shift) {
  const Folder folder;
  const std::string path = folder.put("file", file);
  const std::string index = folder.name("index");
  const int done = format == Format::bcf ? bcf_index_build3(path.c_str(), index.c_str(), min_shift, 0)
                                         : tbx_index_build3(path.c_str(), index.c_str(), min_shift, 0,
                                                            format == Format::bed ? &tbx_conf_bed : &tbx_conf_vcf);
  if (done != 0) std::abort();
  return unpacked(folder.get("index"));
}

std::vector<std::string> query(std::string_view file, std::string_view index, const std::string& extension,
                               const std::string& region) {
  const Folder folder;
  const std::string path = folder.put("file.gz", file);
  const std::string index_path = folder.put("file.gz." + extension, index);
  tbx_t* table = tbx_index_load3(path.c_str(), index_path.c_str(), 0);
  htsFile* open = hts_open(path.c_str(), "r");
  if (table == nullptr || open == nullptr) return {"no index"};
  hts_itr_t* found = tbx_itr_querys(table, region.c_str());
  std::vector<std::string> records;
  kstring_t line{0, 0, nullptr};
  while (found != nullptr && tbx_itr_next(open, table, found, &line) >= 0) records.emplace_back(line.s, line.l);
  std::free(line.s);
  tbx_itr_destroy(found);
  tbx_destroy(table);
  if (hts_close(open) != 0) std::abort();
  return records;
}

Transform vcf_transform(Format format, IndexKind index) {
  Transform transform;
  transform.format = format;
  transform.sample = "TL-PSEUDONYM";
  transform.index = index;
  return transform;
}

}  // namespace tributary::genomics::sample
