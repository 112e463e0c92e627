// plugins/instruments/illumina/results.cpp: finds the results of a run.
#include "plugins/instruments/illumina/results.hpp"

#include <algorithm>

#include "plugins/instruments/illumina/names.hpp"
#include "plugins/instruments/illumina/text.hpp"
#include "plugins/sdk/sdk.hpp"

namespace tributary::illumina {
namespace {

bool is_fastq(const std::string& name) {
  const auto small = lower(name);
  return ends_with(small, ".fastq.gz") || ends_with(small, ".fastq") || ends_with(small, ".fastq.ora");
}

// Alignment_<n>/<timestamp>, the newest of the newest first. Timestamps sort as text.
std::vector<std::string> alignments(const Folder& run) {
  std::vector<std::string> found;
  for (const auto& [number, folder] : run.numbered("", "Alignment_")) {
    auto inner = run.list(folder);
    std::reverse(inner.begin(), inner.end());
    for (const auto& entry : inner) {
      if (entry.kind == EntryKind::folder && never_sent_folder(entry.name).empty()) {
        found.push_back(below(folder, entry.name));
      }
    }
  }
  return found;
}

std::vector<std::string> conversions(const Folder& run) {
  std::vector<std::string> found;
  for (const auto& entry : run.list("")) {
    if (entry.kind != EntryKind::folder || lower(entry.name) == "analysis") continue;
    if (run.find(below(entry.name, "Logs"), "FastqComplete.txt")) found.push_back(entry.name);
  }
  return found;
}

}  // namespace

bool holds_fastq(const Folder& run, const std::string& folder, unsigned depth) {
  for (const auto& entry : run.list(folder)) {
    if (entry.kind == EntryKind::file && is_fastq(entry.name)) return true;
    if (entry.kind == EntryKind::folder && depth > 1 && never_sent_folder(entry.name).empty() &&
        holds_fastq(run, below(folder, entry.name), depth - 1)) {
      return true;
    }
  }
  return false;
}

ResultSet choose_result(const Folder& run) {
  std::vector<std::pair<Layout, std::string>> found;
  for (const auto& [number, folder] : run.numbered("Analysis", "")) found.emplace_back(Layout::analysis, folder);
  for (auto& folder : alignments(run)) found.emplace_back(Layout::alignment, std::move(folder));
  if (holds_fastq(run, basecalls_folder, 3)) found.emplace_back(Layout::basecalls, basecalls_folder);
  const auto converted = conversions(run);
  if (found.empty() && converted.size() > 1) {
    throw sdk::Broken(std::to_string(converted.size()) + " folders of converted reads stand side by side in the run",
                      "keep the one that is meant; move the others out of the run folder");
  }
  for (const auto& folder : converted) found.emplace_back(Layout::converted, folder);
  ResultSet chosen;
  for (auto& [layout, folder] : found) {
    if (chosen.layout == Layout::none) {
      chosen.layout = layout;
      chosen.path = std::move(folder);
    } else {
      chosen.passed_over.push_back(std::move(folder));
    }
  }
  return chosen;
}

ResultSet result_named(const Folder& run, const std::string& unit) {
  auto chosen = choose_result(run);
  if (chosen.layout == Layout::none || chosen.path != unit) {
    throw sdk::Later("the result that was found complete is no longer the newest of the run",
                     "a new analysis may have begun; the run is looked at again");
  }
  return chosen;
}

}  // namespace tributary::illumina
