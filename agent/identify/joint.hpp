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
  std::vector<Owner> owners;
  std::size_t doubtful = 0;  // samples that more than one column fits, or whose column fits others, too
};

/// A sample owns a column that is spelled exactly like one of its names, when that column is nobody else's and no other
/// column is spelled like one of them.
JointOwners owners_of(const std::vector<std::string>& columns, const NameIndex& names);

}  // namespace tributary::identify
