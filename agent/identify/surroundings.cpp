// agent/identify/surroundings.cpp: names of this machine and of the folders above a run.
#include "agent/identify/surroundings.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "agent/base/text.hpp"

namespace tributary::identify {
namespace {

constexpr std::size_t shortest_bytes = 4;

// Lower case, sorted. They stand in headers of anybody's files, too, and would hold back every sample of a site.
constexpr auto usual = std::to_array<std::string_view>(
    {"active",      "analyses",   "analysis",    "appliance", "archive",    "backup",      "basecalls",   "biobank",
     "clinic",      "clinical",   "cluster",     "data",      "debian",     "default",     "delivery",    "diagnostic",
     "diagnostics", "dragen",     "element",     "export",    "fastq",      "files",       "folder",      "genetics",
     "genome",      "genomes",    "genomic",     "genomics",  "gridion",    "home",        "hospital",    "human",
     "illumina",    "import",     "incoming",    "input",     "instrument", "instruments", "iseq",        "laboratory",
     "labs",        "local",      "localdomain", "localhost", "media",      "minion",      "miniseq",     "miseq",
     "mount",       "mounts",     "nanopore",    "network",   "nextseq",    "novaseq",     "novaseqx",    "output",
     "pacbio",      "production", "project",     "projects",  "promethion", "public",      "raid",        "raw-data",
     "rawdata",     "repository", "research",    "results",   "revio",      "root",        "run-folders", "runs",
     "sample",      "samples",    "scratch",     "sequel",    "sequence",   "sequencer",   "sequencers",  "sequences",
     "sequencing",  "server",     "share",       "shared",    "site",       "state",       "storage",     "temp",
     "test",        "tests",      "tributary",   "ubuntu",    "upload",     "user",        "users",       "variants",
     "volume",      "volumes",    "work",        "workspace"});
static_assert(std::is_sorted(usual.begin(), usual.end()));

bool tells(const std::string& word) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
  };
  return word.size() >= shortest_bytes && std::any_of(word.begin(), word.end(), is_letter) &&
         !std::binary_search(usual.begin(), usual.end(), lower(word));
}

}  // namespace

std::vector<Identifier> surroundings(const std::string& run_folder, const std::string& host_name) {
  std::vector<Identifier> out;
  const auto add = [&](const char* kind, const std::string& word) {
    const bool there = std::any_of(out.begin(), out.end(), [&](const Identifier& one) { return one.value == word; });
    if (tells(word) && !there) out.push_back({kind, word});
  };
  add("host", host_name);
  add("host", host_name.substr(0, host_name.find('.')));
  auto parts = split(run_folder, '/');
  while (!parts.empty() && parts.back().empty()) parts.pop_back();
  if (!parts.empty()) parts.pop_back();  // the run's own name has its own rules
  for (const auto& part : parts) add("folder", part);
  return out;
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return {};
  return name.data();
}

}  // namespace tributary::identify
