// tests/agent/genomics/gzip_restart_test.cpp: plain gzip is read on from within, whatever its members look like.
#include <zlib.h>

#include <algorithm>
#include <cstdlib>

#include "agent/base/workers.hpp"
#include "tests/agent/genomics/bgzf_samples.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::genomics {

namespace {

/// States stand 16 MiB of the file apart: so much of bases and qualities that do not repeat.
constexpr std::size_t reads_of_two_states = 290000;

Transform fastq_transform(ReadNames names) {
  Transform transform;
  transform.format = Format::fastq;
  transform.sample = "TL-0";
  transform.read_names = names;
  transform.name_key = Secret<32>(Bytes(32, 7));
  return transform;
}

std::string reads(std::size_t count) {
  std::string text;
  text.reserve(count * 300);
  std::uint64_t random = 12345;
  for (std::size_t i = 0; i < count; ++i) {
    text += "@M1:61:FC:1:1101:" + std::to_string(i % 30000) + ":" + std::to_string(i) + " 1:N:0:ACGT\n";
    std::string qualities;
    for (std::size_t b = 0; b < 120; ++b) {
      random = random * 6364136223846793005U + 1442695040888963407U;
      text += "ACGT"[random >> 62U];
      qualities += static_cast<char>('!' + (random >> 32U) % 93U);
    }
    text.append("\n+\n").append(qualities).append("\n");
  }
  return text;
}

struct Member {
  int level = 1;
  std::string name = {};
  std::string comment = {};
  std::string extra = {};
};

std::string member_of(std::string_view text, Member member) {
  z_stream stream{};
  CHECK_EQUAL(Z_OK, deflateInit2(&stream, member.level, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY));
  gz_header header{};
  if (!member.name.empty()) header.name = reinterpret_cast<Bytef*>(member.name.data());
  if (!member.comment.empty()) header.comment = reinterpret_cast<Bytef*>(member.comment.data());
  header.extra = reinterpret_cast<Bytef*>(member.extra.data());
  header.extra_len = static_cast<uInt>(member.extra.size());
  if (member.extra.empty()) header.extra = nullptr;
  deflateSetHeader(&stream, &header);
  std::string input(text);
  std::string out(deflateBound(&stream, input.size()) + 1000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK_EQUAL(Z_STREAM_END, deflate(&stream, Z_FINISH));
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

sample::Cleaned clean(std::string_view file, ReadNames names = ReadNames::keep, const RestartPoint* from = nullptr) {
  return sample::clean(file, fastq_transform(names), nullptr, from, std::size_t{1} << 20U);
}

}  // namespace

TEST_GROUP(GzipRestart){};

TEST(GzipRestart, goes_on_within_one_long_stream) {
  const std::string text = reads(reads_of_two_states);
  const std::string file = member_of(text, {});
  const auto whole = clean(file, ReadNames::mask);
  CHECK(whole.complete);
  CHECK(whole.points.size() >= 2);
  CHECK(whole.points.size() <= 16);
  for (const auto& point : whole.points) {
    CHECK(point.state.size() < std::size_t{34} << 10U);
    const auto rest = clean(file, ReadNames::mask, &point);
    CHECK(rest.complete);
    CHECK(rest.stream == whole.stream.substr(point.output_offset));
    CHECK_EQUAL(whole.counts.at("records"), rest.counts.at("records"));
  }
}

TEST(GzipRestart, goes_on_within_later_members_of_every_kind) {
  const std::string text = reads(reads_of_two_states);
  const std::size_t third = text.find("\n@M1", text.size() / 3) + 1;
  const std::string_view all(text);
  const std::string file = member_of(all.substr(0, 1000), {}) + member_of({}, {}) +
                           member_of(all.substr(1000, third - 1000), {.name = "SAMPLE-01", .comment = "SAMPLE-01"}) +
                           sample::bgzf_of(all.substr(third, 100000)) +
                           member_of(all.substr(third + 100000), {.level = 2, .extra = "SAMPLE-01"});
  const auto whole = clean(file);
  CHECK(whole.complete);
  CHECK(sample::unpacked(whole.stream) == text);
  CHECK(whole.points.size() >= 2);
  Workers workers(2);
  CHECK(sample::every_point_continues(file, fastq_transform(ReadNames::keep), whole, 50, &workers));
}

TEST(GzipRestart, notices_what_is_damaged_behind_the_place) {
  const std::string text = reads(reads_of_two_states);
  std::string file = member_of(text, {});
  const auto whole = clean(file);
  CHECK(whole.points.size() >= 2);
  const RestartPoint& last = whole.points.back();
  CHECK_FALSE(clean(std::string_view(file).substr(0, file.size() - 1), ReadNames::keep, &last).complete);
  CHECK_FALSE(clean(file + "SAMPLE-01", ReadNames::keep, &last).complete);
  file[file.size() - 6] ^= 1;  // the checksum of the whole stream
  CHECK_FALSE(clean(file, ReadNames::keep, &last).complete);
}

TEST(GzipRestart, takes_no_state_that_can_not_be) {
  const std::string text = reads(reads_of_two_states);
  const std::string file = member_of(text, {});
  const auto whole = clean(file);
  CHECK(!whole.points.empty());
  const RestartPoint good = whole.points.front();
  const std::size_t head = 27;  // what every format has
  for (const std::size_t cut : {std::size_t{0}, head - 1, head, head + 20, head + 42, good.state.size() - 1}) {
    RestartPoint bad = good;
    bad.state.resize(cut);
    CHECK_FALSE(clean(file, ReadNames::keep, &bad).opened);
  }
  for (const std::size_t at : {0U, 1U, 2U, 3U, 19U, 23U, 31U, 39U, 60U}) {
    RestartPoint bad = good;
    bad.state[head + at] ^= 0x81U;
    CHECK_FALSE(clean(file, ReadNames::keep, &bad).complete);
  }
}

}  // namespace tributary::genomics
