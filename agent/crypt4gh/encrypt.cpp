// agent/crypt4gh/encrypt.cpp: a plaintext on its way into a container.
//
// Whole segments are read into the caller's buffer, behind the place of their nonce, and encrypted there: the bytes are
// touched once. A buffer too small for a segment is served from one of our own.
#include <algorithm>

#include "agent/crypt4gh/packet.hpp"
#include "agent/port/crypto/crypto.hpp"

namespace tributary::crypt4gh {

struct EncryptingSource::State {
  State(std::unique_ptr<stream::Source> source, const DataKey& key, Bytes header, std::uint64_t first_segment)
      : plain(std::move(source)), cipher(key), pending(std::move(header)), segment(first_segment) {
    if (segment > 0) pending.clear();
  }

  /// Makes the next segment at the front of `room` (at least a sealed segment); 0 at the end.
  Result<std::size_t> seal(MutableByteView room) {
    if (ended) return std::size_t{0};
    auto n = stream::read_full(*plain, room.subspan(nonce_bytes, segment_bytes));
    if (!n) {
      wipe(room.data(), nonce_bytes + segment_bytes);  // it may hold plaintext
      return n.error();
    }
    ended = *n < segment_bytes;
    if (*n == 0) return std::size_t{0};
    const MutableByteView nonce = room.first(nonce_bytes);
    store_le64(nonce, segment++);
    store_le32(nonce.subspan(8), 0);
    const MutableByteView text = room.subspan(nonce_bytes, *n);
    cipher.encrypt(ByteView(nonce).first<nonce_bytes>(), text, text, room.subspan(nonce_bytes + *n).first<tag_bytes>());
    return *n + nonce_bytes + tag_bytes;
  }

  std::size_t give_pending(MutableByteView into) {
    const std::size_t n = std::min(into.size(), pending.size() - given);
    std::copy_n(pending.begin() + static_cast<std::ptrdiff_t>(given), n, into.begin());
    given += n;
    return n;
  }

  std::unique_ptr<stream::Source> plain;
  crypto::ChaChaPoly cipher;
  Bytes pending;  // header, or a segment that did not fit into the caller's buffer
  std::size_t given = 0;
  std::uint64_t segment = 0;
  bool ended = false;
  std::optional<Error> broken;
};

EncryptingSource::EncryptingSource(std::unique_ptr<stream::Source> plain, const DataKey& key, Bytes header,
                                   std::uint64_t first_segment)
    : state_(std::make_unique<State>(std::move(plain), key, std::move(header), first_segment)) {}
EncryptingSource::~EncryptingSource() = default;

Result<std::size_t> EncryptingSource::read(MutableByteView into) {
  State& state = *state_;
  if (state.broken) return *state.broken;
  if (into.empty()) return std::size_t{0};
  if (state.given < state.pending.size()) return state.give_pending(into);
  const bool direct = into.size() >= sealed_segment_bytes;
  if (!direct) {
    state.pending.resize(sealed_segment_bytes);
    state.given = sealed_segment_bytes;
  }
  auto made = state.seal(direct ? into : MutableByteView(state.pending));
  if (!made) {
    state.broken = made.error();
    return made;
  }
  if (direct) return made;
  state.pending.resize(*made);
  state.given = 0;
  return state.give_pending(into);
}

}  // namespace tributary::crypt4gh
