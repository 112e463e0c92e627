// plugins/instruments/illumina/matching.cpp: names, numbers, lanes and folders as evidence.
#include "plugins/instruments/illumina/matching.hpp"

#include <algorithm>

namespace tributary::illumina {
namespace {

bool has_name(const SheetSample& sample, const std::string& name) {
  return std::find(sample.names.begin(), sample.names.end(), name) != sample.names.end();
}

Match withheld(std::string reason) { return Match{nullptr, std::move(reason), {}}; }

}  // namespace

Matcher::Matcher(const Sheet& sheet) : sheet_(sheet) {
  for (const auto& sample : sheet_.samples) {
    std::set<std::string> spellings;
    for (const auto& name : sample.names) spellings.insert(loose(name));
    for (const auto& spelling : spellings) by_loose_name_.emplace(spelling, &sample);
  }
}

Matcher::Candidates Matcher::by_name(const std::string& name) const {
  Candidates found;
  const auto [first, last] = by_loose_name_.equal_range(loose(name));
  for (auto at = first; at != last; ++at) found.push_back(at->second);
  return found;
}

// Folders may be named after project and sample: <Sample_Project>/<Sample_ID>/, DragenGermline/<sample>/.
Matcher::Candidates Matcher::narrowed(Candidates candidates, const std::string& name,
                                      const std::vector<std::string>& folders) const {
  const auto keep_if = [&](auto&& holds) {
    Candidates kept;
    std::copy_if(candidates.begin(), candidates.end(), std::back_inserter(kept), holds);
    if (!kept.empty()) candidates = std::move(kept);
  };
  const auto is_folder = [&](const std::string& word) {
    return std::find(folders.begin(), folders.end(), word) != folders.end();
  };
  if (candidates.size() > 1) keep_if([&](const SheetSample* sample) { return is_folder(sample->id); });
  if (candidates.size() > 1) {
    keep_if([&](const SheetSample* sample) { return !sample->project.empty() && is_folder(sample->project); });
  }
  // Spelled exactly like one, and the others would have been spelled otherwise even by the vendor's own rules.
  if (candidates.size() > 1) {
    Candidates exact;
    std::copy_if(candidates.begin(), candidates.end(), std::back_inserter(exact),
                 [&](const SheetSample* sample) { return has_name(*sample, name); });
    const bool others_differ = std::none_of(candidates.begin(), candidates.end(), [&](const SheetSample* sample) {
      return !has_name(*sample, name) && std::any_of(sample->names.begin(), sample->names.end(),
                                                     [&](const auto& other) { return munged(other) == name; });
    });
    if (exact.size() == 1 && others_differ) candidates = exact;
  }
  return candidates;
}

bool Matcher::contradicts_folders(const SheetSample& sample, const std::vector<std::string>& folders) const {
  return std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) {
    const auto [first, last] = by_loose_name_.equal_range(loose(folder));
    if (first == last) return false;
    // A project may be called like a sample; then the folder says nothing.
    const bool project = std::any_of(sheet_.samples.begin(), sheet_.samples.end(),
                                     [&](const SheetSample& other) { return loose(other.project) == loose(folder); });
    return !project && std::none_of(first, last, [&](const auto& entry) { return entry.second == &sample; });
  });
}

void Matcher::learn(const FastqName& name, const std::vector<std::string>& folders) {
  const auto candidates = narrowed(by_name(name.sample), name.sample, folders);
  if (candidates.size() == 1) numbers_[candidates.front()].insert(name.number);
  evidence_.reset();
}

bool Matcher::numbers_are_evidence() const {
  if (evidence_) return *evidence_;
  std::set<int> taken;
  evidence_ = std::all_of(numbers_.begin(), numbers_.end(), [&](const auto& entry) {
    return entry.second.size() == 1 && taken.insert(*entry.second.begin()).second;
  });
  return *evidence_;
}

// A sheet from which rows were taken keeps its order; one whose rows were exchanged does not.
bool Matcher::numbers_keep_order() const {
  int before = 0;
  for (const auto& sample : sheet_.samples) {
    const auto seen = numbers_.find(&sample);
    if (seen == numbers_.end()) continue;
    if (*seen->second.begin() <= before) return false;
    before = *seen->second.begin();
  }
  return true;
}

Match Matcher::match(const FastqName& name, const std::vector<std::string>& folders) const {
  auto candidates = narrowed(by_name(name.sample), name.sample, folders);
  if (candidates.empty()) return withheld("no sample of the sheet has this name");
  const bool evidence = numbers_are_evidence();
  if (candidates.size() > 1 && evidence) {
    Candidates numbered;
    std::copy_if(candidates.begin(), candidates.end(), std::back_inserter(numbered),
                 [&](const SheetSample* sample) { return sample->number == name.number; });
    if (numbered.size() == 1) candidates = numbered;
  }
  if (candidates.size() > 1) {
    return withheld("ambiguous: its name fits " + std::to_string(candidates.size()) + " samples of the sheet");
  }
  const auto& sample = *candidates.front();
  if (sample.two_projects) return withheld("the sheet gives its sample two projects");
  if (contradicts_folders(sample, folders)) return withheld("ambiguous: its folder is named after another sample");
  if (evidence && name.number != sample.number && !numbers_keep_order()) {
    return withheld("its number _S<n> contradicts the order of the sample sheet: the sheet was changed after the run");
  }
  if (name.lane > 0 && !sample.lanes.empty() && sample.lanes.count(name.lane) == 0) {
    return withheld("its lane contradicts the sample sheet");
  }
  return Match{&sample, {}, "fastq"};
}

Match Matcher::match_dragen(const std::string& file_name, const std::vector<std::string>& folders) const {
  const auto endings = dragen_endings(file_name);
  if (endings.empty()) return withheld("unknown kind of file");
  std::map<const SheetSample*, std::string_view> found;
  for (const auto& known : endings) {
    const auto stem = file_name.substr(0, file_name.size() - known.ending.size());
    for (const auto* sample : narrowed(by_name(stem), stem, folders)) found.emplace(sample, known.kind);
  }
  if (found.empty()) {
    const auto kind = endings.front().kind;
    const bool may_be_joint = kind == "vcf" || kind == "gvcf" || kind == "bcf" || kind == "tbi" || kind == "csi";
    return Match{nullptr, "no sample of the sheet has this name, or its ending is not known",
                 may_be_joint ? std::string(kind) : std::string()};
  }
  if (found.size() > 1) {
    return withheld("ambiguous: its name fits " + std::to_string(found.size()) + " samples of the sheet");
  }
  const auto& [sample, kind] = *found.begin();
  if (sample->two_projects) return withheld("the sheet gives its sample two projects");
  if (contradicts_folders(*sample, folders)) return withheld("ambiguous: its folder is named after another sample");
  return Match{sample, {}, std::string(kind)};
}

}  // namespace tributary::illumina
