// agent/base/secret.cpp: wiping memory.
#include "agent/base/secret.hpp"

#include <string.h>  // NOLINT: explicit_bzero is not in <cstring>

namespace tributary {

void wipe(void* memory, std::size_t size) noexcept {
  if (size > 0) explicit_bzero(memory, size);
}

}  // namespace tributary
