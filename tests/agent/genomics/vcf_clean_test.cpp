// tests/agent/genomics/vcf_clean_test.cpp: VCF and gVCF with a header by allow-list and an index beside.
#include "agent/port/genomics/htslib/vcf_header.hpp"
#include "tests/agent/genomics/vcf_samples.hpp"

#include <CppUTest/TestHarness.h>

using namespace tributary;
using namespace tributary::genomics;
using sample::clean;
using sample::Cleaned;
using sample::vcf_text;
using sample::vcf_transform;

namespace {

std::string header(const std::string& line) {
  return "##fileformat=VCFv4.2\n" + line + "\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";
}

std::string cleaned_text(std::string_view text) {
  const Cleaned cleaned = clean(text, vcf_transform(Format::vcf));
  return cleaned.complete ? sample::unpacked(cleaned.stream) : "error: " + cleaned.error;
}

std::string records_of(const std::string& text) { return text.substr(text.find('\n', text.find("#CHROM")) + 1); }

}  // namespace

TEST_GROUP(Vcf){};

TEST(Vcf, keeps_records_and_the_lines_that_records_need) {
  const std::string text = cleaned_text(vcf_text(100));
  CHECK(records_of(text) == records_of(vcf_text(100)));
  STRCMP_EQUAL(
      "##fileformat=VCFv4.2\n"
      "##FILTER=<ID=PASS,Description=\"All filters passed\">\n"
      "##FILTER=<ID=q10,Description=\"Quality < 10, \\\"low\\\"\">\n"
      "##INFO=<ID=END,Number=1,Type=Integer,Description=\"End of block\">\n"
      "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">\n"
      "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n"
      "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">\n"
      "##ALT=<ID=NON_REF,Description=\"Any other allele\">\n"
      "##contig=<ID=chr1,length=248956422>\n"
      "##contig=<ID=chr2,length=242193529,md5=f98db672eb0993dcfdabafe2a882905c>\n"
      "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tTL-PSEUDONYM\n",
      text.substr(0, text.size() - records_of(text).size()).c_str());
}

TEST(Vcf, reads_gzip_and_bgzf_as_plain_text) {
  const std::string text = cleaned_text(vcf_text(1000));
  CHECK(cleaned_text(sample::gzip_of(vcf_text(1000), "SAMPLE-01.vcf")) == text);
  CHECK(cleaned_text(sample::bgzf_of(vcf_text(1000))) == text);
  CHECK(text.find("SAMPLE-0") == std::string::npos);
}

TEST(Vcf, counts_what_it_dropped) {
  const Cleaned cleaned = clean(vcf_text(10), vcf_transform(Format::vcf));
  CHECK_EQUAL(7U, cleaned.counts.at("header lines dropped"));
  CHECK_EQUAL(4U, cleaned.counts.at("header fields dropped"));
  CHECK_EQUAL(1U, cleaned.counts.at("sample names replaced"));
  CHECK_EQUAL(10U, cleaned.counts.at("records"));
}

TEST(Vcf, accepts_a_file_of_sites_only) {
  const std::string text = header("##contig=<ID=1>") + "1\t5\t.\tA\tC\t.\t.\t.\n";
  CHECK(cleaned_text(text) == text);
}

TEST(Vcf, refuses_several_samples_and_names_their_number_only) {
  const std::string text =
      "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tSAMPLE-01\tSAMPLE-02\n";
  const Cleaned cleaned = clean(text, vcf_transform(Format::vcf));
  CHECK(cleaned.remedy == Remedy::give_up);
  STRCMP_CONTAINS("2 sample columns", cleaned.error.c_str());
  CHECK(cleaned.error.find("SAMPLE") == std::string::npos);
}

TEST(Vcf, refuses_a_header_it_can_not_take_apart) {
  for (const char* line : {"##INFO=SAMPLE", "##INFO=<ID=A,Description=\"no end>", "##INFO=<Number=1,Type=String>",
                           "##FORMAT=<ID=A,Number=\"SAMPLE 1\",Type=String>", "#comment", "chr1\t1"}) {
    const Cleaned cleaned = clean(header(line), vcf_transform(Format::vcf));
    CHECK(!cleaned.complete);
    CHECK(cleaned.remedy == Remedy::give_up);
    STRCMP_CONTAINS("VCF: header line 2", cleaned.error.c_str());
    CHECK(cleaned.error.find("SAMPLE") == std::string::npos);
  }
  CHECK(cleaned_text("").starts_with("error"));
  CHECK(cleaned_text("##fileformat=VCFv4.2\n").starts_with("error"));
  CHECK(cleaned_text("##fileformat=SAMPLE\n").starts_with("error"));
}

TEST(Vcf, drops_a_value_that_is_not_of_its_kind) {
  CHECK(cleaned_text(header("##contig=<ID=1,length=SAMPLE,md5=SAMPLE 01,ID=2,free text>")) ==
        header("##contig=<ID=1>"));
}

TEST(Vcf, accepts_blanks_around_keys_and_values) {
  CHECK(cleaned_text(header("##INFO=<ID=A, Number = 1 , Type=  String,  Description=\"a, b\" , Source=\"x\">")) ==
        header("##INFO=<ID=A,Number=1,Type=String,Description=\"a, b\">"));
}

TEST(Vcf, names_the_record_that_is_no_record) {
  const std::string good = header("##contig=<ID=1>") + "1\t5\t.\tA\tC\t.\t.\t.\n";
  for (const char* record : {"1\t6\t.\tA\tC\t.\t.\n", "1\t6\t.\tA\tC\t.\t.\t.\tGT\n", "1\tx\t.\tA\tC\t.\t.\t.\n",
                             "\t6\t.\tA\tC\t.\t.\t.\n", "1\t6\t.\tA\tC\t.\t.\t."}) {
    const Cleaned cleaned = clean(good + record, vcf_transform(Format::vcf));
    CHECK(!cleaned.complete && cleaned.remedy == Remedy::give_up);
    STRCMP_CONTAINS("VCF: record 2", cleaned.error.c_str());
  }
}

TEST(Vcf, shows_its_tap_the_whole_result) {
  sample::Gatherer tap;
  const Cleaned cleaned = clean(sample::bgzf_of(vcf_text(20000)), vcf_transform(Format::vcf), &tap);
  CHECK(cleaned.complete);
  CHECK(tap.all("header line") + tap.all("record") == sample::unpacked(cleaned.stream));
  CHECK_EQUAL(1U, tap.pieces[0].number);
  CHECK_EQUAL(1U, tap.pieces[1].number);
  CHECK(tap.pieces[2].unit == "record" && tap.pieces[2].number > 1);
}

TEST(Vcf, indexes_as_tabix_does) {
  const std::string file = sample::bgzf_of(vcf_text(20000));
  const Cleaned tbi = clean(file, vcf_transform(Format::vcf, IndexKind::tbi));
  CHECK(tbi.complete);
  CHECK(sample::unpacked(tbi.index) == sample::index_by_htslib(tbi.stream, Format::vcf, 0));
  const Cleaned csi = clean(file, vcf_transform(Format::vcf, IndexKind::csi));
  CHECK(csi.complete && csi.stream == tbi.stream);
  CHECK(sample::unpacked(csi.index) == sample::index_by_htslib(csi.stream, Format::vcf, 14));
}

TEST(Vcf, is_found_by_region_through_its_index) {
  const Cleaned cleaned = clean(vcf_text(20000), vcf_transform(Format::vcf, IndexKind::tbi));
  const auto found = sample::query(cleaned.stream, cleaned.index, "tbi", "chr2:5000001-5001001");
  CHECK_EQUAL(2U, found.size());
  CHECK(found[0].starts_with("chr2\t5000001\t"));
  CHECK(found[1].starts_with("chr2\t5001001\t"));
}

TEST(Vcf, refuses_to_index_what_is_not_in_order) {
  const std::string text = header("##contig=<ID=1>") + "1\t9\t.\tA\tC\t.\t.\t.\n1\t5\t.\tA\tC\t.\t.\t.\n";
  CHECK(clean(text, vcf_transform(Format::vcf)).complete);
  const Cleaned cleaned = clean(text, vcf_transform(Format::vcf, IndexKind::tbi));
  CHECK(!cleaned.complete && cleaned.remedy == Remedy::give_up);
  STRCMP_CONTAINS("order of coordinate", cleaned.error.c_str());
  const std::string far = header("##contig=<ID=1>") + "1\t600000000\t.\tA\tC\t.\t.\t.\n";
  STRCMP_CONTAINS("ask for csi", clean(far, vcf_transform(Format::vcf, IndexKind::tbi)).error.c_str());
  CHECK(clean(far, vcf_transform(Format::vcf, IndexKind::csi)).complete);
}

TEST(Vcf, gives_the_same_bytes_and_continues_from_every_restart_point) {
  const std::string text = vcf_text(30000);
  for (const std::string& file : {text, sample::bgzf_of(text), sample::bgzf_of(text, 999)}) {
    const Cleaned one = clean(file, vcf_transform(Format::vcf, IndexKind::tbi));
    const Cleaned two = clean(file, vcf_transform(Format::vcf, IndexKind::tbi), nullptr, nullptr, 333);
    CHECK(one.complete && one.stream == two.stream && one.index == two.index);
    CHECK(one.points.size() > 5);
    CHECK(sample::every_point_continues(file, vcf_transform(Format::vcf, IndexKind::tbi), one));
  }
}

TEST(Vcf, never_takes_a_truncated_file_for_a_whole_one) {
  const std::string gzip = sample::gzip_of(vcf_text(40));
  for (std::size_t size = 0; size < gzip.size(); ++size) {
    CHECK(!clean(std::string_view(gzip).substr(0, size), vcf_transform(Format::vcf, IndexKind::tbi)).complete);
  }
  const std::string bgzf = sample::bgzf_of(vcf_text(40), 300);
  for (std::size_t size = 0; size < bgzf.size(); ++size) {
    CHECK(!clean(std::string_view(bgzf).substr(0, size), vcf_transform(Format::vcf, IndexKind::tbi)).complete);
  }
}

TEST(Vcf, refuses_a_pseudonym_that_would_change_the_file) {
  for (const char* name : {"", "a\tb", "a\nb", "a b"}) {
    Transform transform = vcf_transform(Format::vcf);
    transform.sample = name;
    CHECK(!clean(vcf_text(1), transform).opened);
  }
}

TEST_GROUP(Bcf){};

TEST(Bcf, keeps_records_under_a_clean_header) {
  const Cleaned cleaned = clean(sample::bcf_of(vcf_text(500)), vcf_transform(Format::bcf));
  CHECK(cleaned.complete);
  CHECK(sample::unpacked(cleaned.stream).find("SAMPLE-0") == std::string::npos);
  CHECK(sample::vcf_of(cleaned.stream) == cleaned_text(vcf_text(500)));
}

TEST(Bcf, shows_its_tap_header_lines_and_records) {
  sample::Gatherer tap;
  const Cleaned cleaned = clean(sample::bcf_of(vcf_text(500)), vcf_transform(Format::bcf), &tap);
  CHECK(tap.all("header line").starts_with("##fileformat=VCFv4.2\n##FILTER=<ID=PASS,Description"));
  CHECK(sample::unpacked(cleaned.stream).ends_with(tap.all("record")));
}

TEST(Bcf, indexes_as_htslib_does) {
  const Cleaned cleaned = clean(sample::bcf_of(vcf_text(20000)), vcf_transform(Format::bcf, IndexKind::csi));
  CHECK(cleaned.complete);
  CHECK(sample::unpacked(cleaned.index) == sample::index_by_htslib(cleaned.stream, Format::bcf, 14));
  CHECK(!clean(sample::bcf_of(vcf_text(1)), vcf_transform(Format::bcf, IndexKind::tbi)).opened);
}

TEST(Bcf, gives_the_same_bytes_and_continues_from_every_restart_point) {
  const std::string file = sample::bcf_of(vcf_text(30000));
  const Cleaned one = clean(file, vcf_transform(Format::bcf, IndexKind::csi));
  const Cleaned two = clean(file, vcf_transform(Format::bcf, IndexKind::csi), nullptr, nullptr, 333);
  CHECK(one.complete && one.stream == two.stream && one.index == two.index);
  CHECK(one.points.size() > 5);
  CHECK(sample::every_point_continues(file, vcf_transform(Format::bcf, IndexKind::csi), one));
}

TEST(Bcf, never_takes_a_truncated_or_damaged_file_for_a_whole_one) {
  const std::string plain = sample::unpacked(sample::bcf_of(vcf_text(20)));
  const std::string bgzf = sample::bgzf_of(plain, 300);
  CHECK(clean(bgzf, vcf_transform(Format::bcf)).complete);
  for (std::size_t size = 0; size < bgzf.size(); ++size) {
    CHECK(!clean(std::string_view(bgzf).substr(0, size), vcf_transform(Format::bcf)).complete);
  }
  for (std::size_t at = 0; at < plain.size(); ++at) {  // must end, one way or the other
    std::string bad = plain;
    bad[at] = static_cast<char>(bad[at] ^ 0x81);
    clean(bad, vcf_transform(Format::bcf, IndexKind::csi));
  }
}

TEST_GROUP(Alleles){static std::string one(const std::string& reference, const std::string& alternate){
    return header("##ALT=<ID=Own,Description=\"x\">\n##contig=<ID=1>\n##contig=<ID=2>") + "1\t5\t.\t" + reference +
           "\t" + alternate + "\t.\t.\t.\n";
}
}
;

TEST(Alleles, of_bases_of_the_specification_and_of_the_header_stay) {
  for (const char* alternate :
       {"C", "CaN,*", ".", "<DEL>", "<DUP:TANDEM>,<INS:ME:ALU>", "<NON_REF>", "<*>", "<CN0>,<CN12>", "<STR33>", "<Own>",
        "G[2:123[", "]2:123]G", "[<ctg1>:1[G", ".A", "G."}) {
    const std::string text = one("A", alternate);
    STRCMP_EQUAL(text.c_str(), cleaned_text(text).c_str());
    CHECK_TEXT(clean(sample::bcf_of(text), vcf_transform(Format::bcf)).complete, alternate);
  }
  for (const char* reference : {"ACGTN", "acgt", "R", "ACGTACGTAM"})
    STRCMP_EQUAL(one(reference, "C").c_str(), cleaned_text(one(reference, "C")).c_str());
}

TEST(Alleles, that_spell_a_word_are_refused_and_not_told) {
  const auto refused = [](const std::string& text) {
    for (const auto& done :
         {clean(text, vcf_transform(Format::vcf)), clean(sample::bcf_of(text), vcf_transform(Format::bcf))}) {
      CHECK_TEXT(!done.complete && done.remedy == Remedy::give_up, text.c_str());
      STRCMP_CONTAINS("record 1: an", done.error.c_str());
      CHECK(done.error.find("Kunze") == std::string::npos);
    }
  };
  for (const char* alternate :
       {"<Kunze>", "<4711999>", "C,<Kunze>", "<DEL:Kunze>", "Kunze", "Kunze[2:5[", "<CN471199>", "<>"})
    refused(one("A", alternate));
  for (const char* reference : {"Kunze", "4711999", "HANS", "MARY"}) {
    const auto done = clean(one(reference, "C"), vcf_transform(Format::vcf));
    CHECK_TEXT(!done.complete, reference);
    STRCMP_CONTAINS("record 1: its reference", done.error.c_str());
  }
}

TEST_GROUP(Bed){};

TEST(Bed, keeps_intervals_and_drops_the_rest) {
  const std::string text =
      "browser position SAMPLE-01\ntrack "
      "name=SAMPLE-01\n#SAMPLE-01\n\nchr1\t0\t10\tSAMPLE-01\t960\t-\t1\t5\t255,0,0\r\ntracker\t5\t6\n";
  const Cleaned cleaned = clean(text, vcf_transform(Format::bed));
  CHECK(cleaned.complete);
  CHECK(sample::unpacked(cleaned.stream) == "chr1\t0\t10\t.\t960\t-\t1\t5\t255,0,0\ntracker\t5\t6\n");
  CHECK_EQUAL(1U, cleaned.counts.at("record texts dropped"));
  CHECK_EQUAL(4U, cleaned.counts.at("comment lines dropped"));
}

TEST(Bed, keeps_of_further_columns_what_has_their_shape) {
  const auto cleaned = [](const std::string& columns) {
    const std::string interval = "chr1\t1000\t2000\t";
    const Cleaned done = clean(interval + columns + "\n", vcf_transform(Format::bed));
    return sample::unpacked(done.stream).substr(interval.size());
  };
  for (const char* columns : {".\t1000\t+", ".\t5\t-\t1100\t1900\t255,0,0\t2\t10,20,\t0,980,", "37.25", "12",
                              ".\t31.50", ".\t12000\t.\t1000\t1001\t255,0,0\t12000\t97.30\t0"}) {
    STRCMP_EQUAL((std::string(columns) + "\n").c_str(), cleaned(columns).c_str());
  }
  STRCMP_EQUAL(".\t5\n", cleaned("0201424131\t5").c_str());
  STRCMP_EQUAL(".\t5\n", cleaned("4711\t5").c_str());
  STRCMP_EQUAL(".\n", cleaned("0201424131").c_str());
  STRCMP_EQUAL(".\t.\t+\n", cleaned("1970-01-01\t1970-01-01\t+").c_str());
  STRCMP_EQUAL(".\t.\t.\t.\t.\t.\n", cleaned("x\t4711999\t0815\t4711999\t01.01.1970\t19700101").c_str());
  STRCMP_EQUAL(".\t5\t+\t999\t.\t.\t2\t.\t.\n", cleaned(".\t5\t+\t999\t4711999\tHans\t2\t100100,2\t4711999,1").c_str());
}

TEST(Bed, refuses_what_is_no_interval) {
  for (const char* line : {"SAMPLE-01\n", "chr1\t5\n", "chr1\t5\t4\n", "chr1\tx\t4\n", "chr1 5 6\n", ""}) {
    const Cleaned cleaned = clean(line, vcf_transform(Format::bed));
    CHECK(!cleaned.complete && cleaned.remedy == Remedy::give_up);
    CHECK(cleaned.error.find("SAMPLE") == std::string::npos);
  }
}

TEST(Bed, indexes_as_tabix_does_and_continues) {
  std::string text = "#header\n";
  for (std::size_t i = 0; i < 50000; ++i) {
    text += "chr1\t" + std::to_string(i * 50) + "\t" + std::to_string(i * 50 + i % 70) + "\t" +
            std::to_string(i * 7919 % 100000) + "\n";
  }
  const Cleaned tbi = clean(sample::bgzf_of(text), vcf_transform(Format::bed, IndexKind::tbi));
  CHECK(tbi.complete);
  CHECK(sample::unpacked(tbi.index) == sample::index_by_htslib(tbi.stream, Format::bed, 0));
  CHECK_EQUAL(2U, sample::query(tbi.stream, tbi.index, "tbi", "chr1:60010-60051").size());
  CHECK(tbi.points.size() > 5);
  CHECK(sample::every_point_continues(sample::bgzf_of(text), vcf_transform(Format::bed), tbi));
}
