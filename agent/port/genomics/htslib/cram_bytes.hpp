// agent/port/genomics/htslib/cram_bytes.hpp: the numbers of the CRAM format, read with checked lengths and written.
//
// Source     CRAM specification 3.x, section 2.3 (ITF8, LTF8) and section 2.4 (CRC32).
// Failure    a Cursor that ran over its end, or met a broken number, stays `bad` and answers zeros.
#pragma once

#include <array>
#include <cstdint>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"
#include "agent/port/files/files.hpp"

namespace tributary::genomics {

class Cursor {
 public:
  explicit Cursor(ByteView bytes) : bytes_(bytes) {}
  [[nodiscard]] bool bad() const { return bad_; }
  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] std::size_t left() const { return bytes_.size() - at_; }
  std::uint8_t byte();
  std::uint32_t le32();
  std::int32_t itf8();
  std::int64_t ltf8();
  /// ITF8 that counts bytes or things: negative is bad.
  std::size_t size();
  ByteView take(std::size_t count);

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
  bool bad_ = false;
};

void append_itf8(Bytes& out, std::int32_t value);
void append_ltf8(Bytes& out, std::int64_t value);
std::uint32_t crc32_of(ByteView bytes);

/// Up to `into.size()` bytes from `offset` on, without moving the descriptor's offset; fewer only at the end.
Result<std::size_t> read_at(const files::Fd& file, std::uint64_t offset, MutableByteView into);

}  // namespace tributary::genomics
