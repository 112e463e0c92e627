// tests/agent/crypto/hash_test.cpp: SHA-256, MD5 and BLAKE2b against the vectors of their specifications.
#include "agent/port/crypto/crypto.hpp"
#include "tests/agent/crypto/hex.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary {

namespace {

template <typename Array>
void expect_hex(const char* expected, const Array& digest) {
  STRCMP_EQUAL(expected, to_hex(digest).c_str());
}

Bytes counted(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i % 251);
  return bytes;
}

}  // namespace

TEST_GROUP(Sha256){};

TEST(Sha256, of_abc_is_that_of_fips_180) {
  expect_hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", crypto::sha256(view("abc")));
}

TEST(Sha256, of_nothing_is_known_too) {
  expect_hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", crypto::sha256({}));
  crypto::Sha256 running;
  expect_hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", running.finish());
}

TEST(Sha256, of_a_million_a_comes_out_in_pieces_of_any_size) {
  const std::string piece(997, 'a');
  crypto::Sha256 running;
  std::size_t left = 1000000;
  while (left > 0) {
    const std::size_t n = std::min(left, piece.size());
    running.update(view(piece).first(n));
    left -= n;
  }
  expect_hex("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", running.finish());
}

TEST(Sha256, starts_afresh_after_its_end) {
  crypto::Sha256 running;
  running.update(view("something else"));
  (void)running.finish();
  running.update(view("ab"));
  running.update(view("c"));
  expect_hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", running.finish());
}

TEST(Sha256, moves_with_what_it_has_seen) {
  crypto::Sha256 first;
  first.update(view("ab"));
  crypto::Sha256 second = std::move(first);
  second.update(view("c"));
  expect_hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", second.finish());
}

TEST_GROUP(Md5){};

TEST(Md5, fits_the_suite_of_rfc_1321) {
  crypto::Md5 running;
  expect_hex("d41d8cd98f00b204e9800998ecf8427e", running.finish());
  running.update(view("message "));
  running.update(view("digest"));
  expect_hex("f96b697d7cb7938d525a2f31aaf161d0", running.finish());
}

TEST_GROUP(Blake2b){};

TEST(Blake2b, of_abc_is_that_of_rfc_7693) {
  expect_hex(
      "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925a"
      "b92386edd4009923",
      crypto::blake2b_512(view("abc")));
}

TEST(Blake2b, of_nothing_is_known_too) {
  expect_hex(
      "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419d25e1031afee585313896444934eb04b903a685b1448b755"
      "d56f701afe9be2ce",
      crypto::blake2b_512({}));
}

TEST(Blake2b, is_right_around_the_edges_of_its_blocks) {
  expect_hex(
      "2319e3789c47e2daa5fe807f61bec2a1a6537fa03f19ff32e87eecbfd64b7e0e8ccff439ac333b040f19b0c4ddd11a61e24ac1fe0f10a039"
      "806c5dcc0da3d115",
      crypto::blake2b_512(counted(128)));
  expect_hex(
      "f59711d44a031d5f97a9413c065d1e614c417ede998590325f49bad2fd444d3e4418be19aec4e11449ac1a57207898bc57d76a1bcf356629"
      "2c20c683a5c4648f",
      crypto::blake2b_512(counted(129)));
  expect_hex(
      "93463ac058b6163eb43be3f5bb32b28541498f4e3366f1effe253ad44e1e076e41c3616046027c82a7124f8f4746668ad10b12e8e25a95ac"
      "8f3151df01cd5a93",
      crypto::blake2b_512(counted(256)));
  expect_hex(
      "c11e1c0340bd7e5a1b275f1230c962fad215ecb1391486e74e31b960a2f2996381a5fad092da06841d5f26e38f6ecfeaf441acbcd1c2de61"
      "aef121e7927175f5",
      crypto::blake2b_512(counted(1000)));
}

}  // namespace tributary
