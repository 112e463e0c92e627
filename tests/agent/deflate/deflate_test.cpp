// tests/agent/deflate/deflate_test.cpp: what is packed comes back, damage is seen, and the past changes nothing.
#include "agent/port/deflate/deflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <CppUTest/TestHarness.h>

namespace tributary::deflate {
namespace {

// Text with repetitions: words drawn by a generator that gives the same everywhere.
Bytes content(std::size_t size, std::uint32_t seed) {
  Bytes out;
  while (out.size() < size) {
    seed = seed * 1664525U + 1013904223U;
    const std::string word = "read" + std::to_string(seed >> 22U) + "\tACGT\n";
    out.insert(out.end(), word.begin(), word.end());
  }
  out.resize(size);
  return out;
}

Bytes noise(std::size_t size) {
  Bytes out(size);
  std::uint32_t seed = 1;
  for (auto& byte : out) {
    seed = seed * 1664525U + 1013904223U;
    byte = static_cast<std::uint8_t>(seed >> 24U);
  }
  return out;
}

Bytes packed(ByteView content) {
  Bytes out(packed_limit(content.size()));
  out.resize(pack(content, out));
  return out;
}

// As zlib packs it: several blocks, which rarely end with a byte.
Bytes zlib_packed(ByteView content) {
  z_stream stream{};
  CHECK_EQUAL(Z_OK, deflateInit2(&stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY));
  Bytes out(deflateBound(&stream, content.size()));
  stream.next_in = const_cast<Bytef*>(content.data());
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK_EQUAL(Z_STREAM_END, ::deflate(&stream, Z_FINISH));
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// All that a stream gives for the input in pieces; nothing when it is damaged or does not end.
std::optional<Bytes> streamed(Stream& stream, ByteView input, std::size_t in_piece, std::size_t out_piece) {
  stream.start();
  Bytes out;
  Bytes buffer(out_piece);
  std::size_t begin = 0, end = 0;
  for (;;) {
    const auto step = stream.step(input.subspan(begin, end - begin), buffer);
    out.insert(out.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(step.made));
    begin += step.used;
    if (step.state == Stream::State::ended) return begin == input.size() ? std::optional(out) : std::nullopt;
    if (step.state == Stream::State::damaged) return std::nullopt;
    if (step.made > 0) continue;
    if (end == input.size()) return std::nullopt;
    end = std::min(input.size(), end + in_piece);
  }
}

}  // namespace

TEST_GROUP(Deflate){};

TEST(Deflate, gives_back_what_was_packed) {
  for (const std::size_t size : {0U, 1U, 2U, 300U, 65280U, 200000U}) {
    for (const auto& all : {content(size, 7), noise(size)}) {
      const auto bytes = packed(all);
      CHECK(!bytes.empty());
      Bytes back(size);
      CHECK(unpack(bytes, back));
      CHECK(back == all);
    }
  }
}

TEST(Deflate, packs_text_to_a_third) {
  const auto all = content(65280, 3);
  CHECK(packed(all).size() * 3 < all.size());
}

TEST(Deflate, says_when_there_is_no_room) {
  const auto all = noise(1000);
  Bytes out(900);
  LONGS_EQUAL(0, pack(all, out));
}

TEST(Deflate, refuses_another_size_a_tail_and_a_cut) {
  const auto all = content(5000, 1);
  auto bytes = packed(all);
  Bytes shorter(all.size() - 1), longer(all.size() + 1), back(all.size());
  CHECK_FALSE(unpack(bytes, shorter));
  CHECK_FALSE(unpack(bytes, longer));
  for (std::size_t cut = 0; cut < bytes.size(); cut += 7) CHECK_FALSE(unpack(ByteView(bytes).first(cut), back));
  bytes.push_back(0);
  CHECK_FALSE(unpack(bytes, back));
}

TEST(Deflate, bears_every_flipped_bit) {
  const auto all = content(700, 5);
  const auto bytes = packed(all);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    auto bent = bytes;
    bent[bit / 8] = static_cast<std::uint8_t>(bent[bit / 8] ^ (1U << (bit % 8)));
    Bytes back(all.size());
    if (unpack(bent, back)) CHECK(crc32(0, back) != crc32(0, all) || back == all);
  }
}

TEST(Deflate, gives_the_same_bytes_whatever_was_packed_before) {
  const auto one = content(65280, 11);
  std::vector<Bytes> results;
  for (const auto& before : {noise(70000), content(70000, 11), content(3, 1), one}) {
    static_cast<void>(packed(before));
    results.push_back(packed(one));
  }
  std::thread([&] { results.push_back(packed(one)); }).join();
  for (const auto& result : results) CHECK(result == results.front());
}

TEST(Deflate, knows_the_checksum_of_gzip) {
  LONGS_EQUAL(0xcbf43926, crc32(0, view("123456789")));
  LONGS_EQUAL(0xcbf43926, crc32(crc32(0, view("1234")), view("56789")));
  LONGS_EQUAL(0, crc32(0, {}));
}

TEST_GROUP(DeflateStream){};

TEST(DeflateStream, gives_the_same_whatever_the_pieces) {
  const auto all = content(150000, 9);
  const auto bytes = packed(all);
  Stream stream;
  for (const auto& [in_piece, out_piece] :
       std::vector<std::pair<std::size_t, std::size_t>>{{1, 70000}, {13, 17}, {65536, 1}, {200000, 200000}}) {
    const auto back = streamed(stream, bytes, in_piece, out_piece);
    CHECK(back.has_value());
    CHECK(*back == all);
  }
}

TEST(DeflateStream, goes_on_in_the_middle_of_every_block_header) {
  const auto all = content(3000, 8);
  Bytes bytes;  // stored blocks of 30 bytes each, then an empty one with fixed codes (RFC 1951 sections 3.2.4, 3.2.6)
  for (std::size_t at = 0; at < all.size(); at += 30) {
    bytes.insert(bytes.end(), {0x00, 30, 0, 0xff - 30, 0xff});
    bytes.insert(bytes.end(), all.begin() + static_cast<std::ptrdiff_t>(at),
                 all.begin() + static_cast<std::ptrdiff_t>(at + 30));
  }
  bytes.insert(bytes.end(), {0x03, 0x00});
  Stream stream;
  for (std::size_t in_piece = 1; in_piece < 40; ++in_piece) {
    const auto back = streamed(stream, bytes, in_piece, 11);
    CHECK(back.has_value());
    CHECK(*back == all);
  }
}

TEST(DeflateStream, stops_behind_its_end) {
  auto bytes = packed(content(900, 2));
  const auto size = bytes.size();
  bytes.insert(bytes.end(), 40, 0x1f);
  Stream stream;
  Bytes out(1000);
  const auto step = stream.step(bytes, out);
  CHECK(step.state == Stream::State::ended);
  LONGS_EQUAL(size, step.used);
  LONGS_EQUAL(900, step.made);
}

TEST(DeflateStream, sees_damage_and_a_missing_end) {
  const auto bytes = packed(content(5000, 4));
  Stream stream;
  CHECK_FALSE(streamed(stream, ByteView(bytes).first(bytes.size() - 1), 100, 6000).has_value());
  const Bytes none(20, 0xff);
  CHECK_FALSE(streamed(stream, none, 5, 100).has_value());
  CHECK(streamed(stream, bytes, 100, 6000).has_value());  // and can be used again
}

// Fed a byte at a time, the stream stands between its blocks now and then; another one goes on from there.
TEST(DeflateStream, goes_on_between_blocks_with_a_window) {
  Bytes text = content(300000, 5);
  const Bytes tail = noise(100000);  // many blocks
  text.insert(text.end(), tail.begin(), tail.end());
  Bytes input;
  for (const std::size_t size : {std::size_t{300}, text.size()}) {
    const Bytes whole(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size));
    input = zlib_packed(whole);
    Stream stream;
    stream.start();
    Bytes made, buffer(70000);
    std::size_t places = 0;
    for (std::size_t used = 0, feed = 1; used < input.size();) {
      const auto step = stream.step(ByteView(input).subspan(used, std::min(feed, input.size() - used)), buffer);
      made.insert(made.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(step.made));
      used += step.used;
      if (step.state == Stream::State::ended) break;
      CHECK(step.state == Stream::State::more);
      feed = step.used == 0 && step.made == 0 ? feed + 1 : 1;
      const auto unused = stream.unused_bits();
      if (!unused) continue;
      ++places;
      const std::size_t from = used - *unused / 8;
      const unsigned bits = *unused % 8;
      const std::size_t window = std::min(made.size(), Stream::window_bytes);
      Stream other;
      CHECK(other.start_between(bits, bits > 0 ? input[from - 1] : std::uint8_t{0}, ByteView(made).last(window)));
      Bytes rest(whole.size() - made.size() + 1);
      std::size_t at = from, got = 0;
      for (auto state = Stream::State::more; state == Stream::State::more;) {
        const auto next = other.step(ByteView(input).subspan(at), MutableByteView(rest).subspan(got));
        at += next.used;
        got += next.made;
        state = next.state;
        CHECK(state != Stream::State::damaged);
        CHECK(state == Stream::State::ended || next.used + next.made > 0);
      }
      CHECK_EQUAL(whole.size() - made.size(), got);
      CHECK(std::equal(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(got),
                       whole.begin() + static_cast<std::ptrdiff_t>(made.size())));
    }
    CHECK(made == whole);
    CHECK(size == 300 || places > 3);
  }
}

TEST(DeflateStream, goes_on_at_no_place_that_can_not_be) {
  Stream stream;
  CHECK_FALSE(stream.start_between(8, 0, {}));
  CHECK_FALSE(stream.start_between(0, 0, Bytes(Stream::window_bytes + 1)));
}

}  // namespace tributary::deflate
