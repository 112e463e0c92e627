// agent/crypt4gh/packet.cpp: the key of a header packet.
#include "agent/crypt4gh/packet.hpp"

#include <algorithm>

#include "agent/port/crypto/crypto.hpp"

namespace tributary::crypt4gh {

Result<Secret<32>> packet_key(const SecretKey& own, const PublicKey& peer, const PublicKey& reader,
                              const PublicKey& writer) {
  auto shared = crypto::x25519_shared(own, peer);
  if (!shared) return shared.error();
  Secret<3 * key_bytes> input;
  auto at = std::copy(shared->bytes().begin(), shared->bytes().end(), input.fill().begin());
  at = std::copy(reader.begin(), reader.end(), at);
  std::copy(writer.begin(), writer.end(), at);
  auto digest = crypto::blake2b_512(input.bytes());
  Secret<32> key{ByteView(digest).first(key_bytes)};
  wipe(digest.data(), digest.size());
  return key;
}

}  // namespace tributary::crypt4gh
