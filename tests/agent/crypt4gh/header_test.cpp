// tests/agent/crypt4gh/header_test.cpp: headers as we write them, as others do, and damaged ones.
#include "tests/agent/crypt4gh/containers.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::crypt4gh {

TEST_GROUP(Header) {
  Pair reader = make_pair();
  DataKey key = make_data_key();

  Result<Header> read(const Bytes& bytes, std::size_t step = 100000) {
    StepSource source(bytes, step);
    return read_header(source, reader.secret);
  }
  void refuse(const Bytes& bytes) {
    auto header = read(bytes);
    CHECK_FALSE(header.ok());
    CHECK(header.error().remedy == Remedy::give_up);
    CHECK_FALSE(header.error().what.empty());
  }
};

TEST(Header, gives_the_data_key_and_its_own_size) {
  const Bytes bytes = *make_header(key, {make_pair().half, reader.half});
  StepSource source(joined(bytes, pattern(50)), 13);
  auto header = read_header(source, reader.secret);
  CHECK(header.ok());
  LONGS_EQUAL(232, header->size_bytes);
  LONGS_EQUAL(1, header->data_keys.size());
  CHECK(crypto::equal(header->data_keys[0].bytes(), key.bytes()));
  CHECK_FALSE(header->edit_list.has_value());
  CHECK(*drain(source) == pattern(50));
}

TEST(Header, is_another_one_every_time) { CHECK(*make_header(key, {reader.half}) != *make_header(key, {reader.half})); }

TEST(Header, is_not_written_for_nobody_or_for_a_point_of_low_order) {
  CHECK_FALSE(make_header(key, {}).ok());
  CHECK_FALSE(make_header(key, {reader.half, PublicKey{}}).ok());
}

TEST(Header, passes_over_packets_of_other_methods_and_of_others) {
  HeaderMaker maker;
  maker.data_key(make_pair().half, key);
  maker.packet(reader.half, Bytes(40, 1), 77);
  maker.raw({8, 0, 0, 0, 9, 0, 0, 0});
  Bytes low_order(108);
  low_order[0] = 108;
  maker.raw(low_order);
  maker.data_key(reader.half, key, 0, 100);
  auto header = read(maker.header());
  CHECK(header.ok());
  LONGS_EQUAL(1, header->data_keys.size());
  LONGS_EQUAL(maker.header().size(), header->size_bytes);
}

TEST(Header, cut_anywhere_is_refused) {
  HeaderMaker maker;
  maker.data_key(reader.half, key);
  maker.edit_list(reader.half, {1, 2, 3});
  const Bytes whole = maker.header();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    refuse(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
  }
}

TEST(Header, with_any_bit_of_its_only_packet_changed_is_refused) {
  const Bytes whole = *make_header(key, {reader.half});
  for (std::size_t at = 0; at < whole.size(); ++at) {
    if (at >= 24 && at < 104 && at % 8 != 0) continue;  // one byte in eight of key, nonce and text will do
    Bytes changed = whole;
    changed[at] ^= 1;
    refuse(changed);
  }
}

TEST(Header, with_false_lengths_and_counts_is_refused_without_memory_for_them) {
  const Bytes whole = *make_header(key, {reader.half});
  const auto with = [&whole](std::size_t at, std::uint32_t value) {
    Bytes changed = whole;
    store_le32(MutableByteView(changed).subspan(at), value);
    return changed;
  };
  refuse(with(8, 2));
  refuse(with(12, 0));
  refuse(with(12, 2));
  refuse(with(12, 65537));
  refuse(with(12, 0xffffffff));
  for (const std::uint32_t size : {0U, 4U, 7U, 8U, 67U, 107U, 109U, (16U << 20U) + 1, 0x7fffffffU, 0xffffffffU}) {
    refuse(with(16, size));
  }
}

TEST(Header, with_payloads_that_are_no_payloads_is_refused) {
  const auto one = [this](const Bytes& payload) {
    HeaderMaker maker;
    maker.data_key(reader.half, key);
    maker.packet(reader.half, payload);
    return maker.header();
  };
  refuse(one({}));
  refuse(one({0, 0, 0}));
  refuse(one({0, 0, 0, 0}));
  refuse(one(Bytes(39)));
  refuse(one({2, 0, 0, 0, 0, 0, 0, 0}));
  refuse(one({1, 0, 0, 0}));
  refuse(one({1, 0, 0, 0, 1, 0, 0, 0}));
  refuse(one({1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0, 0, 0}));
  HeaderMaker foreign_method;
  foreign_method.data_key(reader.half, key, 5);
  refuse(foreign_method.header());
  HeaderMaker list_only;
  list_only.edit_list(reader.half, {1});
  refuse(list_only.header());
}

TEST(Header, passes_an_error_of_its_source_on) {
  StepSource source(*make_header(key, {reader.half}), 50, true);
  CHECK(read_header(source, reader.secret).ok());
  Bytes cut = *make_header(key, {reader.half});
  cut.resize(100);
  StepSource broken(cut, 50, true);
  CHECK(read_header(broken, reader.secret).error().remedy == Remedy::wait);
}

}  // namespace tributary::crypt4gh
