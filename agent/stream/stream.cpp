// agent/stream/stream.cpp: bytes on their way.
#include "agent/stream/stream.hpp"

#include <algorithm>
#include <cstring>

namespace tributary::stream {

Result<std::size_t> read_full(Source& source, MutableByteView into) {
  std::size_t filled = 0;
  while (filled < into.size()) {
    auto n = source.read(into.subspan(filled));
    if (!n) return n.error();
    if (*n == 0) break;
    filled += *n;
  }
  return filled;
}

Status skip(Source& source, std::uint64_t count) {
  Bytes scratch(static_cast<std::size_t>(std::min<std::uint64_t>(count, 1U << 16)));
  while (count > 0) {
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(count, scratch.size()));
    auto n = source.read(MutableByteView(scratch).first(want));
    if (!n) return n.error();
    if (*n == 0) return refusal("the stream ended " + std::to_string(count) + " bytes too early");
    count -= *n;
  }
  return {};
}

Result<std::uint64_t> copy(Source& from, Sink& to) {
  Bytes buffer(1U << 16);
  std::uint64_t total = 0;
  for (;;) {
    auto n = from.read(buffer);
    if (!n) return n.error();
    if (*n == 0) return total;
    if (auto written = to.write(ByteView(buffer).first(*n)); !written) return written.error();
    total += *n;
  }
}

Result<std::size_t> ViewSource::read(MutableByteView into) {
  const std::size_t n = std::min(into.size(), rest_.size());
  if (n > 0) std::memcpy(into.data(), rest_.data(), n);
  rest_ = rest_.subspan(n);
  return n;
}

Status BufferSink::write(ByteView bytes) {
  if (bytes.empty()) return {};
  if (into_.size() > limit_ || bytes.size() > limit_ - into_.size()) {
    return refusal("more than " + std::to_string(limit_) + " bytes", "the sender gave more than is acceptable here");
  }
  into_.insert(into_.end(), bytes.begin(), bytes.end());
  return {};
}

}  // namespace tributary::stream
