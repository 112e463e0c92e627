// agent/crypt4gh/crypt4gh.hpp: GA4GH Crypt4GH 1.0 containers (hts-specs crypt4gh.tex).
//
// A container is a header (one encrypted packet per recipient, each with the data key) and segments of 65,536 bytes
// of plaintext, each `nonce[12] ciphertext mac[16]`. A whole file under one data key uses the segment's number as its
// nonce: unique under the key, and the same bytes every time. A data key never serves a second content.
//
// Failure    give_up: no container, not for this key, damaged. Every length of a foreign header is checked.
// Never      writes an empty segment (the reference reader fails on it).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"
#include "agent/base/secret.hpp"
#include "agent/stream/stream.hpp"

namespace tributary::crypt4gh {

inline constexpr std::size_t segment_bytes = 65536;
inline constexpr std::size_t sealed_segment_bytes = segment_bytes + 28;

using PublicKey = std::array<std::uint8_t, 32>;
using SecretKey = Secret<32>;
using DataKey = Secret<32>;

/// Key files: PEM around base64; the label is not trusted, the content is. The secret one starts with `c4gh-v1`.
Result<PublicKey> parse_public_key(std::string_view pem);
/// Understands the kinds none, scrypt and pbkdf2_hmac_sha256; bcrypt is refused with the way out.
Result<SecretKey> parse_secret_key(std::string_view pem, const SecretText& passphrase);
std::string write_public_key(const PublicKey& key);
/// scrypt with N=2^14, r=8, p=1 and chacha20_poly1305; without a passphrase the key stands in the clear.
Result<SecretText> write_secret_key(const SecretKey& key, const SecretText& passphrase);
Result<PublicKey> public_of(const SecretKey& key);

/// A header for all recipients, written with a fresh writer key that is thrown away.
Result<Bytes> make_header(const DataKey& data_key, const std::vector<PublicKey>& recipients);

struct Header {
  std::uint64_t size_bytes = 0;
  std::vector<DataKey> data_keys;                       // at least one
  std::optional<std::vector<std::uint64_t>> edit_list;  // discard, keep, discard, ...
};
/// How long a header is, from its first 16 bytes and on; more bytes are asked for through `source` only as needed.
/// At most 65,536 packets of at most 16 MiB each are accepted, 64 MiB in all.
Result<Header> read_header(stream::Source& source, const SecretKey& reader);

/// Size of a container for `plain` bytes.
constexpr std::uint64_t sealed_size(std::uint64_t header_bytes, std::uint64_t plain) {
  return header_bytes + plain + 28 * ((plain + segment_bytes - 1) / segment_bytes);
}

/// Header, then segments, of a plaintext source. Constant memory.
class EncryptingSource final : public stream::Source {
 public:
  /// `first_segment` > 0 continues inside a file: `plain` must start at that segment, and no header is given out.
  EncryptingSource(std::unique_ptr<stream::Source> plain, const DataKey& key, Bytes header,
                   std::uint64_t first_segment = 0);
  ~EncryptingSource() override;
  Result<std::size_t> read(MutableByteView into) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Whether these bytes are segment `number` of what EncryptingSource makes under this key: its nonce, and a tag that
/// holds. Nothing else can be, for a key serves one content.
bool is_segment(const DataKey& key, std::uint64_t number, ByteView sealed);

/// The plaintext of a container, the edit list applied.
class DecryptingSource final : public stream::Source {
 public:
  static Result<std::unique_ptr<DecryptingSource>> open(std::unique_ptr<stream::Source> sealed,
                                                        const SecretKey& reader);
  ~DecryptingSource() override;
  Result<std::size_t> read(MutableByteView into) override;

 private:
  struct State;
  explicit DecryptingSource(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tributary::crypt4gh
