// agent/crypt4gh/is_segment.cpp: recognises one segment of a container of ours.
#include "agent/crypt4gh/packet.hpp"
#include "agent/port/crypto/crypto.hpp"

namespace tributary::crypt4gh {

bool is_segment(const DataKey& key, std::uint64_t number, ByteView sealed) {
  if (sealed.size() <= nonce_bytes + tag_bytes || sealed.size() > sealed_segment_bytes) return false;
  if (load_le64(sealed) != number || load_le32(sealed.subspan(8)) != 0) return false;
  Bytes plain(sealed.size() - nonce_bytes - tag_bytes);
  const bool holds = crypto::ChaChaPoly(key).decrypt(
      sealed.first<nonce_bytes>(), sealed.subspan(nonce_bytes, plain.size()), sealed.last<tag_bytes>(), plain);
  wipe(plain.data(), plain.size());
  return holds;
}

}  // namespace tributary::crypt4gh
