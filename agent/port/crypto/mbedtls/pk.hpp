// agent/port/crypto/mbedtls/pk.hpp: keys in PEM and signatures, in the forms that 2.28 and 3.6 share.
#pragma once

#include <mbedtls/pk.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"
#include "agent/port/crypto/mbedtls/handle.hpp"

namespace tributary::crypto {

class PkKey : public Handle<mbedtls_pk_context, mbedtls_pk_init, mbedtls_pk_free> {
 public:
  /// PEM, unencrypted. Failure: ask_operator.
  [[nodiscard]] Status parse_secret(std::string_view pem);
  [[nodiscard]] Status parse_public(std::string_view pem);
  /// The uncompressed point (65 bytes) when this is a P-256 key.
  [[nodiscard]] std::optional<Bytes> p256_point();
  /// Signature of a SHA-256 digest, as the library makes it: ASN.1 for ECDSA, PKCS #1 v1.5 for RSA.
  [[nodiscard]] Result<Bytes> sign_digest(ByteView digest);
};

/// SEQUENCE {r, s} of ECDSA-Sig-Value (RFC 3279 section 2.2.3) and r || s of 64 bytes (RFC 7518 section 3.4).
std::optional<Bytes> raw_signature(ByteView der);
Bytes der_signature(ByteView raw);

}  // namespace tributary::crypto
