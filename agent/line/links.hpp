// agent/line/links.hpp: the further names of files that run folders with `retain: link` are read under.
//
// One directory per parcel in `state_dir`, named by the parcel's id, with a number for each file.
//
// Order      made by seal before the first byte is read, when the parcel's row says that it is being sealed.
// Crash      the directory and the row tell everything: what no row needs goes at the next sweep.
#pragma once

#include <cstdint>
#include <string>

#include "agent/base/result.hpp"
#include "agent/journal/journal.hpp"

namespace tributary::line {

std::string links_directory(const std::string& state_dir);
/// Removes the links of parcels that are at rest, are not sealed, or are not known. Gives the bytes that those which
/// stay hold. Not while a parcel is being sealed.
Result<std::uint64_t> sweep_links(const std::string& state_dir, journal::Journal& journal);

}  // namespace tributary::line
