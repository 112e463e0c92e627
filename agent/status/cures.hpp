// agent/status/cures.hpp: what a reason of the journal asks for, in German.
//
// Reasons and cures in the journal are English sentences with their particulars; no code stands behind them. What is
// stable is the state, the station that a reason begins with (or that the stage tells) and what an alarm is about: for
// each of these stands one sentence here, with who must act and by which command. The page shows the journal's own
// sentence beneath it.
#pragma once

#include <string>

#include "agent/journal/journal.hpp"

namespace tributary::status {

/// "": nothing is to be said of it.
std::string german_cure(const journal::ParcelRow& row);
std::string german_cure(const journal::RunRow& row);
/// Of one that is away, or whose uploads wait at this machine.
std::string german_cure(const journal::DestinationRow& row);
std::string german_cure(const journal::Alarm& alarm);

}  // namespace tributary::status
