// agent/port/files/revision.hpp: whether files were replaced or written since.
#pragma once

#include <string>
#include <vector>

namespace tributary::files {

/// Another word whenever one of them may have another content, came or went. Empty names do not count.
std::string revision_of(const std::vector<std::string>& paths);

}  // namespace tributary::files
