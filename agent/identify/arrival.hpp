// agent/identify/arrival.hpp: has a file arrived whole? Compares it with what the vendor's manifest promises.
#pragma once

#include <cstdint>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"
#include "agent/identify/identify.hpp"
#include "agent/plugin/instrument.hpp"
#include "agent/port/files/files.hpp"

namespace tributary::identify {

/// CRC-32 with the polynomial of IEEE 802.3 (zlib, gzip), running; begin with 0.
std::uint32_t crc32(std::uint32_t before, ByteView bytes);

/// Failure: wait when the size or the CRC-32 differs, the file changes meanwhile, can not be read now, or
/// `checks.stop`.
Status check_promise(files::Fd file, const plugin::Description::Promise& promise, const Checks& checks);

}  // namespace tributary::identify
