// tests/agent/genomics/vcf_values_test.cpp: texts in records of VCF and BCF leave by their key and their shape only.
#include <algorithm>

#include "tests/agent/genomics/vcf_samples.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::genomics {
namespace {

const std::string header =
    "##fileformat=VCFv4.2\n"
    "##FILTER=<ID=q10,Description=\"low\">\n"
    "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">\n"
    "##INFO=<ID=AF,Number=A,Type=Float,Description=\"Frequency\">\n"
    "##INFO=<ID=DB,Number=0,Type=Flag,Description=\"Known\">\n"
    "##INFO=<ID=SVTYPE,Number=1,Type=String,Description=\"Kind\">\n"
    "##INFO=<ID=MATEID,Number=.,Type=String,Description=\"Mate\">\n"
    "##INFO=<ID=NOTE,Number=1,Type=String,Description=\"Note\">\n"
    "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n"
    "##FORMAT=<ID=FT,Number=1,Type=String,Description=\"Filter\">\n"
    "##FORMAT=<ID=PID,Number=1,Type=String,Description=\"Phase\">\n"
    "##FORMAT=<ID=TAG,Number=1,Type=String,Description=\"Tag\">\n"
    "##INFO=<ID=END,Number=1,Type=Integer,Description=\"End\">\n"
    "##INFO=<ID=PATNR,Number=.,Type=Integer,Description=\"Other\">\n"
    "##INFO=<ID=WEIGHT,Number=1,Type=Float,Description=\"Other\">\n"
    "##INFO=<ID=AA,Number=1,Type=String,Description=\"Ancestral\">\n"
    "##FORMAT=<ID=SID,Number=1,Type=Integer,Description=\"Other\">\n"
    "##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"Depths\">\n"
    "##contig=<ID=chr1,length=248956422>\n"
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tLIMS-77\n";

std::string record_of(const std::string& text) { return text.substr(text.find('\n', text.find("#CHROM")) + 1); }

std::string cleaned(const std::string& record) {
  const auto done = sample::clean(header + record + "\n", sample::vcf_transform(Format::vcf));
  return done.complete ? record_of(sample::unpacked(done.stream)) : done.error;
}

// The record of BCF as htslib reads it.
std::string cleaned_bcf(const std::string& record) {
  const auto done = sample::clean(sample::bcf_of(header + record + "\n"), sample::vcf_transform(Format::bcf));
  return done.complete ? record_of(sample::vcf_of(done.stream)) : done.error;
}

void same_both(const std::string& expected, const std::string& record) {
  STRCMP_EQUAL((expected + "\n").c_str(), cleaned(record).c_str());
  STRCMP_EQUAL((expected + "\n").c_str(), cleaned_bcf(record).c_str());
}

}  // namespace

TEST_GROUP(VcfValues){};

TEST(VcfValues, that_are_numbers_or_have_their_shape_stay) {
  const std::string record =
      "chr1\t100\trs99\tA\tC,<DEL>\t50\tPASS\tDP=7;AF=0.5,1e-05;DB;SVTYPE=DEL;MATEID=MantaBND:1:0:2\tGT:FT:PID:AD\t"
      "0|1:q10:100_A_C:3,4,0";
  same_both(record, record);
}

TEST(VcfValues, that_are_texts_without_a_place_on_the_list_go_with_their_keys) {
  same_both("chr1\t100\t.\tA\tC\t50\tq10\tDP=7\tGT:AD\t0/1:3,4",
            "chr1\t100\t.\tA\tC\t50\tq10\tNOTE=LIMS-77;DP=7\tGT:TAG:AD\t0/1:LIMS-77:3,4");
  same_both("chr1\t100\t.\tA\tC\t50\tPASS\t.\tGT\t0/1",
            "chr1\t100\t.\tA\tC\t50\tPASS\tNOTE=LIMS-77\tGT:TAG\t0/1:LIMS-77");
}

TEST(VcfValues, that_have_not_their_shape_go) {
  same_both("chr1\t100\t.\tA\tC\t50\tPASS\t.\tGT\t0/1",
            "chr1\t100\t.\tA\tC\t50\tPASS\tSVTYPE=LIMS-77;MATEID=Mueller\tGT\t0/1");
  STRCMP_EQUAL("chr1\t100\t.\tA\tC\t50\tPASS\t.\tGT:AD\t.:.\n",
               cleaned("chr1\t100\t.\tA\tC\t50\tPASS\tDP=Hans;AF=Maria\tGT:AD\tHans:Maria").c_str());
}

TEST(VcfValues, that_are_long_numbers_stay_under_a_known_key_only) {
  const std::string known =
      "chr1\t100\t.\tA\tC\t50\tPASS\tEND=4711999;DP=123456;PATNR=99999,-7;WEIGHT=-1e-30\tGT:AD:SID\t0/1:200000,3:99999";
  same_both(known, known);
  for (const auto* const value : {"PATNR=201424131", "PATNR=5,-471199", "WEIGHT=4711999", "WEIGHT=4.7e+06"}) {
    same_both("chr1\t100\t.\tA\tC\t50\tPASS\tDP=1\tGT\t0/1",
              "chr1\t100\t.\tA\tC\t50\tPASS\tDP=1;" + std::string(value) + "\tGT\t0/1");
  }
  STRCMP_EQUAL("chr1\t100\t.\tA\tC\t50\tPASS\tDP=1\tGT:SID\t0/1:.\n",
               cleaned("chr1\t100\t.\tA\tC\t50\tPASS\tDP=1\tGT:SID\t0/1:201424131").c_str());
  STRCMP_EQUAL("chr1\t100\t.\tA\tC\t50\tPASS\tDP=1\tGT\t0/1\n",
               cleaned_bcf("chr1\t100\t.\tA\tC\t50\tPASS\tDP=1\tGT:SID\t0/1:201424131").c_str());
}

TEST(VcfValues, that_are_dates_or_start_with_zeros_are_no_numbers) {
  for (const auto* const value : {"DP=0201424131", "DP=1970-01-01", "DP=01.01.1970", "AF=1.2.3", "DP=00", "DP=1e",
                                  "DP=-", "SVTYPE=0201424131", "AA=0201424131", "AA=4711999"}) {
    STRCMP_EQUAL("chr1\t100\t.\tA\tC\t50\tPASS\tDB\tGT\t0/1\n",
                 cleaned("chr1\t100\t.\tA\tC\t50\tPASS\tDB;" + std::string(value) + "\tGT\t0/1").c_str());
  }
  STRCMP_EQUAL("chr1\t100\t.\tA\tC\t50\tPASS\tDB\tGT:PID\t.:.\n",
               cleaned("chr1\t100\t.\tA\tC\t50\tPASS\tDB\tGT:PID\t0201424131:0201424131").c_str());
  for (const auto* const value : {"AF=0.5", "AF=.5", "AF=-1e-05", "AF=1E+2", "AF=nan", "AF=-inf", "AF=5.", "DP=0",
                                  "AF=.,0.1", "AA=ACgt|-", "AF=0"}) {
    const auto record = "chr1\t100\t.\tA\tC\t50\tPASS\t" + std::string(value) + "\tGT\t0/1";
    STRCMP_EQUAL((record + "\n").c_str(), cleaned(record).c_str());
  }
}

TEST(VcfValues, without_a_declaration_go) {
  STRCMP_EQUAL("chr1\t100\t.\tA\tC\t50\tPASS\tDP=3\tGT\t0/1\n",
               cleaned("chr1\t100\t.\tA\tC\t50\tPASS\tXX=1;DP=3;LIMS-77\tGT:YY\t0/1:5").c_str());
}

TEST(VcfValues, that_are_ids_stay_when_a_register_or_a_caller_gave_them) {
  for (const auto* const id : {".", "rs12", "rs1;COSV22", "nsv7", "MantaDEL:1:0:0:1", "DRAGEN:INV:5:6_7"}) {
    const auto record = "chr1\t100\t" + std::string(id) + "\tA\tC\t50\tPASS\tDP=1\tGT\t0/1";
    same_both(record, record);
  }
  for (const auto* const id : {"LIMS-77", "rs12;LIMS-77", "rs", "Manta:Hans", "DRAGEN:", "rsHans"}) {
    same_both("chr1\t100\t.\tA\tC\t50\tPASS\tDP=1\tGT\t0/1",
              "chr1\t100\t" + std::string(id) + "\tA\tC\t50\tPASS\tDP=1\tGT\t0/1");
  }
}

TEST(VcfValues, in_the_columns_of_quality_and_filter_are_looked_at_too) {
  CHECK(cleaned("chr1\t100\t.\tA\tC\tHans\tPASS\tDP=1\tGT\t0/1").find("quality") != std::string::npos);
  CHECK(cleaned("chr1\t100\t.\tA\tC\tHans\tPASS\tDP=1\tGT\t0/1").find("Hans") == std::string::npos);
  STRCMP_EQUAL("chr1\t100\t.\tA\tC\t.\t.\tDP=1\tGT\t0/1\n",
               cleaned("chr1\t100\t.\tA\tC\t.\tLIMS-77\tDP=1\tGT\t0/1").c_str());
}

TEST(VcfValues, beyond_what_format_names_are_refused) {
  CHECK(cleaned("chr1\t100\t.\tA\tC\t50\tPASS\tDP=1\tGT\t0/1:LIMS-77").find("FORMAT") != std::string::npos);
}

TEST(VcfValues, are_counted_when_they_go) {
  const auto done = sample::clean(header + "chr1\t100\tLIMS-77\tA\tC\t50\tPASS\tNOTE=x;DP=2\tGT:TAG\t0/1:y\n",
                                  sample::vcf_transform(Format::vcf));
  LONGS_EQUAL(1, done.counts.at("record ids dropped"));
  LONGS_EQUAL(2, done.counts.at("record texts dropped"));
}

TEST(VcfValues, are_judged_the_same_from_every_restart_point) {
  std::string text = header;
  for (std::size_t i = 0; i < 9000; ++i) {
    text += "chr1\t" + std::to_string(100 + 10 * i) + "\t.\tA\tC\t50\tPASS\tDP=" + std::to_string(i % 90) +
            (i % 700 == 5 ? ";NOTE=LIMS-77" : "") + "\tGT:AD\t0/1:3,4\n";
  }
  for (const auto& [file, format] :
       {std::pair(sample::bgzf_of(text), Format::vcf), {sample::bcf_of(text), Format::bcf}}) {
    const auto transform = sample::vcf_transform(format, IndexKind::csi);
    const auto whole = sample::clean(file, transform);
    CHECK_TEXT(whole.complete, whole.error.c_str());
    CHECK(whole.points.size() > 2);
    CHECK(sample::every_point_continues(file, transform, whole));
    CHECK(sample::unpacked(whole.stream).find("LIMS-77") == std::string::npos);
    CHECK(sample::unpacked(whole.index) == sample::index_by_htslib(whole.stream, format, 14));
  }
}

TEST(VcfValues, of_a_damaged_bcf_are_refused_or_are_clean_for_good) {
  const auto transform = sample::vcf_transform(Format::bcf);
  const auto file = sample::unpacked(
      sample::bcf_of(header + "chr1\t100\tLIMS-77\tA\tC\t50\tPASS\tNOTE=LIMS-77;DP=2\tGT:TAG\t0/1:LIMS-77\n"));
  std::size_t refused = 0, complete = 0;
  for (std::size_t at = file.size() - 90; at < file.size(); ++at) {
    for (const unsigned bit : {0U, 3U, 7U}) {
      auto bent = file;
      bent[at] = static_cast<char>(static_cast<unsigned char>(bent[at]) ^ (1U << bit));
      const auto once = sample::clean(sample::bgzf_of(bent), transform);
      CHECK(once.complete != !once.error.empty());
      ++(once.complete ? complete : refused);
      if (once.complete) {
        const auto twice = sample::clean(once.stream, transform);
        CHECK(twice.complete);
        CHECK(sample::unpacked(twice.stream) == sample::unpacked(once.stream));
      }
    }
  }
  CHECK(refused > 20);
  CHECK(complete > 20);
}

}  // namespace tributary::genomics
