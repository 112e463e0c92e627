// agent/port/crypto/mbedtls/handle.hpp: a context of mbedTLS that is freed with its owner, and its randomness.
#pragma once

#include <mbedtls/version.h>

#include <cstddef>
#include <string>

#include "agent/base/result.hpp"

namespace tributary::crypto {

template <typename T, void (*Init)(T*), void (*Free)(T*)>
class Handle {
 public:
  Handle() { Init(&context_); }
  ~Handle() { Free(&context_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  T* get() { return &context_; }

 private:
  T context_;
};

/// For the library's arguments f_rng; `unused` may be null.
int library_random(void* unused, unsigned char* into, std::size_t size);

/// "-0x4c80" as the library's documentation spells it.
std::string code_name(int code);

}  // namespace tributary::crypto
