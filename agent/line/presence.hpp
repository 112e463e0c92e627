// agent/line/presence.hpp: whether a daemon works on a state directory: one at most, and anybody may ask.
#pragma once

#include <string>

#include "agent/base/result.hpp"
#include "agent/port/files/files.hpp"

namespace tributary::line {

/// Of the daemon, for as long as it lives. ask_operator: another one works there.
Result<files::Lock> take_state_dir(const std::string& state_dir);
/// Hinders nobody. ask_operator, with what to do: none works there, or nobody can tell.
Status check_daemon(const std::string& state_dir);

}  // namespace tributary::line
