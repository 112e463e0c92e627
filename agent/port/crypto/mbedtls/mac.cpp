// agent/port/crypto/mbedtls/mac.cpp: HMAC, HKDF, PBKDF2.
#include <mbedtls/hkdf.h>
#include <mbedtls/md.h>
#include <mbedtls/pkcs5.h>

#include "agent/port/crypto/crypto.hpp"
#include "agent/port/crypto/mbedtls/handle.hpp"
#include "agent/port/crypto/mbedtls/must.hpp"

namespace tributary::crypto {
namespace {

const mbedtls_md_info_t* sha256_info() { return mbedtls_md_info_from_type(MBEDTLS_MD_SHA256); }

}  // namespace

Digest256 hmac_sha256(ByteView key, ByteView message) {
  Digest256 mac{};
  must(mbedtls_md_hmac(sha256_info(), key.data(), key.size(), message.data(), message.size(), mac.data()) == 0,
       "HMAC-SHA-256");
  return mac;
}

void hkdf_sha256(ByteView key, ByteView salt, std::string_view info, MutableByteView into) {
  const ByteView words = view(info);
  must(mbedtls_hkdf(sha256_info(), salt.data(), salt.size(), key.data(), key.size(), words.data(), words.size(),
                    into.data(), into.size()) == 0,
       "HKDF-SHA-256 of at most 8,160 bytes");
}

Status pbkdf2_hmac_sha256(std::string_view passphrase, ByteView salt, std::uint32_t rounds, MutableByteView into) {
  if (rounds == 0) return refusal("PBKDF2: 0 rounds");
  const ByteView words = view(passphrase);
  const auto size = static_cast<std::uint32_t>(into.size());
#if MBEDTLS_VERSION_NUMBER >= 0x03030000
  const int code = mbedtls_pkcs5_pbkdf2_hmac_ext(MBEDTLS_MD_SHA256, words.data(), words.size(), salt.data(),
                                                 salt.size(), rounds, size, into.data());
#else
  Handle<mbedtls_md_context_t, mbedtls_md_init, mbedtls_md_free> context;
  must(mbedtls_md_setup(context.get(), sha256_info(), 1) == 0, "HMAC-SHA-256");
  const int code = mbedtls_pkcs5_pbkdf2_hmac(context.get(), words.data(), words.size(), salt.data(), salt.size(),
                                             rounds, size, into.data());
#endif
  if (code != 0) return refusal("PBKDF2: the library refused (" + code_name(code) + ")");
  return {};
}

}  // namespace tributary::crypto
