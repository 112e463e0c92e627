// agent/port/crypto/mbedtls/must.hpp: what can only go wrong when memory or the library itself is broken.
//
// Failure    ends the process with one sentence: without a working digest or cipher nothing may leave.
#pragma once

namespace tributary::crypto {

void must(bool fine, const char* act) noexcept;

}  // namespace tributary::crypto
