// tests/fuzz/crypt4gh_header_fuzz.cpp: foreign bytes as a container, as the inside of a header packet, and as key
// files.
#include <algorithm>
#include <cstdint>
#include <memory>

#include "agent/crypt4gh/crypt4gh.hpp"
#include "agent/crypt4gh/packet.hpp"
#include "agent/port/crypto/crypto.hpp"

namespace {

using namespace tributary;  // NOLINT: brevity of a fuzz target

const crypto::X25519Pair& reader() {
  static const crypto::X25519Pair pair = *crypto::x25519_generate();
  return pair;
}

void drain(ByteView bytes) {
  auto opened = crypt4gh::DecryptingSource::open(std::make_unique<stream::ViewSource>(bytes), reader().secret);
  if (!opened) return;
  Bytes buffer(4096);
  for (;;) {
    auto n = (*opened)->read(buffer);
    if (!n || *n == 0) return;
  }
}

/// A packet that opens, around any payload; behind it what is left of the bytes as the body.
Bytes wrapped(ByteView payload, ByteView body) {
  const auto& pair = reader();
  static const auto key = *crypt4gh::packet_key(pair.secret, pair.public_key, pair.public_key, pair.public_key);
  Bytes out = to_bytes(crypt4gh::container_magic);
  append_le32(out, 1);
  append_le32(out, 1);
  append_le32(out, static_cast<std::uint32_t>(crypt4gh::packet_fixed_bytes + payload.size()));
  append_le32(out, 0);
  out.insert(out.end(), pair.public_key.begin(), pair.public_key.end());
  Bytes sealed(12 + payload.size() + 16);
  const MutableByteView all(sealed);
  crypto::ChaChaPoly(key).encrypt(ByteView(sealed).first<12>(), payload, all.subspan(12, payload.size()),
                                  all.last<16>());
  out.insert(out.end(), sealed.begin(), sealed.end());
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const ByteView bytes(data + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      drain(bytes);
      break;
    case 1: {
      const std::size_t payload = std::min<std::size_t>(bytes.size(), 64);
      drain(wrapped(bytes.first(payload), bytes.subspan(payload)));
      break;
    }
    case 2:
      (void)crypt4gh::parse_public_key(text(bytes)).ok();
      break;
    default:
      (void)crypt4gh::parse_secret_key(text(bytes), {}).ok();
  }
  return 0;
}
