// agent/port/genomics/htslib/cram_bytes.cpp: ITF8, LTF8, CRC32 and reading at an offset.
#include "agent/port/genomics/htslib/cram_bytes.hpp"

#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>

#include "agent/port/deflate/deflate.hpp"

namespace tributary::genomics {

std::uint8_t Cursor::byte() {
  if (left() < 1) {
    bad_ = true;
    return 0;
  }
  return bytes_[at_++];
}

std::uint32_t Cursor::le32() {
  const ByteView raw = take(4);
  return raw.size() == 4 ? load_le32(raw) : 0;
}

std::int32_t Cursor::itf8() {
  const std::uint32_t first = byte();
  const int more = first < 0x80 ? 0 : first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  std::uint32_t value = more == 4 ? first & 0x0fU : first & (0x7fU >> static_cast<unsigned>(more));
  for (int i = 0; i < more; ++i) {
    const std::uint32_t next = byte();
    value = i == 3 ? (value << 4U) | (next & 0x0fU) : (value << 8U) | next;
  }
  return static_cast<std::int32_t>(value);
}

std::int64_t Cursor::ltf8() {
  const std::uint8_t first = byte();
  const int more = std::countl_one(first);
  std::uint64_t value = more >= 7 ? 0 : first & (0x7fU >> static_cast<unsigned>(more));
  for (int i = 0; i < more; ++i) value = (value << 8U) | byte();
  return static_cast<std::int64_t>(value);
}

std::size_t Cursor::size() {
  const std::int32_t value = itf8();
  if (value < 0) bad_ = true;
  return bad_ ? 0 : static_cast<std::size_t>(value);
}

ByteView Cursor::take(std::size_t count) {
  if (bad_ || count > left()) {
    bad_ = true;
    return {};
  }
  const ByteView out = bytes_.subspan(at_, count);
  at_ += count;
  return out;
}

void append_itf8(Bytes& out, std::int32_t value) {
  const auto v = static_cast<std::uint32_t>(value);
  const auto put = [&](std::uint32_t b) { out.push_back(static_cast<std::uint8_t>(b)); };
  if (v < 0x80U) {
    put(v);
  } else if (v < 0x4000U) {
    put(0x80U | (v >> 8U));
    put(v);
  } else if (v < 0x200000U) {
    put(0xc0U | (v >> 16U));
    put(v >> 8U);
    put(v);
  } else if (v < 0x10000000U) {
    put(0xe0U | (v >> 24U));
    put(v >> 16U);
    put(v >> 8U);
    put(v);
  } else {
    put(0xf0U | (v >> 28U));
    put(v >> 20U);
    put(v >> 12U);
    put(v >> 4U);
    put(v & 0x0fU);
  }
}

void append_ltf8(Bytes& out, std::int64_t value) {
  const auto v = static_cast<std::uint64_t>(value);
  unsigned more = 0;
  while (more < 8 && (more < 7 ? v >> (7U * (more + 1)) : v >> 56U) != 0) ++more;
  const std::uint64_t ones = more == 0 ? 0 : (0xff00U >> more) & 0xffU;
  out.push_back(static_cast<std::uint8_t>(ones | (more >= 7 ? 0 : v >> (8U * more))));
  for (unsigned i = more; i > 0; --i) out.push_back(static_cast<std::uint8_t>(v >> (8U * (i - 1))));
}

std::uint32_t crc32_of(ByteView bytes) { return deflate::crc32(0, bytes); }

Result<std::size_t> read_at(const files::Fd& file, std::uint64_t offset, MutableByteView into) {
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t n = ::pread(file.get(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      return wait_error(std::string("CRAM: reading the file: ") + std::strerror(errno),
                        "look at the disk or the mount; this is tried again");
    }
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

}  // namespace tributary::genomics
