// tests/agent/crypt4gh/stream_test.cpp: what goes into a container comes out of it, and nothing else does.
#include "tests/agent/crypt4gh/containers.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::crypt4gh {

TEST_GROUP(Container) {
  Pair reader = make_pair();
  DataKey key = make_data_key();
  Bytes header = *make_header(key, {reader.half});
};

TEST(Container, gives_back_what_was_put_in_at_every_edge_of_a_segment) {
  for (const std::size_t size : {0U, 1U, 65535U, 65536U, 65537U, 131071U, 131072U, 131073U}) {
    const Bytes plain = pattern(size);
    const Bytes sealed = encrypted(plain, key, header);
    LONGS_EQUAL(sealed_size(header.size(), size), sealed.size());
    auto opened = decrypted(sealed, reader.secret);
    CHECK(opened.ok());
    CHECK(*opened == plain);
  }
}

TEST(Container, of_nothing_is_its_header_alone) {
  CHECK(encrypted({}, key, header) == header);
  LONGS_EQUAL(124, header.size());
}

TEST(Container, is_the_same_whatever_the_sizes_of_buffers_are) {
  const Bytes plain = pattern(150000);
  const Bytes expected = encrypted(plain, key, header);
  for (const std::size_t buffer : {1000U, 12U, 65563U, 65564U, 65565U, 131128U}) {
    CHECK(encrypted(plain, key, header, buffer) == expected);
  }
  for (const std::size_t step : {7919U, 65535U, 65536U}) {
    EncryptingSource source(source_of(plain, step), key, header);
    CHECK(*drain(source) == expected);
  }
  CHECK(*decrypted(expected, reader.secret, 1000, 333) == plain);
  CHECK(*decrypted(expected, reader.secret, 65536, 65564) == plain);
}

TEST(Container, holds_segments_whose_nonce_is_their_number) {
  const Bytes sealed = encrypted(pattern(70000), key, header);
  const ByteView first = ByteView(sealed).subspan(header.size());
  LONGS_EQUAL(0, load_le64(first));
  const ByteView second = first.subspan(sealed_segment_bytes);
  LONGS_EQUAL(1, load_le64(second));
  LONGS_EQUAL(0, load_le32(second.subspan(8)));
  Bytes opened(70000 - segment_bytes);
  CHECK(crypto::ChaChaPoly(key).decrypt(second.first<12>(), second.subspan(12, opened.size()), second.last<16>(),
                                        opened));
  const Bytes plain = pattern(70000);
  CHECK(std::equal(opened.begin(), opened.end(), plain.begin() + segment_bytes));
}

TEST(Container, continued_from_a_later_segment_equals_the_tail) {
  const Bytes plain = pattern(3 * segment_bytes + 17);
  const Bytes whole = encrypted(plain, key, header);
  for (const std::size_t first : {1U, 2U, 3U}) {
    const Bytes rest(plain.begin() + static_cast<std::ptrdiff_t>(first * segment_bytes), plain.end());
    EncryptingSource source(source_of(rest), key, header, first);
    const auto at = header.size() + first * sealed_segment_bytes;
    CHECK(*drain(source, 70000) == Bytes(whole.begin() + static_cast<std::ptrdiff_t>(at), whole.end()));
  }
}

TEST(Container, opens_for_each_of_several_recipients_and_for_nobody_else) {
  const Pair second = make_pair();
  const Pair third = make_pair();
  const Pair stranger = make_pair();
  const Bytes shared = *make_header(key, {reader.half, second.half, third.half});
  LONGS_EQUAL(16 + 3 * 108, shared.size());
  const Bytes plain = pattern(1000);
  const Bytes sealed = encrypted(plain, key, shared);
  for (const SecretKey& secret : {reader.secret, second.secret, third.secret})
    CHECK(*decrypted(sealed, secret) == plain);
  const auto refused = decrypted(sealed, stranger.secret);
  CHECK_FALSE(refused.ok());
  CHECK(refused.error().remedy == Remedy::give_up);
}

TEST(Container, passes_an_error_of_its_source_on_and_keeps_to_it) {
  EncryptingSource source(std::make_unique<StepSource>(pattern(70000), 100000, true), key, header);
  Bytes buffer(sealed_segment_bytes);
  LONGS_EQUAL(124, *source.read(buffer));
  LONGS_EQUAL(sealed_segment_bytes, *source.read(buffer));
  for (int i = 0; i < 2; ++i) {
    auto n = source.read(buffer);
    CHECK_FALSE(n.ok());
    CHECK(n.error().remedy == Remedy::wait);
  }
  CHECK(std::all_of(buffer.begin(), buffer.end() - 16, [](std::uint8_t b) { return b == 0; }));
}

TEST(Container, with_a_changed_byte_is_refused_and_names_the_segment) {
  Bytes sealed = encrypted(pattern(140000), key, header);
  sealed[header.size() + sealed_segment_bytes + 500] ^= 1;
  auto source = DecryptingSource::open(source_of(sealed), reader.secret);
  Bytes buffer(segment_bytes);
  LONGS_EQUAL(segment_bytes, *(*source)->read(buffer));
  auto second = (*source)->read(buffer);
  CHECK_FALSE(second.ok());
  STRCMP_CONTAINS("segment 2", second.error().what.c_str());
  CHECK_FALSE((*source)->read(buffer).ok());
}

TEST(Container, cut_within_a_segment_is_refused) {
  const Bytes sealed = encrypted(pattern(70000), key, header);
  for (const std::size_t cut : {1U, 15U, 16U, 4000U, 4464U, 4491U}) {
    CHECK_FALSE(decrypted(Bytes(sealed.begin(), sealed.end() - static_cast<std::ptrdiff_t>(cut)), reader.secret).ok());
  }
}

TEST(Container, with_an_empty_segment_at_its_end_as_others_write_it_opens) {
  Bytes empty(28);
  crypto::ChaChaPoly(key).encrypt(ByteView(empty).first<12>(), {}, {}, MutableByteView(empty).last<16>());
  CHECK(decrypted(joined(header, empty), reader.secret)->empty());
  const Bytes plain = pattern(segment_bytes);
  CHECK(*decrypted(joined(encrypted(plain, key, header), empty), reader.secret) == plain);
}

TEST(Container, with_several_data_keys_opens_segment_by_segment) {
  const DataKey other = make_data_key();
  HeaderMaker maker;
  maker.data_key(reader.half, other);
  maker.data_key(reader.half, key);
  const Bytes plain = pattern(segment_bytes);
  const Bytes sealed = joined(joined(maker.header(), body(plain, key)), body(pattern(100), other));
  CHECK(*decrypted(sealed, reader.secret) == joined(plain, pattern(100)));
}

TEST(Container, gives_nothing_to_an_empty_buffer_and_goes_on) {
  auto source = DecryptingSource::open(source_of(encrypted(pattern(10), key, header)), reader.secret);
  LONGS_EQUAL(0, *(*source)->read({}));
  CHECK(*drain(**source) == pattern(10));
}

}  // namespace tributary::crypt4gh
