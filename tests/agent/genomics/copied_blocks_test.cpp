// tests/agent/genomics/copied_blocks_test.cpp: blocks in which nothing changes are copied, and it shows nowhere else.
#include <algorithm>
#include <random>
#include <set>

#include "tests/agent/genomics/again.hpp"
#include "tests/agent/genomics/bam_samples.hpp"
#include "tests/agent/genomics/vcf_samples.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::genomics {
namespace {

Transform fastq() {
  Transform transform;
  transform.format = Format::fastq;
  return transform;
}

std::string record(std::size_t number, std::size_t bases, const std::string& comment = {}) {
  std::string text = "@M:1:FC:1:1101:" + std::to_string(number) + ":7" + comment + "\n";
  for (std::size_t i = 0; i < bases; ++i) text += "ACGT"[(i * i + number) % 4];
  text += "\n+\n";
  for (std::size_t i = 0; i < bases; ++i) text += "FF:,"[(i + number) % 4];
  return text + "\n";
}

// Blocks of a BGZF file without their headers.
std::vector<std::string> blocks_of(std::string_view file) {
  std::vector<std::string> blocks;
  while (!file.empty()) {
    const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(file[at])); };
    const std::size_t size = (byte(16) | byte(17) << 8U) + 1;
    const std::size_t header = 12 + (byte(10) | byte(11) << 8U);
    blocks.emplace_back(file.substr(header, size - header));
    file.remove_prefix(size);
  }
  return blocks;
}

std::size_t common_blocks(std::string_view one, std::string_view two) {
  const auto all = blocks_of(two);
  const std::set<std::string> there(all.begin(), all.end());
  std::size_t count = 0;
  for (const auto& block : blocks_of(one)) count += there.contains(block) ? 1U : 0U;
  return count;
}

// The same content packed at another level than ours: a block that is not copied looks different.
std::string foreign_bgzf(std::string_view text, std::size_t block_bytes) {
  std::string file;
  while (!text.empty()) {
    const auto content = text.substr(0, block_bytes);
    text.remove_prefix(content.size());
    const std::string member = sample::gzip_of(content);  // 10 bytes of header, no name
    const std::size_t size = member.size() + 8;
    file += member.substr(0, 3) + '\4' + std::string("\x11\x22\x33\x44", 4) + member.substr(8, 2);  // with a time
    file += std::string("\6\0BC\2\0", 6);
    file += static_cast<char>((size - 1) & 0xffU);
    file += static_cast<char>((size - 1) >> 8U);
    file += member.substr(10);
  }
  return file + sample::bgzf_of("");
}

struct Both {
  sample::Cleaned copied;  // from BGZF
  std::string expected;    // content, from the same text without compression
};

// Cleans with different numbers of workers and sizes of reads; checks that all agree and all points continue.
Both check(const std::string& text, const std::string& file, const Transform& transform) {
  Workers none(0), three(3);
  Both both{sample::clean(file, transform), {}};
  CHECK_TEXT(both.copied.complete, both.copied.error.c_str());
  for (auto* workers : {&none, &three}) {
    const auto again = sample::clean(file, transform, nullptr, nullptr, 77777, workers);
    CHECK(again.stream == both.copied.stream);
    CHECK(again.index == both.copied.index);
    CHECK(again.counts == both.copied.counts);
    CHECK(again.copied.size() == both.copied.copied.size());
    CHECK(sample::every_point_continues(file, transform, again, 20, workers));
    sample::read_again(file, transform, again, workers);
  }
  CHECK(sample::every_point_continues(file, transform, both.copied));
  const auto plain = sample::clean(text, transform);
  CHECK_TEXT(plain.complete, plain.error.c_str());
  both.expected = sample::unpacked(plain.stream);
  CHECK(sample::unpacked(both.copied.stream) == both.expected);
  return both;
}

}  // namespace

TEST_GROUP(CopiedBlocks){};

TEST(CopiedBlocks, are_all_of_a_file_in_which_nothing_changes) {
  std::string text;
  for (std::size_t i = 0; i < 4000; ++i) text += record(i, 100);
  const auto file = foreign_bgzf(text, 0xff00);
  const auto both = check(text, file, fastq());
  CHECK(both.expected == text);
  LONGS_EQUAL(blocks_of(file).size(), common_blocks(both.copied.stream, file));
  LONGS_EQUAL(blocks_of(file).size(), blocks_of(both.copied.stream).size());
  CHECK(both.copied.points.size() + 2 >= blocks_of(file).size());  // though no block starts with a record
  CHECK(both.copied.stream.find("\x11\x22\x33\x44") == std::string::npos);
}

TEST(CopiedBlocks, are_those_between_records_that_change) {
  std::string text;
  for (std::size_t i = 0; i < 8000; ++i) text += record(i, 100, i % 2500 == 1200 ? " LIMS-77" : "");
  const auto file = foreign_bgzf(text, 0xff00);
  const auto both = check(text, file, fastq());
  CHECK(both.expected.find("LIMS-77") == std::string::npos);
  const auto blocks = blocks_of(file).size(), same = common_blocks(both.copied.stream, file);
  CHECK(same + 8 >= blocks);
  CHECK(same + 3 <= blocks);
}

TEST(CopiedBlocks, are_not_those_of_a_record_beyond_a_mebibyte) {
  std::string text = record(1, 100) + record(2, 700000) + record(3, 100);
  for (std::size_t i = 4; i < 3000; ++i) text += record(i, 100);
  const auto file = foreign_bgzf(text, 0x8000);
  const auto both = check(text, file, fastq());
  CHECK(both.expected == text);
  CHECK(common_blocks(both.copied.stream, file) > 10);
}

TEST(CopiedBlocks, may_be_followed_by_members_of_another_kind) {
  std::string first, second, third;
  for (std::size_t i = 0; i < 1500; ++i) first += record(i, 100);
  for (std::size_t i = 0; i < 1500; ++i) second += record(i, 80);
  for (std::size_t i = 0; i < 1500; ++i) third += record(i, 60);
  const auto cut = second.size() / 2 + 31;
  const auto text = first + second + third;
  const auto file = foreign_bgzf(first + second.substr(0, cut), 0xff00) +
                    sample::gzip_of(second.substr(cut) + third.substr(0, 5000)) +
                    foreign_bgzf(third.substr(5000), 0xff00);
  CHECK(check(text, file, fastq()).expected == text);
}

TEST(CopiedBlocks, behind_a_header_that_changes_are_found_through_the_index) {
  const auto text = sample::vcf_text(20000);
  const auto file = foreign_bgzf(text, 0xff00);
  const auto transform = sample::vcf_transform(Format::vcf, IndexKind::tbi);
  const auto both = check(text, file, transform);
  CHECK(common_blocks(both.copied.stream, file) + 2 >= blocks_of(file).size());
  CHECK(sample::unpacked(both.copied.index) == sample::index_by_htslib(both.copied.stream, Format::vcf, 0));
}

TEST(CopiedBlocks, of_a_bam_have_records_that_name_a_number_only) {
  for (const auto* const id : {"1", "lims-77"}) {
    std::string sam = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:9000000\n@RG\tID:" + std::string(id) + "\tSM:a\n";
    for (std::size_t i = 0; i < 3000; ++i) {
      sam += "r" + std::to_string(i) + "\t0\tchr1\t" + std::to_string(1 + 100 * i) + "\t60\t100M\t*\t0\t0\t" +
             std::string(100, "ACGT"[i % 4]) + "\t" + std::string(100, 'F') + "\tRG:Z:" + id + "\n";
    }
    const Bytes packed = samples::bam_of(sam);
    const auto file = foreign_bgzf(text(samples::unpacked(packed)), 0xff00);
    Transform transform;
    transform.format = Format::bam;
    transform.sample = "TL-1";
    transform.index = IndexKind::bai;
    Workers two(2);
    const auto clean = sample::clean(file, transform),
               again = sample::clean(file, transform, nullptr, nullptr, 99, &two);
    CHECK_TEXT(clean.complete, clean.error.c_str());
    CHECK(clean.stream == again.stream);
    CHECK(sample::every_point_continues(file, transform, clean));
    const std::size_t copied = common_blocks(clean.stream, file);
    CHECK(std::string(id) == "1" ? copied + 2 >= blocks_of(file).size() : copied <= 1);
    CHECK(samples::index_of(to_bytes(clean.stream), IndexKind::bai) == to_bytes(clean.index));
    CHECK(samples::records_of(to_bytes(clean.stream)).size() == 3000);
  }
}

TEST(CopiedBlocks, are_the_right_ones_whatever_changes_and_wherever_blocks_end) {
  std::mt19937 chance(20260101);
  for (int round = 0; round < 20; ++round) {
    const unsigned one_in = round % 3 == 0 ? 7 : 200;
    std::string text;
    const std::size_t records = 50 + chance() % 1500;
    for (std::size_t i = 0; i < records; ++i)
      text += record(i, 1 + chance() % (round % 5 == 0 ? 5000 : 200), chance() % one_in == 0 ? " LIMS-77" : "");
    const auto file = foreign_bgzf(text, 1 + chance() % (round % 2 == 0 ? 0x10000 : 3000));
    const auto both = check(text, file, fastq());
    CHECK(both.expected.find("LIMS-77") == std::string::npos);
  }
}

}  // namespace tributary::genomics
