// agent/port/genomics/htslib/contigs.hpp: the contigs of a header, in order, in little memory.
//
// A transcriptome has some hundred thousand of them: names stand behind each other in one text, found by a hash.
// Threads    as a const object any number; `add` alone.
// Failure    none; what a name may be is checked by those who read it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::genomics {

class Contigs {
 public:
  void add(std::string_view name, std::uint32_t length);
  [[nodiscard]] std::size_t size() const { return lengths_.size(); }
  [[nodiscard]] bool empty() const { return lengths_.empty(); }
  [[nodiscard]] std::string_view name(std::size_t contig) const;
  [[nodiscard]] std::uint32_t length(std::size_t contig) const { return lengths_[contig]; }
  [[nodiscard]] std::uint32_t longest() const { return longest_; }
  /// Of all names and lengths.
  [[nodiscard]] std::size_t bytes() const { return names_.size() + 8 * size(); }
  [[nodiscard]] bool has(std::string_view name) const;

 private:
  /// Where `name` stands in slots_, or the empty slot where it would.
  [[nodiscard]] std::size_t slot_of(std::string_view name) const;
  void grow();

  std::string names_;
  std::vector<std::uint32_t> ends_;  // of each name in names_
  std::vector<std::uint32_t> lengths_;
  std::vector<std::uint32_t> slots_;  // a contig's number from 1; 0: empty; never more than half full
  std::uint32_t longest_ = 0;
};

}  // namespace tributary::genomics
