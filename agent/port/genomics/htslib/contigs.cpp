// agent/port/genomics/htslib/contigs.cpp: names behind each other, and open addressing over them.
#include "agent/port/genomics/htslib/contigs.hpp"

#include <algorithm>
#include <functional>

namespace tributary::genomics {

namespace {

constexpr std::size_t first_slots = 64;

}  // namespace

std::string_view Contigs::name(std::size_t contig) const {
  const std::size_t begin = contig == 0 ? 0 : ends_[contig - 1];
  return std::string_view(names_).substr(begin, ends_[contig] - begin);
}

std::size_t Contigs::slot_of(std::string_view name) const {
  std::size_t slot = std::hash<std::string_view>()(name) & (slots_.size() - 1);
  while (slots_[slot] != 0 && this->name(slots_[slot] - 1) != name) slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

bool Contigs::has(std::string_view name) const { return !slots_.empty() && slots_[slot_of(name)] != 0; }

void Contigs::grow() {
  slots_.assign(slots_.empty() ? first_slots : 2 * slots_.size(), 0);
  for (std::size_t contig = 0; contig < size(); ++contig) {
    slots_[slot_of(name(contig))] = static_cast<std::uint32_t>(contig + 1);
  }
}

void Contigs::add(std::string_view name, std::uint32_t length) {
  names_.append(name);
  ends_.push_back(static_cast<std::uint32_t>(names_.size()));
  lengths_.push_back(length);
  longest_ = std::max(longest_, length);
  if (2 * size() > slots_.size()) {
    grow();
  } else {
    slots_[slot_of(name)] = static_cast<std::uint32_t>(size());
  }
}

}  // namespace tributary::genomics
