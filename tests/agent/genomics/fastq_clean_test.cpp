// tests/agent/genomics/fastq_clean_test.cpp: FASTQ without run, sample or comment.
#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "agent/port/genomics/htslib/fastq.hpp"
#include "agent/port/genomics/htslib/read_name.hpp"
#include "tests/agent/genomics/bgzf_samples.hpp"

#include <CppUTest/TestHarness.h>

using namespace tributary;
using namespace tributary::genomics;
using sample::clean;
using sample::Cleaned;

namespace {

Transform fastq_transform(ReadNames names = ReadNames::keep) {
  Transform transform;
  transform.format = Format::fastq;
  transform.sample = "TL-0";
  transform.read_names = names;
  for (std::size_t i = 0; i < 32; ++i) transform.name_key.fill()[i] = static_cast<std::uint8_t>(i);
  return transform;
}

/// Illumina's shape, bases that do not repeat.
std::string reads(std::size_t count, std::size_t bases = 100) {
  std::string text;
  std::uint32_t random = 12345;
  for (std::size_t i = 0; i < count; ++i) {
    text += "@LH00130:61:A22CC55LT4:1:1101:" + std::to_string(1000 + i) + ":" + std::to_string(2000 + i * 3) +
            " 1:N:0:ACGTACGT+TTGCATGC\n";
    std::string qualities;
    for (std::size_t b = 0; b < bases; ++b) {
      random = random * 1664525U + 1013904223U;
      text += "ACGT"[random >> 30U];
      qualities += static_cast<char>('#' + (random >> 20U) % 40U);
    }
    text += "\n+\n" + qualities + "\n";
  }
  return text;
}

std::string cleaned_text(std::string_view text, ReadNames names = ReadNames::keep) {
  const Cleaned cleaned = clean(text, fastq_transform(names));
  return cleaned.complete ? sample::unpacked(cleaned.stream) : "error: " + cleaned.error;
}

std::string error_of(std::string_view text) { return clean(text, fastq_transform()).error; }

}  // namespace

TEST_GROUP(Fastq){};

TEST(Fastq, keeps_clean_illumina_reads_as_they_are) {
  const std::string text = reads(2000);
  CHECK(cleaned_text(text) == text);
  CHECK(cleaned_text(sample::gzip_of(text, "name.fastq")) == text);
  CHECK(cleaned_text(sample::bgzf_of(text)) == text);
}

TEST(Fastq, leaves_no_gzip_file_name) {
  const Cleaned cleaned = clean(sample::gzip_of(reads(10), "SAMPLE-01_R1.fastq"), fastq_transform());
  CHECK(cleaned.complete);
  CHECK(cleaned.stream.find("SAMPLE-01") == std::string::npos);
}

TEST(Fastq, drops_comments_of_any_other_form) {
  CHECK(cleaned_text("@r1 runid=1 sample_id=SAMPLE-01\nACGT\n+\nIIII\n") == "@r1\nACGT\n+\nIIII\n");
  CHECK(cleaned_text("@r1 1:N:0:ACGT SAMPLE-01\nACGT\n+\nIIII\n") == "@r1\nACGT\n+\nIIII\n");
  CHECK(cleaned_text("@r1\tBC:Z:SAMPLE-01\nACGT\n+\nIIII\n") == "@r1\nACGT\n+\nIIII\n");
  CHECK(cleaned_text("@r1 2:Y:18:\nACGT\n+\nIIII\n") == "@r1 2:Y:18:\nACGT\n+\nIIII\n");
  CHECK(cleaned_text("@r1 2:Y:18:SAMPLE\nACGT\n+\nIIII\n") == "@r1\nACGT\n+\nIIII\n");
  CHECK(!is_illumina_comment("4:N:0:ACGT"));
  CHECK(!is_illumina_comment("1:N::ACGT"));
  CHECK(is_illumina_comment("1:N:0:ACGTN+12"));
}

TEST(Fastq, leaves_no_trace_of_instrument_run_flow_cell_or_index_under_masked_names) {
  const std::string mate = "LH00130:61:A22CC55LT4:3:1101:1000:2000";
  const std::string tail = "\nACGT\n+\nIIII\n";
  const std::string first = cleaned_text("@" + mate + " 1:N:0:ACGTACGT+TTGCATGC" + tail, ReadNames::mask);
  const std::string second = cleaned_text("@" + mate + " 2:N:0:ACGTACGT+TTGCATGC" + tail, ReadNames::mask);
  for (const char* trace : {"LH00130", ":61:", "A22CC55LT4", "ACGTACGT", "TTGCATGC"}) {
    CHECK(first.find(trace) == std::string::npos);
  }
  const std::string place = ":0:0:3:1101:1000:2000 ";
  STRCMP_EQUAL((place + "1:N:0:" + tail).c_str(), first.substr(27).c_str());
  STRCMP_EQUAL((place + "2:N:0:" + tail).c_str(), second.substr(27).c_str());
  CHECK(first.substr(0, 27) == second.substr(0, 27));
}

TEST(Fastq, masks_names_of_every_instrument_so_that_mates_stay_equal) {
  const std::vector<std::vector<std::string>> mates = {
      {"FC01L1C001R00100000001/1", "FC01L1C001R00100000001/2"},
      {"m84028_230214_022129_s1/1234/ccs", "m84028_230214_022129_s1/1234/ccs"},
      {"0a0b0c0d-0000-4000-8000-000000000001", "0a0b0c0d-0000-4000-8000-000000000001 runid=77 ch=3"},
      {"0JU8V:01308:00107", "0JU8V:01308:00107"}};
  for (const auto& pair : mates) {
    std::set<std::string> names;
    for (const std::string& name : pair) {
      const std::string text = cleaned_text("@" + name + "\nACGT\n+\nIIII\n", ReadNames::mask);
      CHECK_EQUAL('@', text.front());
      CHECK(text.find(name.substr(0, 5)) == std::string::npos);
      names.insert(text.substr(0, 27));
    }
    CHECK_EQUAL(1U, names.size());
  }
}

TEST(Fastq, drops_comments_of_nanopore_in_every_spelling) {
  const std::string name = "@0a0b0c0d-0000-4000-8000-000000000001";
  for (const char* comment :
       {" runid=ab12 sampleid=SAMPLE-01 read=7 ch=3 start_time=2025-11-20T10:00:00Z model_version_id=dna",
        " runid=ab12 ch=3 start_time=2025-11-20T10:00:00Z flow_cell_id=FC1 protocol_group_id=SAMPLE-01 sample_id=x",
        "\tst:Z:2025-11-20T10:00:00.000+00:00\tRG:Z:ab12_dna_r10_SAMPLE-01\tDS:Z:runid=ab12"}) {
    CHECK(cleaned_text(name + comment + "\nACGT\n+\nIIII\n") == name + "\nACGT\n+\nIIII\n");
  }
}

TEST(Fastq, bares_the_plus_line) { CHECK(cleaned_text("@r1\nACGT\n+r1 SAMPLE-01\nIIII\n") == "@r1\nACGT\n+\nIIII\n"); }

TEST(Fastq, accepts_other_line_ends_and_reads_without_bases) {
  CHECK(cleaned_text("@r1\r\nACGT\r\n+\r\nIIII\r\n") == "@r1\nACGT\n+\nIIII\n");
  CHECK(cleaned_text("@r1\nACGT\n+\nIIII") == "@r1\nACGT\n+\nIIII\n");
  CHECK(cleaned_text("@r1\n\n+") == "@r1\n\n+\n\n");
  CHECK(cleaned_text("@r1\nACGT\n+\nIIII\n\n\n") == "@r1\nACGT\n+\nIIII\n");
  CHECK(cleaned_text("@r1\n\n+\n\n@r2\nA\n+\n@\n") == "@r1\n\n+\n\n@r2\nA\n+\n@\n");
}

TEST(Fastq, names_the_record_that_is_no_record) {
  const std::string good = "@r\nACGT\n+\nIIII\n";
  const std::vector<std::string> bad = {"r\nACGT\n+\nIIII\n",
                                        "@r\nACGT\n-\nIIII\n",
                                        "@r\nACGT\n+\nIII\n",
                                        "@r\nAC GT\n+\nIIIII\n",
                                        "@r\nACGT\n+\nII\tI\n",
                                        "@\nACGT\n+\nIIII\n",
                                        "@r\nACGT\n+\n",
                                        "@r\nACGT\n",
                                        "@r",
                                        "\n@r\nACGT\n+\nIIII\n",
                                        "@r\x01\nACGT\n+\nIIII\n"};
  for (const std::string& record : bad) {
    const Cleaned cleaned = clean(good + good + record, fastq_transform());
    CHECK(!cleaned.complete);
    CHECK(cleaned.remedy == Remedy::give_up);
    STRCMP_CONTAINS("FASTQ: record 3", cleaned.error.c_str());
  }
}

TEST(Fastq, does_not_tell_what_a_bad_record_holds) {
  CHECK(error_of("@SAMPLE-01\nSAMPLE-01\n+SAMPLE-01\nSAMPLE\n").find("SAMPLE") == std::string::npos);
}

TEST(Fastq, refuses_a_file_of_no_bytes_but_not_one_of_no_reads) {
  STRCMP_CONTAINS("0 bytes", error_of("").c_str());
  CHECK(cleaned_text(sample::gzip_of("")).empty());
  CHECK(cleaned_text(sample::bgzf_of("")).empty());
}

TEST(Fastq, masks_instrument_run_and_flow_cell_and_keeps_the_place) {
  const std::string masked = cleaned_text(reads(3), ReadNames::mask);
  CHECK(masked.find("LH00130") == std::string::npos);
  CHECK(masked.find("A22CC55LT4") == std::string::npos);
  CHECK(masked.find(":0:0:1:1101:1000:2000 1:N:0:\n") == 27);
}

TEST(Fastq, masks_other_names_whole_and_keeps_mates_together) {
  const std::string one = cleaned_text("@SAMPLE-01.read.7/1\nA\n+\nI\n", ReadNames::mask);
  const std::string two = cleaned_text("@SAMPLE-01.read.7/2\nA\n+\nI\n", ReadNames::mask);
  CHECK(one.find("SAMPLE") == std::string::npos);
  CHECK_EQUAL(27U, one.find("/1\n"));
  CHECK(one.substr(0, 27) == two.substr(0, 27));
  CHECK(cleaned_text("@SAMPLE-01.read.8/1\nA\n+\nI\n", ReadNames::mask).substr(0, 27) != one.substr(0, 27));
}

TEST(Fastq, shows_its_tap_whole_records_of_the_result) {
  sample::Gatherer tap;
  const std::string text = reads(5000);
  CHECK(clean(sample::bgzf_of(text), fastq_transform(), &tap).complete);
  CHECK(tap.all("record") == text);
  CHECK(tap.pieces.size() > 2);
  std::uint64_t record = 1;
  for (const sample::Piece& piece : tap.pieces) {
    CHECK_EQUAL(record, piece.number);
    CHECK(piece.bytes.front() == '@' && piece.bytes.back() == '\n');
    record += static_cast<std::uint64_t>(std::count(piece.bytes.begin(), piece.bytes.end(), '\n')) / 4;
  }
}

TEST(Fastq, stops_when_its_tap_says_so) {
  class Refuser final : public ContentTap {
   public:
    Status content(const Place&, ByteView) override { return refusal("found"); }
  } tap;
  const Cleaned cleaned = clean(reads(10), fastq_transform(), &tap);
  CHECK(!cleaned.complete);
  STRCMP_CONTAINS("found", cleaned.error.c_str());
}

TEST(Fastq, gives_the_same_bytes_every_time) {
  const std::string file = sample::bgzf_of(reads(3000));
  const Cleaned one = clean(file, fastq_transform(ReadNames::mask), nullptr, nullptr, 100);
  sample::Gatherer tap;
  const Cleaned two = clean(file, fastq_transform(ReadNames::mask), &tap, nullptr, 77777);
  CHECK(one.complete && one.stream == two.stream);
  CHECK(clean(sample::gzip_of(reads(3000)), fastq_transform(ReadNames::mask)).stream == one.stream);
}

TEST(Fastq, continues_from_every_restart_point) {
  const std::string text = reads(5000);
  for (const std::string& file : {text, sample::bgzf_of(text), sample::bgzf_of(text, 777)}) {
    const Cleaned whole = clean(file, fastq_transform(ReadNames::mask));
    CHECK(whole.complete);
    CHECK(whole.points.size() > 10);
    CHECK(sample::every_point_continues(file, fastq_transform(ReadNames::mask), whole));
  }
}

TEST(Fastq, continues_among_reads_longer_than_a_block) {
  const std::string text = reads(12, 90000);
  for (const std::string& file : {text, sample::bgzf_of(text)}) {
    const Cleaned whole = clean(file, fastq_transform());
    CHECK(whole.complete && sample::unpacked(whole.stream) == text);
    CHECK(whole.points.size() > 10);
    CHECK(sample::every_point_continues(file, fastq_transform(), whole));
  }
}

TEST(Fastq, has_no_restart_point_within_a_short_gzip) {
  const Cleaned whole = clean(sample::gzip_of(reads(5000)), fastq_transform());
  CHECK(whole.complete && whole.points.empty());
}

TEST(Fastq, refuses_a_restart_point_that_is_not_its_own) {
  const std::string text = reads(10);
  for (const Bytes& state : {Bytes{}, Bytes{1}, Bytes(18, 0), Bytes(18, 255)}) {
    const RestartPoint point{0, state};
    CHECK(!clean(text, fastq_transform(), nullptr, &point).opened);
  }
}

TEST(Fastq, never_takes_a_truncated_file_for_a_whole_one) {
  const std::string text = reads(40);
  const std::string gzip = sample::gzip_of(text, "n");
  for (std::size_t size = 2; size < gzip.size(); size += 3) {
    const Cleaned cleaned = clean(std::string_view(gzip).substr(0, size), fastq_transform());
    CHECK(!cleaned.complete && cleaned.remedy == Remedy::give_up);
  }
  const std::string bgzf = sample::bgzf_of(text, 600);
  for (std::size_t size = 2; size + 28 < bgzf.size(); ++size) {
    CHECK(!clean(std::string_view(bgzf).substr(0, size), fastq_transform()).complete);
  }
}

TEST(Fastq, accepts_bgzf_without_end_block_from_writers_that_never_write_it) {
  const std::string text = reads(3000);
  CHECK(cleaned_text(sample::bgzf_of(text, 0xff00, false)) == text);
}

TEST(Fastq, refuses_bgzf_without_end_block_whose_last_block_is_as_full_as_the_others) {
  std::string text;
  for (int i = 1000; i < 1400; ++i) text += "@r" + std::to_string(i) + "\nACGT\n+\nIIII\n";  // 19 bytes each
  const std::string cut = sample::bgzf_of(std::string_view(text).substr(0, 19 * 300), 1900, false);
  STRCMP_CONTAINS("the end block is missing", error_of(cut).c_str());
  CHECK(cleaned_text(sample::bgzf_of(text.substr(0, 19 * 305), 1900, false)) == text.substr(0, 19 * 305));
}

TEST(Fastq, refuses_a_line_longer_than_any_read) {
  std::string text = "@r\n" + std::string((std::size_t{64} << 20U) + 1, 'A');
  STRCMP_CONTAINS("record 1: a line of more than 64 MiB", error_of(text).c_str());
}

TEST(Fastq, counts_what_it_changed) {
  const Cleaned cleaned = clean("@a x\nA\n+a\nI\n@b\nA\n+\nI\n", fastq_transform(ReadNames::mask));
  CHECK_EQUAL(1U, cleaned.counts.at("read comments dropped"));
  CHECK_EQUAL(1U, cleaned.counts.at("repeated names dropped"));
  CHECK_EQUAL(2U, cleaned.counts.at("read names masked"));
  CHECK_EQUAL(2U, cleaned.counts.at("records"));
}

TEST_GROUP(ReadName){};

TEST(ReadName, hashes_as_the_paper_of_siphash_says) {
  Bytes key;
  Bytes message;
  for (std::uint8_t i = 0; i < 16; ++i) key.push_back(i);
  for (std::uint8_t i = 0; i < 15; ++i) message.push_back(i);
  CHECK(sip_hash_2_4(sip_key(key), message) == 0xa129ca6149be45e5U);  // its appendix A
}

TEST(ReadName, knows_the_shape_of_illumina) {
  CHECK_EQUAL(6U, illumina_position("a:1:F:1:1101:5:6"));
  CHECK_EQUAL(6U, illumina_position("a:1:F:1:1101:5:6:ACGT+rACG"));
  for (const char* other : {"a:1:F:1:1101:5", "a:1:F:1:1101:5:6:SAMPLE", "a:1:F:1:1101:5:6:A:C", "a:1:F:1:1101:x:6",
                            "FC01L1C001R00100000001", "", ":1:F:1:1101:5:6"}) {
    CHECK_EQUAL(0U, illumina_position(other));
  }
}

TEST(ReadName, differs_by_run_and_by_key) {
  const Transform transform = fastq_transform();
  ReadNameMask mask(transform.name_key);
  std::set<std::string> tokens;
  for (const char* name : {"a:1:F:1:1101:5:6", "b:1:F:1:1101:5:6", "a:1:F:1:1101:5:6", "a:2:F:1:1101:5:6"}) {
    tokens.emplace(mask.mask(name));
  }
  ReadNameMask other(Secret<32>{});
  tokens.emplace(other.mask("a:1:F:1:1101:5:6"));
  CHECK_EQUAL(4U, tokens.size());
}

TEST(ReadName, is_spelled_like_crockford) {
  const Transform transform = fastq_transform();
  ReadNameMask mask(transform.name_key);
  const ByteView key = transform.name_key.bytes();
  Bytes digest;
  for (const SipKey& half : {sip_key(key.first(16)), sip_key(key.subspan(16))}) {
    const std::uint64_t value = sip_hash_2_4(half, view("name"));
    for (unsigned byte = 0; byte < 8; ++byte) digest.push_back(static_cast<std::uint8_t>(value >> (56U - 8U * byte)));
  }
  CHECK(mask.mask("name") == to_crockford(digest));
}
