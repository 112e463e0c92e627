// tests/fuzz/jws_fuzz.cpp: foreign texts as signed manifests, as keys and as signatures.
#include <cstdint>
#include <string>

#include "agent/port/crypto/crypto.hpp"

namespace {

const std::string& known_key() {
  static const std::string pem = *tributary::crypto::SigningKey::generate()->public_pem();
  return pem;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const tributary::ByteView bytes(data + 1, size - 1);
  const std::string_view text = tributary::text(bytes);
  switch (data[0] % 4) {
    case 0:
      (void)tributary::crypto::jws_verify(text, {known_key()}).ok();
      break;
    case 1:
      (void)tributary::crypto::verify_signature(text, bytes, tributary::Bytes(64, 1)).ok();
      break;
    case 2:
      (void)tributary::crypto::verify_signature(known_key(), bytes.first(bytes.size() / 2),
                                                bytes.subspan(bytes.size() / 2))
          .ok();
      break;
    default:
      (void)tributary::crypto::SigningKey::from_pem(text).ok();
  }
  return 0;
}
