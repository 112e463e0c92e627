// agent/port/crypto/mbedtls/digest.hpp: a running digest of mbedTLS, in the form that 2.28 and 3.6 share.
#pragma once

#include <mbedtls/md.h>

#include "agent/base/bytes.hpp"
#include "agent/port/crypto/mbedtls/handle.hpp"
#include "agent/port/crypto/mbedtls/must.hpp"

namespace tributary::crypto {

class LibraryDigest {
 public:
  explicit LibraryDigest(mbedtls_md_type_t type) {
    must(mbedtls_md_setup(context_.get(), mbedtls_md_info_from_type(type), 0) == 0, "a digest");
    start();
  }
  void update(ByteView bytes) {
    must(mbedtls_md_update(context_.get(), bytes.data(), bytes.size()) == 0, "a step of a digest");
  }
  /// `into` has the size of the digest.
  void finish(MutableByteView into) {
    must(mbedtls_md_finish(context_.get(), into.data()) == 0, "the end of a digest");
    start();
  }

 private:
  void start() { must(mbedtls_md_starts(context_.get()) == 0, "the start of a digest"); }
  Handle<mbedtls_md_context_t, mbedtls_md_init, mbedtls_md_free> context_;
};

}  // namespace tributary::crypto
