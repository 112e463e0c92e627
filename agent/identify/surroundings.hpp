// agent/identify/surroundings.hpp: names of this machine and of the folders above a run: they tell where somebody was.
#pragma once

#include <string>
#include <vector>

#include "agent/identify/identity.hpp"

namespace tributary::identify {

/// Parts of the run folder's path but the last, and the host's name with and without its domain. Parts that every
/// appliance has ("data", "runs"), that have fewer than four bytes or no letter are left out.
std::vector<Identifier> surroundings(const std::string& run_folder, const std::string& host_name);
/// Of the machine that this runs on, or "".
std::string host_name();

}  // namespace tributary::identify
