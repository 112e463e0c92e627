// plugins/instruments/illumina/sheets.cpp: the places where sample sheets lie.
#include "plugins/instruments/illumina/sheets.hpp"

#include <algorithm>

#include "plugins/instruments/illumina/text.hpp"
#include "plugins/sdk/sdk.hpp"

namespace tributary::illumina {
namespace {

constexpr std::size_t sheet_limit = 16U << 20;

struct Place {
  std::string folder, name;
};

// Nearest to the result first: that copy was used; the one at the top may have been edited since.
std::vector<Place> places(const ResultSet& result) {
  const auto& path = result.path;
  switch (result.layout) {
    case Layout::analysis:
      return {{below(path, "Data"), "SampleSheet.csv"},
              {below(path, "Data/BCLConvert"), "SampleSheet.csv"},
              {path, "SampleSheet.csv"},
              {"", "SampleSheet.csv"}};
    case Layout::alignment:
      return {{path, "SampleSheetUsed.csv"},
              {path, "SampleSheet.csv"},
              {path.substr(0, path.find('/')), "SampleSheetUsed.csv"},
              {"", "SampleSheet.csv"}};
    default:
      return {{path, "SampleSheet.csv"}, {below(path, "Reports"), "SampleSheet.csv"}, {"", "SampleSheet.csv"}};
  }
}

// The sheet at the top may have any name.
std::vector<std::string> nameless(const Folder& run) {
  std::vector<std::string> contents;
  for (const auto& entry : run.list("")) {
    if (entry.kind != EntryKind::file || !ends_with(lower(entry.name), ".csv")) continue;
    const auto info = run.info(entry.name);
    if (!info || info->size_bytes > sheet_limit) continue;
    auto bytes = run.read(entry.name, sheet_limit, "a CSV file at the top of the run");
    if (is_sample_sheet(bytes)) contents.push_back(std::move(bytes));
  }
  std::sort(contents.begin(), contents.end());
  contents.erase(std::unique(contents.begin(), contents.end()), contents.end());
  return contents;
}

Sheet parse(const std::string& bytes) {
  try {
    return parse_sheet(bytes);
  } catch (const SheetDamaged& damage) {
    throw sdk::Broken(std::string("the sample sheet can not be understood: ") + damage.what(),
                      "correct the sheet; it is read again");
  }
}

}  // namespace

FoundSheets find_sheets(const Folder& run, const ResultSet& result) {
  std::vector<std::string> contents;
  for (const auto& place : places(result)) {
    const auto path = run.find(place.folder, place.name);
    if (!path) continue;
    auto bytes = run.read(*path, sheet_limit, "the sample sheet");
    if (std::find(contents.begin(), contents.end(), bytes) == contents.end()) contents.push_back(std::move(bytes));
  }
  if (contents.empty()) {
    contents = nameless(run);
    if (contents.size() > 1) {
      throw sdk::Broken(std::to_string(contents.size()) + " different sample sheets lie at the top of the run",
                        "name the one that was used SampleSheet.csv");
    }
  }
  if (contents.empty()) {
    throw sdk::Broken("the run has no sample sheet: its files can not be given to samples",
                      "put the sheet that was used into the run folder as SampleSheet.csv");
  }
  FoundSheets found{parse(contents.front()), {}};
  for (std::size_t i = 1; i < contents.size(); ++i) found.rest.push_back(parse(contents[i]));
  return found;
}

}  // namespace tributary::illumina
