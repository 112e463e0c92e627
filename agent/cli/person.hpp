// agent/cli/person.hpp: which person runs a command, as far as the operating system can tell.
//
// The login uid (/proc/self/loginuid) is set once, by pam_loginuid at a person's login, and stays through su and sudo.
// Where no login set one (a container, a machine without that module), it is the real uid; of root that of sudo's
// caller, where sudo said so.
// Never      a protection against root, who can set all of this and read keys and journal without any command of ours;
//            nor, where no login uid is set, against several persons behind one account: they count as one.
#pragma once

#include <cstdint>
#include <string_view>

namespace tributary::cli {

/// `login_uid`: content of /proc/self/loginuid, "" when it can not be read; `sudo_uid`: SUDO_UID of the environment.
std::int64_t person_behind(std::string_view login_uid, std::string_view sudo_uid, std::int64_t real_uid);
/// Of this process.
std::int64_t person_now();

}  // namespace tributary::cli
