// agent/identify/joint.cpp: columns by the names of samples.
#include "agent/identify/joint.hpp"

#include <map>

namespace tributary::identify {

JointOwners owners_of(const std::vector<std::string>& columns, const NameIndex& names) {
  struct Found {
    std::size_t column = 0;
    bool doubtful = false;
  };
  std::map<std::size_t, Found> found;  // by sample
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto samples = names.exactly(columns[i]);
    for (const auto sample : samples) {
      const auto [at, fresh] = found.emplace(sample, Found{i, samples.size() > 1});
      if (!fresh) at->second.doubtful = true;
    }
  }
  JointOwners out;
  for (const auto& [sample, own] : found) {
    if (own.doubtful) {
      ++out.doubtful;
    } else {
      out.owners.push_back({sample, {static_cast<std::uint32_t>(own.column), columns[own.column]}});
    }
  }
  return out;
}

}  // namespace tributary::identify
