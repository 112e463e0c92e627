// agent/config/key_files.hpp: looks at files that the configuration names, without keeping anything of them.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "agent/config/problems.hpp"

namespace tributary::config {

/// Who may open a secret besides the program: others, its group where that is not what lets the program in (root's
/// file, read by a service through the group of their folder), or nobody.
enum class Outsiders : std::uint8_t { none, group, everybody };
Outsiders outsiders_of(const struct stat& file);

/// There and regular, not empty, at most 64 KiB. Warns when outsiders may open it. `least_bytes`: fewer are an error.
void check_secret_file(const std::string& path, std::uint64_t least_bytes, const Place& place, Problems& problems);
/// There and regular.
void check_file(const std::string& path, const Place& place, Problems& problems);
/// A Crypt4GH public key; says so when it is a secret one.
void check_recipient(const std::string& path, const Place& place, Problems& problems);
/// A path that may not exist yet; when it does, a directory.
void check_directory_or_nothing(const std::string& path, const Place& place, Problems& problems);

bool is_directory(const std::string& path);
/// True when both exist and lie in different mounts: no hard links between them, also on one disk.
bool in_different_mounts(const std::string& a, const std::string& b);

}  // namespace tributary::config
