// tests/agent/stream/stream_test.cpp: bytes that come in crumbs, too few of them, too many of them, and errors.
#include "agent/stream/stream.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include <CppUTest/TestHarness.h>

namespace tributary::stream_test {

using stream::BufferSink;
using stream::Sink;
using stream::Source;
using stream::ViewSource;

namespace {

/// Gives `total` bytes 'x', at most `crumb` at a time, and then the end or the error.
class Crumbs final : public Source {
 public:
  Crumbs(std::uint64_t total, std::size_t crumb, bool fails = false) : rest_(total), crumb_(crumb), fails_(fails) {}
  Result<std::size_t> read(MutableByteView into) override {
    ++reads;
    most_asked = std::max(most_asked, into.size());
    if (rest_ == 0 && fails_) return wait_error("the mount is stale", "look at it");
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(rest_, std::min(crumb_, into.size())));
    if (n > 0) std::memset(into.data(), 'x', n);
    rest_ -= n;
    return n;
  }
  [[nodiscard]] std::uint64_t rest() const { return rest_; }

  int reads = 0;
  std::size_t most_asked = 0;

 private:
  std::uint64_t rest_;
  std::size_t crumb_;
  bool fails_;
};

/// Takes `room` bytes and then no more.
class Shelf final : public Sink {
 public:
  explicit Shelf(std::uint64_t room) : room_(room) {}
  Status write(ByteView bytes) override {
    if (bytes.size() > room_) return wait_error("no room");
    room_ -= bytes.size();
    taken += bytes.size();
    most = std::max(most, bytes.size());
    return {};
  }

  std::uint64_t taken = 0;
  std::size_t most = 0;

 private:
  std::uint64_t room_;
};

constexpr std::size_t large = 1'000'000;

void is_the_stale_mount(const Error& error) {
  CHECK_TRUE(error.remedy == Remedy::wait);
  STRCMP_EQUAL("the mount is stale; look at it", sentence(error).c_str());
}

}  // namespace

TEST_GROUP(Stream){};

TEST(Stream, in_memory_gives_its_bytes_once_from_front_to_back) {
  ViewSource source(view("0123456789"));
  Bytes into(4);
  std::string said;
  for (std::size_t n = *source.read(into); n > 0; n = *source.read(into)) {
    said += std::string(text(ByteView(into).first(n))) + " ";
  }
  STRCMP_EQUAL("0123 4567 89 ", said.c_str());
  LONGS_EQUAL(0, *source.read(into));
  ViewSource nothing{ByteView()};
  LONGS_EQUAL(0, *nothing.read(into));
}

TEST(Stream, fills_a_buffer_from_crumbs) {
  Bytes into(100, '.');
  Crumbs source(1000, 7);
  LONGS_EQUAL(100, *stream::read_full(source, into));
  CHECK_TRUE(into == Bytes(100, 'x'));
  LONGS_EQUAL(900, source.rest());  // not a byte more than asked for
}

TEST(Stream, fills_a_buffer_as_far_as_it_goes) {
  Bytes into(100, '.');
  Crumbs source(10, 7);
  LONGS_EQUAL(10, *stream::read_full(source, into));
  CHECK_TRUE(into[9] == 'x' && into[10] == '.');
  LONGS_EQUAL(0, *stream::read_full(source, into));
}

TEST(Stream, asks_nothing_of_its_source_to_fill_nothing) {
  Crumbs source(0, 7, true);
  LONGS_EQUAL(0, *stream::read_full(source, {}));
  CHECK_TRUE(stream::skip(source, 0).ok());
  LONGS_EQUAL(0, source.reads);
}

TEST(Stream, that_fails_fills_no_buffer) {
  Bytes into(100);
  Crumbs source(10, 7, true);
  is_the_stale_mount(stream::read_full(source, into).error());
}

TEST(Stream, skips_exactly_as_much_as_told) {
  Crumbs source(large, 999);
  CHECK_TRUE(stream::skip(source, large - 1).ok());
  LONGS_EQUAL(1, source.rest());
  CHECK_TRUE(stream::skip(source, 1).ok());
}

TEST(Stream, that_ends_while_it_is_skipped_is_an_error_that_says_what_was_missing) {
  Crumbs source(10, 4);
  const auto skipped = stream::skip(source, 15);
  CHECK_FALSE(skipped.ok());
  CHECK_TRUE(skipped.error().remedy == Remedy::give_up);
  STRCMP_CONTAINS("5 bytes too early", skipped.error().what.c_str());
}

TEST(Stream, skips_any_distance_in_bounded_memory) {
  Crumbs source(large, large);
  CHECK_FALSE(stream::skip(source, std::numeric_limits<std::uint64_t>::max()).ok());
  CHECK_TRUE(source.most_asked <= 1U << 20);
}

TEST(Stream, that_fails_while_it_is_skipped_says_why) {
  Crumbs source(10, 4, true);
  is_the_stale_mount(stream::skip(source, 11).error());
}

TEST(Stream, is_copied_to_the_last_byte_in_bounded_memory) {
  for (const std::size_t crumb : {std::size_t{999}, large}) {
    Crumbs source(large, crumb);
    Shelf shelf(large);
    LONGS_EQUAL(large, *stream::copy(source, shelf));
    LONGS_EQUAL(large, shelf.taken);
    CHECK_TRUE(source.most_asked <= 1U << 20 && shelf.most <= 1U << 20);
  }
  Crumbs empty(0, 1);
  Shelf shelf(0);
  LONGS_EQUAL(0, *stream::copy(empty, shelf));
}

TEST(Stream, that_fails_is_not_copied_as_if_it_had_ended) {
  Crumbs source(10, 4, true);
  Shelf shelf(large);
  is_the_stale_mount(stream::copy(source, shelf).error());
  LONGS_EQUAL(10, shelf.taken);  // what was read before it stays
}

TEST(Stream, is_copied_no_further_when_nobody_takes_it) {
  Crumbs source(large, 100);
  Shelf shelf(250);
  const auto copied = stream::copy(source, shelf);
  CHECK_FALSE(copied.ok());
  STRCMP_EQUAL("no room", copied.error().what.c_str());
  LONGS_EQUAL(3, source.reads);
}

TEST_GROUP(Buffer){};

TEST(Buffer, grows_to_its_limit_and_not_beyond) {
  Bytes into;
  BufferSink sink(into, 10);
  CHECK_TRUE(sink.write(view("0123")).ok());
  CHECK_TRUE(sink.write(view("456789")).ok());
  CHECK_TRUE(sink.write({}).ok());
  const auto more = sink.write(view("x"));
  CHECK_FALSE(more.ok());
  CHECK_TRUE(more.error().remedy == Remedy::give_up);
  STRCMP_CONTAINS("10 bytes", more.error().what.c_str());
  STRCMP_EQUAL("0123456789", std::string(text(into)).c_str());
}

TEST(Buffer, takes_all_of_a_piece_or_nothing) {
  Bytes into;
  BufferSink sink(into, 5);
  CHECK_FALSE(sink.write(view("012345")).ok());
  LONGS_EQUAL(0, into.size());
  CHECK_TRUE(sink.write(view("01234")).ok());
}

TEST(Buffer, counts_what_was_in_it_before) {
  Bytes into = to_bytes("01234567");
  BufferSink sink(into, 10);
  CHECK_FALSE(sink.write(view("89a")).ok());
  CHECK_TRUE(sink.write(view("89")).ok());
  STRCMP_EQUAL("0123456789", std::string(text(into)).c_str());
}

TEST(Buffer, that_is_too_large_already_grows_no_more) {
  Bytes into = to_bytes("0123456789");
  BufferSink sink(into, 4);
  CHECK_FALSE(sink.write(view("x")).ok());
  CHECK_TRUE(sink.write({}).ok());
  LONGS_EQUAL(10, into.size());
}

TEST(Buffer, ends_a_copy_that_is_too_long) {
  Bytes into;
  BufferSink sink(into, 100'000);
  Crumbs source(large, 999);
  CHECK_TRUE(stream::copy(source, sink).error().remedy == Remedy::give_up);
  CHECK_TRUE(into.size() <= 100'000);
}

}  // namespace tributary::stream_test
