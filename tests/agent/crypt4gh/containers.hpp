// tests/agent/crypt4gh/containers.hpp: sources that misbehave, and containers written by hand.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "agent/crypt4gh/crypt4gh.hpp"
#include "agent/crypt4gh/packet.hpp"
#include "agent/port/crypto/crypto.hpp"

namespace tributary::crypt4gh {

/// Gives its bytes in steps, and an error behind them when asked to.
class StepSource final : public stream::Source {
 public:
  StepSource(Bytes bytes, std::size_t step, bool breaks = false)
      : bytes_(std::move(bytes)), step_(step), breaks_(breaks) {}
  Result<std::size_t> read(MutableByteView into) override {
    const std::size_t n = std::min({into.size(), step_, bytes_.size() - at_});
    if (n == 0 && breaks_) return wait_error("the source went away");
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), n, into.begin());
    at_ += n;
    return n;
  }

 private:
  Bytes bytes_;
  std::size_t at_ = 0;
  std::size_t step_;
  bool breaks_;
};

inline std::unique_ptr<stream::Source> source_of(Bytes bytes, std::size_t step = 100000) {
  return std::make_unique<StepSource>(std::move(bytes), step);
}

inline Bytes pattern(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 31 + i / 251 + i / 65536);
  return bytes;
}

struct Pair {
  SecretKey secret;
  PublicKey half{};
};
inline Pair make_pair() {
  auto made = crypto::x25519_generate();
  return {made->secret, made->public_key};
}
inline DataKey make_data_key() {
  DataKey key;
  (void)crypto::random(key.fill());
  return key;
}

/// Reads to the end with buffers of `buffer_bytes`.
inline Result<Bytes> drain(stream::Source& source, std::size_t buffer_bytes = 200000) {
  Bytes all;
  Bytes buffer(buffer_bytes);
  for (;;) {
    auto n = source.read(buffer);
    if (!n) return n.error();
    if (*n == 0) return all;
    all.insert(all.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*n));
  }
}

inline Bytes encrypted(const Bytes& plain, const DataKey& key, const Bytes& header, std::size_t buffer_bytes = 200000) {
  EncryptingSource source(source_of(plain), key, header);
  return *drain(source, buffer_bytes);
}

inline Result<Bytes> decrypted(const Bytes& sealed, const SecretKey& reader, std::size_t buffer_bytes = 200000,
                               std::size_t step = 100000) {
  auto source = DecryptingSource::open(source_of(sealed, step), reader);
  if (!source) return source.error();
  return drain(**source, buffer_bytes);
}

/// Header packets by hand.
class HeaderMaker {
 public:
  void packet(const PublicKey& recipient, const Bytes& payload, std::uint32_t method = 0) {
    const Pair writer = make_pair();
    auto key = packet_key(writer.secret, recipient, recipient, writer.half);
    Bytes out;
    append_le32(out, static_cast<std::uint32_t>(packet_fixed_bytes + payload.size()));
    append_le32(out, method);
    out.insert(out.end(), writer.half.begin(), writer.half.end());
    Bytes rest(nonce_bytes + payload.size() + tag_bytes, 7);
    const MutableByteView view(rest);
    crypto::ChaChaPoly(*key).encrypt(ByteView(rest).first<nonce_bytes>(), payload,
                                     view.subspan(nonce_bytes, payload.size()), view.last<tag_bytes>());
    out.insert(out.end(), rest.begin(), rest.end());
    raw(out);
  }
  void data_key(const PublicKey& recipient, const DataKey& key, std::uint32_t method = 0, std::size_t padding = 0) {
    Bytes payload;
    append_le32(payload, 0);
    append_le32(payload, method);
    payload.insert(payload.end(), key.bytes().begin(), key.bytes().end());
    payload.resize(payload.size() + padding);
    packet(recipient, payload);
  }
  void edit_list(const PublicKey& recipient, const std::vector<std::uint64_t>& lengths) {
    Bytes payload;
    append_le32(payload, 1);
    append_le32(payload, static_cast<std::uint32_t>(lengths.size()));
    for (const auto length : lengths) append_le64(payload, length);
    packet(recipient, payload);
  }
  void raw(const Bytes& bytes) {
    packets_.insert(packets_.end(), bytes.begin(), bytes.end());
    ++count_;
  }
  [[nodiscard]] Bytes header() const {
    Bytes out = to_bytes("crypt4gh");
    append_le32(out, 1);
    append_le32(out, count_);
    out.insert(out.end(), packets_.begin(), packets_.end());
    return out;
  }

 private:
  Bytes packets_;
  std::uint32_t count_ = 0;
};

/// The segments of `plain`, without a header.
inline Bytes body(const Bytes& plain, const DataKey& key) { return encrypted(plain, key, {}); }

inline Bytes joined(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace tributary::crypt4gh
