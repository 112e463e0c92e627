// agent/port/store/sqlite/errors.hpp: what the sources of this folder share: SQLite's codes as errors, private files.
#pragma once

#include <sqlite3.h>

#include <string>

#include "agent/base/result.hpp"

namespace tributary::store {

inline constexpr const char* damaged_hint =
    "tributaryd sets it aside and makes it anew from journal.copy when it starts: restart it";

/// Behind the path of a database: a file that says that somebody read something there that made no sense.
inline constexpr const char* suspect_end = "-suspect";

/// `database` may be null.
Error sqlite_error(sqlite3* database, int code, const std::string& doing);
/// Also of an empty file, which SQLite's own layer takes for none.
bool exists(const std::string& path);
/// Makes a file that is not there, with mode 0600.
void make_private(const std::string& path);

}  // namespace tributary::store
