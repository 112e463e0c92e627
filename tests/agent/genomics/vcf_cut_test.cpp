// tests/agent/genomics/vcf_cut_test.cpp: joint VCF and BCF cut to the columns of those who agreed.
#include <algorithm>

#include "tests/agent/genomics/joint_samples.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::genomics {
namespace {

using sample::clean;
using sample::Cleaned;
using sample::joint_header;
using sample::joint_text;
using sample::joint_transform;

std::string records_of(const std::string& text) { return text.substr(text.find('\n', text.find("#CHROM")) + 1); }
std::string header_of(const std::string& text) { return text.substr(0, text.size() - records_of(text).size()); }

// The records that are left of some with four columns.
std::string cut(const std::string& records, const std::vector<std::uint32_t>& columns,
                BareSites bare_sites = BareSites::drop) {
  const auto done =
      clean(joint_header(4) + records, joint_transform(Format::vcf, columns, IndexKind::none, bare_sites));
  return done.complete ? records_of(sample::unpacked(done.stream)) : done.error;
}

// The same by way of BCF, as htslib reads the result.
std::string cut_bcf(const std::string& records, const std::vector<std::uint32_t>& columns,
                    BareSites bare_sites = BareSites::drop) {
  const auto done = clean(sample::bcf_of(joint_header(4) + records),
                          joint_transform(Format::bcf, columns, IndexKind::none, bare_sites));
  return done.complete ? records_of(sample::vcf_of(done.stream)) : done.error;
}

void both(const std::string& expected, const std::string& record, const std::vector<std::uint32_t>& columns,
          BareSites bare_sites = BareSites::drop) {
  const std::string line = expected.empty() ? "" : expected + "\n";
  STRCMP_EQUAL(line.c_str(), cut(record + "\n", columns, bare_sites).c_str());
  STRCMP_EQUAL(line.c_str(), cut_bcf(record + "\n", columns, bare_sites).c_str());
}

}  // namespace

TEST_GROUP(JointVcf){};

TEST(JointVcf, keeps_the_columns_that_are_named_under_their_new_names) {
  const auto done = clean(joint_header(4) + "chr1\t5\t.\tA\tC\t9\tPASS\t.\tGT\t0/0\t0/1\t1/1\t./.\n",
                          joint_transform(Format::vcf, {1, 2}));
  CHECK(done.complete);
  const auto text = sample::unpacked(done.stream);
  CHECK(header_of(text).ends_with("\tFORMAT\tT0\tT1\n"));
  STRCMP_EQUAL("chr1\t5\t.\tA\tC\t9\tPASS\t.\tGT\t0/1\t1/1\n", records_of(text).c_str());
  CHECK_EQUAL(2U, done.counts.at("sample columns cut"));
  CHECK_EQUAL(2U, done.counts.at("sample names replaced"));
}

TEST(JointVcf, counts_alleles_anew_and_says_nothing_of_others) {
  both("chr1\t5\trs7\tA\tC\t9\tPASS\tAC=1;AN=2;AF=0.5;DB;SVTYPE=DEL\tGT\t0/1",
       "chr1\t5\trs7\tA\tC\t9\tPASS\tAC=5;AN=8;AF=0.625;DP=900;NS=4;DB;MQ=60;SVTYPE=DEL\tGT\t1/1\t0/1\t1/1\t./.", {1});
  both("chr1\t5\t.\tA\tC,<NON_REF>\t9\tPASS\tAC=2,0;AN=3;AF=0.666667,0\tGT\t1/1\t0/.",
       "chr1\t5\t.\tA\tC,<NON_REF>\t9\tPASS\tAC=3,0;AN=5;AF=0.6,0\tGT\t1/1\t0/.\t0/1\t.", {0, 1});
}

TEST(JointVcf, trims_alleles_that_nobody_who_stays_carries) {
  both("chr1\t5\t.\tA\tG\t9\tPASS\tAC=1;SVLEN=-2\tGT:AD:PL:XA:XR:XG\t0/1:4,6:10,30,60:0.2:4,6:10,30,60",
       "chr1\t5\t.\tA\tC,G,T\t9\tPASS\tAC=1,1,1;SVLEN=-1,-2,-3\tGT:AD:PL:XA:XR:XG\t0/0\t"
       "0/2:4,5,6,7:10,20,21,30,40,60,70,80,90,99:0.1,0.2,0.3:4,5,6,7:10,20,21,30,40,60,70,80,90,99\t0/3\t0/1",
       {1});
}

TEST(JointVcf, says_nothing_of_a_structural_variant_that_only_others_carry) {
  const std::string record =
      "chr1\t5\t.\tA\tC,<DEL>\t9\tPASS\tEND=900;SVTYPE=DEL;SVLEN=0,-895;CIPOS=3;DB\tGT\t0/1\t0/2\t1/2\t0/0";
  both("chr1\t5\t.\tA\tC\t9\tPASS\tDB\tGT\t0/1", record, {0});
  both("chr1\t5\t.\tA\t<DEL>\t9\tPASS\tEND=900;SVTYPE=DEL;SVLEN=-895;CIPOS=3;DB\tGT\t0/1", record, {1});
  both("chr1\t5\t.\tA\tC,<DEL>\t9\tPASS\tEND=900;SVTYPE=DEL;SVLEN=0,-895;CIPOS=3;DB\tGT\t1/2", record, {2});
}

TEST(JointVcf, orders_genotypes_of_any_number_of_copies) {
  // One copy: 0 1 2. Three: 000 001 011 111 002 012 112 022 122 222.
  both("chr1\t5\t.\tA\tG\t9\tPASS\t.\tGT:PL\t1:0,2\t0/1/1:0,4,7,9",
       "chr1\t5\t.\tA\tC,G\t9\tPASS\t.\tGT:PL\t2:0,1,2\t0/2/2:0,1,2,3,4,5,6,7,8,9\t0/1\t1/1", {0, 1});
}

TEST(JointVcf, makes_missing_what_it_can_not_cut) {
  both("chr1\t5\t.\tA\tG\t9\tPASS\t.\tGT:AD:PL:XX:DP\t0/1:.:.:.:7",
       "chr1\t5\t.\tA\tC,G\t9\tPASS\tSVLEN=1\tGT:AD:PL:XX:DP\t0/2:1,2:3,4,5,6:1,2:7\t0/1\t0/1\t0/1", {0});
  both("chr1\t5\t.\tA\tG\t9\tPASS\t.\tGT:DP\t.:7\t0/1:8", "chr1\t5\t.\tA\tG\t9\tPASS\t.\tGT:DP\t0/4:7\t0/1:8\t0/1\t0/1",
       {0, 1});
}

TEST(JointVcf, drops_a_site_at_which_nobody_who_stays_has_a_variant) {
  const std::string record =
      "chr1\t5\trs7\tA\tC\t9\tPASS\tAC=1;AN=8;SVTYPE=DEL;SVLEN=-7;END=9\tGT:AD\t0/1:1,2\t0/0:8,0\t0/0\t0/0";
  both("", record, {1});
  both("chr1\t5\t.\tA\t.\t.\t.\tAN=2\tGT:AD\t0/0:8", record, {1}, BareSites::keep);
  both("", "chr1\t5\t.\tA\tC,*\t9\tPASS\t.\tGT\t0/1\t0/2\t0/0\t0/0", {1});
  both("", "chr1\t5\t.\tA\tC\t9\tPASS\t.\tDP\t1\t2\t3\t4", {1});
  both("chr1\t5\t.\tA\tC,*\t9\tPASS\t.\tGT\t1/2", "chr1\t5\t.\tA\tC,*\t9\tPASS\t.\tGT\t0/1\t1/2\t0/0\t0/0", {1});
}

TEST(JointVcf, keeps_what_a_gvcf_says_of_the_reference) {
  both("chr1\t5\t.\tA\t<NON_REF>\t9\tPASS\tEND=90\tGT:PL\t0/0:0,3,9",
       "chr1\t5\t.\tA\t<NON_REF>\t9\tPASS\tEND=90;DP=77\tGT:PL\t0/0:0,1,2\t0/0:0,3,9\t0/0\t0/0", {1});
  both("chr1\t5\t.\tA\t.\t9\tPASS\tEND=90\tGT\t0/0", "chr1\t5\t.\tA\t.\t9\tPASS\tEND=90\tGT\t0/0\t0/0\t0/0\t0/0", {1});
  // The place stays, the variant of the others does not.
  both("chr1\t5\t.\tA\t<*>\t.\t.\t.\tGT:PL\t0/0:0,7,8",
       "chr1\t5\trs7\tA\tC,<*>\t9\tPASS\tSVTYPE=DEL\tGT:PL\t0/1\t0/0:0,5,6,7,77,8\t0/0\t0/0", {1});
}

TEST(JointVcf, is_not_taken_for_the_file_that_was_looked_at_when_a_column_has_another_name) {
  auto transform = joint_transform(Format::vcf, {1});
  transform.columns[0].source = 2;
  const auto other = clean(joint_header(4), transform);
  CHECK(!other.complete && other.remedy == Remedy::give_up);
  STRCMP_CONTAINS("not the one that was looked at", other.error.c_str());
  transform.columns[0].source = 4;
  CHECK(!clean(joint_header(4), transform).complete);
  CHECK(!clean(sample::bcf_of(joint_header(4)), joint_transform(Format::vcf, {1})).complete);
  CHECK(!clean("##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n", transform).complete);
}

TEST(JointVcf, refuses_columns_that_would_change_the_file) {
  for (const char* name : {"", "a\tb", "a\nb"}) {
    auto transform = joint_transform(Format::vcf, {0, 1});
    transform.columns[1].name = name;
    CHECK(!clean(joint_header(4), transform).opened);
  }
  CHECK(!clean(joint_header(4), joint_transform(Format::vcf, {1, 1})).opened);
  CHECK(!clean(joint_header(4), joint_transform(Format::vcf, {2, 1})).opened);
  CHECK(!clean("chr1\t1\t2\n", joint_transform(Format::bed, {1})).opened);
}

TEST(JointVcf, names_the_record_that_is_no_record) {
  const std::string good = "chr1\t5\t.\tA\tC\t9\tPASS\t.\tGT\t0/1\t0/0\t0/0\t0/0\n";
  for (const char* record :
       {"chr1\t6\t.\tA\tC\t9\tPASS\t.\tGT\t0/1\t0/0\t0/0\n",
        "chr1\t6\t.\tA\tC\t9\tPASS\t.\tGT\t0/1\t0/0\t0/0\t0/0\t0/0\n", "chr1\t6\t.\tA\tC\t9\tPASS\n", "chr1\t6\n",
        "chr1\t6\t.\tA\tC\t9\tPASS\t.\tGT\t0/1\t0/1:SAMPLE\t0/0\t0/0\n"}) {
    const auto done = clean(joint_header(4) + good + good + record, joint_transform(Format::vcf, {1}));
    CHECK(!done.complete && done.remedy == Remedy::give_up);
    STRCMP_CONTAINS("VCF: record 3", done.error.c_str());
    CHECK(done.error.find("SAMPLE") == std::string::npos);
  }
}

TEST(JointVcf, is_cut_as_a_slow_reader_of_the_specification_would_cut_it) {
  for (std::uint32_t seed = 1; seed <= 4; ++seed) {
    const std::size_t samples = 3 + seed % 4 * 30;
    const std::string text = joint_text(samples, 300, seed);
    for (const auto& columns : {std::vector<std::uint32_t>{seed % 3}, std::vector<std::uint32_t>{0, 2}}) {
      for (const auto sites : {BareSites::drop, BareSites::keep}) {
        const auto done = clean(sample::bgzf_of(text), joint_transform(Format::vcf, columns, IndexKind::tbi, sites));
        CHECK_TEXT(done.complete, done.error.c_str());
        const auto got = sample::unpacked(done.stream);
        const auto expected = sample::slowly_cut(records_of(text), columns, sites);
        STRCMP_EQUAL(expected.c_str(), records_of(got).c_str());
        CHECK(sample::unpacked(done.index) == sample::index_by_htslib(done.stream, Format::vcf, 0));
        const auto binary = clean(sample::bcf_of(text), joint_transform(Format::bcf, columns, IndexKind::csi, sites));
        CHECK_TEXT(binary.complete, binary.error.c_str());
        STRCMP_EQUAL(sample::vcf_of(sample::bcf_of(header_of(got) + expected)).c_str(),
                     sample::vcf_of(binary.stream).c_str());
        CHECK(sample::unpacked(binary.index) == sample::index_by_htslib(binary.stream, Format::bcf, 14));
      }
    }
  }
}

TEST(JointVcf, gives_the_same_bytes_with_workers_and_from_every_restart_point) {
  const std::string text = joint_text(40, 4000, 7);
  Workers workers(1);
  for (const auto& [format, index, file] :
       {std::tuple{Format::vcf, IndexKind::tbi, sample::bgzf_of(text)}, std::tuple{Format::vcf, IndexKind::csi, text},
        std::tuple{Format::bcf, IndexKind::csi, sample::bcf_of(text)}}) {
    const auto transform = joint_transform(format, {3, 17, 39}, index);
    const auto one = clean(file, transform);
    CHECK_TEXT(one.complete, one.error.c_str());
    const auto two = clean(file, transform, nullptr, nullptr, 333, &workers);
    CHECK(one.stream == two.stream && one.index == two.index && one.counts == two.counts);
    CHECK(one.points.size() > 3);
    CHECK(sample::every_point_continues(file, transform, one, 6));
    CHECK(sample::every_point_continues(file, transform, one, 3, &workers));
  }
}

TEST(JointVcf, of_which_nothing_stays_is_a_whole_file_without_records) {
  std::string text = joint_header(4);
  for (int i = 1; i < 9000; ++i)
    text += "chr1\t" + std::to_string(i) + "\t.\tA\tC\t9\tPASS\t.\tGT\t0/1\t0/0\t0/1\t1/1\n";
  text += "chr1\t9000\t.\tA\tC\t9\tPASS\t.\tGT\t0/1\t0/1\t0/1\t1/1\n";
  const auto none = clean(sample::bgzf_of(text.substr(0, text.find("chr1\t9000\t"))),
                          joint_transform(Format::vcf, {1}, IndexKind::tbi));
  CHECK(none.complete);
  CHECK(records_of(sample::unpacked(none.stream)).empty());
  CHECK(sample::unpacked(none.index) == sample::index_by_htslib(none.stream, Format::vcf, 0));
  CHECK_EQUAL(8999U, none.counts.at("records without a variant dropped"));
  const auto one = clean(sample::bgzf_of(text), joint_transform(Format::vcf, {1}, IndexKind::tbi));
  STRCMP_EQUAL("chr1\t9000\t.\tA\tC\t9\tPASS\t.\tGT\t0/1\n", records_of(sample::unpacked(one.stream)).c_str());
  CHECK_EQUAL(1U, sample::query(one.stream, one.index, "tbi", "chr1:8000-9500").size());
}

TEST(JointVcf, gives_a_pulse_while_nothing_stays_and_ends_when_told_to) {
  std::string record = "chr1\t7\t.\tA\tC\t9\tPASS\t.\tGT:AD\t0/1:";
  record += std::string(std::size_t{1} << 20U, '7') + "\t0/0\t0/0\t0/0\n";
  std::string text = joint_header(4);
  for (int i = 0; i < 140; ++i) text += record;
  int pulses = 0;
  const auto read = [&](int most) -> Status {
    auto source =
        open_clean(sample::file_of(text), joint_transform(Format::vcf, {1}),
                   {.pulse = [&]() -> Status { return ++pulses < most ? Status{} : Status(wait_error("stopping")); }});
    Bytes buffer(1000);
    while (true) {
      auto got = (*source)->read(buffer);
      if (!got) return got.error();
      if (*got == 0) return {};
    }
  };
  CHECK(read(9).ok());
  CHECK_EQUAL(2, pulses);
  CHECK(!read(3).ok());
}

TEST(JointVcf, shows_its_tap_what_stays_and_nothing_else) {
  sample::Gatherer tap;
  const auto done = clean(sample::bgzf_of(joint_text(20, 3000, 3)), joint_transform(Format::vcf, {5}), &tap);
  CHECK(done.complete);
  CHECK(tap.all("header line") + tap.all("record") == sample::unpacked(done.stream));
}

TEST(JointVcf, damaged_as_bcf_ends_one_way_or_the_other) {
  const std::string plain = sample::unpacked(sample::bcf_of(joint_text(3, 3, 11)));
  for (std::size_t at = 0; at < plain.size(); ++at) {
    for (const int bits : {0x81, 0x10, 0x01}) {
      std::string bad = plain;
      bad[at] = static_cast<char>(bad[at] ^ bits);
      clean(bad, joint_transform(Format::bcf, {1, 3}, IndexKind::csi, BareSites::keep));
    }
  }
}

}  // namespace tributary::genomics
