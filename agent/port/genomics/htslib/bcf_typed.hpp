// agent/port/genomics/htslib/bcf_typed.hpp: typed values of a BCF record, one after the other.
//
// Source     VCF specification 4.3, sections 6.3.1 to 6.3.3. Every length is checked against what is there.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "agent/base/bytes.hpp"

namespace tributary::genomics {

inline constexpr std::size_t bcf_lengths_bytes = 8;
inline constexpr std::size_t bcf_fixed_bytes = 24;  // CHROM, POS, rlen, QUAL, numbers of alleles, INFO, FORMAT, samples
/// The last byte of a description says what stands behind it.
enum BcfType : unsigned { bcf_missing = 0, bcf_int8 = 1, bcf_int16 = 2, bcf_int32 = 3, bcf_float = 5, bcf_text = 7 };

inline std::size_t bcf_width_of(unsigned type) {
  constexpr std::array<std::size_t, 16> widths = {0, 1, 2, 4, 0, 4, 0, 1};
  return widths[type];
}

/// A value with its description; `repeat` of them stand in a row behind one description.
struct BcfTyped {
  unsigned type = 0;
  ByteView value;
  ByteView whole;         // description and value
  std::size_t count = 0;  // of elements in one repetition
};

class BcfWalk {
 public:
  explicit BcfWalk(ByteView bytes) : bytes_(bytes) {}
  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] bool at_end() const { return at_ == bytes_.size(); }

  /// Nothing when its lengths do not fit.
  std::optional<BcfTyped> next(std::uint64_t repeat = 1);
  /// One integer of any width: a length, or a key.
  std::optional<std::int64_t> next_integer();

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
};

/// Appends a description.
void append_bcf_type(Bytes& out, unsigned type, std::size_t count);

}  // namespace tributary::genomics
