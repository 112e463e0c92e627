// agent/port/genomics/htslib/siphash.cpp: SipHash-2-4 as its paper has it (section 2).
#include "agent/port/genomics/htslib/siphash.hpp"

#include <bit>

namespace tributary::genomics {

namespace {

struct State {
  std::uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1;
    v2 += v3;
    v1 = std::rotl(v1, 13) ^ v0;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 = std::rotl(v0, 32);
    v2 += v1;
    v0 += v3;
    v1 = std::rotl(v1, 17) ^ v2;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 = std::rotl(v2, 32);
  }
  void compress(std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
};

}  // namespace

SipKey sip_key(ByteView bytes) { return {load_le64(bytes.first(8)), load_le64(bytes.subspan(8, 8))}; }

std::uint64_t sip_hash_2_4(const SipKey& key, ByteView message) {
  State state{key[0] ^ 0x736f6d6570736575U, key[1] ^ 0x646f72616e646f6dU, key[0] ^ 0x6c7967656e657261U,
              key[1] ^ 0x7465646279746573U};
  std::uint64_t last = static_cast<std::uint64_t>(message.size()) << 56U;
  while (message.size() >= 8) {
    state.compress(load_le64(message.first(8)));
    message = message.subspan(8);
  }
  for (std::size_t i = 0; i < message.size(); ++i) last |= static_cast<std::uint64_t>(message[i]) << (8U * i);
  state.compress(last);
  state.v2 ^= 0xffU;
  for (int i = 0; i < 4; ++i) state.round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace tributary::genomics
