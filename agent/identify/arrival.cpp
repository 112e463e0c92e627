// agent/identify/arrival.cpp: sizes and CRC-32 of files against a manifest.
#include "agent/identify/arrival.hpp"

#include <array>
#include <cstdio>
#include <string>

namespace tributary::identify {
namespace {

constexpr std::uint64_t pieces_per_sign = 256;  // of life: every 64 MiB
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

// Eight tables: eight bytes at a time.
constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1U) != 0 ? 0xedb88320U : 0U);
    tables[0][i] = value;
  }
  for (std::uint32_t i = 0; i < 256; ++i) {
    for (std::size_t t = 1; t < 8; ++t) {
      tables[t][i] = (tables[t - 1][i] >> 8) ^ tables[0][tables[t - 1][i] & 0xffU];
    }
  }
  return tables;
}

constexpr Tables tables = make_tables();

std::string hex(std::uint32_t value) {
  std::array<char, 9> text{};
  std::snprintf(text.data(), text.size(), "%08x", value);
  return text.data();
}

constexpr const char* patience = "the copy may still be under way; if it has ended, copy the run again";

}  // namespace

std::uint32_t crc32(std::uint32_t before, ByteView bytes) {
  std::uint32_t crc = ~before;
  while (bytes.size() >= 8) {
    const std::uint32_t low = load_le32(bytes) ^ crc;
    const std::uint32_t high = load_le32(bytes.subspan(4));
    crc = tables[7][low & 0xffU] ^ tables[6][(low >> 8) & 0xffU] ^ tables[5][(low >> 16) & 0xffU] ^
          tables[4][low >> 24] ^ tables[3][high & 0xffU] ^ tables[2][(high >> 8) & 0xffU] ^
          tables[1][(high >> 16) & 0xffU] ^ tables[0][high >> 24];
    bytes = bytes.subspan(8);
  }
  for (const std::uint8_t byte : bytes) crc = (crc >> 8) ^ tables[0][(crc ^ byte) & 0xffU];
  return ~crc;
}

Status check_promise(files::Fd file, const plugin::Description::Promise& promise, const Checks& checks) {
  const auto before = files::identify(file);
  if (!before) return before.error();
  if (promise.size >= 0 && static_cast<std::uint64_t>(promise.size) != before->size) {
    return wait_error("a file has " + std::to_string(before->size) + " bytes, the instrument's manifest promises " +
                          std::to_string(promise.size),
                      patience);
  }
  if (!checks.checksums) return {};
  auto second = file.duplicate();
  if (!second) return second.error();
  files::FdSource source(std::move(*second));
  Bytes buffer(std::size_t{1} << 18);
  std::uint32_t crc = 0;
  std::uint64_t pieces = 0;
  for (;;) {
    if (checks.stop != nullptr && checks.stop->requested()) return wait_error("stopping");
    if (checks.alive != nullptr && pieces++ % pieces_per_sign == 0) checks.alive();
    const auto n = source.read(buffer);
    if (!n) return n.error();
    if (*n == 0) break;
    crc = crc32(crc, ByteView(buffer).first(*n));
  }
  const auto after = files::identify(file);
  if (!after) return after.error();
  if (!(*after == *before)) return wait_error("a file changed while it was checked", patience);
  if (crc != promise.crc32) {
    return wait_error("a file of " + std::to_string(before->size) + " bytes has CRC-32 " + hex(crc) +
                          ", the instrument's manifest promises " + hex(promise.crc32),
                      patience);
  }
  return {};
}

}  // namespace tributary::identify
