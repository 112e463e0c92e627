// agent/port/genomics/htslib/cram_texts.hpp: read names and texts of tags in the blocks of a container, one by one.
//
// A tap can judge a text by what it is only when it gets it whole and alone: in the middle of a block every second
// short word would be chance.
// Failure    give_up: the texts of a block do not end where they should. The tap's own error.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "agent/port/genomics/genomics.hpp"
#include "agent/port/genomics/htslib/cram_encoding.hpp"

namespace tributary::genomics {

class CramTexts {
 public:
  /// The content of another external block of the same slice, or nothing.
  using Block = std::function<Result<std::optional<ByteView>>(std::int32_t id)>;

  CramTexts() = default;
  explicit CramTexts(const CompressionHeader& header);
  [[nodiscard]] bool holds(std::int32_t id) const { return texts_.count(id) > 0; }
  /// Hands `bytes`, the content of the external block `id`, to `tap`: names as lines of unit "read name", texts of tags
  /// as lines "XX:Z:text" of unit "tag", anything else as a "record". `number`: of the slice's first record.
  [[nodiscard]] Status tell(ContentTap& tap, std::int32_t id, ByteView bytes, std::uint64_t number,
                            const Block& block) const;

 private:
  struct Text {
    CramEncoding encoding;
    std::string start;  // of each line; "" for names
  };
  std::map<std::int32_t, Text> texts_;  // by the block of the bytes
};

}  // namespace tributary::genomics
