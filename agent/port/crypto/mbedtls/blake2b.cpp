// agent/port/crypto/mbedtls/blake2b.cpp: BLAKE2b (RFC 7693), without key, 64 bytes: mbedTLS has none.
#include <algorithm>
#include <array>
#include <cstdint>

#include "agent/port/crypto/crypto.hpp"

namespace tributary::crypto {
namespace {

constexpr std::array<std::uint64_t, 8> start{0x6a09e667f3bcc908ULL, 0xbb67ae8584caa73bULL, 0x3c6ef372fe94f82bULL,
                                             0xa54ff53a5f1d36f1ULL, 0x510e527fade682d1ULL, 0x9b05688c2b3e6c1fULL,
                                             0x1f83d9abfb41bd6bULL, 0x5be0cd19137e2179ULL};
constexpr std::uint8_t order[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4}, {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13}, {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11}, {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5}, {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};
constexpr std::size_t block_bytes = 128;

std::uint64_t rotate(std::uint64_t value, unsigned by) { return (value >> by) | (value << (64 - by)); }

void mix(std::array<std::uint64_t, 16>& v, std::size_t a, std::size_t b, std::size_t c, std::size_t d, std::uint64_t x,
         std::uint64_t y) {
  v[a] += v[b] + x;
  v[d] = rotate(v[d] ^ v[a], 32);
  v[c] += v[d];
  v[b] = rotate(v[b] ^ v[c], 24);
  v[a] += v[b] + y;
  v[d] = rotate(v[d] ^ v[a], 16);
  v[c] += v[d];
  v[b] = rotate(v[b] ^ v[c], 63);
}

void compress(std::array<std::uint64_t, 8>& h, ByteView block, std::uint64_t seen, bool last) {
  std::array<std::uint64_t, 16> m{};
  for (std::size_t i = 0; i < 16; ++i) m[i] = load_le64(block.subspan(8 * i, 8));
  std::array<std::uint64_t, 16> v{};
  for (std::size_t i = 0; i < 8; ++i) {
    v[i] = h[i];
    v[i + 8] = start[i];
  }
  v[12] ^= seen;
  if (last) v[14] = ~v[14];
  for (std::size_t round = 0; round < 12; ++round) {
    const auto* s = order[round % 10];
    mix(v, 0, 4, 8, 12, m[s[0]], m[s[1]]);
    mix(v, 1, 5, 9, 13, m[s[2]], m[s[3]]);
    mix(v, 2, 6, 10, 14, m[s[4]], m[s[5]]);
    mix(v, 3, 7, 11, 15, m[s[6]], m[s[7]]);
    mix(v, 0, 5, 10, 15, m[s[8]], m[s[9]]);
    mix(v, 1, 6, 11, 12, m[s[10]], m[s[11]]);
    mix(v, 2, 7, 8, 13, m[s[12]], m[s[13]]);
    mix(v, 3, 4, 9, 14, m[s[14]], m[s[15]]);
  }
  for (std::size_t i = 0; i < 8; ++i) h[i] ^= v[i] ^ v[i + 8];
}

}  // namespace

std::array<std::uint8_t, 64> blake2b_512(ByteView message) {
  auto h = start;
  h[0] ^= 0x01010000ULL ^ 64;  // fan-out and depth 1, no key, 64 bytes of digest
  std::uint64_t seen = 0;
  while (message.size() > block_bytes) {
    seen += block_bytes;
    compress(h, message.first(block_bytes), seen, false);
    message = message.subspan(block_bytes);
  }
  std::array<std::uint8_t, block_bytes> tail{};
  std::copy(message.begin(), message.end(), tail.begin());
  compress(h, tail, seen + message.size(), true);
  wipe(tail.data(), tail.size());
  std::array<std::uint8_t, 64> digest{};
  for (std::size_t i = 0; i < 8; ++i) store_le64(MutableByteView(digest).subspan(8 * i, 8), h[i]);
  return digest;
}

}  // namespace tributary::crypto
