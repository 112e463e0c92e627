// agent/identify/joint.cpp: columns by the names of samples.
#include "agent/identify/joint.hpp"

#include <algorithm>
#include <map>

#include "agent/base/text.hpp"

namespace tributary::identify {
namespace {

struct Found {
  std::size_t column = 0;
  bool doubtful = false;
};

// By sample.
std::map<std::size_t, Found> find(const std::vector<std::string>& columns, const NameIndex& names) {
  std::map<std::size_t, Found> found;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto samples = names.exactly(columns[i]);
    for (const auto sample : samples) {
      const auto [at, fresh] = found.emplace(sample, Found{i, samples.size() > 1});
      if (!fresh) at->second.doubtful = true;
    }
  }
  return found;
}

}  // namespace

JointOwners owners_of(const std::vector<std::string>& columns, const std::vector<std::size_t>& claimed,
                      const NameIndex& names) {
  const auto found = find(columns, names);
  JointOwners out;
  std::size_t doubtful = 0;
  for (const auto& [sample, own] : found) {
    if (own.doubtful) {
      ++doubtful;
    } else {
      out.owners.push_back({sample, {static_cast<std::uint32_t>(own.column), columns[own.column]}});
    }
  }
  const auto owns = [&](std::size_t sample) {
    const auto own = found.find(sample);
    return own != found.end() && !own->second.doubtful;
  };
  if (!std::all_of(claimed.begin(), claimed.end(), owns)) {
    out.owners.clear();
    out.reason = "it is named after a sample that no column of it, or more than one, is named after";
  } else if (doubtful > 0) {
    out.reason =
        "ambiguous for " + counted(doubtful, "sample", "samples") + " of the run: its columns fit in more than one way";
  } else if (out.owners.empty()) {
    out.reason = "its columns name no sample of the run";
  }
  return out;
}

}  // namespace tributary::identify
