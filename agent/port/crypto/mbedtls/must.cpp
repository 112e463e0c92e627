// agent/port/crypto/mbedtls/must.cpp: the end of a process whose primitives do not work.
#include "agent/port/crypto/mbedtls/must.hpp"

#include <cstdio>
#include <cstdlib>

namespace tributary::crypto {

void must(bool fine, const char* act) noexcept {
  if (fine) return;
  (void)std::fprintf(stderr, "crypto: %s was refused by the library; out of memory, or the installation is damaged\n",
                     act);
  std::abort();
}

}  // namespace tributary::crypto
