// agent/consent/choose.cpp: globs over project and names, kinds over files.
#include "agent/consent/choose.hpp"

#include <algorithm>
#include <string_view>

#include "agent/base/text.hpp"
#include "agent/base/units.hpp"

namespace tributary::consent {
namespace {

bool any_glob(const std::vector<std::string>& globs, const std::string& text) {
  return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) { return glob_match(glob, text); });
}

bool any_glob(const std::vector<std::string>& globs, const std::vector<std::string>& texts) {
  return std::any_of(texts.begin(), texts.end(), [&](const std::string& text) { return any_glob(globs, text); });
}

std::vector<std::string> names_of(const identify::Identity& identity) {
  auto names = identity.file_names();
  names.push_back(identity.sample_id());
  return names;
}

// For exclusion: rather one name too many.
std::vector<std::string> all_names_of(const identify::Identity& identity) {
  auto names = names_of(identity);
  for (const auto& word : identity.identifiers()) {
    if (word.kind == "sample id" || word.kind == "sample name" || word.kind == "alias") names.push_back(word.value);
  }
  return names;
}

bool is_index(std::string_view kind) { return kind == "bai" || kind == "csi" || kind == "crai" || kind == "tbi"; }

bool indexes(std::string_view index_kind, std::string_view data_kind) {
  if (index_kind == "bai") return data_kind == "bam";
  if (index_kind == "crai") return data_kind == "cram";
  const bool variants = data_kind == "vcf" || data_kind == "gvcf" || data_kind == "bed";
  if (index_kind == "tbi") return variants;
  return variants || data_kind == "bcf" || data_kind == "bam";
}

// `a.bam.bai` and `a.bai` belong to `a.bam`.
bool belongs_to(const identify::SampleFile& index, const identify::SampleFile& data) {
  if (!indexes(index.kind, data.kind)) return false;
  if (index.path == data.path + "." + index.kind) return true;
  const auto dot = data.path.rfind('.');
  const auto slash = data.path.rfind('/');
  if (dot == std::string::npos || (slash != std::string::npos && dot < slash)) return false;
  return index.path == data.path.substr(0, dot + 1) + index.kind;
}

std::vector<std::size_t> files_of(const config::Policy& policy, const identify::IdentifiedSample& sample) {
  const auto wanted = [&](const identify::SampleFile& file) {
    return !is_index(file.kind) && std::find(policy.files.begin(), policy.files.end(), file.kind) != policy.files.end();
  };
  std::vector<std::size_t> taken;
  for (std::size_t i = 0; i < sample.files.size(); ++i) {
    const auto& file = sample.files[i];
    const bool follows = is_index(file.kind) &&
                         std::any_of(sample.files.begin(), sample.files.end(), [&](const identify::SampleFile& data) {
                           return wanted(data) && belongs_to(file, data);
                         });
    if (wanted(file) || follows) taken.push_back(i);
  }
  return taken;
}

// Why what the policy takes is not enough; "" when it is. A joint file is several persons': it has no size of one.
std::string too_little(const config::Minimum& minimum, const identify::IdentifiedSample& sample,
                       const std::vector<std::size_t>& taken) {
  std::uint64_t bytes = 0;
  std::vector<std::string> missing = minimum.kinds;
  for (const auto at : taken) {
    const auto& file = sample.files[at];
    if (!is_index(file.kind) && !file.column) bytes += file.id.size;
    std::erase(missing, file.kind);
  }
  if (!missing.empty()) return "the sample lacks files of the kinds " + join(missing, ", ") + " (minimum.kinds)";
  if (bytes >= minimum.bytes) return {};
  return "the sample's files have " + show_size(bytes) + ", of at least " + show_size(minimum.bytes) +
         " (minimum.size)";
}

}  // namespace

std::vector<PolicyChoice> choose(const std::vector<config::Policy>& policies,
                                 const identify::IdentifiedSample& sample) {
  std::vector<PolicyChoice> choices;
  std::string taken_by;
  for (const auto& policy : policies) {
    auto choice = choose(policy, sample);
    if (choice.matches && !taken_by.empty()) {
      choice = {policy.name, false, "the policy " + taken_by + " takes it before (further_policies: skip)", {}, {}};
    }
    if (choice.matches && policy.skip_further) taken_by = policy.name;
    choices.push_back(std::move(choice));
  }
  return choices;
}

PolicyChoice choose(const config::Policy& policy, const identify::IdentifiedSample& sample) {
  PolicyChoice choice;
  choice.policy = policy.name;
  if (!any_glob(policy.samples.project, sample.identity.project())) {
    choice.why_not = "the sample's project is none of samples.project";
  } else if (!any_glob(policy.samples.name, names_of(sample.identity))) {
    choice.why_not = "the sample's name is none of samples.name";
  } else if (any_glob(policy.samples.except, all_names_of(sample.identity))) {
    choice.why_not = "the sample is excluded by samples.except";
  } else {
    choice.files = files_of(policy, sample);
    choice.why_not = choice.files.empty() ? "the sample has no file of the kinds " + join(policy.files, ", ")
                                          : too_little(policy.minimum, sample, choice.files);
  }
  choice.matches = choice.why_not.empty();
  return choice;
}

}  // namespace tributary::consent
