// agent/port/genomics/htslib/cram_encoding.hpp: the compression header of a CRAM container: which data stand where.
//
// Source     CRAM specification 3.x, sections 8.4 (compression header) and 13 (encodings).
// Failure    give_up: a map, a key or an encoding that the specification does not have, lengths that do not fit.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"

namespace tributary::genomics {

/// How the values of one series are stored.
struct CramEncoding {
  enum class Layout : std::uint8_t {
    opaque,  // numbers, or texts that can not be told apart
    stop,    // bytes in `values`, each value ended by `stop`
    sized,   // bytes in `values`, the length of each in `lengths`
    fixed,   // bytes in `values`, `size` of them each
    none,    // nothing is stored
  };
  std::set<std::int32_t> blocks;  // external blocks that it reads
  bool uses_core = false;         // reads bits of the core block
  Layout layout = Layout::opaque;
  std::uint8_t stop = 0;
  std::int32_t values = 0;
  std::int32_t lengths = 0;
  std::size_t size = 0;
  bool bytes_are_external = false;  // every byte of every value stands in an external block
};

/// Name and type of a tag: "NMi".
using TagKey = std::array<char, 3>;

struct CompressionHeader {
  std::map<std::array<char, 2>, CramEncoding> series;
  std::map<TagKey, CramEncoding> tags;
  std::set<TagKey> dictionary;  // of TD

  static Result<CompressionHeader> parse(ByteView bytes);
};

/// The same header without the tags that `drop` holds: gone from the dictionary's lines and from the encodings.
Result<Bytes> without_tags(ByteView bytes, const std::set<TagKey>& drop);

/// A slice header, field by field.
struct SliceHeader {
  std::int32_t contig = 0;
  std::int32_t begin = 0;
  std::int32_t span = 0;
  std::int32_t records = 0;
  std::int64_t record_counter = 0;
  std::size_t blocks = 0;  // behind it: the core block and external ones
  std::vector<std::int32_t> ids;
  std::int32_t embedded_reference = -1;
  std::array<std::uint8_t, 16> reference_md5{};
  bool has_extra = false;  // optional fields behind the digest

  static Result<SliceHeader> parse(ByteView bytes, bool long_counter);
  [[nodiscard]] Bytes pack(bool long_counter) const;
};

/// Calls `visit(value)` for each value of a text encoding; false ends it early.
/// `block` answers the content of an external block, or nothing when the slice has none of that id.
Status each_value(const CramEncoding& encoding,
                  const std::function<Result<std::optional<ByteView>>(std::int32_t)>& block,
                  const std::function<bool(ByteView)>& visit);

}  // namespace tributary::genomics
