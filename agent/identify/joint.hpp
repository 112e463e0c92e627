// agent/identify/joint.hpp: to which samples of a run the columns of a joint file belong.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "agent/identify/identify.hpp"
#include "agent/identify/names.hpp"

namespace tributary::identify {

/// Names of columns of all joint files of a run. Each is searched for in everything that leaves, and takes the search
/// some 27 KiB of memory.
inline constexpr std::size_t most_joint_names = 5'000;

struct JointOwners {
  struct Owner {
    std::size_t sample = 0;
    JointColumn column;
  };
  std::vector<Owner> owners;  // none: the file belongs to nobody
  std::string reason;         // why nobody owns it, or why some samples do not; no identity
};

/// A sample owns a column that is spelled exactly like one of its names, when that column is nobody else's and no other
/// column is spelled like one of them. `claimed`: the samples that the file is named after; unless each of them owns a
/// column, nobody does.
JointOwners owners_of(const std::vector<std::string>& columns, const std::vector<std::size_t>& claimed,
                      const NameIndex& names);

}  // namespace tributary::identify
