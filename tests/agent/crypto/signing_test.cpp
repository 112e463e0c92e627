// tests/agent/crypto/signing_test.cpp: ECDSA on P-256, JWS and client assertions.
#include "agent/base/json.hpp"
#include "agent/base/text.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "tests/agent/crypto/hex.hpp"
#include "tests/agent/crypto/keys.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary {
using crypto::hex;
using crypto::SigningKey;

namespace {

const std::string rfc7515_text =
    "eyJhbGciOiJFUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const std::string rfc7515_signature =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

std::string with_header(const std::string& header) {
  const auto key = SigningKey::from_pem(crypto::rfc7515_secret);
  const std::string signed_text = to_base64url(view(header)) + "." + to_base64url(view("payload"));
  return signed_text + "." + to_base64url(*key->sign(view(signed_text)));
}

}  // namespace

TEST_GROUP(SigningKey){};

TEST(SigningKey, signs_so_that_its_public_half_fits) {
  auto key = SigningKey::generate();
  CHECK(key.ok());
  auto signature = key->sign(view("message"));
  LONGS_EQUAL(64, signature->size());
  const std::string half = *key->public_pem();
  CHECK(crypto::verify_signature(half, view("message"), *signature).ok());
  LONGS_EQUAL(static_cast<int>(Remedy::give_up),
              static_cast<int>(crypto::verify_signature(half, view("messagE"), *signature).error().remedy));
  (*signature)[63] ^= 1;
  CHECK_FALSE(crypto::verify_signature(half, view("message"), *signature).ok());
}

TEST(SigningKey, signs_as_rfc_6979_appendix_a_2_5) {
  auto key = SigningKey::from_pem(crypto::rfc6979_secret);
  CHECK(key.ok());
  auto signature = key->sign(view("sample"));
  STRCMP_EQUAL(
      "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff406"
      "4dc4ab2f843acda8",
      to_hex(*signature).c_str());
}

TEST(SigningKey, gives_signatures_of_64_bytes_whatever_the_numbers_are) {
  auto key = SigningKey::from_pem(crypto::rfc7515_secret);
  const std::string half = crypto::rfc7515_public;
  for (int i = 0; i < 40; ++i) {
    const std::string message = "message " + std::to_string(i);
    auto signature = key->sign(view(message));
    LONGS_EQUAL(64, signature->size());
    CHECK(crypto::verify_signature(half, view(message), *signature).ok());
  }
}

TEST(SigningKey, comes_back_from_its_own_pem) {
  auto key = SigningKey::generate();
  auto again = SigningKey::from_pem(key->secret_pem()->reveal());
  CHECK(again.ok());
  STRCMP_EQUAL(key->public_pem()->c_str(), again->public_pem()->c_str());
  STRCMP_EQUAL(key->key_id()->c_str(), again->key_id()->c_str());
}

TEST(SigningKey, reads_pkcs8_and_gives_the_public_half) {
  auto key = SigningKey::from_pem(crypto::rfc7515_secret);
  CHECK(key.ok());
  STRCMP_EQUAL(crypto::rfc7515_public, key->public_pem()->c_str());
}

TEST(SigningKey, has_the_thumbprint_of_rfc_7638) {
  auto key = SigningKey::from_pem(crypto::rfc7515_secret);
  STRCMP_EQUAL("oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U", key->key_id()->c_str());
}

TEST(SigningKey, refuses_keys_of_other_curves_and_kinds_and_noise) {
  for (const std::string& pem :
       {std::string(crypto::p384_secret), std::string(crypto::secp256k1_secret), std::string(crypto::rsa_secret),
        std::string(crypto::rfc7515_public), std::string("x"), std::string()}) {
    auto key = SigningKey::from_pem(pem);
    CHECK_FALSE(key.ok());
    CHECK(key.error().remedy == Remedy::ask_operator);
    CHECK_FALSE(key.error().what.empty());
  }
}

TEST(SigningKey, verification_asks_the_operator_for_a_usable_public_key) {
  const Bytes signature(64, 1);
  CHECK(crypto::verify_signature(crypto::p384_public, view("m"), signature).error().remedy == Remedy::ask_operator);
  CHECK(crypto::verify_signature(crypto::rsa_public, view("m"), signature).error().remedy == Remedy::ask_operator);
  CHECK(crypto::verify_signature("", view("m"), signature).error().remedy == Remedy::ask_operator);
}

TEST(SigningKey, verification_refuses_signatures_of_other_sizes_and_of_zeros) {
  for (const std::size_t size : {0U, 63U, 65U, 128U}) {
    CHECK(crypto::verify_signature(crypto::rfc7515_public, view("m"), Bytes(size, 1)).error().remedy ==
          Remedy::give_up);
  }
  CHECK_FALSE(crypto::verify_signature(crypto::rfc7515_public, view("m"), Bytes(64, 0)).ok());
  CHECK_FALSE(crypto::verify_signature(crypto::rfc7515_public, view("m"), Bytes(64, 0xff)).ok());
}

TEST_GROUP(Jws){};

TEST(Jws, verifies_rfc_7515_appendix_a_3) {
  auto payload = crypto::jws_verify(rfc7515_text + "." + rfc7515_signature, {crypto::rfc7515_public});
  CHECK(payload.ok());
  STRCMP_EQUAL("{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}", payload->c_str());
}

TEST(Jws, verifies_what_it_signed_with_any_of_the_keys) {
  auto key = SigningKey::generate();
  auto other = SigningKey::generate();
  auto compact = crypto::jws_sign(*key, "{\"a\":1}", "tributary-manifest+jws");
  CHECK(compact.ok());
  auto payload = crypto::jws_verify(*compact, {*other->public_pem(), *key->public_pem()});
  STRCMP_EQUAL("{\"a\":1}", payload->c_str());
  const auto header = from_base64url(split(*compact, '.')[0]);
  const std::string expected = R"({"alg":"ES256","kid":")" + *key->key_id() + R"(","typ":"tributary-manifest+jws"})";
  STRCMP_EQUAL(expected.c_str(), std::string(text(*header)).c_str());
}

TEST(Jws, refuses_another_key_no_key_and_changed_text) {
  auto key = SigningKey::generate();
  auto other = SigningKey::generate();
  const std::string compact = *crypto::jws_sign(*key, "{\"a\":1}", "t");
  CHECK(crypto::jws_verify(compact, {*other->public_pem()}).error().remedy == Remedy::give_up);
  CHECK(crypto::jws_verify(compact, {}).error().remedy == Remedy::give_up);
  auto parts = split(compact, '.');
  CHECK_FALSE(
      crypto::jws_verify(parts[0] + "." + to_base64url(view("{\"a\":2}")) + "." + parts[2], {*key->public_pem()}).ok());
  CHECK(crypto::jws_verify(compact, {"no key"}).error().remedy == Remedy::ask_operator);
}

TEST(Jws, refuses_texts_that_are_not_three_parts_of_base64url) {
  for (const char* text : {"", ".", "..", "a.b", "a.b.c.d", "e30.e30.%%%", "*.e30.e30"}) {
    CHECK_FALSE(crypto::jws_verify(text, {crypto::rfc7515_public}).ok());
  }
}

TEST(Jws, refuses_other_algorithms_and_critical_extensions_even_when_the_signature_fits) {
  CHECK(crypto::jws_verify(with_header(R"({"alg":"ES256"})"), {crypto::rfc7515_public}).ok());
  CHECK_FALSE(crypto::jws_verify(with_header(R"({"alg":"none"})"), {crypto::rfc7515_public}).ok());
  CHECK_FALSE(crypto::jws_verify(with_header(R"({"alg":"HS256"})"), {crypto::rfc7515_public}).ok());
  CHECK_FALSE(crypto::jws_verify(with_header(R"({"typ":"ES256"})"), {crypto::rfc7515_public}).ok());
  CHECK_FALSE(crypto::jws_verify(with_header(R"({"alg":"ES256","crit":"b64"})"), {crypto::rfc7515_public}).ok());
}

TEST_GROUP(ClientAssertion){};

TEST(ClientAssertion, with_an_rsa_key_is_rs256) {
  auto token =
      crypto::jwt_assertion(crypto::rsa_secret, R"({"iss":"client","aud":"https://example.org/token"})", "client-1");
  CHECK(token.ok());
  const auto parts = split(*token, '.');
  STRCMP_EQUAL(R"({"alg":"RS256","typ":"JWT","kid":"client-1"})", std::string(text(*from_base64url(parts[0]))).c_str());
  STRCMP_EQUAL(crypto::rsa_assertion_signature, parts[2].c_str());
}

TEST(ClientAssertion, with_a_p256_key_is_es256) {
  auto token = crypto::jwt_assertion(crypto::rfc7515_secret, R"({"iss":"client"})", "");
  CHECK(token.ok());
  auto claims = crypto::jws_verify(*token, {crypto::rfc7515_public});
  STRCMP_EQUAL(R"({"iss":"client"})", claims->c_str());
}

TEST(ClientAssertion, refuses_weak_and_foreign_keys) {
  for (const char* pem : {crypto::rsa_1024_secret, crypto::p384_secret, "noise"}) {
    auto token = crypto::jwt_assertion(pem, "{}", "");
    CHECK_FALSE(token.ok());
    CHECK(token.error().remedy == Remedy::ask_operator);
  }
}

}  // namespace tributary
