// tests/agent/crypto/hex.hpp: bytes of test vectors, written as hexadecimal text.
#pragma once

#include <string_view>

#include "agent/base/bytes.hpp"

namespace tributary::crypto {

inline Bytes hex(std::string_view text) { return from_hex(text).value(); }

}  // namespace tributary::crypto
