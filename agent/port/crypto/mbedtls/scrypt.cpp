// agent/port/crypto/mbedtls/scrypt.cpp: scrypt (RFC 7914): mbedTLS has none.
#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "agent/port/crypto/crypto.hpp"

namespace tributary::crypto {
namespace {

constexpr std::uint64_t most_memory_bytes = 256ULL << 20;
using Block = std::vector<std::uint32_t>;

std::uint32_t rotate(std::uint32_t value, unsigned by) { return (value << by) | (value >> (32 - by)); }

// Salsa20/8 core, section 3.
void salsa(std::uint32_t* b) {
  std::array<std::uint32_t, 16> x{};
  std::copy_n(b, 16, x.begin());
  const auto quarter = [&x](std::size_t a, std::size_t c, std::size_t d, std::size_t e) {
    x[c] ^= rotate(x[a] + x[e], 7);
    x[d] ^= rotate(x[c] + x[a], 9);
    x[e] ^= rotate(x[d] + x[c], 13);
    x[a] ^= rotate(x[e] + x[d], 18);
  };
  for (int i = 0; i < 4; ++i) {
    quarter(0, 4, 8, 12);
    quarter(5, 9, 13, 1);
    quarter(10, 14, 2, 6);
    quarter(15, 3, 7, 11);
    quarter(0, 1, 2, 3);
    quarter(5, 6, 7, 4);
    quarter(10, 11, 8, 9);
    quarter(15, 12, 13, 14);
  }
  for (std::size_t i = 0; i < 16; ++i) b[i] += x[i];
}

// scryptBlockMix, section 4.
void mix_block(Block& block, Block& scratch, std::uint32_t r) {
  std::array<std::uint32_t, 16> x{};
  std::copy_n(block.end() - 16, 16, x.begin());
  for (std::size_t i = 0; i < std::size_t{2} * r; ++i) {
    for (std::size_t k = 0; k < 16; ++k) x[k] ^= block[16 * i + k];
    salsa(x.data());
    const std::size_t to = i % 2 == 0 ? i / 2 : r + i / 2;
    std::copy(x.begin(), x.end(), scratch.begin() + static_cast<std::ptrdiff_t>(16 * to));
  }
  std::swap(block, scratch);
}

// scryptROMix, section 5.
void mix_memory(MutableByteView bytes, std::uint64_t n, std::uint32_t r) {
  const std::size_t words = std::size_t{32} * r;
  Block x(words);
  Block scratch(words);
  for (std::size_t i = 0; i < words; ++i) x[i] = load_le32(bytes.subspan(4 * i, 4));
  Block memory(words * n);
  for (std::uint64_t i = 0; i < n; ++i) {
    std::copy(x.begin(), x.end(), memory.begin() + static_cast<std::ptrdiff_t>(i * words));
    mix_block(x, scratch, r);
  }
  for (std::uint64_t i = 0; i < n; ++i) {
    const std::uint64_t at = x[words - 16] & (n - 1);
    for (std::size_t k = 0; k < words; ++k) x[k] ^= memory[at * words + k];
    mix_block(x, scratch, r);
  }
  for (std::size_t i = 0; i < words; ++i) store_le32(bytes.subspan(4 * i, 4), x[i]);
  for (Block* secret : {&x, &scratch, &memory}) wipe(secret->data(), secret->size() * sizeof(std::uint32_t));
}

}  // namespace

Status scrypt(std::string_view passphrase, ByteView salt, std::uint64_t n, std::uint32_t r, std::uint32_t p,
              MutableByteView into) {
  const bool sane = n >= 2 && (n & (n - 1)) == 0 && n <= (1ULL << 24) && r >= 1 && r <= 1024 && p >= 1 && p <= 64;
  if (!sane || 128 * n * r > most_memory_bytes)
    return refusal("scrypt parameters are out of bounds", "the key file is damaged or of another make");
  Bytes blocks(std::size_t{128} * r * p);
  if (auto done = pbkdf2_hmac_sha256(passphrase, salt, 1, blocks); !done) return done;
  for (std::uint32_t i = 0; i < p; ++i)
    mix_memory(MutableByteView(blocks).subspan(std::size_t{128} * r * i, std::size_t{128} * r), n, r);
  auto done = pbkdf2_hmac_sha256(passphrase, blocks, 1, into);
  wipe(blocks.data(), blocks.size());
  return done;
}

}  // namespace tributary::crypto
