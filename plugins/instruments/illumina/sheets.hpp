// plugins/instruments/illumina/sheets.hpp: finds the sample sheet that a result was made with, among its copies.
#pragma once

#include <string>
#include <vector>

#include "plugins/instruments/illumina/folder.hpp"
#include "plugins/instruments/illumina/results.hpp"
#include "plugins/instruments/illumina/sheet.hpp"

namespace tributary::illumina {

struct FoundSheets {
  Sheet used;               // names the samples
  std::vector<Sheet> rest;  // older or further copies: their words must not leak either
};
/// Broken when there is none, when several at the same place differ, or when the one that was used is damaged.
FoundSheets find_sheets(const Folder& run, const ResultSet& result);

}  // namespace tributary::illumina
