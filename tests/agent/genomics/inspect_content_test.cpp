// tests/agent/genomics/inspect_content_test.cpp: what files say of themselves, and everything they hold for a scan.
#include "tests/agent/genomics/bam_samples.hpp"
#include "tests/agent/genomics/vcf_samples.hpp"

#include <algorithm>

#include <CppUTest/TestHarness.h>

using namespace tributary;
using namespace tributary::genomics;
using sample::vcf_text;

namespace {

Facts facts_of(std::string_view bytes) {
  auto facts = inspect(sample::file_of(bytes));
  CHECK(facts.ok());
  return facts.ok() ? *facts : Facts{};
}

bool holds(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

sample::Gatherer scanned(std::string_view bytes, const std::string& name = {}) {
  sample::Gatherer tap;
  const Stop stop;
  CHECK(scan_content(sample::file_of(bytes), name, tap, stop).ok());
  return tap;
}

}  // namespace

TEST_GROUP(Inspect){};

TEST(Inspect, tells_format_and_compression) {
  const std::string fastq = "@r1\nACGT\n+\nIIII\n";
  const std::string bed = "track x\nchr1\t1\t2\n";
  CHECK(facts_of(fastq).format == Format::fastq);
  CHECK(facts_of(fastq).compression == Compression::none);
  CHECK(facts_of(sample::gzip_of(fastq)).format == Format::fastq);
  CHECK(facts_of(sample::gzip_of(fastq)).compression == Compression::gzip);
  CHECK(facts_of(sample::bgzf_of(fastq)).compression == Compression::bgzf);
  CHECK(facts_of(vcf_text(2)).format == Format::vcf);
  CHECK(facts_of(sample::bcf_of(vcf_text(2))).format == Format::bcf);
  CHECK(facts_of(bed).format == Format::bed);
  for (const char* other : {"@HD\tVN:1.6\n@SQ\tSN:1\tLN:5\n", "a,b\n", "{}", "@r1\nACGT\nx\n", "chr1\tx\ty\n"}) {
    CHECK(facts_of(other).format == Format::unknown);
  }
  CHECK(facts_of(sample::gzip_of("")).format == Format::unknown);
}

TEST(Inspect, knows_no_index_of_pacbio_so_that_none_leaves) {
  // .pbi: numbers of read groups made of their names, hole numbers and places, one a read.
  const std::string pbi = sample::bgzf_of(std::string("PBI\1\1\0\4\0\1\0\1\0\0\0", 14) + std::string(200, '\7'));
  CHECK(facts_of(pbi).format == Format::unknown);
  for (const Format format :
       {Format::unknown, Format::fastq, Format::bam, Format::cram, Format::vcf, Format::bcf, Format::bed}) {
    Transform transform;
    transform.format = format;
    transform.sample = "TL-0";
    const auto cleaned = sample::clean(pbi, transform);
    CHECK(!cleaned.complete);
    CHECK(cleaned.stream.size() < 100);
  }
}

TEST(Inspect, refuses_a_file_of_no_bytes) { CHECK(!inspect(sample::file_of("")).ok()); }

TEST(Inspect, knows_long_reads) {
  CHECK(facts_of("@r1\n" + std::string(200000, 'A') + "\n+\n").format == Format::fastq);
}

TEST(Inspect, finds_accounts_in_paths_and_command_lines) {
  const std::string told =
      "tool -o /home/aquxholm/out.vcf --in /Users/bquxholm C:\\Users\\cquxholm\\x user=dquxholm "
      "by equxholm@lab.example, tool@1.2 /usr/home /home/x";
  const std::vector<std::string> accounts = {"aquxholm", "bquxholm", "cquxholm", "dquxholm", "equxholm"};
  const std::string vcf =
      "##fileformat=VCFv4.2\n##toolCommand=" + told + "\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";
  const std::string sam = "@HD\tVN:1.6\n@SQ\tSN:chr1\tLN:1000\n@RG\tID:1\tSM:S\n@PG\tID:t\tCL:" + told + "\n";
  for (const std::string& file : {vcf, sample::bcf_of(vcf), std::string(text(samples::bam_of(sam)))}) {
    const auto facts = facts_of(file);
    for (const auto& account : accounts) CHECK_TEXT(holds(facts.identifiers, account), account.c_str());
    for (const auto* other : {"tool", "home", "out.vcf", "lab.example", "1.2"}) {
      CHECK_TEXT(!holds(facts.identifiers, other), other);
    }
  }
}

TEST(Inspect, finds_the_identities_of_a_vcf) {
  for (const std::string& file : {vcf_text(5), sample::bgzf_of(vcf_text(5)), sample::bcf_of(vcf_text(5))}) {
    const Facts facts = facts_of(file);
    CHECK_EQUAL(1U, facts.sample_names.size());
    CHECK(facts.sample_names[0] == "SAMPLE-01");
    CHECK(holds(facts.identifiers, "SAMPLE-02"));
  }
  CHECK(!inspect(sample::file_of("##fileformat=VCFv4.2\n")).ok());
}

TEST(Inspect, finds_the_file_name_in_gzip_and_the_words_of_nanopore) {
  const Facts facts =
      facts_of(sample::gzip_of("@r1 runid=1 sample_id=SAMPLE-01 barcode_alias=B-7\nA\n+\nI\n", "S.fastq"));
  CHECK(holds(facts.identifiers, "S.fastq"));
  CHECK(holds(facts.identifiers, "SAMPLE-01"));
  CHECK(holds(facts.identifiers, "B-7"));
}

TEST(Inspect, leaves_the_file_where_it_was) {
  const files::Fd file = sample::file_of(sample::bgzf_of(vcf_text(5)));
  for (int i = 0; i < 3; ++i) CHECK(inspect(file).ok());
}

TEST(Inspect, names_formats_and_extensions) {
  prepare();
  CHECK(name_of(Format::fastq) == "fastq" && name_of(Format::unknown) == "unknown");
  CHECK(extension_of(IndexKind::crai) == "crai" && extension_of(IndexKind::none).empty());
}

TEST_GROUP(ScanContent){};

TEST(ScanContent, gives_everything_of_a_vcf) {
  const sample::Gatherer tap = scanned(sample::gzip_of(vcf_text(20000), "SAMPLE-01.vcf"), "SAMPLE-09.vcf.gz");
  CHECK(tap.all("header line") + tap.all("record") == vcf_text(20000));
  CHECK(tap.all("header line").ends_with("SAMPLE-01\n"));
  CHECK(tap.all("container field") == "SAMPLE-01.vcf");
  CHECK(tap.all("file name") == "SAMPLE-09.vcf.gz");
}

TEST(ScanContent, gives_whole_fastq_records_with_their_numbers) {
  std::string text;
  for (int i = 0; i < 50000; ++i) text += "@read" + std::to_string(i) + "\nACGT\n+\nIIII\n";
  const sample::Gatherer tap = scanned(sample::bgzf_of(text));
  CHECK(tap.all("record") == text);
  CHECK(tap.pieces.size() > 1);
  for (const sample::Piece& piece : tap.pieces) {
    CHECK(piece.bytes.starts_with("@read" + std::to_string(piece.number - 1) + "\n"));
  }
}

TEST(ScanContent, gives_what_is_hidden_behind_the_last_member) {
  CHECK(scanned(sample::gzip_of("a\n") + "SAMPLE-01").all("container field") == "SAMPLE-01");
}

TEST(ScanContent, gives_text_of_any_shape_and_cuts_no_word) {
  std::string text = "{\"x\":\"";
  while (text.size() < 1500000) text += "SAMPLE-01 ";
  const sample::Gatherer tap = scanned(text);
  for (const sample::Piece& piece : tap.pieces) CHECK(piece.unit == "line" && piece.number == 1);
  CHECK(tap.all("line").size() >= text.size());
  std::size_t starts = 0;  // every word is whole in some piece: those cut at an end come again in the overlap
  for (const sample::Piece& piece : tap.pieces) {
    for (std::size_t at = piece.bytes.find("SAMPLE-01"); at != std::string::npos;
         at = piece.bytes.find("SAMPLE-01", at + 1))
      ++starts;
  }
  CHECK(starts >= (text.size() - 6) / 10);
}

TEST(ScanContent, gives_header_and_records_of_a_bcf) {
  const sample::Gatherer tap = scanned(sample::bcf_of(vcf_text(100)));
  CHECK(tap.all("header line").find("SAMPLE-01") != std::string::npos);
  CHECK(sample::unpacked(sample::bcf_of(vcf_text(100))).ends_with(tap.all("record")));
}

TEST(ScanContent, stops_when_asked) {
  sample::Gatherer tap;
  Stop stop;
  stop.request();
  const Status done = scan_content(sample::file_of(vcf_text(5)), "", tap, stop);
  CHECK(!done.ok() && done.error().remedy == Remedy::wait);
}

TEST(ScanContent, reports_a_damaged_file) {
  sample::Gatherer tap;
  const Stop stop;
  const std::string gzip = sample::gzip_of(vcf_text(50));
  CHECK(!scan_content(sample::file_of(gzip.substr(0, gzip.size() / 2)), "", tap, stop).ok());
}
