// tests/agent/verify/inspector_test.cpp: identifiers in content are found where they stand, and noise is not taken for
// one.
#include <random>

#include "tests/agent/verify/looking.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::verify {
namespace {

using genomics::Format;

void expect_places(const std::vector<std::string>& expected, const Seen& seen) {
  LONGS_EQUAL(expected.size(), seen.hits);
  LONGS_EQUAL(expected.size(), seen.places.size());
  for (std::size_t i = 0; i < expected.size(); ++i) STRCMP_EQUAL(expected[i].c_str(), seen.places[i].c_str());
}

std::string read(const std::string& name, const std::string& bases = "ACGTACGTAC",
                 const std::string& qualities = "FFFFFFFFFF") {
  return "@" + name + "\n" + bases + "\n+\n" + qualities + "\n";
}

const std::string casava = "LH00130:61:22CC55LT4:1:1101:12345:1028";

}  // namespace

TEST_GROUP(FastqInspector){
    static Seen look(const std::vector<std::string>& words, const std::string& piece, std::uint64_t number = 1){
        return inspect(dictionary_of(words), Format::fastq, "record", piece, number);
}  // namespace tributary::verify
}
;

TEST(FastqInspector, names_the_record_of_a_word_in_a_read_name) {
  const std::string piece = read(casava) + read("QUX-0042:1") + read(casava) + read(casava + " 1:N:0:QUX-0042");
  expect_places({"record 2", "record 4"}, look({"QUX-0042"}, piece));
  expect_places({"record 4712", "record 4714"}, look({"QUX-0042"}, piece, 4711));
}

TEST(FastqInspector, finds_a_word_at_the_first_and_last_byte_of_a_piece) {
  expect_places({"record 1"}, look({"QUX-0042"}, read("QUX-0042")));
  expect_places({"record 1"}, look({"x7q"}, "@a\nA\n+X7Q\nF"));
  expect_places({"record 2"}, look({"x7q"}, read("a") + "@X7Q"));
}

TEST(FastqInspector, counts_a_word_once_for_each_record) {
  const auto seen = look({"KLX-Becquerel-0071"}, read("KLX-Becquerel-0071 KLX-Becquerel-0071") + read("KLX-Becquerel"));
  expect_places({"record 1", "record 2"}, seen);
}

TEST(FastqInspector, does_not_take_coordinates_for_numbers) {
  for (const char* word : {"1101", "12345", "1028", "123456789"}) expect_places({}, look({word}, read(casava)));
  expect_places({}, look({"12345678"}, read("m84001_260101_010101_s1/12345678/ccs")));
  expect_places({}, look({"12345678"}, read("SRR1.12345678 12345678/1")));
  expect_places({}, look({"12345678"}, read("12345678-1234-1234-1234-123456789012")));
  expect_places({}, look({"12345"}, read("0a1b2c3d-1234-1234-1234-123456789012 read=12345 ch=12345")));
}

TEST(FastqInspector, finds_numbers_that_are_no_coordinates) {
  expect_places({"record 1"}, look({"12345"}, read("12345_1")));
  expect_places({"record 1"}, look({"12345678"}, read("run:12345678:1:1")));
  expect_places({"record 1"}, look({"12345"}, read("0a1b2c3d-1234-1234-1234-123456789012 read=7 sample_id=12345")));
  expect_places({"record 1"}, look({"4711"}, read("a BC:Z:AC RG:Z:4711")));
}

TEST(FastqInspector, does_not_take_masked_names_and_uuids_for_words) {
  expect_places({}, look({"ABC123"}, read("0123456789ABC123456789ABCD:0:0:1:1101:1:1")));
  expect_places({}, look({"abc123"}, read("aaaaaaaa-abc1-23aa-aaaa-aaaabc123aaa")));
  expect_places({"record 1"}, look({"ABC123"}, read("XABC123X")));
}

TEST(FastqInspector, counts_only_long_varied_words_in_sequence_and_qualities) {
  const std::string of_24(24, 'F');
  expect_places({}, look({"ACGTACGTACGT"}, read("a", "TTACGTACGTACGTTTTTTTTTTT", of_24)));
  expect_places({}, look({"QUX042"}, read("a", "ACGTACGTACGTACGTACGTACGT", "FFFQUX042FFFFFFFFFFFFFFF")));
  expect_places({}, look({"FFFFFFFFFFFF"}, read("a", "ACGTACGTACGTACGTACGTACGT", of_24)));
  expect_places({}, look({"123456789012"}, read("a", "ACGTACGTACGTACGTACGTACGT", "FFF123456789012FFFFFFFFF")));
  expect_places({"record 1"},
                look({"QUX-0042-AB7"}, read("a", "ACGTACGTACGTACGTACGTACGT", "FFFQUX-0042-AB7FFFFFFFFF")));
  expect_places({"record 1"}, look({"QUX-0042-AB7"}, read("a", "ACGQUX-0042-AB7TACGTACGT", of_24)));
}

TEST(FastqInspector, takes_a_quality_line_that_starts_like_a_name_for_what_it_is) {
  expect_places({}, look({"X7Q"}, read("a", "ACGTA", "@X7Q@") + read("b")));
}

TEST(FastqInspector, finds_nothing_false_in_twenty_thousand_reads_with_numeric_ids) {
  std::mt19937 random(7);
  const auto below = [&random](unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(random); };
  const std::vector<std::string> ids = {"4711", "10024711", "1101", "23058", "260117", "0815007", "99887766", "1028"};
  const auto dictionary = dictionary_of(ids);
  auto inspector = *Inspector::make(dictionary, Format::fastq);
  std::string piece;
  std::uint64_t first = 1;
  for (std::uint64_t i = 1; i <= 20000; ++i) {
    piece += "@LH00130:" + std::to_string(below(999)) + ":22CC55LT4:" + std::to_string(1 + below(8)) + ":" +
             std::to_string(1101 + below(1578)) + ":" + std::to_string(1000 + below(60000)) + ":" +
             std::to_string(1000 + below(60000)) + " 1:N:0:ACGTACGT+TTGCAACG\n";
    for (int b = 0; b < 150; ++b) piece += "ACGT"[below(4)];
    piece += "\n+\n";
    for (int b = 0; b < 150; ++b) piece += static_cast<char>('!' + below(42));
    piece += '\n';
    if (piece.size() > 250000 || i == 20000) {
      CHECK(inspector->content({"record", first}, view(piece)).ok());
      first = i + 1;
      piece.clear();
    }
  }
  LONGS_EQUAL(0, inspector->hits());
  CHECK(inspector->bytes_seen() > 6000000);
}

TEST_GROUP(BamInspector) {
  static Seen look(const std::vector<std::string>& words, const std::string& piece, std::uint64_t number = 1) {
    return inspect(dictionary_of(words), Format::bam, "record", piece, number);
  }
  std::string plain = bam_record(casava, "\x20\x20\x20\x20\x20", text_tag("RG", "1"));
};

TEST(BamInspector, names_the_record_of_a_word_in_names_and_tags) {
  const std::string piece = plain + bam_record("QUX-0042:7", "\x20\x20", "") + plain +
                            bam_record(casava, "\x20", std::string("NMC\x01", 4) + text_tag("RG", "QUX-0042"));
  expect_places({"record 2", "record 4"}, look({"QUX-0042"}, piece));
  expect_places({"record 1001", "record 1003"}, look({"QUX-0042"}, piece, 1000));
}

TEST(BamInspector, finds_short_and_numeric_words_alone_in_text_tags) {
  expect_places({"record 1"}, look({"X7Q"}, bam_record("r", "", text_tag("XY", "a X7Q b"))));
  expect_places({"record 1"}, look({"4711"}, bam_record("r", "", text_tag("RG", "4711"))));
  expect_places({}, look({"4711"}, bam_record("r", "", text_tag("RG", "47112"))));
}

TEST(BamInspector, does_not_take_loci_and_counts_for_numbers) {
  const std::string tags = text_tag("SA", "chr1,10024711,+,4711M,60,1;") + text_tag("XA", "chr1,+4711,4711M,0;") +
                           text_tag("MD", "4711") + text_tag("MM", "C+m,4711,12;") + text_tag("MI", "4711/A");
  expect_places({}, look({"4711", "10024711"}, bam_record(casava, "\x20", tags)));
}

TEST(BamInspector, does_not_look_for_short_words_in_qualities_and_numbers) {
  expect_places({}, look({"QUX042", "X7Q", "4711"}, bam_record("r", " QUX042 X7Q 4711 ", "")));
  expect_places({}, look({"QUX042"}, bam_record("r", "\x20", text_tag("OQ", "QUX042"))));
  expect_places({}, look({"QUX042"}, bam_record("r", "\x20", "XBBC" + little(6, 4) + "QUX042")));
  expect_places({"record 1"}, look({"QUX-0042-AB7"}, bam_record("r", "zzzzQUX-0042-AB7zzzz", "")));
}

TEST(BamInspector, goes_on_behind_arrays_and_numbers_in_tags) {
  const std::string tags = "XBBS" + little(3, 4) + "abcdef" + "XiI" + little(7, 4) + "XAAq" + "XfF" + little(0, 4) +
                           text_tag("XZ", "QUX-0042");
  const std::string fixed =
      "XBBS" + little(3, 4) + "abcdef" + "Xii" + little(7, 4) + "XAAq" + "Xff" + little(0, 4) + text_tag("XZ", "X7Q");
  expect_places({"record 1"}, look({"QUX-0042"}, bam_record("r", "", tags)));
  expect_places({"record 1"}, look({"X7Q"}, bam_record("r", "", fixed)));
}

TEST(BamInspector, survives_records_whose_lengths_do_not_fit) {
  for (std::size_t size = 0; size < plain.size(); ++size) {
    const std::string piece = plain.substr(0, size) + "QUX-0042-AB7";
    LONGS_EQUAL(1, look({"QUX-0042-AB7"}, piece).hits);
  }
  std::string broken = plain;
  broken[20] = '\xff';
  broken[23] = '\x7f';
  LONGS_EQUAL(1, look({"QUX-0042-AB7"}, broken + bam_record("QUX-0042-AB7", "", "")).hits);
}

TEST_GROUP(VcfInspector){static Seen header(const std::vector<std::string>& words, const std::string& piece){
    return inspect(dictionary_of(words), Format::vcf, "header line", piece);
}
static Seen record(const std::vector<std::string>& words, const std::string& piece) {
  return inspect(dictionary_of(words), Format::vcf, "record", piece);
}
}
;

TEST(VcfInspector, finds_every_kind_of_word_in_header_lines) {
  const std::string text = "##fileformat=VCFv4.3\n##tumor=X7Q\n##id=<4711>\n#CHROM\tPOS\tQUX-0042\n";
  expect_places({"header line 2"}, header({"X7Q"}, text));
  expect_places({"header line 3"}, header({"4711"}, text));
  expect_places({"header line 4"}, header({"QUX-0042"}, text));
}

TEST(VcfInspector, does_not_take_contig_lengths_for_numbers) {
  const std::string text = "##contig=<ID=chr1,length=4711,md5=00112233445566778899aabbccddeeff>\n@SQ\tSN:x\tLN:4711\n";
  expect_places({}, header({"4711", "ddeeff"}, text));
  expect_places({"header line 1", "header line 2"},
                header({"QUX-0042"}, "##contig=<ID=QUX-0042>\n@SQ\tSN:QUX-0042\tLN:1\n"));
}

TEST(VcfInspector, finds_words_in_records_but_not_numbers_bases_and_gene_symbols) {
  const std::string text =
      "1\t4711\trs4711\tA\tCATCAT\t.\tPASS\tRU=CATCAT;DP=4711;GENE=MAX\tGT\t0/1\n"
      "1\t4712\tQUX-0042\tA\tC\t.\tPASS\tX=X7Q\tGT\t0/1\n";
  expect_places({}, record({"4711", "CATCAT", "MAX"}, text));
  expect_places({"record 2"}, record({"QUX-0042"}, text));
  expect_places({"record 2"}, record({"X7Q"}, text));
}

TEST(VcfInspector, finds_words_and_whole_numbers_in_names_of_contigs_and_alleles) {
  const std::string header_text =
      "##contig=<ID=Kunze,length=5>\n##contig=<ID=4711999>\n@SQ\tSN:Kunze\tLN:4711999\n##contig=<ID=NT_4711999.1>\n";
  expect_places({"header line 1", "header line 3"}, header({"Kunze"}, header_text));
  expect_places({"header line 2"}, header({"4711999"}, header_text));
  const std::string text =
      "Kunze\t1\t.\tA\tC\t.\t.\t.\n4711999\t1\t.\tA\tC\t.\t.\t.\n"
      "1\t4711999\t.\tA\tC,<Kunze>\t.\t.\tX=Kunze\n1\t1\t.\tA\t<4711999>,G[2:4711999[\t.\t.\tEND=4711999\n"
      "1\t1\t.\tA\tG[Kunze:5[\t.\t.\t.\n1\t1\t.\tA\tG[NT_4711999.1:4711999[\t.\t.\t.\n";
  expect_places({"record 1", "record 3", "record 5"}, record({"Kunze"}, text));
  expect_places({"record 2", "record 4"}, record({"4711999"}, text));
}

TEST_GROUP(BcfInspector){static Seen look(const std::vector<std::string>& words, const std::string& piece){
    return inspect(dictionary_of(words), Format::bcf, "record", piece, 10);
}
}
;

TEST(BcfInspector, finds_words_in_strings_and_names_the_record) {
  const std::string plain = bcf_record("rs1", "C", "x", "\x01\x02", "a");
  expect_places({"record 11"}, look({"QUX042"}, plain + bcf_record("QUX042", "C", "x", "\x01", "a")));
  expect_places({"record 10"}, look({"QUX042"}, bcf_record("1", "<QUX042>", "x", "\x01", "a") + plain));
  expect_places({"record 10"}, look({"X7Q"}, bcf_record("1", "C", "a string of twenty X7Q b", "\x01", "a")));
  expect_places({"record 10"}, look({"X7Q"}, bcf_record("1", "C", "x", "\x01", "X7Q") + plain));
}

TEST(BcfInspector, finds_words_and_whole_numbers_in_names_of_alleles) {
  const std::string text =
      bcf_record("1", "<Kunze>", "x", "\x01", "a") + bcf_record("1", "<4711999>", "x", "\x01", "a") +
      bcf_record("1", "G[2:4711999[", "x", "\x01", "a") + bcf_record("1", "C", "Kunze", "\x01", "a");
  expect_places({"record 10"}, look({"Kunze"}, text));
  expect_places({"record 11"}, look({"4711999"}, text));
}

TEST(BcfInspector, does_not_look_for_short_words_in_numbers) {
  expect_places({}, look({"QUX042", "X7Q"}, bcf_record("1", "C", "x", "QUX042 X7Q", "a")));
}

TEST(BcfInspector, survives_records_whose_lengths_do_not_fit) {
  const std::string whole = bcf_record("id", "C", "a string of more than fifteen", "\x01\x02", "a");
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string broken = whole;
    broken[at] = '\xff';
    (void)look({"QUX-0042-AB7", "fifteen"}, broken + bcf_record("QUX-0042-AB7", "C", "x", "", "a"));
    LONGS_EQUAL(1, look({"QUX-0042-AB7"}, whole.substr(0, at) + "QUX-0042-AB7").hits);
  }
}

TEST_GROUP(OtherInspector){};

TEST(OtherInspector, finds_words_in_container_fields) {
  const auto dictionary = dictionary_of({"QUX-0042", "X7Q"});
  expect_places({"container field 1"}, inspect(dictionary, Format::fastq, "container field", "QUX-0042_R1.fastq"));
  expect_places({"container field 3"}, inspect(dictionary, Format::bam, "container field", "x7q.bam", 3));
}

TEST(OtherInspector, looks_into_blocks_of_cram_for_long_words) {
  const auto look = [](const std::string& word, const std::string& piece) {
    return inspect(dictionary_of({word}), Format::cram, "record", piece, 4).hits;
  };
  LONGS_EQUAL(1, look("QUX-0042", "\x01\x02QUX-0042\x03"));
  LONGS_EQUAL(1, look("QUX042", "\tQUX042\t"));
  LONGS_EQUAL(0, look("QUX042", "aQUX042b"));
  LONGS_EQUAL(0, look("X7Q", "\tX7Q\t"));
  LONGS_EQUAL(0, look("12345678", "\t12345678\t"));
}

TEST(OtherInspector, judges_names_and_tags_of_cram_as_those_of_bam) {
  const auto names = [](const std::string& word) {
    return inspect(dictionary_of({word}), Format::cram, "read name", casava + "\n4711999_1\nKunze:1\n", 4);
  };
  expect_places({"read name 5"}, names("4711999"));
  expect_places({"read name 6"}, names("Kunze"));
  expect_places({}, names("1101"));
  const auto tags = [](const std::string& word) {
    return inspect(dictionary_of({word}), Format::cram, "tag", "SA:Z:chr1,4711,+\nCO:Z:4711 Kunze\nOQ:Z:Kunze\n");
  };
  expect_places({"tag 2"}, tags("4711"));
  expect_places({"tag 2"}, tags("Kunze"));
  expect_places({}, tags("CO:Z"));
}

TEST(OtherInspector, names_lines_of_texts_and_bytes_that_are_no_text_are_searched_too) {
  const auto dictionary = dictionary_of({"QUX-0042", "4711"});
  expect_places({"line 8", "line 9"},
                inspect(dictionary, Format::unknown, "line", "a\nQUX-0042\nnumber 4711\n\x01 4711\n", 7));
}

TEST(OtherInspector, keeps_the_first_findings_and_counts_all) {
  const auto dictionary = dictionary_of({"QUX-0042"});
  auto inspector = *Inspector::make(dictionary, Format::vcf, 3);
  std::string piece;
  for (int i = 0; i < 100; ++i) piece += "QUX-0042\n";
  CHECK(inspector->content({"record", 1}, view(piece)).ok());
  CHECK(inspector->content({"record", 101}, view(piece)).ok());
  LONGS_EQUAL(200, inspector->hits());
  LONGS_EQUAL(3, inspector->findings().size());
  LONGS_EQUAL(2 * piece.size(), inspector->bytes_seen());
}

}  // namespace tributary::verify
