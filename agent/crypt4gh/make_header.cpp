// agent/crypt4gh/make_header.cpp: the header of a container, one packet for each recipient.
#include <algorithm>

#include "agent/crypt4gh/packet.hpp"
#include "agent/port/crypto/crypto.hpp"

namespace tributary::crypt4gh {
namespace {

constexpr std::size_t payload_bytes = 8 + key_bytes;
constexpr std::size_t most_recipients = 1000;

Status append_packet(Bytes& out, const Secret<payload_bytes>& payload, const crypto::X25519Pair& writer,
                     const PublicKey& recipient) {
  auto key = packet_key(writer.secret, recipient, recipient, writer.public_key);
  if (!key) return in("crypt4gh: recipient's key", key.error());
  const std::size_t at = out.size();
  append_le32(out, static_cast<std::uint32_t>(packet_fixed_bytes + payload_bytes));
  append_le32(out, packet_x25519_chacha);
  out.insert(out.end(), writer.public_key.begin(), writer.public_key.end());
  out.resize(at + packet_fixed_bytes + payload_bytes);
  const MutableByteView rest = MutableByteView(out).last(nonce_bytes + payload_bytes + tag_bytes);
  if (auto made = crypto::random(rest.first(nonce_bytes)); !made) return made;
  crypto::ChaChaPoly cipher(*key);
  cipher.encrypt(rest.first<nonce_bytes>(), payload.bytes(), rest.subspan(nonce_bytes, payload_bytes),
                 rest.last<tag_bytes>());
  return {};
}

}  // namespace

Result<Bytes> make_header(const DataKey& data_key, const std::vector<PublicKey>& recipients) {
  if (recipients.empty()) {
    return operator_error("crypt4gh: no recipient", "name at least one public key: nobody could read the container");
  }
  if (recipients.size() > most_recipients) {
    return operator_error("crypt4gh: " + std::to_string(recipients.size()) + " recipients, at most 1,000 are possible");
  }
  Secret<payload_bytes> payload;
  store_le32(payload.fill(), payload_data_key);
  store_le32(payload.fill().subspan(4), data_chacha);
  const ByteView key = data_key.bytes();
  std::copy(key.begin(), key.end(), payload.fill().begin() + 8);
  auto writer = crypto::x25519_generate();
  if (!writer) return writer.error();
  Bytes out = to_bytes(container_magic);
  append_le32(out, container_version);
  append_le32(out, static_cast<std::uint32_t>(recipients.size()));
  for (const PublicKey& recipient : recipients) {
    if (auto done = append_packet(out, payload, *writer, recipient); !done) return done.error();
  }
  return out;
}

}  // namespace tributary::crypt4gh
