// tests/agent/genomics/cram_scrub_test.cpp: places in a CRAM container where words can hide.
#include <htslib/hts_log.h>

#include <algorithm>

#include "agent/port/genomics/htslib/alignment.hpp"
#include "agent/port/genomics/htslib/cram_bytes.hpp"
#include "agent/port/genomics/htslib/cram_codec.hpp"
#include "agent/port/genomics/htslib/cram_encoding.hpp"
#include "agent/port/genomics/htslib/cram_header.hpp"
#include "bam_samples.hpp"
// Behind everything that uses `new`.
#include <CppUTest/TestHarness.h>

namespace tributary::genomics {

namespace {

constexpr CramVersion version{3, 0};
const char* const hidden = "HIDDEN-01";

Transform to_cram() {
  Transform transform;
  transform.format = Format::cram;
  transform.sample = "TL-7";
  return transform;
}

/// A gzip stream with the name of a file in its header; the content is stored as it is.
Bytes gzip_with_name(ByteView content) {
  Bytes out = {0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3};
  for (const char* c = hidden; *c != 0; ++c) out.push_back(static_cast<std::uint8_t>(*c));
  out.push_back(0);
  const auto size = static_cast<std::uint32_t>(content.size());
  out.push_back(1);  // the last block, stored
  append_le32(out, size | (~size << 16U));
  out.insert(out.end(), content.begin(), content.end());
  append_le32(out, crc32_of(content));
  append_le32(out, size);
  return out;
}

/// What is done to a file of one container with one slice before it is put together again.
struct Changes {
  bool name_in_gzip = false;
  bool block_without_user = false;
  bool words_behind_slice_header = false;
  bool words_behind_blocks = false;
};

void append(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

Bytes tampered(const Changes& changes) {
  const Bytes file = samples::cram_of(samples::sam_text({.records = 50, .extra_tags = false, .contigs = 1}),
                                      {.several_contigs = true});
  const files::Fd fd = samples::file_with(file);
  auto codec = CramCodec::open(version);
  auto head = read_container(fd, file_definition_bytes, version);
  const std::size_t data_at = file_definition_bytes + (*head)->bytes.size();
  auto read = read_container(fd, data_at, version);
  const CramContainer& container = **read;
  Bytes body;
  append(body, container.blocks[0].whole);
  ContainerHeader header = container.header;
  header.landmarks = {static_cast<std::int32_t>(body.size())};
  auto slice = SliceHeader::parse(container.blocks[1].data, true);
  if (changes.block_without_user) {
    slice->ids.push_back(9999);
    ++slice->blocks;
    ++header.blocks;
  }
  Bytes packed = slice->pack(true);
  if (changes.words_behind_slice_header) append(packed, view(hidden));
  append_block(body, version, BlockMethod::raw, BlockType::slice_header, 0, packed.size(), packed);
  for (std::size_t i = 2; i < container.blocks.size(); ++i) {
    const CramBlock& block = container.blocks[i];
    if (changes.name_in_gzip && i > 2) {
      const Bytes content = *codec->content(block);
      append_block(body, version, BlockMethod::gzip, BlockType::external, block.id, content.size(),
                   gzip_with_name(content));
    } else {
      append(body, block.whole);
    }
  }
  if (changes.block_without_user) {
    append_block(body, version, BlockMethod::raw, BlockType::external, 9999, 9, view(hidden));
  }
  if (changes.words_behind_blocks) append(body, view(hidden));
  Bytes out(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(data_at));
  append_container_header(out, version, header, body.size());
  append(out, body);
  append(out, end_container(version));
  return out;
}

std::string heard_in(const Bytes& file) {
  samples::Listener listener;
  Stop stop;
  CHECK(scan_alignment(samples::file_with(file), listener, stop).ok());
  return listener.heard;
}

void check_found_and_gone(const Changes& changes) {
  const Bytes file = tampered(changes);
  CHECK(heard_in(file).find(hidden) != std::string::npos);
  samples::Listener listener;
  auto clean = samples::cleaned(file, to_cram(), &listener);
  CHECK(clean.ok());
  CHECK_FALSE(samples::contains(*clean, hidden));
  CHECK(heard_in(*clean).find(hidden) == std::string::npos);
  CHECK(listener.heard.find(hidden) == std::string::npos);
  auto untouched = samples::cleaned(tampered({}), to_cram());
  CHECK(untouched.ok());
  CHECK_EQUAL(50U, samples::records_of(*clean).size());
  CHECK(samples::records_of(*untouched) == samples::records_of(*clean));
}

/// A compression header whose only series is the names', with the encoding given.
Bytes names_as(const Bytes& encoding) {
  Bytes out = {8, 2, 'R', 'N', 1, 'T', 'D', 1, 0};
  Bytes entries = {1, 'R', 'N'};
  append(entries, encoding);
  append_itf8(out, static_cast<std::int32_t>(entries.size()));
  append(out, entries);
  append(out, Bytes{1, 0});
  return out;
}

}  // namespace

TEST_GROUP(CramScrub){void setup() override{hts_set_log_level(HTS_LOG_OFF);
}  // namespace tributary::genomics
}
;

TEST(CramScrub, finds_and_drops_the_name_in_a_gzip_stream) { check_found_and_gone({.name_in_gzip = true}); }
TEST(CramScrub, finds_and_drops_a_block_that_nothing_refers_to) { check_found_and_gone({.block_without_user = true}); }
TEST(CramScrub, finds_and_drops_words_behind_a_slice_header) {
  check_found_and_gone({.words_behind_slice_header = true});
}
TEST(CramScrub, finds_and_drops_words_behind_the_last_block) { check_found_and_gone({.words_behind_blocks = true}); }

TEST(CramScrub, knows_whether_names_stand_in_blocks_or_in_the_bit_stream) {
  const std::array<char, 2> key = {'R', 'N'};
  auto stop = CompressionHeader::parse(names_as({5, 2, 0, 11}));
  CHECK(stop.ok());
  CHECK(stop->series.at(key).bytes_are_external);
  // Lengths and letters by Huffman codes of two symbols.
  const Bytes huffman = {3, 6, 2, 65, 66, 2, 1, 1};
  Bytes both = {4, 16};
  append(both, huffman);
  append(both, huffman);
  auto bits = CompressionHeader::parse(names_as(both));
  CHECK(bits.ok());
  CHECK(bits->series.at(key).uses_core);
  CHECK_FALSE(bits->series.at(key).bytes_are_external);
}

TEST(CramScrub, refuses_names_in_the_bit_stream) {
  const Bytes huffman = {3, 6, 2, 65, 66, 2, 1, 1};
  Bytes both = {4, 16};
  append(both, huffman);
  append(both, huffman);
  const Bytes description = names_as(both);
  Bytes body;
  append_block(body, version, BlockMethod::raw, BlockType::compression_header, 0, description.size(), description);
  ContainerHeader header;
  header.records = 1;
  header.blocks = 1;
  Bytes file = cram_preamble(version, "@HD\tVN:1.6\n");
  append_container_header(file, version, header, body.size());
  append(file, body);
  append(file, end_container(version));
  auto result = samples::cleaned(file, to_cram());
  CHECK_FALSE(result.ok());
  CHECK(result.error().what.find("bit stream") != std::string::npos);
  samples::Listener listener;
  Stop stop;
  CHECK_FALSE(scan_alignment(samples::file_with(file), listener, stop).ok());
}

TEST(CramScrub, writes_and_reads_every_size_of_number) {
  for (unsigned shift = 0; shift < 64; ++shift) {
    for (const std::int64_t step : {-1, 0, 1}) {
      const auto value = static_cast<std::int64_t>((std::uint64_t{1} << shift) + static_cast<std::uint64_t>(step));
      Bytes out;
      append_ltf8(out, value);
      append_itf8(out, static_cast<std::int32_t>(value));
      Cursor cursor(out);
      CHECK(cursor.ltf8() == value);
      CHECK_EQUAL(static_cast<std::int32_t>(value), cursor.itf8());
      CHECK_FALSE(cursor.bad());
      CHECK_EQUAL(0U, cursor.left());
    }
  }
}

TEST(CramScrub, takes_tags_out_of_the_dictionary_and_of_the_encodings) {
  const Bytes before = {17, 1, 'T',  'D', 13,  'N', 'M', 'i', 'X', 'X',  'Z', 0,   'X', 'X', 'Z', 0, 0, 0, 1, 0,  //
                        16, 2, 0xe0, 'N', 'M', 'i', 1,   1,   7,   0xe0, 'X', 'X', 'Z', 5,   2,   9, 8};
  auto after = without_tags(before, {TagKey{'X', 'X', 'Z'}});
  CHECK(after.ok());
  const Bytes expected = {11, 1, 'T', 'D', 7, 'N', 'M', 'i', 0, 0, 0, 0, 1, 0, 8, 1, 0xe0, 'N', 'M', 'i', 1, 1, 7};
  CHECK(*after == expected);
}

}  // namespace tributary::genomics
