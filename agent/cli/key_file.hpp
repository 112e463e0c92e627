// agent/cli/key_file.hpp: writes a key so that the daemon's user can read it, also when root makes it.
//
// Crash      the old or the new content is there, never a mixture.
// Never      follows a link that somebody put where the key is made, nor gives a file of others to anybody.
#pragma once

#include <string>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"

namespace tributary::cli {

/// Whose a file is and who may use it.
struct Owner {
  bool known = false;  // false: the file belongs to whoever runs the command
  unsigned user = 0, group = 0;
  unsigned mode = 0600;
};

/// For a command run by root: owner, group and mode of an existing file; for anybody else: not known.
Result<Owner> owner_of_file(const std::string& path);
/// For a command run by root: owner and group of the directory in which `path` is made. The key may be read by the
/// group when the directory lets the group in and is not its owner's alone; never by others.
Result<Owner> owner_for_new_file(const std::string& path);

enum class Existing : bool { stays, is_replaced };
/// Failure: ask_operator when `existing` stays and there is one.
Status write_key(const std::string& path, ByteView content, const Owner& owner, Existing existing);

}  // namespace tributary::cli
