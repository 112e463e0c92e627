// agent/port/crypto/mbedtls/signing.cpp: ECDSA on P-256 with SHA-256.
#include <mbedtls/ecp.h>

#include "agent/port/crypto/crypto.hpp"
#include "agent/port/crypto/mbedtls/must.hpp"
#include "agent/port/crypto/mbedtls/pk.hpp"

namespace tributary::crypto {
namespace {

constexpr std::size_t pem_limit_bytes = 4096;

}  // namespace

// The library keeps tables in the key while it works: one caller at a time.
struct SigningKey::State {
  PkKey key;
};

SigningKey::SigningKey(std::unique_ptr<State> state) : state_(std::move(state)) {}
SigningKey::~SigningKey() = default;
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;

Result<SigningKey> SigningKey::generate() {
  auto state = std::make_unique<State>();
  must(mbedtls_pk_setup(state->key.get(), mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)) == 0, "a key of P-256");
  const int rc =
      mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(*state->key.get()), library_random, nullptr);
  if (rc != 0) return operator_error("no P-256 key could be made (" + code_name(rc) + ")");
  return SigningKey(std::move(state));
}

Result<SigningKey> SigningKey::from_pem(std::string_view pem) {
  auto state = std::make_unique<State>();
  if (auto parsed = state->key.parse_secret(pem); !parsed) return parsed.error();
  if (!state->key.p256_point()) {
    return operator_error("the secret key is not an ECDSA key on P-256", "make one with `tributary keys generate`");
  }
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
  const int rc = mbedtls_pk_check_pair(state->key.get(), state->key.get(), library_random, nullptr);
#else
  const int rc = mbedtls_pk_check_pair(state->key.get(), state->key.get());
#endif
  if (rc != 0) return operator_error("the two halves in the file of the secret key do not belong together");
  return SigningKey(std::move(state));
}

Result<SecretText> SigningKey::secret_pem() const {
  std::array<unsigned char, pem_limit_bytes> text{};
  const int rc = mbedtls_pk_write_key_pem(state_->key.get(), text.data(), text.size());
  SecretText pem(rc == 0 ? std::string(reinterpret_cast<const char*>(text.data())) : std::string());
  wipe(text.data(), text.size());
  if (rc != 0) return operator_error("the secret key can not be written (" + code_name(rc) + ")");
  return pem;
}

Result<std::string> SigningKey::public_pem() const {
  std::array<unsigned char, pem_limit_bytes> text{};
  const int rc = mbedtls_pk_write_pubkey_pem(state_->key.get(), text.data(), text.size());
  if (rc != 0) return operator_error("the public key can not be written (" + code_name(rc) + ")");
  return std::string(reinterpret_cast<const char*>(text.data()));
}

Result<Bytes> SigningKey::sign(ByteView message) const {
  auto der = state_->key.sign_digest(sha256(message));
  if (!der) return der.error();
  auto raw = raw_signature(*der);
  if (!raw) return operator_error("the library gave a signature of an unknown form");
  return *std::move(raw);
}

Result<std::string> SigningKey::key_id() const {
  const auto point = state_->key.p256_point();
  if (!point) return operator_error("the key is not an ECDSA key on P-256");
  const ByteView coordinates = ByteView(*point).subspan(1);
  // RFC 7638 section 3.2: the required members in the order of their names.
  const std::string jwk = R"({"crv":"P-256","kty":"EC","x":")" + to_base64url(coordinates.first(32)) + R"(","y":")" +
                          to_base64url(coordinates.last(32)) + R"("})";
  return to_base64url(sha256(view(jwk)));
}

Status verify_signature(std::string_view public_pem, ByteView message, ByteView signature) {
  PkKey key;
  if (auto parsed = key.parse_public(public_pem); !parsed) return parsed.error();
  if (!key.p256_point()) return operator_error("the public key is not an ECDSA key on P-256");
  if (signature.size() != 64) {
    return refusal("a signature of " + std::to_string(signature.size()) + " bytes, 64 expected");
  }
  const Bytes der = der_signature(signature);
  const Digest256 digest = sha256(message);
  if (mbedtls_pk_verify(key.get(), MBEDTLS_MD_SHA256, digest.data(), digest.size(), der.data(), der.size()) != 0) {
    return refusal("the signature does not fit the public key",
                   "the text was changed, or another key than this one signed it");
  }
  return {};
}

}  // namespace tributary::crypto
