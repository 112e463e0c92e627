// agent/crypt4gh/decrypt.cpp: the plaintext of a container.
//
// The format can not tell a missing last segment: who needs to know carries size and digest elsewhere.
#include <algorithm>

#include "agent/crypt4gh/edit_list.hpp"
#include "agent/crypt4gh/packet.hpp"
#include "agent/port/crypto/crypto.hpp"

namespace tributary::crypt4gh {

struct DecryptingSource::State {
  State(std::unique_ptr<stream::Source> source, Header header)
      : sealed(std::move(source)), buffer(sealed_segment_bytes), plain(segment_bytes) {
    if (header.edit_list) edits = EditList(*std::move(header.edit_list));
    for (const DataKey& key : header.data_keys) ciphers.emplace_back(key);
  }
  ~State() { wipe(plain.data(), plain.size()); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  /// Opens the next segment into `plain`.
  Status next_segment() {
    begin = end = 0;
    if (ended) return {};
    auto n = stream::read_full(*sealed, buffer);
    if (!n) return n.error();
    ended = *n < sealed_segment_bytes;
    if (*n == 0) return {};
    ++segment;
    if (*n < nonce_bytes + tag_bytes) {
      return refusal("crypt4gh: the container ends within segment " + std::to_string(segment),
                     "the file was cut; fetch it again");
    }
    const ByteView all = ByteView(buffer).first(*n);
    const std::size_t size = *n - nonce_bytes - tag_bytes;
    for (std::size_t i = 0; i < ciphers.size(); ++i) {
      const std::size_t which = (newest_cipher + i) % ciphers.size();
      if (ciphers[which].decrypt(all.first<nonce_bytes>(), all.subspan(nonce_bytes, size), all.last<tag_bytes>(),
                                 MutableByteView(plain).first(size))) {
        newest_cipher = which;
        end = size;
        return {};
      }
    }
    return refusal("crypt4gh: segment " + std::to_string(segment) + " does not open with the container's data key",
                   "the file was cut or changed; fetch it again");
  }

  Result<std::size_t> read(MutableByteView into) {
    while (!edits.finished()) {
      if (begin == end) {
        if (ended) return std::size_t{0};
        if (auto done = next_segment(); !done) return done.error();
        continue;
      }
      const auto stretch = edits.next();
      const auto n = static_cast<std::size_t>(
          std::min<std::uint64_t>(stretch.length, stretch.keep ? std::min(end - begin, into.size()) : end - begin));
      if (stretch.keep) std::copy_n(plain.begin() + static_cast<std::ptrdiff_t>(begin), n, into.begin());
      begin += n;
      edits.advance(n);
      if (stretch.keep) return n;
    }
    return std::size_t{0};
  }

  std::unique_ptr<stream::Source> sealed;
  std::vector<crypto::ChaChaPoly> ciphers;
  std::size_t newest_cipher = 0;
  EditList edits;
  Bytes buffer;
  Bytes plain;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::uint64_t segment = 0;
  bool ended = false;
  std::optional<Error> broken;
};

DecryptingSource::DecryptingSource(std::unique_ptr<State> state) : state_(std::move(state)) {}
DecryptingSource::~DecryptingSource() = default;

Result<std::unique_ptr<DecryptingSource>> DecryptingSource::open(std::unique_ptr<stream::Source> sealed,
                                                                 const SecretKey& reader) {
  auto header = read_header(*sealed, reader);
  if (!header) return header.error();
  return std::unique_ptr<DecryptingSource>(
      new DecryptingSource(std::make_unique<State>(std::move(sealed), *std::move(header))));
}

Result<std::size_t> DecryptingSource::read(MutableByteView into) {
  if (state_->broken) return *state_->broken;
  if (into.empty()) return std::size_t{0};
  auto n = state_->read(into);
  if (!n) state_->broken = n.error();
  return n;
}

}  // namespace tributary::crypt4gh
