// plugins/sdk/digest.hpp: SHA-256, MD5 and HMAC-SHA-256 by mbedTLS (link mbedcrypto).
//
// Failure    std::runtime_error when the library refuses, which it does only without memory.
// Never      for bulk data on the hot path: sealed objects come with their digests.
#pragma once

#include <mbedtls/md.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace tributary::sdk {

/// A digest over bytes as they come.
class Digest {
 public:
  explicit Digest(mbedtls_md_type_t type) {
    mbedtls_md_init(&context_);
    const auto* info = mbedtls_md_info_from_type(type);
    if (info == nullptr || mbedtls_md_setup(&context_, info, 0) != 0 || mbedtls_md_starts(&context_) != 0) {
      mbedtls_md_free(&context_);
      throw std::runtime_error("the digest could not be set up");
    }
    size_ = mbedtls_md_get_size(info);
  }
  ~Digest() { mbedtls_md_free(&context_); }
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;

  void update(std::string_view data) {
    if (mbedtls_md_update(&context_, reinterpret_cast<const unsigned char*>(data.data()), data.size()) != 0) {
      throw std::runtime_error("the digest could not go on");
    }
  }
  /// The raw digest; the object is used up.
  [[nodiscard]] std::string finish() {
    unsigned char out[MBEDTLS_MD_MAX_SIZE];
    if (mbedtls_md_finish(&context_, out) != 0) throw std::runtime_error("the digest could not be finished");
    return std::string(reinterpret_cast<const char*>(out), size_);
  }

 private:
  mbedtls_md_context_t context_{};
  std::size_t size_ = 0;
};

inline std::string digest_of(mbedtls_md_type_t type, std::string_view data) {
  Digest digest(type);
  digest.update(data);
  return digest.finish();
}
inline std::string sha256(std::string_view data) { return digest_of(MBEDTLS_MD_SHA256, data); }
inline std::string md5(std::string_view data) { return digest_of(MBEDTLS_MD_MD5, data); }

inline std::string hmac_sha256(std::string_view key, std::string_view data) {
  unsigned char out[32];
  if (mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), reinterpret_cast<const unsigned char*>(key.data()),
                      key.size(), reinterpret_cast<const unsigned char*>(data.data()), data.size(), out) != 0) {
    throw std::runtime_error("the HMAC could not be made");
  }
  return std::string(reinterpret_cast<const char*>(out), sizeof out);
}

}  // namespace tributary::sdk
