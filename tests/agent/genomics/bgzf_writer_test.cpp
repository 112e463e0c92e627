// tests/agent/genomics/bgzf_writer_test.cpp: blocks, virtual offsets, and the reader of gzip members.
#include "agent/port/genomics/htslib/bgzf_writer.hpp"

#include <htslib/bgzf.h>
#include <htslib/hfile.h>

#include <set>

#include "agent/port/genomics/htslib/unpacker.hpp"
#include "tests/agent/genomics/bgzf_samples.hpp"

#include <CppUTest/TestHarness.h>

using namespace tributary;
using namespace tributary::genomics;

namespace {

std::string lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "line " + std::to_string(i * 7919) + "\n";
  return text;
}

std::string drained(BgzfWriter& writer) {
  Bytes out(writer.ready_bytes());
  writer.read(out);
  return std::string(text(out));
}

/// Everything that the reader gives, or "error".
std::string read_all(std::string_view bytes, std::size_t chunk, ContainerFields fields = {},
                     Unpacker::Trailing trailing = Unpacker::Trailing::refuse) {
  auto input = Unpacker::open(sample::file_of(bytes), std::move(fields), trailing);
  if (!input) return "error";
  std::string all;
  Bytes buffer(chunk);
  while (true) {
    auto got = (*input)->read(buffer);
    if (!got) return "error";
    if (*got == 0) return all;
    all += text(ByteView(buffer).first(*got));
  }
}

}  // namespace

TEST_GROUP(BgzfWriter){};

TEST(BgzfWriter, gives_what_htslib_reads) {
  const std::string text = lines(50000);
  CHECK(sample::unpacked(sample::bgzf_of(text)) == text);
}

TEST(BgzfWriter, gives_the_same_blocks_whatever_the_sizes_of_the_calls) {
  const std::string text = lines(30000);
  BgzfWriter whole;
  CHECK(whole.write(view(text)).ok() && whole.finish().ok());
  BgzfWriter parts;
  for (std::size_t at = 0; at < text.size(); at += 777) {
    CHECK(parts.write(view(std::string_view(text).substr(at, 777))).ok());
  }
  CHECK(parts.finish().ok());
  CHECK(drained(whole) == drained(parts));
}

TEST(BgzfWriter, gives_the_same_blocks_with_any_number_of_workers) {
  const std::string text = lines(100000);
  std::set<std::string> results;
  for (const std::size_t threads : {0U, 1U, 2U, 5U}) {
    Workers workers(threads);
    BgzfWriter writer(&workers);
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += 777) {
      CHECK(writer.write(view(std::string_view(text).substr(at, 777))).ok());
      out += drained(writer);
    }
    CHECK(writer.finish().ok());
    results.insert(out + drained(writer));
  }
  BgzfWriter alone;
  CHECK(alone.write(view(text)).ok() && alone.finish().ok());
  results.insert(drained(alone));
  CHECK_EQUAL(1U, results.size());
}

TEST(BgzfWriter, may_be_given_up_while_its_workers_are_busy) {
  Workers workers(2);
  BgzfWriter writer(&workers);
  CHECK(writer.write(view(lines(40000))).ok());
}

TEST(BgzfWriter, packs_what_can_not_be_packed) {
  std::string noise;
  for (std::uint32_t seed = 1; noise.size() < 3 * BgzfWriter::block_payload_bytes;) {
    seed = seed * 1664525U + 1013904223U;
    noise.push_back(static_cast<char>(seed >> 24U));
  }
  CHECK(sample::unpacked(sample::bgzf_of(noise)) == noise);
}

TEST(BgzfWriter, tells_where_the_next_byte_stands) {
  BgzfWriter writer;
  const std::string text = lines(20000);
  std::vector<std::pair<BgzfWriter::Place, std::size_t>> places;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at) + 1;
    CHECK(writer.make_room(end - at).ok());
    if (at % 97 == 0) places.emplace_back(writer.tell(), at);
    CHECK(writer.write(view(std::string_view(text).substr(at, end - at))).ok());
    at = end;
  }
  CHECK(writer.finish().ok());
  files::Fd file = sample::file_of(drained(writer));
  BGZF* bgzf = bgzf_hopen(hdopen(file.release(), "r"), "r");
  for (const auto& [place, at] : places) {
    const auto offset = writer.virtual_offset(place);
    CHECK(offset.has_value());
    CHECK_EQUAL(0, bgzf_seek(bgzf, static_cast<std::int64_t>(*offset), SEEK_SET));
    std::string got(8, '\0');
    CHECK_EQUAL(8, bgzf_read(bgzf, got.data(), got.size()));
    CHECK(got == text.substr(at, 8));
  }
  CHECK_EQUAL(0, bgzf_close(bgzf));
}

TEST(BgzfWriter, ends_an_empty_stream_with_the_end_block_only) {
  BgzfWriter writer;
  CHECK(writer.finish().ok());
  CHECK_EQUAL(28U, writer.ready_bytes());
  CHECK_EQUAL(0U, *writer.offset_of(0));
}

TEST_GROUP(Unpacker){};

TEST(Unpacker, reads_plain_gzip_and_bgzf_alike) {
  const std::string text = lines(30000);
  for (const std::size_t chunk : {1U << 16U, 100000U, 999U}) {
    CHECK(read_all(text, chunk) == text);
    CHECK(read_all(sample::gzip_of(text), chunk) == text);
    CHECK(read_all(sample::bgzf_of(text), chunk) == text);
  }
}

TEST(Unpacker, reads_several_members_and_mixed_ones) {
  const std::string text = lines(3000);
  CHECK(read_all(sample::gzip_of(text) + sample::gzip_of("") + sample::gzip_of(text), 5000) == text + text);
  CHECK(read_all(sample::bgzf_of(text) + sample::bgzf_of(text), 5000) == text + text);
  CHECK(read_all(sample::bgzf_of(text) + sample::gzip_of(text) + sample::bgzf_of(text), 5000) == text + text + text);
}

TEST(Unpacker, reports_the_name_of_each_member_and_what_follows_the_last) {
  std::vector<std::string> fields;
  const auto gather = [&fields](std::uint64_t number, ByteView bytes) {
    fields.push_back(std::to_string(number) + " " + std::string(text(bytes)));
    return Status{};
  };
  const std::string file = sample::gzip_of("a", "first.fq") + sample::gzip_of("b", "second.fq") + "hidden";
  CHECK(read_all(file, 100, gather, Unpacker::Trailing::report) == "ab");
  CHECK_EQUAL(3U, fields.size());
  CHECK(fields[0] == "1 first.fq");
  CHECK(fields[1] == "2 second.fq");
  CHECK(fields[2] == "2 hidden");
}

TEST(Unpacker, refuses_foreign_bytes_behind_the_last_member_but_not_zeros) {
  CHECK(read_all(sample::gzip_of("abc") + "x", 100) == "error");
  CHECK(read_all(sample::gzip_of("abc") + "hidden", 100) == "error");
  CHECK(read_all(sample::gzip_of("abc") + std::string(100, '\0'), 100) == "abc");
}

TEST(Unpacker, finds_every_truncation_within_a_member) {
  const std::string gzip = sample::gzip_of(lines(20));
  for (std::size_t size = 2; size < gzip.size(); ++size) CHECK(read_all(gzip.substr(0, size), 64) == "error");
  const std::string bgzf = sample::bgzf_of(lines(20), 100, false);
  std::size_t complete = 0;
  for (std::size_t size = 2; size < bgzf.size(); ++size) complete += read_all(bgzf.substr(0, size), 64) != "error";
  CHECK_EQUAL((lines(20).size() - 1) / 100, complete);  // between two blocks
}

TEST(Unpacker, finds_a_flipped_bit) {
  std::string gzip = sample::gzip_of(lines(100));
  for (std::size_t at = 20; at < gzip.size(); at += 13) {
    std::string bad = gzip;
    bad[at] = static_cast<char>(bad[at] ^ 4);
    CHECK(read_all(bad, 4096) == "error");
  }
}
