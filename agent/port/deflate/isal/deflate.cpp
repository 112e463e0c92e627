// agent/port/deflate/isal/deflate.cpp: inflating and checksums with ISA-L; packing is libdeflate's.
#include "agent/port/deflate/deflate.hpp"

#include <isa-l.h>

#include <algorithm>
#include <cstring>

namespace tributary::deflate {
namespace {

constexpr std::size_t piece_limit = std::size_t{1} << 30U;  // the library counts in 32 bits

// It never writes through its input pointer, it only lacks the const.
std::uint8_t* input_of(ByteView bytes) { return const_cast<std::uint8_t*>(bytes.data()); }

}  // namespace

std::string_view library() { return "ISA-L " TRIBUTARY_ISAL_VERSION; }

bool unpack(ByteView packed, MutableByteView content) {
  thread_local const auto state = std::make_unique<inflate_state>();
  if (packed.size() > piece_limit || content.size() > piece_limit) return false;
  isal_inflate_init(state.get());
  state->next_in = input_of(packed);
  state->avail_in = static_cast<std::uint32_t>(packed.size());
  state->next_out = content.data();
  state->avail_out = static_cast<std::uint32_t>(content.size());
  return isal_inflate_stateless(state.get()) == ISAL_DECOMP_OK && state->block_state == ISAL_BLOCK_FINISH &&
         state->avail_in == 0 && state->avail_out == 0;
}

std::uint32_t crc32(std::uint32_t before, ByteView bytes) {
  return crc32_gzip_refl(before, bytes.data(), bytes.size());
}

struct Stream::Library {
  inflate_state state{};

  // The library reads ahead into a register: whole bytes there are handed back, so that what counts as used was used.
  // Not in the middle of a block's header: it keeps what came of that behind the register.
  void hand_back() {
    if (state.tmp_in_size > 0) return;
    const auto bytes = static_cast<std::uint32_t>(std::max(state.read_in_length, 0)) / 8;
    state.next_in -= bytes;
    state.avail_in += bytes;
    state.read_in_length -= static_cast<std::int32_t>(8 * bytes);
    state.read_in &= (std::uint64_t{1} << static_cast<unsigned>(std::max(state.read_in_length, 0))) - 1;
  }
};

Stream::Stream() : library_(std::make_unique<Library>()) { start(); }
Stream::~Stream() = default;

void Stream::start() { isal_inflate_init(&library_->state); }

Stream::Step Stream::step(ByteView input, MutableByteView output) {
  auto& state = library_->state;
  const auto offered = static_cast<std::uint32_t>(std::min(input.size(), piece_limit));
  const auto room = static_cast<std::uint32_t>(std::min(output.size(), piece_limit));
  state.next_in = input_of(input);
  state.avail_in = offered;
  state.next_out = output.data();
  state.avail_out = room;
  const int code = isal_inflate(&state);
  library_->hand_back();
  Step step{offered - state.avail_in, room - state.avail_out, State::more};
  if (code != ISAL_DECOMP_OK && code != ISAL_END_INPUT && code != ISAL_OUT_OVERFLOW) step.state = State::damaged;
  if (step.state == State::more && state.block_state == ISAL_BLOCK_FINISH) step.state = State::ended;
  return step;
}

std::optional<std::uint32_t> Stream::unused_bits() const {
  const auto& state = library_->state;
  const bool between = state.block_state == ISAL_BLOCK_NEW_HDR || state.block_state == ISAL_BLOCK_HDR;
  const bool handed_out = state.tmp_out_processed == state.tmp_out_valid && state.write_overflow_len == 0 &&
                          state.copy_overflow_length == 0;
  if (!between || !handed_out || state.read_in_length < 0) return std::nullopt;
  // What was read of a header that is not whole yet is kept aside, as bytes behind the register.
  return static_cast<std::uint32_t>(state.read_in_length) + 8 * static_cast<std::uint32_t>(state.tmp_in_size);
}

bool Stream::start_between(unsigned bits, std::uint8_t byte, ByteView window) {
  if (bits > 7 || window.size() > window_bytes) return false;
  auto& state = library_->state;
  isal_inflate_init(&state);
  state.read_in = std::uint64_t{byte} >> (8U - bits);
  state.read_in_length = static_cast<std::int32_t>(bits);
  if (window.empty()) return true;
  return isal_inflate_set_dict(&state, input_of(window), static_cast<std::uint32_t>(window.size())) == ISAL_DECOMP_OK;
}

}  // namespace tributary::deflate
