// tests/agent/crypto/x25519_test.cpp: X25519 against RFC 7748.
#include "agent/port/crypto/crypto.hpp"
#include "tests/agent/crypto/hex.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary {
using crypto::hex;

namespace {

std::string product(const char* scalar, const char* point) {
  auto shared = crypto::x25519_shared(Secret<32>(hex(scalar)), hex(point));
  return shared ? to_hex(shared->bytes()) : shared.error().what;
}

}  // namespace

TEST_GROUP(X25519){};

TEST(X25519, fits_rfc_7748_section_5_2) {
  STRCMP_EQUAL("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
               product("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
                       "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c")
                   .c_str());
  // The highest bit of this point must be ignored.
  STRCMP_EQUAL("95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
               product("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
                       "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493")
                   .c_str());
}

TEST(X25519, agrees_as_alice_and_bob_in_rfc_7748_section_6_1) {
  const char* alice = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
  const char* bob = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
  auto alice_public = crypto::x25519_public(Secret<32>(hex(alice)));
  auto bob_public = crypto::x25519_public(Secret<32>(hex(bob)));
  STRCMP_EQUAL("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", to_hex(*alice_public).c_str());
  STRCMP_EQUAL("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", to_hex(*bob_public).c_str());
  const char* both = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
  STRCMP_EQUAL(both, product(alice, to_hex(*bob_public).c_str()).c_str());
  STRCMP_EQUAL(both, product(bob, to_hex(*alice_public).c_str()).c_str());
}

TEST(X25519, refuses_points_of_low_order) {
  auto pair = crypto::x25519_generate();
  CHECK(pair.ok());
  for (const char* point : {
           "0000000000000000000000000000000000000000000000000000000000000000",
           "0100000000000000000000000000000000000000000000000000000000000000",
           "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
           "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
       }) {
    auto shared = crypto::x25519_shared(pair->secret, hex(point));
    CHECK_FALSE(shared.ok());
    CHECK(shared.error().remedy == Remedy::give_up);
  }
}

TEST(X25519, refuses_a_key_of_another_size) {
  auto pair = crypto::x25519_generate();
  CHECK_FALSE(crypto::x25519_shared(pair->secret, Bytes(31, 9)).ok());
  CHECK_FALSE(crypto::x25519_shared(pair->secret, Bytes(33, 9)).ok());
  CHECK_FALSE(crypto::x25519_shared(pair->secret, {}).ok());
}

TEST(X25519, makes_another_pair_every_time_and_both_halves_fit) {
  auto a = crypto::x25519_generate();
  auto b = crypto::x25519_generate();
  CHECK(a->public_key != b->public_key);
  CHECK(a->public_key == *crypto::x25519_public(a->secret));
  auto ab = crypto::x25519_shared(a->secret, b->public_key);
  auto ba = crypto::x25519_shared(b->secret, a->public_key);
  CHECK(crypto::equal(ab->bytes(), ba->bytes()));
}

}  // namespace tributary
