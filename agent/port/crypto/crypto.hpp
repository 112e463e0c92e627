// agent/port/crypto/crypto.hpp: the primitives that the house needs, and nothing above them.
//
// Threads    objects: one at a time. Functions: any.
// Failure    ask_operator when the machine gives no randomness; give_up when a tag or signature does not fit.
//            A digest or cipher that the library refuses (out of memory, damaged installation) ends the process.
// Constant   comparison of tags and digests of secrets through `equal` only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"
#include "agent/base/secret.hpp"

namespace tributary::crypto {

/// Which library makes ChaCha20-Poly1305 and SHA-256 of bulk data: "libgcrypt" or "mbedtls".
std::string_view bulk_engine();

Status random(MutableByteView into);
bool equal(ByteView a, ByteView b);

/// SHA-256 (FIPS 180-4), running.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(ByteView bytes);
  /// The digest of what came so far; the object starts afresh.
  Digest256 finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};
Digest256 sha256(ByteView bytes);

/// MD5 (RFC 1321), because S3 asks for it (Content-MD5); never for anything that must resist an attacker.
class Md5 {
 public:
  Md5();
  ~Md5();
  Md5(Md5&&) noexcept;
  Md5& operator=(Md5&&) noexcept;
  void update(ByteView bytes);
  Digest128 finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Digest256 hmac_sha256(ByteView key, ByteView message);
/// HKDF (RFC 5869) with SHA-256; `into` at most 8,160 bytes.
void hkdf_sha256(ByteView key, ByteView salt, std::string_view info, MutableByteView into);
/// BLAKE2b (RFC 7693) without key, 64 bytes.
std::array<std::uint8_t, 64> blake2b_512(ByteView message);
/// scrypt (RFC 7914). Memory is about 128 * n * r bytes; more than 256 MiB is refused.
Status scrypt(std::string_view passphrase, ByteView salt, std::uint64_t n, std::uint32_t r, std::uint32_t p,
              MutableByteView into);
Status pbkdf2_hmac_sha256(std::string_view passphrase, ByteView salt, std::uint32_t rounds, MutableByteView into);

/// AES-256-GCM (NIST SP 800-38D): nonce of 12 random bytes, then ciphertext, then tag of 16.
Result<Bytes> aes_gcm_seal(const Secret<32>& key, ByteView plaintext, ByteView associated);
Result<Bytes> aes_gcm_open(const Secret<32>& key, ByteView sealed, ByteView associated);

/// ChaCha20-Poly1305 of RFC 8439 under one key, without associated data. The fast way for bulk data.
class ChaChaPoly {
 public:
  explicit ChaChaPoly(const Secret<32>& key);
  ~ChaChaPoly();
  ChaChaPoly(ChaChaPoly&&) noexcept;
  ChaChaPoly& operator=(ChaChaPoly&&) noexcept;
  /// `ciphertext` has the size of `plaintext`, `tag` 16 bytes; they may not overlap unless ciphertext == plaintext.
  void encrypt(std::span<const std::uint8_t, 12> nonce, ByteView plaintext, MutableByteView ciphertext,
               std::span<std::uint8_t, 16> tag);
  /// False when the tag does not fit; then `plaintext` holds nothing of use.
  [[nodiscard]] bool decrypt(std::span<const std::uint8_t, 12> nonce, ByteView ciphertext,
                             std::span<const std::uint8_t, 16> tag, MutableByteView plaintext);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// X25519 (RFC 7748). Keys are 32 bytes, little-endian.
struct X25519Pair {
  Secret<32> secret;
  std::array<std::uint8_t, 32> public_key{};
};
Result<X25519Pair> x25519_generate();
Result<std::array<std::uint8_t, 32>> x25519_public(const Secret<32>& secret);
/// A peer point of low order is refused.
Result<Secret<32>> x25519_shared(const Secret<32>& secret, ByteView peer);

/// ECDSA on P-256 with SHA-256; signatures as r || s, 64 bytes (RFC 7518 section 3.4). Keys as PEM (PKCS#8 or SEC 1
/// for the secret, SubjectPublicKeyInfo for the public half).
class SigningKey {
 public:
  static Result<SigningKey> generate();
  static Result<SigningKey> from_pem(std::string_view pem);
  ~SigningKey();
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  [[nodiscard]] Result<SecretText> secret_pem() const;
  [[nodiscard]] Result<std::string> public_pem() const;
  [[nodiscard]] Result<Bytes> sign(ByteView message) const;
  /// RFC 7638 thumbprint of the public key, base64url: the `kid` of our signatures.
  [[nodiscard]] Result<std::string> key_id() const;

 private:
  struct State;
  explicit SigningKey(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};
/// give_up when the signature does not fit; ask_operator when the key is not a P-256 public key.
Status verify_signature(std::string_view public_pem, ByteView message, ByteView signature);

/// JWS compact serialisation (RFC 7515) with ES256; `typ` of the header as given.
Result<std::string> jws_sign(const SigningKey& key, std::string_view payload, std::string_view typ);
/// The payload, when the signature fits one of the keys.
Result<std::string> jws_verify(std::string_view compact, const std::vector<std::string>& public_pems);

/// JWT of RFC 7523 for OAuth2 client authentication with an RSA (RS256) or P-256 (ES256) key in PEM.
Result<std::string> jwt_assertion(std::string_view private_pem, std::string_view claims_json, std::string_view kid);

}  // namespace tributary::crypto
