// tests/agent/crypto/aead_test.cpp: ChaCha20-Poly1305, AES-256-GCM, randomness, comparison.
#include <algorithm>

#include "agent/port/crypto/crypto.hpp"
#include "tests/agent/crypto/hex.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary {
using crypto::hex;

namespace {

// RFC 8439 section 2.8.2, whose ciphertext does not depend on its associated data; the tag without such data is from
// an independent implementation.
const std::string sunscreen =
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be "
    "it.";
const char* sunscreen_sealed =
    "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905"
    "d6"
    "a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116";
const char* sunscreen_tag = "6a23a4681fd59456aea1d29f82477216";

Secret<32> rfc_key() { return Secret<32>(hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f")); }

std::array<std::uint8_t, 12> rfc_nonce() {
  std::array<std::uint8_t, 12> nonce{};
  const Bytes bytes = hex("070000004041424344454647");
  std::copy(bytes.begin(), bytes.end(), nonce.begin());
  return nonce;
}

}  // namespace

TEST_GROUP(ChaChaPoly) {
  crypto::ChaChaPoly cipher{rfc_key()};
  std::array<std::uint8_t, 12> nonce = rfc_nonce();
  std::array<std::uint8_t, 16> tag{};
};

TEST(ChaChaPoly, encrypts_the_text_of_rfc_8439) {
  Bytes sealed(sunscreen.size());
  cipher.encrypt(nonce, view(sunscreen), sealed, tag);
  STRCMP_EQUAL(sunscreen_sealed, to_hex(sealed).c_str());
  STRCMP_EQUAL(sunscreen_tag, to_hex(tag).c_str());
}

TEST(ChaChaPoly, decrypts_what_it_encrypted_over_and_over) {
  for (int round = 0; round < 3; ++round) {
    nonce[0] = static_cast<std::uint8_t>(round);
    Bytes sealed(sunscreen.size());
    cipher.encrypt(nonce, view(sunscreen), sealed, tag);
    Bytes opened(sealed.size());
    CHECK(cipher.decrypt(nonce, sealed, tag, opened));
    STRCMP_EQUAL(sunscreen.c_str(), std::string(text(opened)).c_str());
  }
}

TEST(ChaChaPoly, works_in_place) {
  Bytes buffer = to_bytes(sunscreen);
  cipher.encrypt(nonce, buffer, buffer, tag);
  STRCMP_EQUAL(sunscreen_sealed, to_hex(buffer).c_str());
  CHECK(cipher.decrypt(nonce, buffer, tag, buffer));
  CHECK(buffer == to_bytes(sunscreen));
}

TEST(ChaChaPoly, encrypts_a_whole_segment_at_any_alignment) {
  Bytes plain(65536);
  for (std::size_t i = 0; i < plain.size(); ++i) plain[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
  for (const std::size_t shift : {0U, 1U, 12U, 13U}) {
    Bytes room(shift + plain.size() + 16);
    const MutableByteView out = MutableByteView(room).subspan(shift);
    cipher.encrypt(nonce, plain, out.first(plain.size()), out.last<16>());
    STRCMP_EQUAL("6fbde7ddb62fc4f4136356ef67dba6e7cc3e514e6b5744e3e7d606ea795621bb",
                 to_hex(crypto::sha256(out)).c_str());
  }
}

TEST(ChaChaPoly, gives_nothing_a_tag) {
  cipher.encrypt(nonce, {}, {}, tag);
  STRCMP_EQUAL("a0784d7a4716f3feb4f64e7f4b39bf04", to_hex(tag).c_str());
  CHECK(cipher.decrypt(nonce, {}, tag, {}));
  tag[15] ^= 1;
  CHECK_FALSE(cipher.decrypt(nonce, {}, tag, {}));
}

TEST(ChaChaPoly, refuses_changed_bytes_and_gives_nothing_of_them_out) {
  Bytes sealed(sunscreen.size());
  cipher.encrypt(nonce, view(sunscreen), sealed, tag);
  Bytes opened(sealed.size(), 0x55);
  sealed[3] ^= 1;
  CHECK_FALSE(cipher.decrypt(nonce, sealed, tag, opened));
  CHECK(std::all_of(opened.begin(), opened.end(), [](std::uint8_t b) { return b == 0; }));
  sealed[3] ^= 1;
  tag[0] ^= 1;
  CHECK_FALSE(cipher.decrypt(nonce, sealed, tag, opened));
  tag[0] ^= 1;
  nonce[11] ^= 1;
  CHECK_FALSE(cipher.decrypt(nonce, sealed, tag, opened));
  nonce[11] ^= 1;
  CHECK(cipher.decrypt(nonce, sealed, tag, opened));
}

TEST_GROUP(AesGcm) { Secret<32> key = rfc_key(); };

TEST(AesGcm, opens_what_it_sealed) {
  for (const std::string& plain : {std::string(), std::string("a"), std::string(1000, 'x')}) {
    auto sealed = crypto::aes_gcm_seal(key, view(plain), view("context"));
    CHECK(sealed.ok());
    LONGS_EQUAL(plain.size() + 28, sealed->size());
    auto opened = crypto::aes_gcm_open(key, *sealed, view("context"));
    CHECK(opened.ok());
    CHECK(text(*opened) == plain);
  }
}

TEST(AesGcm, never_seals_twice_alike) {
  CHECK(*crypto::aes_gcm_seal(key, view("same"), {}) != *crypto::aes_gcm_seal(key, view("same"), {}));
}

TEST(AesGcm, opens_test_case_15_of_the_gcm_specification) {
  const Secret<32> nist(hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"));
  const Bytes sealed =
      hex("cafebabefacedbaddecaf888"
          "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba"
          "7a0abcc9"
          "f662898015adb094dac5d93471bdec1a502270e3cc6c");
  auto opened = crypto::aes_gcm_open(nist, sealed, {});
  CHECK(opened.ok());
  STRCMP_EQUAL(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de65"
      "7ba637b391aafd255",
      to_hex(*opened).c_str());
}

TEST(AesGcm, refuses_another_key_another_context_and_changed_bytes) {
  Bytes sealed = *crypto::aes_gcm_seal(key, view("secret"), view("a"));
  Secret<32> other = key;
  other.fill()[0] ^= 1;
  CHECK_FALSE(crypto::aes_gcm_open(other, sealed, view("a")).ok());
  CHECK_FALSE(crypto::aes_gcm_open(key, sealed, view("b")).ok());
  sealed[14] ^= 1;
  CHECK_FALSE(crypto::aes_gcm_open(key, sealed, view("a")).ok());
  const auto error = crypto::aes_gcm_open(key, ByteView(sealed).first(27), view("a"));
  CHECK(error.error().remedy == Remedy::give_up);
}

TEST_GROUP(Randomness){};

TEST(Randomness, does_not_repeat) {
  Bytes a(64), b(64);
  CHECK(crypto::random(a).ok());
  CHECK(crypto::random(b).ok());
  CHECK(a != b);
  CHECK(crypto::random({}).ok());
}

TEST(Randomness, fills_large_buffers_to_the_end) {
  Bytes large(std::size_t{1} << 20U);
  CHECK(crypto::random(large).ok());
  CHECK(std::any_of(large.end() - 64, large.end(), [](std::uint8_t b) { return b != 0; }));
}

TEST_GROUP(Equal){};

TEST(Equal, compares_content_and_size) {
  CHECK(crypto::equal(view("abc"), view("abc")));
  CHECK(crypto::equal({}, {}));
  CHECK_FALSE(crypto::equal(view("abc"), view("abd")));
  CHECK_FALSE(crypto::equal(view("abc"), view("ab")));
}

TEST_GROUP(Engine){};

TEST(Engine, says_which_library_does_the_bulk_work) {
  CHECK(crypto::bulk_engine() == "libgcrypt" || crypto::bulk_engine() == "mbedtls");
}

}  // namespace tributary
