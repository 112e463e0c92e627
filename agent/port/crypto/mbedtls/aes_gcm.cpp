// agent/port/crypto/mbedtls/aes_gcm.cpp: sealing of small secrets with AES-256-GCM.
#include <mbedtls/gcm.h>

#include "agent/port/crypto/crypto.hpp"
#include "agent/port/crypto/mbedtls/handle.hpp"
#include "agent/port/crypto/mbedtls/must.hpp"

namespace tributary::crypto {
namespace {

constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;

using Gcm = Handle<mbedtls_gcm_context, mbedtls_gcm_init, mbedtls_gcm_free>;

void set_key(Gcm& gcm, const Secret<32>& key) {
  must(mbedtls_gcm_setkey(gcm.get(), MBEDTLS_CIPHER_ID_AES, key.bytes().data(), 256) == 0, "a key of AES-256-GCM");
}

}  // namespace

Result<Bytes> aes_gcm_seal(const Secret<32>& key, ByteView plaintext, ByteView associated) {
  Bytes sealed(nonce_bytes + plaintext.size() + tag_bytes);
  const MutableByteView all(sealed);
  if (auto made = random(all.first(nonce_bytes)); !made) return made.error();
  Gcm gcm;
  set_key(gcm, key);
  const int rc = mbedtls_gcm_crypt_and_tag(gcm.get(), MBEDTLS_GCM_ENCRYPT, plaintext.size(), sealed.data(), nonce_bytes,
                                           associated.data(), associated.size(), plaintext.data(),
                                           sealed.data() + nonce_bytes, tag_bytes, all.last(tag_bytes).data());
  if (rc != 0) return refusal("AES-256-GCM: the library refused to seal (" + code_name(rc) + ")");
  return sealed;
}

Result<Bytes> aes_gcm_open(const Secret<32>& key, ByteView sealed, ByteView associated) {
  if (sealed.size() < nonce_bytes + tag_bytes) {
    return refusal("AES-256-GCM: " + std::to_string(sealed.size()) + " bytes are too few for a sealed text");
  }
  const ByteView ciphertext = sealed.subspan(nonce_bytes, sealed.size() - nonce_bytes - tag_bytes);
  Bytes plaintext(ciphertext.size());
  Gcm gcm;
  set_key(gcm, key);
  const int rc = mbedtls_gcm_auth_decrypt(gcm.get(), ciphertext.size(), sealed.data(), nonce_bytes, associated.data(),
                                          associated.size(), sealed.last(tag_bytes).data(), tag_bytes,
                                          ciphertext.data(), plaintext.data());
  if (rc != 0) {
    return refusal("AES-256-GCM: the tag does not fit",
                   "the key is another one than the one that sealed, or the bytes were changed");
  }
  return plaintext;
}

}  // namespace tributary::crypto
