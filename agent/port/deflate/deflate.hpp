// agent/port/deflate/deflate.hpp: raw deflate (RFC 1951) of whole blocks and of streams, and the checksum of gzip.
//
// Two libraries unpack, chosen when the house is built (TRIBUTARY_DEFLATE): ISA-L, made for x86-64 and ARM64, and
// libdeflate with zlib, for every other processor. libdeflate packs.
//
// Threads    the functions may be called from any thread; a Stream belongs to one.
// Failure    what can not be inflated is an answer, not an error: the caller knows which file and which place.
// Never      depends on what was packed before: the same content gives the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "agent/base/bytes.hpp"

namespace tributary::deflate {

/// Name of the library behind, with its version.
std::string_view library();

/// Room that `pack` needs at most for `bytes` of content.
constexpr std::size_t packed_limit(std::size_t bytes) { return bytes + bytes / 1000 + 64; }

/// Packs at the speed that suits what is encrypted and sent once; answers the size, 0 when `into` is too small.
[[nodiscard]] std::size_t pack(ByteView content, MutableByteView into);

/// Unpacks `packed`, which must be one whole stream and nothing behind it, to exactly `content.size()` bytes.
[[nodiscard]] bool unpack(ByteView packed, MutableByteView content);

/// CRC-32 of gzip (RFC 1952 section 8); start with 0.
[[nodiscard]] std::uint32_t crc32(std::uint32_t before, ByteView bytes);

/// One stream that comes in pieces.
class Stream {
 public:
  /// A stream looks back so far at most (RFC 1951, section 2).
  static constexpr std::size_t window_bytes = std::size_t{32} << 10U;
  enum class State : std::uint8_t { more, ended, damaged };
  struct Step {
    std::size_t used = 0;  // bytes of the input
    std::size_t made = 0;  // bytes of the output
    State state = State::more;
  };
  Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream();

  /// Before each stream.
  void start();
  /// `more` with nothing used and nothing made: a longer input is needed, or a larger output.
  [[nodiscard]] Step step(ByteView input, MutableByteView output);

  /// Between two blocks, with all made handed out: how many bits of the input that was used belong to what follows.
  /// Nothing anywhere else.
  [[nodiscard]] std::optional<std::uint32_t> unused_bits() const;
  /// Instead of start: between two blocks. The `bits` (0 to 7) highest ones of `byte` come before the input; `window`
  /// is what was made before, its last 32 KiB or all. False: no memory, or no such place.
  [[nodiscard]] bool start_between(unsigned bits, std::uint8_t byte, ByteView window);

 private:
  struct Library;
  std::unique_ptr<Library> library_;
};

}  // namespace tributary::deflate
