// agent/consent/diseases.hpp: which diseases of MONDO are kinds of which others.
//
// Source     OBO Flat File Format 1.4: stanzas `[Term]` with the tags `id`, `is_a`, `is_obsolete`; mondo.obo as the
// Monarch
//            Initiative publishes it. Everything else is skipped.
// Memory     8 bytes a link; at most 1,000,000 terms and 4,000,000 links. Lines beyond 64 KiB are cut.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.hpp"

namespace tributary::consent {

class Diseases {
 public:
  /// The file in pieces of any size, in order.
  void read(std::string_view piece);
  /// After the last piece. Failure: ask_operator when it holds no term of MONDO, or more than the limits.
  Status finish();
  /// All diseases that `curie` ("MONDO:0007254") is a kind of, sorted, without itself. Nothing: no such term, or an
  /// obsolete one.
  [[nodiscard]] std::optional<std::vector<std::string>> broader(std::string_view curie) const;

 private:
  void end_line();
  void end_term();

  std::string line_;
  bool in_term_ = false, obsolete_ = false;
  std::optional<std::uint32_t> id_;
  std::vector<std::uint32_t> parents_;                         // of the term that is being read
  std::vector<std::uint32_t> terms_;                           // not obsolete; sorted when finished
  std::vector<std::pair<std::uint32_t, std::uint32_t>> is_a_;  // child, parent; sorted when finished
};

}  // namespace tributary::consent
