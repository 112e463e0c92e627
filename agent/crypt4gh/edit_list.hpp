// agent/crypt4gh/edit_list.hpp: which stretches of a plaintext are kept.
//
// Source     hts-specs crypt4gh.tex, section 2.3.2: lengths to discard and to keep in turn, the first to discard; a
//            list that ends on a discard keeps everything behind it; an empty list keeps everything.
#pragma once

#include <cstdint>
#include <vector>

namespace tributary::crypt4gh {

class EditList {
 public:
  /// Keeps everything.
  EditList() = default;
  explicit EditList(std::vector<std::uint64_t> lengths);

  struct Stretch {
    std::uint64_t length = 0;
    bool keep = true;
  };
  /// What to do with the next bytes; length > 0 unless `finished`.
  [[nodiscard]] Stretch next() const;
  void advance(std::uint64_t bytes);
  /// Nothing behind this place is kept.
  [[nodiscard]] bool finished() const { return !keeps_rest_ && at_ == lengths_.size(); }

 private:
  void pass_empty();

  std::vector<std::uint64_t> lengths_;
  std::size_t at_ = 0;
  bool keeps_rest_ = true;
};

}  // namespace tributary::crypt4gh
