// agent/port/crypto/mbedtls/aead.cpp: ChaCha20-Poly1305 for bulk data.
#include "agent/port/crypto/crypto.hpp"
#include "agent/port/crypto/mbedtls/must.hpp"

#ifdef TRIBUTARY_BULK_LIBGCRYPT
#include <gcrypt.h>

#include "agent/port/crypto/mbedtls/gcrypt.hpp"
#else
#include <mbedtls/chachapoly.h>

#include "agent/port/crypto/mbedtls/handle.hpp"
#endif

namespace tributary::crypto {

using Nonce = std::span<const std::uint8_t, 12>;

#ifdef TRIBUTARY_BULK_LIBGCRYPT
struct ChaChaPoly::State {
  explicit State(const Secret<32>& key) {
    gcrypt_ready();
    must(gcry_cipher_open(&handle, GCRY_CIPHER_CHACHA20, GCRY_CIPHER_MODE_POLY1305, 0) == 0, "ChaCha20-Poly1305");
    must(gcry_cipher_setkey(handle, key.bytes().data(), key.bytes().size()) == 0, "a key of ChaCha20-Poly1305");
  }
  ~State() { gcry_cipher_close(handle); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void begin(Nonce nonce) {
    must(gcry_cipher_reset(handle) == 0, "the start of ChaCha20-Poly1305");  // without it no new nonce is taken
    must(gcry_cipher_setiv(handle, nonce.data(), nonce.size()) == 0, "a nonce of ChaCha20-Poly1305");
    must(gcry_cipher_final(handle) == 0, "the only step of ChaCha20-Poly1305");
  }
  void encrypt(Nonce nonce, ByteView plaintext, MutableByteView ciphertext, std::span<std::uint8_t, 16> tag) {
    begin(nonce);
    must(gcry_cipher_encrypt(handle, ciphertext.data(), ciphertext.size(), plaintext.data(), plaintext.size()) == 0,
         "encryption");
    must(gcry_cipher_gettag(handle, tag.data(), tag.size()) == 0, "a tag of ChaCha20-Poly1305");
  }
  bool decrypt(Nonce nonce, ByteView ciphertext, std::span<const std::uint8_t, 16> tag, MutableByteView plaintext) {
    begin(nonce);
    must(gcry_cipher_decrypt(handle, plaintext.data(), plaintext.size(), ciphertext.data(), ciphertext.size()) == 0,
         "decryption");
    return gcry_cipher_checktag(handle, tag.data(), tag.size()) == 0;
  }

  gcry_cipher_hd_t handle = nullptr;
};
#else
struct ChaChaPoly::State {
  explicit State(const Secret<32>& key) {
    must(mbedtls_chachapoly_setkey(context.get(), key.bytes().data()) == 0, "a key of ChaCha20-Poly1305");
  }
  void encrypt(Nonce nonce, ByteView plaintext, MutableByteView ciphertext, std::span<std::uint8_t, 16> tag) {
    must(mbedtls_chachapoly_encrypt_and_tag(context.get(), plaintext.size(), nonce.data(), nullptr, 0, plaintext.data(),
                                            ciphertext.data(), tag.data()) == 0,
         "encryption");
  }
  bool decrypt(Nonce nonce, ByteView ciphertext, std::span<const std::uint8_t, 16> tag, MutableByteView plaintext) {
    return mbedtls_chachapoly_auth_decrypt(context.get(), ciphertext.size(), nonce.data(), nullptr, 0, tag.data(),
                                           ciphertext.data(), plaintext.data()) == 0;
  }

  Handle<mbedtls_chachapoly_context, mbedtls_chachapoly_init, mbedtls_chachapoly_free> context;
};
#endif

ChaChaPoly::ChaChaPoly(const Secret<32>& key) : state_(std::make_unique<State>(key)) {}
ChaChaPoly::~ChaChaPoly() = default;
ChaChaPoly::ChaChaPoly(ChaChaPoly&&) noexcept = default;
ChaChaPoly& ChaChaPoly::operator=(ChaChaPoly&&) noexcept = default;

void ChaChaPoly::encrypt(Nonce nonce, ByteView plaintext, MutableByteView ciphertext, std::span<std::uint8_t, 16> tag) {
  must(plaintext.size() == ciphertext.size(), "encryption into a buffer of another size");
  state_->encrypt(nonce, plaintext, ciphertext, tag);
}

bool ChaChaPoly::decrypt(Nonce nonce, ByteView ciphertext, std::span<const std::uint8_t, 16> tag,
                         MutableByteView plaintext) {
  must(plaintext.size() == ciphertext.size(), "decryption into a buffer of another size");
  const bool fits = state_->decrypt(nonce, ciphertext, tag, plaintext);
  if (!fits) wipe(plaintext.data(), plaintext.size());
  return fits;
}

}  // namespace tributary::crypto
