// agent/port/deflate/libdeflate/deflate.cpp: inflating with libdeflate for whole blocks and zlib for streams.
#include "agent/port/deflate/deflate.hpp"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>

namespace tributary::deflate {
namespace {

constexpr std::size_t piece_limit = std::size_t{1} << 30U;  // zlib counts in 32 bits
// What zlib says of its place in z_stream::data_type.
constexpr int behind_block = 128, last_block = 64, unused_bits_mask = 7;

struct FreeUnpacker {
  void operator()(libdeflate_decompressor* unpacker) const noexcept { libdeflate_free_decompressor(unpacker); }
};

}  // namespace

std::string_view library() { return "libdeflate " LIBDEFLATE_VERSION_STRING ", zlib " ZLIB_VERSION; }

bool unpack(ByteView packed, MutableByteView content) {
  thread_local const std::unique_ptr<libdeflate_decompressor, FreeUnpacker> unpacker(libdeflate_alloc_decompressor());
  if (unpacker == nullptr) return false;
  std::size_t used = 0;
  const auto code = libdeflate_deflate_decompress_ex(unpacker.get(), packed.data(), packed.size(), content.data(),
                                                     content.size(), &used, nullptr);
  return code == LIBDEFLATE_SUCCESS && used == packed.size();
}

std::uint32_t crc32(std::uint32_t before, ByteView bytes) {
  return libdeflate_crc32(before, bytes.data(), bytes.size());
}

struct Stream::Library {
  z_stream stream{};
  bool ready = false;
};

Stream::Stream() : library_(std::make_unique<Library>()) { start(); }

Stream::~Stream() {
  if (library_->ready) inflateEnd(&library_->stream);
}

// Without memory for it, the first step says damaged.
void Stream::start() {
  auto& stream = library_->stream;
  library_->ready = (library_->ready ? inflateReset(&stream) : inflateInit2(&stream, -MAX_WBITS)) == Z_OK;
}

Stream::Step Stream::step(ByteView input, MutableByteView output) {
  if (!library_->ready) return {0, 0, State::damaged};
  auto& stream = library_->stream;
  const auto offered = static_cast<uInt>(std::min(input.size(), piece_limit));
  const auto room = static_cast<uInt>(std::min(output.size(), piece_limit));
  stream.next_in = const_cast<Bytef*>(input.data());
  stream.avail_in = offered;
  stream.next_out = output.data();
  stream.avail_out = room;
  int code = inflate(&stream, Z_BLOCK);  // stops between blocks
  if (code == Z_OK && (stream.data_type & behind_block) != 0 && (stream.data_type & last_block) != 0) {
    code = inflate(&stream, Z_NO_FLUSH);  // there is nothing between the last block and the end
  }
  Step step{offered - stream.avail_in, room - stream.avail_out, State::more};
  if (code == Z_STREAM_END) {
    step.state = State::ended;
  } else if (code != Z_OK && code != Z_BUF_ERROR) {
    step.state = State::damaged;
  }
  return step;
}

std::optional<std::uint32_t> Stream::unused_bits() const {
  const int where = library_->stream.data_type;
  if (!library_->ready || (where & behind_block) == 0 || (where & last_block) != 0) return std::nullopt;
  return static_cast<std::uint32_t>(where & unused_bits_mask);
}

bool Stream::start_between(unsigned bits, std::uint8_t byte, ByteView window) {
  if (bits > 7 || window.size() > window_bytes) return false;
  start();
  auto& stream = library_->stream;
  if (!library_->ready) return false;
  if (bits > 0 && inflatePrime(&stream, static_cast<int>(bits), byte >> (8U - bits)) != Z_OK) return false;
  return window.empty() || inflateSetDictionary(&stream, window.data(), static_cast<uInt>(window.size())) == Z_OK;
}

}  // namespace tributary::deflate
