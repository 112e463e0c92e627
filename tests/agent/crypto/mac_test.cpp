// tests/agent/crypto/mac_test.cpp: HMAC and the derivation of keys against the vectors of their RFCs.
#include "agent/port/crypto/crypto.hpp"
#include "tests/agent/crypto/hex.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary {
using crypto::hex;

TEST_GROUP(Hmac){};

TEST(Hmac, fits_rfc_4231) {
  STRCMP_EQUAL("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
               to_hex(crypto::hmac_sha256(Bytes(20, 0x0b), view("Hi There"))).c_str());
  STRCMP_EQUAL("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
               to_hex(crypto::hmac_sha256(view("Jefe"), view("what do ya want for nothing?"))).c_str());
  STRCMP_EQUAL(
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
      to_hex(crypto::hmac_sha256(Bytes(131, 0xaa), view("Test Using Larger Than Block-Size Key - Hash Key First")))
          .c_str());
}

TEST(Hmac, takes_an_empty_key_and_an_empty_message) {
  STRCMP_EQUAL("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad",
               to_hex(crypto::hmac_sha256({}, {})).c_str());
}

TEST_GROUP(Hkdf){};

TEST(Hkdf, fits_rfc_5869_case_1) {
  Bytes key(42);
  const Bytes info = hex("f0f1f2f3f4f5f6f7f8f9");
  crypto::hkdf_sha256(Bytes(22, 0x0b), hex("000102030405060708090a0b0c"), text(info), key);
  STRCMP_EQUAL("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
               to_hex(key).c_str());
}

TEST(Hkdf, fits_rfc_5869_case_2) {
  Bytes secret, salt, info;
  for (unsigned i = 0; i < 0x50; ++i) {
    secret.push_back(static_cast<std::uint8_t>(i));
    salt.push_back(static_cast<std::uint8_t>(0x60 + i));
    info.push_back(static_cast<std::uint8_t>(0xb0 + i));
  }
  Bytes key(82);
  crypto::hkdf_sha256(secret, salt, text(info), key);
  STRCMP_EQUAL(
      "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8"
      "367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
      to_hex(key).c_str());
}

TEST(Hkdf, fits_rfc_5869_case_3_without_salt_and_info) {
  Bytes key(42);
  crypto::hkdf_sha256(Bytes(22, 0x0b), {}, "", key);
  STRCMP_EQUAL("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
               to_hex(key).c_str());
}

TEST_GROUP(Pbkdf2){};

TEST(Pbkdf2, fits_rfc_7914_section_11) {
  Bytes key(64);
  CHECK(crypto::pbkdf2_hmac_sha256("passwd", view("salt"), 1, key).ok());
  STRCMP_EQUAL(
      "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc49ca9cccf179b645991664b39d77ef317c71b845b1e30bd5"
      "09112041d3a19783",
      to_hex(key).c_str());
}

TEST(Pbkdf2, refuses_to_do_nothing) {
  Bytes key(32);
  CHECK_FALSE(crypto::pbkdf2_hmac_sha256("passwd", view("salt"), 0, key).ok());
}

TEST_GROUP(Scrypt){};

TEST(Scrypt, fits_rfc_7914_section_12) {
  Bytes key(64);
  CHECK(crypto::scrypt("", {}, 16, 1, 1, key).ok());
  STRCMP_EQUAL(
      "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628"
      "cf35e20c38d18906",
      to_hex(key).c_str());
  CHECK(crypto::scrypt("password", view("NaCl"), 1024, 8, 16, key).ok());
  STRCMP_EQUAL(
      "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d"
      "8360cbdfa2cc0640",
      to_hex(key).c_str());
  CHECK(crypto::scrypt("pleaseletmein", view("SodiumChloride"), 16384, 8, 1, key).ok());
  STRCMP_EQUAL(
      "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40"
      "dfcf017b45575887",
      to_hex(key).c_str());
}

TEST(Scrypt, refuses_parameters_that_are_out_of_range_or_too_large) {
  Bytes key(32);
  CHECK_FALSE(crypto::scrypt("p", {}, 0, 8, 1, key).ok());
  CHECK_FALSE(crypto::scrypt("p", {}, 1, 8, 1, key).ok());
  CHECK_FALSE(crypto::scrypt("p", {}, 1000, 8, 1, key).ok());
  CHECK_FALSE(crypto::scrypt("p", {}, 16, 0, 1, key).ok());
  CHECK_FALSE(crypto::scrypt("p", {}, 16, 8, 0, key).ok());
  CHECK_FALSE(crypto::scrypt("p", {}, 1 << 20, 8, 1, key).ok());
  CHECK_FALSE(crypto::scrypt("p", {}, std::uint64_t{1} << 63U, 8, 1, key).ok());
  CHECK_FALSE(crypto::scrypt("p", {}, 2, 1U << 29U, 1, key).ok());
  CHECK_FALSE(crypto::scrypt("p", {}, 2, 1, 1U << 29U, key).ok());
}

}  // namespace tributary
