// agent/line/places.hpp: what the journal remembers of the configured run folders themselves.
#pragma once

#include <string>

#include "agent/base/result.hpp"
#include "agent/journal/journal.hpp"

namespace tributary::line {

/// The file system on which a run folder lay when runs stood in it, as files::FileSystem::identity; "" when none was
/// seen yet.
Result<std::string> known_file_system(journal::Journal& journal, const std::string& run_folder);
/// "" forgets: whatever lies there at the next look is taken.
Status keep_file_system(journal::Journal& journal, const std::string& run_folder, const std::string& identity);

/// The tag by which a folder is known to the journal.
Digest256 folder_tag(const journal::Journal& journal, const std::string& folder);

}  // namespace tributary::line
