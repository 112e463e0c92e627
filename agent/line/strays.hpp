// agent/line/strays.hpp: parcels of destinations that are not configured any more: nobody carries them.
//
// They block nothing, and nothing but a person moves them: whoever looks must be told.
#pragma once

#include <vector>

#include "agent/base/result.hpp"
#include "agent/config/settings.hpp"
#include "agent/journal/journal.hpp"

namespace tributary::line {

/// One for each such destination: how many parcels, and what to do.
Result<std::vector<Error>> strays(const config::Settings& settings, journal::Journal& journal);
/// The same for a command that has no journal open; nothing when there is no journal yet. Changes nothing.
Result<std::vector<Error>> strays(const config::Settings& settings);

}  // namespace tributary::line
