// tests/agent/crypt4gh/edit_list_test.cpp: which stretches of a plaintext are given out.
#include <limits>

#include "tests/agent/crypt4gh/containers.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::crypt4gh {

TEST_GROUP(EditedContainer) {
  Pair reader = make_pair();
  DataKey key = make_data_key();
  Bytes plain = pattern(150000);

  Result<Bytes> edited(const std::vector<std::uint64_t>& lengths, std::size_t buffer_bytes = 200000) {
    HeaderMaker maker;
    maker.data_key(reader.half, key);
    maker.edit_list(reader.half, lengths);
    return decrypted(joined(maker.header(), body(plain, key)), reader.secret, buffer_bytes);
  }
  Bytes part(std::size_t from, std::size_t to) {
    return {plain.begin() + static_cast<std::ptrdiff_t>(from), plain.begin() + static_cast<std::ptrdiff_t>(to)};
  }
};

TEST(EditedContainer, keeps_a_stretch_within_one_segment) { CHECK(*edited({10, 20}) == part(10, 30)); }

TEST(EditedContainer, keeps_stretches_across_segments) {
  CHECK(*edited({65530, 20, 60000, 10000}) == joined(part(65530, 65550), part(125550, 135550)));
  CHECK(*edited({65530, 20, 60000, 10000}, 7) == joined(part(65530, 65550), part(125550, 135550)));
  CHECK(*edited({65536, 65536}) == part(65536, 131072));
}

TEST(EditedContainer, keeps_the_rest_when_the_list_ends_on_a_discard) {
  CHECK(*edited({140000}) == part(140000, 150000));
  CHECK(*edited({0, 5, 149990}) == joined(part(0, 5), part(149995, 150000)));
  CHECK(*edited({0}) == plain);
}

TEST(EditedContainer, with_an_empty_list_is_the_whole) { CHECK(*edited({}) == plain); }

TEST(EditedContainer, that_keeps_nothing_is_empty) {
  CHECK(edited({10, 0})->empty());
  CHECK(edited({0, 0})->empty());
  CHECK(edited({150000})->empty());
  CHECK(edited({std::numeric_limits<std::uint64_t>::max()})->empty());
}

TEST(EditedContainer, passes_over_a_keep_of_nothing) { CHECK(*edited({10, 0, 10, 5}) == part(20, 25)); }

TEST(EditedContainer, ends_where_the_plaintext_ends_though_more_should_be_kept) {
  CHECK(*edited({149000, 5000}) == part(149000, 150000));
  CHECK(edited({150001, 1})->empty());
  CHECK(*edited({149000, std::numeric_limits<std::uint64_t>::max(), 5, 5}) == part(149000, 150000));
}

TEST(EditedContainer, does_not_look_behind_the_last_stretch) {
  HeaderMaker maker;
  maker.data_key(reader.half, key);
  maker.edit_list(reader.half, {0, 100});
  const Bytes sealed = joined(joined(maker.header(), body(part(0, 65536), key)), Bytes(40, 1));
  CHECK(*decrypted(sealed, reader.secret) == part(0, 100));
}

TEST(EditedContainer, with_two_lists_is_refused) {
  HeaderMaker maker;
  maker.data_key(reader.half, key);
  maker.edit_list(reader.half, {0, 100});
  maker.edit_list(reader.half, {0, 100});
  CHECK_FALSE(decrypted(joined(maker.header(), body(plain, key)), reader.secret).ok());
}

TEST(EditedContainer, obeys_its_own_list_and_not_that_of_another_reader) {
  const Pair other = make_pair();
  HeaderMaker maker;
  maker.edit_list(other.half, {1, 1});
  maker.edit_list(reader.half, {5, 5});
  maker.data_key(other.half, key);
  maker.data_key(reader.half, key);
  const Bytes sealed = joined(maker.header(), body(plain, key));
  CHECK(*decrypted(sealed, reader.secret) == part(5, 10));
  CHECK(*decrypted(sealed, other.secret) == part(1, 2));
}

}  // namespace tributary::crypt4gh
