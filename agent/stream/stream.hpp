// agent/stream/stream.hpp: bytes on their way, in bounded memory.
//
// Order      a Source gives its bytes once, from front to back.
// Threads    one at a time per object.
// Failure    an error ends the stream; nothing that was read before it is taken back.
#pragma once

#include <cstdint>
#include <memory>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"

namespace tributary::stream {

class Source {
 public:
  virtual ~Source() = default;
  /// Fills the front of `into`; answers how many bytes, 0 only at the end. Less than asked is not the end.
  [[nodiscard]] virtual Result<std::size_t> read(MutableByteView into) = 0;
};

class Sink {
 public:
  virtual ~Sink() = default;
  [[nodiscard]] virtual Status write(ByteView bytes) = 0;
};

/// Reads until `into` is full or the source ends; answers how many bytes.
Result<std::size_t> read_full(Source& source, MutableByteView into);
/// Reads and forgets `count` bytes; an early end is an error.
Status skip(Source& source, std::uint64_t count);
/// Moves everything; answers how many bytes.
Result<std::uint64_t> copy(Source& from, Sink& to);

/// Bytes that are in memory; the view must outlive the source.
class ViewSource final : public Source {
 public:
  explicit ViewSource(ByteView bytes) : rest_(bytes) {}
  Result<std::size_t> read(MutableByteView into) override;

 private:
  ByteView rest_;
};

/// Appends to a buffer of the caller; refuses to grow it beyond `limit`.
class BufferSink final : public Sink {
 public:
  BufferSink(Bytes& into, std::size_t limit) : into_(into), limit_(limit) {}
  Status write(ByteView bytes) override;

 private:
  Bytes& into_;
  std::size_t limit_;
};

}  // namespace tributary::stream
