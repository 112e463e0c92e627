// agent/port/crypto/mbedtls/hash.cpp: SHA-256 and MD5.
#ifdef TRIBUTARY_BULK_LIBGCRYPT
#include <gcrypt.h>
#endif

#include <algorithm>

#include "agent/port/crypto/crypto.hpp"
#include "agent/port/crypto/mbedtls/digest.hpp"
#include "agent/port/crypto/mbedtls/gcrypt.hpp"

namespace tributary::crypto {

#ifdef TRIBUTARY_BULK_LIBGCRYPT

struct Sha256::State {
  gcry_md_hd_t handle = nullptr;
  State() {
    gcrypt_ready();
    must(gcry_md_open(&handle, GCRY_MD_SHA256, 0) == 0, "a digest");
  }
  ~State() { gcry_md_close(handle); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

void Sha256::update(ByteView bytes) { gcry_md_write(state_->handle, bytes.data(), bytes.size()); }

Digest256 Sha256::finish() {
  Digest256 digest{};
  const auto* made = gcry_md_read(state_->handle, GCRY_MD_SHA256);
  std::copy_n(made, digest.size(), digest.begin());
  gcry_md_reset(state_->handle);
  return digest;
}

#else

struct Sha256::State {
  LibraryDigest digest{MBEDTLS_MD_SHA256};
};

void Sha256::update(ByteView bytes) { state_->digest.update(bytes); }

Digest256 Sha256::finish() {
  Digest256 digest{};
  state_->digest.finish(digest);
  return digest;
}

#endif

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Digest256 sha256(ByteView bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

struct Md5::State {
  LibraryDigest digest{MBEDTLS_MD_MD5};
};

Md5::Md5() : state_(std::make_unique<State>()) {}
Md5::~Md5() = default;
Md5::Md5(Md5&&) noexcept = default;
Md5& Md5::operator=(Md5&&) noexcept = default;

void Md5::update(ByteView bytes) { state_->digest.update(bytes); }

Digest128 Md5::finish() {
  Digest128 digest{};
  state_->digest.finish(digest);
  return digest;
}

}  // namespace tributary::crypto
