// agent/verify/places.hpp: which unit and which field of a piece of content a stretch of bytes lies in.
//
// Pieces hold whole units (header lines, records). Stretches come nearly in order, so a place is found by walking on
// from the newest one; each piece is walked at most a few times.
//
// Never      trusts a length in the bytes: what does not fit is one field of kind `opaque` up to the end of the piece.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "agent/base/bytes.hpp"
#include "agent/port/genomics/genomics.hpp"
#include "agent/verify/rules.hpp"

namespace tributary::verify {

struct Spot {
  std::uint64_t unit = 0;  // counted from 0 within the piece
  Field field = Field::text;
  std::size_t begin = 0;  // of the field, in the piece
  std::size_t end = 0;
};

class Places {
 public:
  virtual ~Places() = default;
  [[nodiscard]] virtual Spot locate(std::size_t begin, std::size_t end) = 0;
};

/// How content of that format and unit is laid out. The piece must outlive the answer.
std::unique_ptr<Places> places_of(genomics::Format format, std::string_view unit, ByteView piece);

/// What a text tag of a read holds: `name` is "RG".
Field field_of_tag(std::string_view name);

/// Bounds of the name of a symbolic allele or of a breakend's contig around a stretch, or nothing: "<DEL>",
/// "N[chr1:5[".
std::optional<std::pair<std::size_t, std::size_t>> symbol_around(std::string_view alleles, std::size_t begin,
                                                                 std::size_t end);

/// Records of BAM and BCF, as they stand in the files without compression.
std::unique_ptr<Places> bam_places(ByteView piece);
std::unique_ptr<Places> bcf_places(ByteView piece);

}  // namespace tributary::verify
