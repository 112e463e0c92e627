// agent/doctor/canary.hpp: one made-up sample goes the whole way to one destination and is taken back.
//
// The way is the real one: run folder, sample sheet, consent, seal, push, proof, ingest, receipt, withdrawal. Journal,
// keys of pseudonyms and consent are its own, in a folder beneath the state directory that goes when it is done:
// nothing of it meets a real person, run or consent, and the daemon may go on meanwhile.
//
// Far side   sees a parcel under the policy `canary`, signed by the site's key, with one FASTQ file of one read whose
//            names begin with CANARY.
// Failure    is what it tells. What could not be taken back is named with its parcel, and its folder stays.
// Crash      the folder stays, too, and is on disk before anything is sent: the next canary takes back first what flew
//            before it, and does not fly while something of that is at its destination.
// Receipts   the audit of the real journal, where there is one, keeps when what was delivered and withdrawn.
#pragma once

#include <string>
#include <vector>

#include "agent/doctor/doctor.hpp"

namespace tributary::doctor {

std::vector<Finding> send_canary(const config::Settings& settings, const std::string& destination,
                                 const Services& services);

/// What canaries left at their destinations, from their journals alone; those under way are not told.
std::vector<Finding> canaries_left(const config::Settings& settings);

}  // namespace tributary::doctor
