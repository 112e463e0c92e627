// agent/crypt4gh/edit_list.cpp: which stretches of a plaintext are kept.
#include "agent/crypt4gh/edit_list.hpp"

#include <limits>
#include <utility>

namespace tributary::crypt4gh {

EditList::EditList(std::vector<std::uint64_t> lengths)
    : lengths_(std::move(lengths)), keeps_rest_(lengths_.empty() || lengths_.size() % 2 == 1) {
  pass_empty();
}

EditList::Stretch EditList::next() const {
  if (at_ < lengths_.size()) return {lengths_[at_], at_ % 2 == 1};
  return {keeps_rest_ ? std::numeric_limits<std::uint64_t>::max() : 0, keeps_rest_};
}

void EditList::advance(std::uint64_t bytes) {
  if (at_ == lengths_.size()) return;
  lengths_[at_] -= bytes;
  pass_empty();
}

void EditList::pass_empty() {
  while (at_ < lengths_.size() && lengths_[at_] == 0) ++at_;
}

}  // namespace tributary::crypt4gh
