// agent/doctor/machine.hpp: the hops on this machine.
#pragma once

#include <vector>

#include "agent/base/result.hpp"
#include "agent/doctor/doctor.hpp"

namespace tributary::doctor {

Finding good(const std::string& hop, const std::string& said);
Finding warning(const std::string& hop, const std::string& said, const std::string& cure);
Finding broken(const std::string& hop, const Error& error);

/// Is somebody keeping the clock right, and is the year possible?
Finding examine_clock(const Clock& clock);
/// Is it there, ours, local, and is there room? And the journal in it?
std::vector<Finding> examine_state(const config::Settings& settings);
/// Does one work? It need not, before its first start.
Finding examine_daemon(const config::Settings& settings);
/// Who may open each file with a key, a token or a password.
std::vector<Finding> examine_secrets(const config::Settings& settings);
/// What this machine's resolver says of a host.
Finding examine_name(const std::string& hop, const std::string& host);
/// Which file system a file or folder lies on.
Finding examine_file(const std::string& hop, const std::string& path);
std::vector<Finding> examine_run_folders(const config::Settings& settings);

}  // namespace tributary::doctor
