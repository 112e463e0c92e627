// agent/port/crypto/mbedtls/gcrypt.cpp: makes libgcrypt ready, once.
#include "agent/port/crypto/mbedtls/gcrypt.hpp"

#ifdef TRIBUTARY_BULK_LIBGCRYPT
#include <gcrypt.h>

#include <mutex>

#include "agent/port/crypto/mbedtls/must.hpp"
#endif

namespace tributary::crypto {

#ifdef TRIBUTARY_BULK_LIBGCRYPT
namespace {

constexpr const char* oldest_version = "1.9.0";

void initialise() {
  // A library of this process may have come first; then its settings stand, and what we use works under any.
  if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P) != 0) return;
#if GCRYPT_VERSION_NUMBER >= 0x010a00
  // In FIPS mode ChaCha20 does not exist, and the container format knows no other cipher.
  (void)gcry_control(GCRYCTL_NO_FIPS_MODE);
#endif
  must(gcry_check_version(oldest_version) != nullptr, "libgcrypt 1.9.0 or newer");
  (void)gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
  (void)gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
}

}  // namespace

void gcrypt_ready() {
  static std::once_flag once;
  std::call_once(once, initialise);
}
#else
void gcrypt_ready() {}
#endif

}  // namespace tributary::crypto
