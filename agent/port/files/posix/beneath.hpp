// agent/port/files/posix/beneath.hpp: opens names that can not lead out of a directory.
#pragma once

#include <cstdint>
#include <string>

namespace tributary::files {

enum class Links : std::uint8_t { followed, refused };

/// A new descriptor (close-on-exec), or -1 with errno: EXDEV for what leads out of `directory` (`..`, an absolute name,
/// a link), ELOOP for links that are refused or too many. A link that stays inside is followed, a mount beneath is
/// entered. `flags` as of open(2), none that makes or changes a file; `relative` may be "", the directory itself.
int open_beneath(int directory, const std::string& relative, int flags, Links links = Links::followed);

}  // namespace tributary::files
