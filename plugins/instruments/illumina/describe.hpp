// plugins/instruments/illumina/describe.hpp: tells the host whose data a run holds.
#pragma once

#include "plugins/instruments/illumina/folder.hpp"
#include "plugins/sdk/instrument.hpp"

namespace tributary::illumina {

/// Broken when there is no sample sheet, several, or one that can not be understood.
void describe_run(const Folder& run, const sdk::RunUnit& unit, const sdk::RunSink& sink);

}  // namespace tributary::illumina
