// agent/port/crypto/mbedtls/x25519.cpp: X25519 (RFC 7748).
#include <mbedtls/bignum.h>
#include <mbedtls/ecp.h>

#include "agent/port/crypto/crypto.hpp"
#include "agent/port/crypto/mbedtls/handle.hpp"
#include "agent/port/crypto/mbedtls/must.hpp"

namespace tributary::crypto {
namespace {

constexpr std::size_t key_bytes = 32;
using Group = Handle<mbedtls_ecp_group, mbedtls_ecp_group_init, mbedtls_ecp_group_free>;
using Point = Handle<mbedtls_ecp_point, mbedtls_ecp_point_init, mbedtls_ecp_point_free>;
using Number = Handle<mbedtls_mpi, mbedtls_mpi_init, mbedtls_mpi_free>;

// scalar * peer; both 32 bytes, little-endian.
Status multiply(const Secret<32>& scalar, ByteView peer, MutableByteView into) {
  Group group;
  must(mbedtls_ecp_group_load(group.get(), MBEDTLS_ECP_DP_CURVE25519) == 0, "Curve25519");
  Secret<32> clamped = scalar;  // RFC 7748 section 5
  clamped.fill()[0] &= 248;
  clamped.fill()[31] = static_cast<std::uint8_t>((clamped.fill()[31] & 127U) | 64U);
  Number d;
  must(mbedtls_mpi_read_binary_le(d.get(), clamped.bytes().data(), key_bytes) == 0, "a number");
  Point base;
  Point product;
  int rc = mbedtls_ecp_point_read_binary(group.get(), base.get(), peer.data(), peer.size());
  if (rc == 0) rc = mbedtls_ecp_mul(group.get(), product.get(), d.get(), base.get(), library_random, nullptr);
  std::size_t written = 0;
  if (rc == 0) {
    rc = mbedtls_ecp_point_write_binary(group.get(), product.get(), MBEDTLS_ECP_PF_UNCOMPRESSED, &written, into.data(),
                                        into.size());
  }
  if (rc != 0) return refusal("X25519: the public key is no usable point (" + code_name(rc) + ")");
  must(written == key_bytes, "X25519");
  std::uint8_t any = 0;
  for (const auto byte : into) any = static_cast<std::uint8_t>(any | byte);
  if (any == 0) return refusal("X25519: the public key is a point of low order", "ask its owner for another key");
  return {};
}

}  // namespace

Result<X25519Pair> x25519_generate() {
  X25519Pair pair;
  if (auto made = random(pair.secret.fill()); !made) return made.error();
  auto half = x25519_public(pair.secret);
  if (!half) return half.error();
  pair.public_key = *half;
  return pair;
}

Result<std::array<std::uint8_t, 32>> x25519_public(const Secret<32>& secret) {
  constexpr std::array<std::uint8_t, key_bytes> nine = {9};
  std::array<std::uint8_t, key_bytes> half{};
  if (auto done = multiply(secret, nine, half); !done) return done.error();
  return half;
}

Result<Secret<32>> x25519_shared(const Secret<32>& secret, ByteView peer) {
  if (peer.size() != key_bytes) {
    return refusal("X25519: a public key of " + std::to_string(peer.size()) + " bytes, 32 expected");
  }
  Secret<32> shared;
  if (auto done = multiply(secret, peer, shared.fill()); !done) return done.error();
  return shared;
}

}  // namespace tributary::crypto
