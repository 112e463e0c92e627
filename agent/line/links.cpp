// agent/line/links.cpp: sweeps links that no parcel needs.
#include "agent/line/links.hpp"

#include "agent/port/files/files.hpp"

namespace tributary::line {
namespace {

bool needs_links(const journal::ParcelRow& row) {
  const bool under_way = row.stage >= journal::Stage::sealing && row.stage < journal::Stage::delivered;
  return under_way && row.condition != journal::Condition::refused;
}

}  // namespace

std::string links_directory(const std::string& state_dir) { return state_dir + "/links"; }

Result<std::uint64_t> sweep_links(const std::string& state_dir, journal::Journal& journal) {
  const auto directory = links_directory(state_dir);
  if (!files::exists(directory)) return std::uint64_t{0};
  auto root = files::Root::open(directory);
  if (!root) return root.error();
  auto entries = root->list("");
  if (!entries) return entries.error();
  std::uint64_t bytes = 0;
  for (const auto& entry : *entries) {
    auto row = journal.parcel(entry.name);
    if (!row) return row.error();
    if (!*row || !needs_links(**row)) {
      if (auto gone = files::remove_directory(directory + "/" + entry.name); !gone) return gone.error();
      continue;
    }
    auto counted = root->walk(entry.name, 1, [&](const std::string&, files::EntryKind, const files::FileId& id) {
      bytes += id.size;
      return true;
    });
    if (!counted) return counted.error();
  }
  return bytes;
}

}  // namespace tributary::line
