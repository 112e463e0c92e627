// agent/port/crypto/mbedtls/pk.cpp: keys in PEM and signatures.
#include "agent/port/crypto/mbedtls/pk.hpp"

#include <mbedtls/asn1.h>

#include <algorithm>

#include "agent/base/secret.hpp"
#include "agent/port/crypto/mbedtls/must.hpp"

namespace tributary::crypto {
namespace {

constexpr std::size_t scalar_bytes = 32;
constexpr std::size_t point_bytes = 65;
constexpr std::uint8_t tag_integer = 0x02;
constexpr std::uint8_t tag_sequence = 0x30;

// DER of SubjectPublicKeyInfo before the point: id-ecPublicKey, secp256r1 (RFC 5480).
constexpr std::uint8_t p256_prefix[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
                                        0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};

// One INTEGER, not negative, of at most 32 bytes, right-aligned into `into`.
bool read_integer(unsigned char** at, const unsigned char* end, MutableByteView into) {
  std::size_t size = 0;
  if (mbedtls_asn1_get_tag(at, end, &size, tag_integer) != 0 || size == 0) return false;
  ByteView number(*at, size);
  *at += size;
  if ((number[0] & 0x80U) != 0) return false;
  while (number.size() > 1 && number[0] == 0) number = number.subspan(1);
  if (number.size() > into.size()) return false;
  std::copy(number.begin(), number.end(), into.end() - static_cast<std::ptrdiff_t>(number.size()));
  return true;
}

void append_integer(Bytes& out, ByteView number) {
  while (number.size() > 1 && number[0] == 0) number = number.subspan(1);
  const bool pad = (number[0] & 0x80U) != 0;
  out.push_back(tag_integer);
  out.push_back(static_cast<std::uint8_t>(number.size() + (pad ? 1 : 0)));
  if (pad) out.push_back(0);
  out.insert(out.end(), number.begin(), number.end());
}

}  // namespace

Status PkKey::parse_secret(std::string_view pem) {
  const SecretText text{std::string(pem)};  // the library wants the NUL behind it
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.reveal().data());
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
  const int rc = mbedtls_pk_parse_key(get(), bytes, pem.size() + 1, nullptr, 0, library_random, nullptr);
#else
  const int rc = mbedtls_pk_parse_key(get(), bytes, pem.size() + 1, nullptr, 0);
#endif
  if (rc == 0) return {};
  return operator_error("the secret key can not be read (" + code_name(rc) + ")",
                        "give an unencrypted PEM file: PKCS #8 (BEGIN PRIVATE KEY) or SEC 1 (BEGIN EC PRIVATE KEY)");
}

Status PkKey::parse_public(std::string_view pem) {
  const std::string text(pem);
  const int rc =
      mbedtls_pk_parse_public_key(get(), reinterpret_cast<const unsigned char*>(text.c_str()), text.size() + 1);
  if (rc == 0) return {};
  return operator_error("the public key can not be read (" + code_name(rc) + ")",
                        "give a PEM file that begins with BEGIN PUBLIC KEY");
}

std::optional<Bytes> PkKey::p256_point() {
  if (mbedtls_pk_can_do(get(), MBEDTLS_PK_ECDSA) == 0) return std::nullopt;
  std::array<std::uint8_t, 512> der{};
  const int size = mbedtls_pk_write_pubkey_der(get(), der.data(), der.size());
  if (size != static_cast<int>(sizeof p256_prefix + point_bytes)) return std::nullopt;
  const ByteView info = ByteView(der).last(static_cast<std::size_t>(size));
  if (!std::equal(std::begin(p256_prefix), std::end(p256_prefix), info.begin())) return std::nullopt;
  const ByteView point = info.last(point_bytes);
  return Bytes(point.begin(), point.end());
}

Result<Bytes> PkKey::sign_digest(ByteView digest) {
  Bytes signature(MBEDTLS_PK_SIGNATURE_MAX_SIZE);
  std::size_t size = 0;
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
  const int rc = mbedtls_pk_sign(get(), MBEDTLS_MD_SHA256, digest.data(), digest.size(), signature.data(),
                                 signature.size(), &size, library_random, nullptr);
#else
  const int rc = mbedtls_pk_sign(get(), MBEDTLS_MD_SHA256, digest.data(), digest.size(), signature.data(), &size,
                                 library_random, nullptr);
#endif
  if (rc != 0) return operator_error("the key does not sign (" + code_name(rc) + ")", "check the key file");
  signature.resize(size);
  return signature;
}

std::optional<Bytes> raw_signature(ByteView der) {
  Bytes copy(der.begin(), der.end());
  unsigned char* at = copy.data();
  const unsigned char* end = copy.data() + copy.size();
  std::size_t size = 0;
  if (mbedtls_asn1_get_tag(&at, end, &size, tag_sequence) != 0 || at + size != end) return std::nullopt;
  Bytes raw(2 * scalar_bytes);
  const MutableByteView both(raw);
  if (!read_integer(&at, end, both.first(scalar_bytes)) || !read_integer(&at, end, both.last(scalar_bytes))) {
    return std::nullopt;
  }
  if (at != end) return std::nullopt;
  return raw;
}

Bytes der_signature(ByteView raw) {
  must(raw.size() == 2 * scalar_bytes, "a signature of another size");
  Bytes numbers;
  append_integer(numbers, raw.first(scalar_bytes));
  append_integer(numbers, raw.last(scalar_bytes));
  Bytes der(2 + numbers.size());
  der[0] = tag_sequence;
  der[1] = static_cast<std::uint8_t>(numbers.size());
  std::copy(numbers.begin(), numbers.end(), der.begin() + 2);
  return der;
}

}  // namespace tributary::crypto
