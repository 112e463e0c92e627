// tests/agent/genomics/bgzf_samples.hpp: files in memory for the tests of text-like formats, plain, gzip and BGZF.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/port/genomics/genomics.hpp"

namespace tributary::genomics::sample {

files::Fd file_of(std::string_view bytes);
/// One gzip member, with a file name in its header unless that is empty.
std::string gzip_of(std::string_view text, const std::string& name = {});
/// BGZF; blocks end every `block_bytes` at the latest.
std::string bgzf_of(std::string_view text, std::size_t block_bytes = 0xff00, bool end_block = true);
/// As htslib reads it.
std::string unpacked(std::string_view compressed);

struct Piece {
  std::string unit;
  std::uint64_t number = 0;
  std::string bytes;
};
class Gatherer final : public ContentTap {
 public:
  Status content(const Place& place, ByteView bytes) override {
    pieces.push_back({std::string(place.unit), place.number, std::string(text(bytes))});
    return {};
  }
  [[nodiscard]] std::string all(std::string_view unit) const;
  std::vector<Piece> pieces;
};

struct Cleaned {
  bool opened = false;
  bool complete = false;
  std::string error;  // what and hint
  Remedy remedy = Remedy::ask_operator;
  std::string stream;
  std::string index;
  std::map<std::string, std::uint64_t> counts;
  std::vector<RestartPoint> points;  // distinct, in order
  std::vector<CopiedRun> copied;
};
Cleaned clean(std::string_view bytes, const Transform& transform, ContentTap* tap = nullptr,
              const RestartPoint* from = nullptr, std::size_t chunk_bytes = 10000, Workers* workers = nullptr);

/// Checks that continuing from each point (at most `most` of them) gives the rest of the stream.
bool every_point_continues(std::string_view bytes, const Transform& transform, const Cleaned& whole,
                           std::size_t most = 50, Workers* workers = nullptr);

}  // namespace tributary::genomics::sample
