// agent/port/crypto/mbedtls/engine.cpp: which library does the bulk work.
#include "agent/port/crypto/crypto.hpp"

namespace tributary::crypto {

std::string_view bulk_engine() {
#ifdef TRIBUTARY_BULK_LIBGCRYPT
  return "libgcrypt";
#else
  return "mbedtls";
#endif
}

}  // namespace tributary::crypto
