// agent/line/presence.cpp: the lock of a state directory.
#include "agent/line/presence.hpp"

namespace tributary::line {
namespace {

std::string lock_of(const std::string& state_dir) { return state_dir + "/lock"; }

}  // namespace

Result<files::Lock> take_state_dir(const std::string& state_dir) { return files::Lock::take(lock_of(state_dir)); }

Status check_daemon(const std::string& state_dir) {
  const auto held = files::Lock::is_held(lock_of(state_dir));
  if (!held) return held.error();
  if (*held) return {};
  return operator_error("no tributaryd works on this state_dir",
                        "systemctl start tributary; journalctl -u tributary tells why it ended");
}

}  // namespace tributary::line
