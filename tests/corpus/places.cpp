// tests/corpus/places.cpp: the table of places.
#include "tests/corpus/places.hpp"

#include "agent/base/bytes.hpp"
#include "tests/agent/genomics/bam_samples.hpp"
#include "tests/agent/genomics/vcf_samples.hpp"

namespace tributary::corpus {
namespace {

using genomics::Format;
using Word = const std::string&;
using Builder = std::function<std::string(Word)>;
namespace sample = genomics::sample;
namespace samples = genomics::samples;

std::string read(const std::string& name, const std::string& plus = {}) {
  return "@" + name + "\nACGTACGTAC\n+" + plus + "\nFFFFFFFFFF\n";
}
const std::string plain_read = read("M1:7:FC:1:1101:10:20");

void add_fastq(std::vector<Planted>& all) {
  const auto add = [&](const char* name, Fate fate, Builder file, bool masks = false) {
    all.push_back({std::string("FASTQ: ") + name, Format::fastq, fate, std::move(file), masks, true});
  };
  add("read name", Fate::proven, [](Word w) { return plain_read + read(w + "_1"); });
  add("read name, masked", Fate::removed, [](Word w) { return plain_read + read(w + "_1"); }, true);
  add("comment of Nanopore", Fate::removed,
      [](Word w) { return read("0a0b0c0d-0000-4000-8000-000000000001 runid=77 sample_id=" + w + " ch=3"); });
  add("older comment of Nanopore", Fate::removed,
      [](Word w) { return read("0a0b0c0d-0000-4000-8000-000000000001 runid=77 sampleid=" + w + " read=1 ch=3"); });
  add("alias in a comment of Nanopore", Fate::removed, [](Word w) {
    return read("0a0b0c0d-0000-4000-8000-000000000001 runid=77 barcode=barcode01 barcode_alias=" + w +
                " parent_read_id=0a0b0c0d-0000-4000-8000-000000000002");
  });
  add("tags of Nanopore in a comment", Fate::removed, [](Word w) {
    return read("0a0b0c0d-0000-4000-8000-000000000001\tst:Z:2025-11-20T10:00:00Z\tRG:Z:77_dna_r10_" + w);
  });
  add("movie of PacBio in a name", Fate::proven, [](Word w) { return plain_read + read(w + "/1234/ccs"); });
  add(
      "movie of PacBio in a name, masked", Fate::removed, [](Word w) { return plain_read + read(w + "/1234/ccs"); },
      true);
  add(
      "instrument and flow cell in a name, masked", Fate::removed,
      [](Word w) { return plain_read + read(w + ":61:" + w + ":1:1101:10:20 1:N:0:ACGT"); }, true);
  add("comment of a later gzip member", Fate::removed, [](Word w) {
    return sample::gzip_of(plain_read) + sample::gzip_of("") + sample::gzip_of(plain_read, w + ".fastq");
  });
  add("comment", Fate::removed, [](Word w) { return read("M1:7:FC:1:1101:10:20 " + w); });
  add("index in the comment", Fate::removed, [](Word w) { return read("M1:7:FC:1:1101:10:20 1:N:0:" + w); });
  add("plus line", Fate::removed, [](Word w) { return read("M1:7:FC:1:1101:10:20", w); });
  add("gzip file name", Fate::removed, [](Word w) { return sample::gzip_of(plain_read, w + "_R1.fastq"); });
  add("file name of a later gzip member", Fate::removed,
      [](Word w) { return sample::gzip_of(plain_read) + sample::gzip_of(plain_read, w + ".fastq"); });
  add("bytes behind the last member", Fate::refused, [](Word w) { return sample::gzip_of(plain_read) + w; });
  add("blank lines and text behind", Fate::refused, [](Word w) { return plain_read + "\n\n" + w + "\n"; });
}

struct Sam {
  std::string header_fields = {}, header_lines = {}, group = "g1", tags = {}, name = "M1:7:FC:1:1101:10:20", hd = {};
};
std::string sam_of(const Sam& sam) {
  return "@HD\tVN:1.6\tSO:coordinate" + sam.hd + "\n@SQ\tSN:chr1\tLN:100000\n@RG\tID:" + sam.group + "\tSM:a" +
         sam.header_fields + "\n" + sam.header_lines + sam.name +
         "\t0\tchr1\t100\t60\t10M\t*\t0\t0\tACGTACGTAC\tFFFFFFFFFF" + "\tNM:i:0\tRG:Z:" + sam.group + sam.tags + "\n";
}

void add_alignments(std::vector<Planted>& all) {
  const auto add = [&](const std::string& name, Fate fate, std::function<Sam(Word)> sam, bool masks = false,
                       bool searchable = true) {
    all.push_back({"BAM: " + name, Format::bam, fate,
                   [sam](Word w) { return std::string(text(samples::bam_of(sam_of(sam(w))))); }, masks, searchable});
    for (const auto* const version : {"3.0", "3.1"}) {
      all.push_back({"CRAM " + std::string(version) + ": " + name, Format::cram, fate,
                     [sam, version](Word w) {
                       samples::CramOptions options;
                       options.version = version;
                       options.file_name = "x.cram";
                       return std::string(text(samples::cram_of(sam_of(sam(w)), options)));
                     },
                     masks, searchable});
    }
  };
  for (const auto* const tag : {"LB", "PU", "DS", "CN", "DT", "PM", "BC", "al", "PG"}) {
    add("@RG " + std::string(tag), Fate::removed,
        [tag](Word w) { return Sam{.header_fields = "\t" + std::string(tag) + ":" + w}; });
  }
  add("@RG of PacBio", Fate::removed, [](Word w) {
    return Sam{.header_fields = "\tDS:READTYPE=CCS;BINDINGKIT=101;BarcodeFile=/data/" + w +
                                ".fasta;BarcodeCount=96\tPU:" + w + "\tPM:REVIO\tLB:" + w,
               .group = "0a1b2c3d/0--0",
               .name = "m84028_230214_022129_s1/1234/ccs"};
  });
  add("@RG of Nanopore", Fate::removed, [](Word w) {
    return Sam{
        .header_fields = "\tDT:2025-11-20T10:00:00Z\tPL:ONT\tDS:basecall_model=dna runid=77\tLB:" + w + "\tal:" + w,
        .group = "77_dna_r10_" + w,
        .name = "0a0b0c0d-0000-4000-8000-000000000001"};
  });
  add("@RG ID and RG of records", Fate::removed, [](Word w) { return Sam{.group = w}; });
  add("@PG command line", Fate::removed,
      [](Word w) { return Sam{.header_lines = "@PG\tID:bwa\tPN:bwa\tCL:bwa mem /data/" + w + "_R1.fastq.gz\n"}; });
  add("@PG ID", Fate::removed, [](Word w) { return Sam{.header_lines = "@PG\tID:" + w + "\n"}; });
  add("@CO", Fate::removed, [](Word w) { return Sam{.header_lines = "@CO\tpatient " + w + "\n"}; });
  for (const auto* const tag : {"UR", "AS", "SP", "DS", "AN"}) {
    add("@SQ " + std::string(tag), Fate::removed,
        [tag](Word w) { return Sam{.header_lines = "@SQ\tSN:chr2\tLN:500\t" + std::string(tag) + ":" + w + "\n"}; });
  }
  add("@HD", Fate::removed, [](Word w) { return Sam{.hd = "\txx:" + w}; });
  for (const auto* const tag : {"LB", "PG", "PU", "BC", "CO", "CR", "CB", "RX", "MI", "st",
                                "f5", "fn", "pi", "sv", "xx", "ZZ", "MD", "SA", "XA", "OC"}) {
    add("tag " + std::string(tag), Fate::removed,
        [tag](Word w) { return Sam{.tags = "\t" + std::string(tag) + ":Z:" + w}; });
  }
  add(
      "tag in hexadecimal", Fate::removed, [](Word w) { return Sam{.tags = "\tXH:H:" + to_hex(view(w))}; }, false,
      false);
  add("tag of numbers", Fate::removed, [](Word w) {
    std::string numbers;
    for (const char c : w) numbers += "," + std::to_string(static_cast<int>(c));
    return Sam{.tags = "\tzb:B:c" + numbers};
  });
  add("read name", Fate::proven, [](Word w) { return Sam{.name = w + ":1:2"}; });
  add("movie of PacBio", Fate::proven, [](Word w) { return Sam{.name = w + "/1234/ccs"}; });
  add("movie of PacBio, masked", Fate::removed, [](Word w) { return Sam{.name = w + "/1234/ccs"}; }, true);
  add(
      "instrument and flow cell, masked", Fate::removed,
      [](Word w) { return Sam{.name = w + ":61:" + w + ":1:1101:10:20"}; }, true);
  add("read name, masked", Fate::removed, [](Word w) { return Sam{.name = w + ":1:2"}; }, true);
  all.push_back({"CRAM: file id", Format::cram, Fate::removed,
                 [](Word w) {
                   samples::CramOptions options;
                   options.file_name = w;
                   return std::string(text(samples::cram_of(sam_of({}), options)));
                 },
                 false, true});
}

struct Vcf {
  std::string header = {}, id = ".", filter = "PASS", info = "DP=3", format = "GT", value = "0/1", sample = "a",
              contig = "chr1";
};
std::string vcf_of(const Vcf& vcf) {
  return "##fileformat=VCFv4.2\n##FILTER=<ID=PASS,Description=\"All filters passed\">\n" + vcf.header +
         "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">\n"
         "##INFO=<ID=NOTE,Number=1,Type=String,Description=\"Note\">\n"
         "##INFO=<ID=SVTYPE,Number=1,Type=String,Description=\"Kind\">\n"
         "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n"
         "##FORMAT=<ID=TAG,Number=1,Type=String,Description=\"Tag\">\n"
         "##FORMAT=<ID=FT,Number=1,Type=String,Description=\"Filter\">\n##contig=<ID=" +
         vcf.contig + ",length=100000>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" + vcf.sample + "\n" +
         vcf.contig + "\t100\t" + vcf.id + "\tA\tC\t50\t" + vcf.filter + "\t" + vcf.info + "\t" + vcf.format + "\t" +
         vcf.value + "\n";
}

// Four persons, of whom the second one agreed.
struct Joint {
  std::string header = {}, before = "c", behind = "d", alternates = "C", own = "0/1", other = "0/0", info = "DP=3";
};
std::string joint_of(const Joint& joint) {
  return "##fileformat=VCFv4.3\n##FILTER=<ID=PASS,Description=\"All filters passed\">\n" + joint.header +
         "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">\n"
         "##INFO=<ID=NOTE,Number=1,Type=String,Description=\"Note\">\n"
         "##INFO=<ID=SVTYPE,Number=1,Type=String,Description=\"Kind\">\n"
         "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n"
         "##FORMAT=<ID=TAG,Number=1,Type=String,Description=\"Tag\">\n"
         "##FORMAT=<ID=FT,Number=1,Type=String,Description=\"Filter\">\n##contig=<ID=chr1,length=100000>\n"
         "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" +
         joint.before + "\ta\t" + joint.behind + "\te\nchr1\t100\t.\tA\t" + joint.alternates + "\t50\tPASS\t" +
         joint.info + "\tGT:FT:TAG\t0/0\t" + joint.own + "\t" + joint.other + "\t0/1\n";
}

void add_joint(std::vector<Planted>& all) {
  const auto add = [&](const std::string& name, Fate fate, std::function<Joint(Word)> joint) {
    all.push_back(
        {"joint VCF: " + name, Format::vcf, fate, [joint](Word w) { return joint_of(joint(w)); }, false, true, 1});
    all.push_back({"joint BCF: " + name, Format::bcf, fate,
                   [joint](Word w) { return sample::bcf_of(joint_of(joint(w))); }, false, true, 1});
  };
  add("column before", Fate::removed, [](Word w) { return Joint{.before = w}; });
  add("column behind", Fate::removed, [](Word w) { return Joint{.behind = w}; });
  for (const auto* const line :
       {"##SAMPLE=<ID=WORD,Description=\"x\">", "##SAMPLE=<ID=d,Genomes=Germline;WORD,Mixture=.3;.7>",
        "##PEDIGREE=<ID=a,Mother=WORD,Father=d>", "##PEDIGREE=<ID=WORD,Original=a>", "##pedigreeDB=http://x/WORD",
        "##META=<ID=Assay,Type=String,Number=.,Values=[WORD, b]>", "##WORD_META=<ID=d>", "##GVCFBlock0-1=WORD"}) {
    add(line, Fate::removed, [line](Word w) {
      std::string text = line;
      text.replace(text.find("WORD"), 4, w);
      return Joint{.header = text + "\n"};
    });
  }
  add("allele of others", Fate::removed, [](Word w) { return Joint{.alternates = "C,<" + w + ">", .other = "2/2"}; });
  add("own allele", Fate::refused, [](Word w) { return Joint{.alternates = "C,<" + w + ">", .own = "0/2"}; });
  add("own allele, declared", Fate::proven, [](Word w) {
    return Joint{.header = "##ALT=<ID=" + w + ",Description=\"x\">\n", .alternates = "C,<" + w + ">", .own = "0/2"};
  });
  add("text of others", Fate::removed, [](Word w) { return Joint{.other = "0/1:PASS:" + w}; });
  add("misshapen text of others", Fate::removed, [](Word w) { return Joint{.other = "0/1:" + w}; });
  add("own text", Fate::removed, [](Word w) { return Joint{.own = "0/1:PASS:" + w}; });
  add("text of the site", Fate::removed, [](Word w) { return Joint{.info = "DP=3;NOTE=" + w}; });
  add("misshapen text of the site", Fate::removed, [](Word w) { return Joint{.info = "SVTYPE=" + w}; });
}

void add_variants(std::vector<Planted>& all) {
  const auto add = [&](const std::string& name, Fate fate, std::function<Vcf(Word)> vcf) {
    all.push_back({"VCF: " + name, Format::vcf, fate, [vcf](Word w) { return vcf_of(vcf(w)); }, false, true});
    all.push_back(
        {"VCF.gz: " + name, Format::vcf, fate, [vcf](Word w) { return sample::bgzf_of(vcf_of(vcf(w))); }, false, true});
    all.push_back(
        {"BCF: " + name, Format::bcf, fate, [vcf](Word w) { return sample::bcf_of(vcf_of(vcf(w))); }, false, true});
  };
  add("sample column", Fate::removed, [](Word w) { return Vcf{.sample = w}; });
  for (const auto* const line :
       {"##SAMPLE=<ID=WORD,Description=\"x\">", "##PEDIGREE=<Child=WORD,Mother=b>", "##pedigreeDB=http://x/WORD",
        "##META=<ID=Tissue,Type=String,Number=.,Values=[WORD]>", "##reference=file:///data/WORD/ref.fa",
        "##assembly=ftp://x/WORD.fa", "##fileDate=WORD", "##source=WORD",
        "##DRAGENCommandLine=<ID=dragen,CommandLineOptions=\"--RGSM WORD\">",
        "##bcftools_viewCommand=view WORD.vcf; Date=today", "##commandline=\"call WORD\"",
        "##GATKCommandLine=<ID=x,CommandLine=\"WORD\">", "##ALT=<ID=DEL,Description=\"x\",Origin=WORD>",
        "##contig=<ID=chr9,length=5,URL=http://x/WORD,species=\"WORD\">",
        "##INFO=<ID=ZZ,Number=1,Type=Integer,Description=\"x\",Source=\"WORD\",Version=\"WORD\">", "##WORD=x"}) {
    add(std::string(line).substr(0, std::string(line).find('=')), Fate::removed, [line](Word w) {
      std::string text = line;
      for (auto at = text.find("WORD"); at != std::string::npos; at = text.find("WORD", at + w.size()))
        text.replace(at, 4, w);
      return Vcf{.header = text + "\n"};
    });
  }
  add("description", Fate::proven,
      [](Word w) { return Vcf{.header = "##INFO=<ID=ZZ,Number=1,Type=Integer,Description=\"of " + w + "\">\n"}; });
  add("name of a filter", Fate::proven,
      [](Word w) { return Vcf{.header = "##FILTER=<ID=" + w + ",Description=\"x\">\n", .filter = w}; });
  add("name of a contig", Fate::proven, [](Word w) { return Vcf{.contig = w}; });
  add("id", Fate::removed, [](Word w) { return Vcf{.id = w}; });
  add("text of INFO", Fate::removed, [](Word w) { return Vcf{.info = "DP=3;NOTE=" + w}; });
  add("misshapen text of INFO", Fate::removed, [](Word w) { return Vcf{.info = "SVTYPE=" + w}; });
  add("text of FORMAT", Fate::removed, [](Word w) { return Vcf{.format = "GT:TAG", .value = "0/1:" + w}; });
  add("misshapen text of FORMAT", Fate::removed, [](Word w) { return Vcf{.format = "GT:FT", .value = "0/1:" + w}; });
  all.push_back({"VCF.gz: gzip file name", Format::vcf, Fate::removed,
                 [](Word w) { return sample::gzip_of(vcf_of({}), w + ".vcf"); }, false, true});
  all.push_back(
      {"BED: name", Format::bed, Fate::removed, [](Word w) { return "chr1\t10\t20\t" + w + "\n"; }, false, true});
  all.push_back({"BED: track", Format::bed, Fate::removed,
                 [](Word w) { return "track name=" + w + "\nbrowser position " + w + "\n# " + w + "\nchr1\t10\t20\n"; },
                 false, true});
  all.push_back({"BED: contig", Format::bed, Fate::proven, [](Word w) { return w + "\t10\t20\n"; }, false, true});
}

}  // namespace

std::vector<Planted> places() {
  std::vector<Planted> all;
  add_fastq(all);
  add_alignments(all);
  add_variants(all);
  add_joint(all);
  return all;
}

}  // namespace tributary::corpus
