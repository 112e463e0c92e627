// tests/agent/genomics/bam_clean_test.cpp: a BAM file loses its identities and nothing else.
#include <htslib/hts_log.h>

#include "agent/port/genomics/htslib/alignment.hpp"
#include "agent/port/genomics/htslib/inspect_bam.hpp"
#include "tests/agent/genomics/bam_samples.hpp"
#include "tests/agent/genomics/bgzf_samples.hpp"
// Behind everything that uses `new`.
#include <CppUTest/TestHarness.h>

namespace tributary::genomics {

namespace {

const char* const pseudonym = "TL-7";

Transform to_bam(IndexKind index = IndexKind::none) {
  Transform transform;
  transform.format = Format::bam;
  transform.sample = pseudonym;
  transform.index = index;
  return transform;
}

void check_equal(const std::vector<std::string>& expected, const std::vector<std::string>& actual) {
  CHECK_EQUAL(expected.size(), actual.size());
  for (std::size_t i = 0; i < expected.size(); ++i) STRCMP_EQUAL(expected[i].c_str(), actual[i].c_str());
}

Bytes must(Result<Bytes> result) {
  if (!result) FAIL(result.error().what.c_str());
  return std::move(*result);
}

}  // namespace

TEST_GROUP(Bam){void setup() override{hts_set_log_level(HTS_LOG_OFF);
}  // namespace tributary::genomics
}
;

TEST(Bam, keeps_records_and_loses_headers_and_tags_that_name_people) {
  const samples::TextOptions options;
  const Bytes clean = must(samples::cleaned(samples::bam_of(samples::sam_text(options)), to_bam()));
  check_equal(samples::expected_records(options, pseudonym), samples::records_of(clean));
  const std::vector<std::string> lines = samples::lines_of(clean);
  STRCMP_EQUAL("@HD\tVN:1.6\tSO:coordinate", lines[0].c_str());
  STRCMP_EQUAL("@SQ\tSN:chr1\tLN:100000\tM5:0123456789abcdef0123456789abcdef", lines[1].c_str());
  STRCMP_EQUAL("@RG\tID:TL-7.1\tSM:TL-7\tPL:ILLUMINA", lines[3].c_str());
  STRCMP_EQUAL("@RG\tID:TL-7.2\tSM:TL-7", lines[4].c_str());
  CHECK(lines[5].front() != '@');
}

TEST(Bam, leaves_no_identifier_in_the_result_and_shows_all_of_it_to_the_tap) {
  const Bytes file = samples::bam_of(samples::sam_text({}));
  samples::Listener listener;
  const Bytes plain = samples::unpacked(must(samples::cleaned(file, to_bam(), &listener)));
  for (const std::string& word : samples::identifiers()) {
    CHECK_FALSE(samples::contains(plain, word));
    CHECK(listener.heard.find(word) == std::string::npos);
  }
  std::string records = listener.heard.substr(listener.heard.find("@RG\tID:TL-7.2"));
  records = records.substr(records.find('\n') + 1);
  CHECK(samples::contains(plain, records));  // the tap saw the records byte for byte
  LONGS_EQUAL(samples::TextOptions{}.records, listener.records);
  CHECK(samples::contains(samples::unpacked(file), "PERSON-01"));
}

TEST(Bam, gives_the_same_bytes_with_any_size_of_read) {
  const Bytes file = samples::bam_of(samples::sam_text({}));
  const Bytes first = must(samples::cleaned(file, to_bam()));
  for (const std::size_t piece : {std::size_t{1}, std::size_t{4096}, std::size_t{1} << 22U}) {
    auto source = open_clean_alignment(samples::file_with(file), to_bam(), {});
    CHECK(source.ok());
    CHECK(first == must(samples::drained(**source, piece)));
  }
}

TEST(Bam, goes_on_from_every_restart_point_with_the_same_bytes) {
  const Bytes file = samples::bam_of(samples::sam_text({.records = 4000}));
  auto source = open_clean_alignment(samples::file_with(file), to_bam(), {});
  std::vector<RestartPoint> points;
  const Bytes whole = must(samples::drained(**source, 777, &points));
  CHECK(points.size() > 5);
  for (const RestartPoint& point : points) {
    auto again = open_clean_alignment(samples::file_with(file), to_bam(), {.from = &point});
    CHECK(again.ok());
    const Bytes tail = must(samples::drained(**again, 65536));
    CHECK(tail == Bytes(whole.begin() + static_cast<std::ptrdiff_t>(point.output_offset), whole.end()));
    CHECK_FALSE((*again)->index().ok());
  }
}

TEST(Bam, never_ends_well_when_the_file_is_cut_anywhere) {
  const Bytes file = samples::bam_of(samples::sam_text({.records = 300}));
  for (std::size_t size = 0; size < file.size(); size += size < 200 || size + 60 > file.size() ? 1U : 97U) {
    const Bytes cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
    auto result = samples::cleaned(cut, to_bam());
    CHECK_FALSE(result.ok());
    CHECK(result.error().remedy == Remedy::give_up);
  }
}

TEST(Bam, says_that_the_end_is_missing) {
  const Bytes file = samples::bam_of(samples::sam_text({.records = 10}));
  auto result = samples::cleaned(Bytes(file.begin(), file.end() - 28), to_bam());
  CHECK_FALSE(result.ok());
  CHECK(result.error().what.find("end-of-file block is missing") != std::string::npos);
}

TEST(Bam, never_crashes_on_flipped_bytes) {
  const Bytes file = samples::bam_of(samples::sam_text({.records = 40}));
  for (std::size_t i = 0; i < file.size(); i += 5) {
    Bytes other = file;
    other[i] ^= 0x55U;
    (void)samples::cleaned(other, to_bam());
  }
}

TEST(Bam, makes_the_index_that_htslib_makes_of_the_result) {
  for (const IndexKind kind : {IndexKind::bai, IndexKind::csi}) {
    const Bytes file = samples::bam_of(samples::sam_text({.records = 5000, .long_cigar = 70000}));
    auto source = open_clean_alignment(samples::file_with(file), to_bam(kind), {});
    CHECK(source.ok());
    CHECK_FALSE((*source)->index().ok());
    const Bytes clean = must(samples::drained(**source, 5000));
    const Bytes made = must((*source)->index());
    CHECK(samples::index_of(clean, kind) == (kind == IndexKind::bai ? made : samples::gunzipped(made)));
  }
}

TEST(Bam, makes_csi_for_a_contig_that_bai_can_not_hold) {
  std::string sam = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:700000000\n";
  sam += "r1\t0\tchr1\t600000000\t60\t4M\t*\t0\t0\tACGT\t*\n";
  auto source = open_clean_alignment(samples::file_with(samples::bam_of(sam)), to_bam(IndexKind::bai), {});
  CHECK(source.ok());
  const Bytes clean = must(samples::drained(**source, 5000));
  CHECK(samples::index_of(clean, IndexKind::csi) == samples::gunzipped(must((*source)->index())));
}

TEST(Bam, refuses_an_index_for_a_file_that_is_not_sorted) {
  auto unsorted = samples::cleaned(samples::bam_of(samples::sam_text({.records = 10, .coordinate_sorted = false})),
                                   to_bam(IndexKind::bai));
  CHECK_FALSE(unsorted.ok());
  CHECK(unsorted.error().what.find("order of coordinate") != std::string::npos);
  std::string liar = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:700\n";
  liar += "r1\t0\tchr1\t60\t60\t4M\t*\t0\t0\tACGT\t*\nr2\t0\tchr1\t50\t60\t4M\t*\t0\t0\tACGT\t*\n";
  auto lied = samples::cleaned(samples::bam_of(liar), to_bam(IndexKind::bai));
  CHECK_FALSE(lied.ok());
  CHECK(lied.error().remedy == Remedy::give_up);
}

TEST(Bam, keeps_the_bytes_of_records_in_which_nothing_must_change) {
  std::string sam = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:100000\n@RG\tID:TL-7.1\tSM:TL-7\n";
  for (int i = 0; i < 500; ++i) {
    sam += "name-" + std::to_string(i) + "\t0\tchr1\t" + std::to_string(10 + i) +
           "\t60\t4M\t*\t0\t0\tACGT\tABCD\tNM:i:0\tRG:Z:TL-7.1\tXS:f:1.5\n";
  }
  const Bytes file = samples::bam_of(sam);
  CHECK(samples::unpacked(file) == samples::unpacked(must(samples::cleaned(file, to_bam()))));
}

TEST(Bam, keeps_a_cigar_of_more_operations_than_fit) {
  const samples::TextOptions options{.records = 3, .long_cigar = 70001};
  const Bytes clean = must(samples::cleaned(samples::bam_of(samples::sam_text(options)), to_bam()));
  check_equal(samples::expected_records(options, pseudonym), samples::records_of(clean));
}

TEST(Bam, masks_read_names_the_same_way_for_mates_and_in_every_pass) {
  Transform transform = to_bam();
  transform.read_names = ReadNames::mask;
  transform.name_key = Secret<32>(Bytes(32, 9));
  const samples::TextOptions options{.records = 100};
  const Bytes file = samples::bam_of(samples::sam_text(options));
  const Bytes clean = must(samples::cleaned(file, transform));
  CHECK(clean == must(samples::cleaned(file, transform)));
  CHECK_FALSE(samples::contains(samples::unpacked(clean), "FLOWC"));
  const std::vector<std::string> before = samples::expected_records(options, pseudonym);
  const std::vector<std::string> after = samples::records_of(clean);
  CHECK_EQUAL(before.size(), after.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    STRCMP_EQUAL(before[i].substr(before[i].find('\t')).c_str(), after[i].substr(after[i].find('\t')).c_str());
  }
  STRCMP_EQUAL(after[0].substr(0, after[0].find('\t')).c_str(), after[1].substr(0, after[1].find('\t')).c_str());
}

TEST(Bam, refuses_several_samples_without_naming_them) {
  const std::string sam = "@HD\tVN:1.6\n@RG\tID:a\tSM:PERSON-01\n@RG\tID:b\tSM:PERSON-02\n";
  auto result = samples::cleaned(samples::bam_of(sam), to_bam());
  CHECK_FALSE(result.ok());
  CHECK(result.error().what.find("several samples") != std::string::npos);
  CHECK(sentence(result.error()).find("PERSON") == std::string::npos);
}

TEST(Bam, refuses_a_record_of_an_unknown_read_group) {
  const std::string sam = "@HD\tVN:1.6\nr1\t4\t*\t0\t0\t*\t*\t0\t0\tACGT\t*\tRG:Z:PERSON-01\n";
  auto result = samples::cleaned(samples::bam_of(sam), to_bam());
  CHECK_FALSE(result.ok());
  CHECK(result.error().what.find("read group") != std::string::npos);
  CHECK(sentence(result.error()).find("PERSON") == std::string::npos);
}

TEST(Bam, drops_texts_that_have_not_the_shape_of_their_tag) {
  const std::string head = "@HD\tVN:1.6\n@SQ\tSN:chr1\tLN:1000\n";
  const std::string core = "r1\t0\tchr1\t60\t60\t4M\t*\t0\t0\tACGT\t*";
  const std::string good =
      "\tMD:Z:1A0^CC3\tMC:Z:*\tSA:Z:chr1,5,-,4M,60,0;chr1,9,+,2S2M,1,1;\tXA:Z:chr1,-5,4M,0;\tRX:Z:ACG+TTT\tCB:Z:ACGT-1"
      "\tMM:Z:C+mh?,1,2;A-a.;C+76792,0;\tCC:Z:=\tOA:Z:chr1,5,-,4M,60,;";
  const std::string bad =
      "\tMD:Z:1PERSON\tMC:Z:HANS\tSA:Z:PERSON,5,-,4M,60,0;\tXA:Z:chr1,-5,4M,X;\tRX:Z:HANS\tCB:Z:HANS-1\tMI:Z:HANS"
      "\tMM:Z:C+person,1;\tCC:Z:HANS\tOA:Z:chr1,5,-,4M,60,HANS;\tBC:Z:ACGT\tOQ:Z:HANS\tCO:Z:HANS\tXX:H:0AFF\tXX:i:9";
  const Bytes kept = must(samples::cleaned(samples::bam_of(head + core + good + "\n"), to_bam()));
  check_equal({core + good}, samples::records_of(kept));
  const Bytes lost = must(samples::cleaned(samples::bam_of(head + core + bad + "\n"), to_bam()));
  check_equal({core}, samples::records_of(lost));
}

TEST(Bam, keeps_unknown_tags_or_none_as_it_is_told) {
  const std::string head = "@HD\tVN:1.6\n@SQ\tSN:chr1\tLN:1000\n@RG\tID:1\tSM:a\n";
  const std::string core = "r1\t0\tchr1\t60\t60\t4M\t*\t0\t0\tACGT\t*";
  const std::string group = "\tRG:Z:1";  // CRAM has it last
  const std::string file =
      head + core + "\tNM:i:1\tXX:Z:any\tzz:i:5\tXY:H:0AFF\tMD:Z:HANS\tBC:Z:ACGT\tf5:Z:x\tPG:Z:y" + group + "\n";
  for (const bool is_cram : {false, true}) {
    const auto made = is_cram ? samples::cram_of(file, {}) : samples::bam_of(file);
    auto transform = to_bam();
    transform.format = is_cram ? Format::cram : Format::bam;
    transform.tags = Tags::all;
    check_equal({core + "\tNM:i:1\tXX:Z:any\tzz:i:5\tXY:H:0AFF" + group},
                samples::records_of(must(samples::cleaned(made, transform))));
    transform.tags = Tags::none;
    check_equal({core + group}, samples::records_of(must(samples::cleaned(made, transform))));
  }
}

TEST(Bam, reads_header_text_with_padding_line_ends_of_windows_and_without_a_last_one) {
  const auto bam_with = [](const std::string& head) {
    Bytes raw = to_bytes(std::string_view("BAM\1", 4));
    append_le32(raw, static_cast<std::uint32_t>(head.size()));
    raw.insert(raw.end(), head.begin(), head.end());
    append_le32(raw, 0);
    return to_bytes(sample::bgzf_of(text(raw), 50));
  };
  for (const std::string& head :
       {std::string("@HD\tVN:1.6\n@CO\tHANS\n@RG\tID:x\tSM:HANS"),
        std::string("@HD\tVN:1.6\r\n@CO\tHANS\r\n\r\n@RG\tID:x\tSM:HANS\r\n"),
        "@HD\tVN:1.6\n@CO\tHANS\n@RG\tID:x\tSM:HANS\n" + std::string(2, '\0') + "@RG\tID:y\tSM:b\n"}) {
    samples::Listener heard;
    check_equal({"@HD\tVN:1.6", "@RG\tID:TL-7.1\tSM:TL-7"},
                samples::lines_of(must(samples::cleaned(bam_with(head), to_bam(), &heard))));
    STRCMP_EQUAL("@HD\tVN:1.6\n@RG\tID:TL-7.1\tSM:TL-7\n", heard.heard.c_str());
    auto facts = inspect_alignment(samples::file_with(bam_with(head)));
    CHECK(facts.ok());
    LONGS_EQUAL(1, facts->sample_names.size());
  }
  CHECK_FALSE(samples::cleaned(to_bytes(sample::bgzf_of(std::string("BAM\1\5\0\0\0@HD", 11))), to_bam()).ok());
}

TEST(Bam, counts_what_it_changed) {
  auto source =
      open_clean_alignment(samples::file_with(samples::bam_of(samples::sam_text({.records = 30}))), to_bam(), {});
  (void)must(samples::drained(**source, 4096));
  const auto& counts = (*source)->counts();
  CHECK_EQUAL(30U, counts.at("records"));
  CHECK_EQUAL(2U, counts.at("read groups renamed"));
  CHECK_EQUAL(2U, counts.at("header lines dropped"));
  CHECK_EQUAL(60U, counts.at("record tags dropped: text"));
  CHECK_EQUAL(10U, counts.at("record tags dropped: number"));
}

TEST(Bam, tells_the_facts_of_its_header) {
  auto facts = inspect_alignment(samples::file_with(samples::bam_of(samples::sam_text({.records = 1}))));
  CHECK(facts.ok());
  CHECK(facts->format == Format::bam);
  CHECK(facts->coordinate_sorted);
  CHECK(facts->sample_names == std::vector<std::string>{"PERSON-01"});
  CHECK((facts->identifiers == std::vector<std::string>{"RGID-55", "LIB-22", "UNIT-33", "DESC-12", "CENTRE-44"}));
}

TEST(Bam, shows_everything_to_a_scan_of_the_file_as_it_stands) {
  const Bytes file = samples::bam_of(samples::sam_text({}));
  samples::Listener listener;
  Stop stop;
  CHECK(scan_alignment(samples::file_with(file), listener, stop).ok());
  for (const std::string& word : samples::identifiers()) {
    CHECK_EQUAL(word != "FILENAME-77", listener.heard.find(word) != std::string::npos);
  }
  stop.request();
  CHECK_FALSE(scan_alignment(samples::file_with(file), listener, stop).ok());
}

}  // namespace tributary::genomics
