// agent/port/crypto/mbedtls/random.cpp: randomness of the kernel; comparison in constant time.
#include <sys/random.h>

#include <cerrno>
#include <cstdio>

#include "agent/port/crypto/crypto.hpp"
#include "agent/port/crypto/mbedtls/handle.hpp"

namespace tributary::crypto {

Status random(MutableByteView into) {
  std::size_t filled = 0;
  while (filled < into.size()) {
    const ssize_t n = ::getrandom(into.data() + filled, into.size() - filled, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      return operator_error("crypto: the kernel gives no random bytes (getrandom, errno " + std::to_string(errno) + ")",
                            "keys can not be made on this machine; check the kernel and the seccomp filter");
    }
    filled += static_cast<std::size_t>(n);
  }
  return {};
}

int library_random(void* /*unused*/, unsigned char* into, std::size_t size) {
  constexpr int entropy_source_failed = -0x003C;  // MBEDTLS_ERR_ENTROPY_SOURCE_FAILED
  return random({into, size}).ok() ? 0 : entropy_source_failed;
}

bool equal(ByteView a, ByteView b) {
  if (a.size() != b.size()) return false;
  volatile std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<std::uint8_t>(difference | static_cast<std::uint8_t>(a[i] ^ b[i]));
  }
  return difference == 0;
}

std::string code_name(int code) {
  char text[16];
  (void)std::snprintf(text, sizeof text, "-0x%04x", static_cast<unsigned>(-code));
  return text;
}

}  // namespace tributary::crypto
