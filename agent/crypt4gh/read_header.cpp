// agent/crypt4gh/read_header.cpp: the header of a foreign container.
//
// Packets for other readers are passed over; a packet that opens must be understood in full.
#include <algorithm>

#include "agent/crypt4gh/packet.hpp"
#include "agent/port/crypto/crypto.hpp"

namespace tributary::crypt4gh {
namespace {

constexpr std::uint32_t most_packets = 65536;
constexpr std::size_t packet_limit_bytes = std::size_t{16} << 20U;
constexpr std::uint64_t header_limit_bytes = std::uint64_t{64} << 20U;
constexpr std::size_t most_data_keys = 1024;
constexpr std::size_t read_step_bytes = std::size_t{64} << 10U;

Error damaged(const std::string& what) {
  return refusal("crypt4gh: " + what, "the file is damaged or no Crypt4GH container; fetch it again");
}

/// Fills `into` with `size` bytes in steps, so that a false length costs no memory.
Status read_exactly(stream::Source& source, Bytes& into, std::size_t size) {
  into.clear();
  while (into.size() < size) {
    const std::size_t at = into.size();
    const std::size_t step = std::min(size - at, read_step_bytes);
    into.resize(at + step);
    auto n = stream::read_full(source, MutableByteView(into).subspan(at));
    if (!n) return n.error();
    if (*n < step) return damaged("the container ends within its header");
  }
  return {};
}

class HeaderReader {
 public:
  HeaderReader(stream::Source& source, const SecretKey& reader, const PublicKey& reader_public)
      : source_(source), reader_(reader), reader_public_(reader_public) {}

  Result<Header> read() {
    if (auto done = read_exactly(source_, packet_, prefix_bytes); !done) return done.error();
    const ByteView prefix(packet_);
    if (text(prefix.first(container_magic.size())) != container_magic) return damaged("no Crypt4GH container");
    const std::uint32_t version = load_le32(prefix.subspan(8));
    if (version != container_version) {
      return refusal("crypt4gh: the container has version " + std::to_string(version) + ", version 1 is understood",
                     "ask its sender for Crypt4GH 1.0");
    }
    const std::uint32_t count = load_le32(prefix.subspan(12));
    if (count > most_packets) return damaged("the header claims " + std::to_string(count) + " packets");
    header_.size_bytes = prefix_bytes;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (auto done = read_packet(); !done) return done.error();
      if (auto done = open_packet(); !done) return done.error();
    }
    if (header_.data_keys.empty()) {
      return refusal("crypt4gh: none of the " + std::to_string(count) + " header packets is for this key",
                     "decrypt with the secret half of one of the keys that it was encrypted for");
    }
    return std::move(header_);
  }

 private:
  Status read_packet() {
    if (auto done = read_exactly(source_, packet_, 8); !done) return done;
    const std::uint32_t size = load_le32(packet_);
    method_ = load_le32(ByteView(packet_).subspan(4));
    const std::size_t least = method_ == packet_x25519_chacha ? packet_fixed_bytes : 8;
    if (size < least || size > packet_limit_bytes) {
      return damaged("a header packet claims " + std::to_string(size) + " bytes");
    }
    header_.size_bytes += size;
    if (header_.size_bytes > header_limit_bytes) return damaged("the header is larger than 64 MiB");
    return read_exactly(source_, packet_, size - 8);
  }

  Status open_packet() {
    if (method_ != packet_x25519_chacha) return {};
    PublicKey writer{};
    std::copy_n(packet_.begin(), key_bytes, writer.begin());
    if (!cached_key_ || writer != cached_writer_) {
      cached_writer_ = writer;
      cached_key_ = packet_key(reader_, writer, reader_public_, writer);
    }
    if (!*cached_key_) return {};  // no usable point: not written for us
    const MutableByteView body = MutableByteView(packet_).subspan(key_bytes);
    const MutableByteView sealed = body.subspan(nonce_bytes, body.size() - nonce_bytes - tag_bytes);
    crypto::ChaChaPoly cipher(**cached_key_);
    if (!cipher.decrypt(ByteView(body).first<nonce_bytes>(), sealed, ByteView(body).last<tag_bytes>(), sealed)) {
      return {};  // for another reader
    }
    Status done = take(sealed);
    wipe(sealed.data(), sealed.size());
    return done;
  }

  Status take(ByteView payload) {
    if (payload.size() < 4) return damaged("a header packet is too short");
    const std::uint32_t type = load_le32(payload);
    if (type == payload_data_key) return take_data_key(payload.subspan(4));
    if (type == payload_edit_list) return take_edit_list(payload.subspan(4));
    return refusal("crypt4gh: a header packet of unknown type " + std::to_string(type),
                   "the container was written after a newer version of the specification");
  }

  Status take_data_key(ByteView rest) {
    if (rest.size() < 4 + key_bytes) return damaged("a header packet is too short for a data key");
    const std::uint32_t method = load_le32(rest);
    if (method != data_chacha) {
      return refusal("crypt4gh: the data is encrypted with unknown method " + std::to_string(method),
                     "ask its sender for ChaCha20-Poly1305 (method 0)");
    }
    if (header_.data_keys.size() >= most_data_keys) return damaged("the header holds more than 1,024 data keys");
    header_.data_keys.emplace_back(rest.subspan(4, key_bytes));
    return {};
  }

  Status take_edit_list(ByteView rest) {
    if (header_.edit_list) return refusal("crypt4gh: the header holds more than one edit list");
    if (rest.size() < 4) return damaged("a header packet is too short for an edit list");
    const std::uint64_t count = load_le32(rest);
    rest = rest.subspan(4);
    if (count > rest.size() / 8) {
      return damaged("an edit list claims " + std::to_string(count) + " lengths and holds fewer");
    }
    header_.edit_list.emplace();
    for (std::size_t i = 0; i < count; ++i) header_.edit_list->push_back(load_le64(rest.subspan(8 * i)));
    return {};
  }

  stream::Source& source_;
  const SecretKey& reader_;
  const PublicKey& reader_public_;
  Header header_;
  Bytes packet_;
  std::uint32_t method_ = 0;
  PublicKey cached_writer_{};
  std::optional<Result<Secret<32>>> cached_key_;
};

}  // namespace

Result<Header> read_header(stream::Source& source, const SecretKey& reader) {
  auto reader_public = public_of(reader);
  if (!reader_public) return reader_public.error();
  return HeaderReader(source, reader, *reader_public).read();
}

}  // namespace tributary::crypt4gh
