// agent/port/crypto/mbedtls/gcrypt.hpp: makes libgcrypt ready, once.
#pragma once

namespace tributary::crypto {

/// Safe from any thread; does nothing in a build without libgcrypt.
void gcrypt_ready();

}  // namespace tributary::crypto
