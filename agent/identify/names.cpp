// agent/identify/names.cpp: comparison of names of samples and files.
#include "agent/identify/names.hpp"

#include <algorithm>
#include <array>

#include "agent/base/text.hpp"

namespace tributary::identify {
namespace {

// Words between sample and kind that tell variants of a result apart and nothing of a person.
constexpr std::array<std::string_view, 30> known_words = {
    "hard-filtered", "sv",   "cnv",        "ploidy",     "repeats", "smn",    "targeted", "phased",
    "filtered",      "raw",  "genome",     "germline",   "somatic", "snv",    "indel",    "str",
    "mito",          "roh",  "sorted",     "dedup",      "markdup", "recal",  "mapped",   "unmapped",
    "pass",          "fail", "hifi_reads", "fail_reads", "tumor",   "normal",
};

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

std::string_view base_name(std::string_view path) {
  const auto slash = path.find_last_of("/\\");
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// What stands before `_S<digits>_` or `_S<digits>` at the end; the last such place, as a sample may hold one itself.
std::string_view before_number(std::string_view name) {
  for (auto at = name.rfind("_S"); at != std::string_view::npos && at > 0; at = name.rfind("_S", at - 1)) {
    auto end = at + 2;
    while (end < name.size() && is_digit(name[end])) ++end;
    if (end > at + 2 && (end == name.size() || name[end] == '_' || name[end] == '.')) return name.substr(0, at);
  }
  return {};
}

}  // namespace

std::string loose(std::string_view name) {
  std::string out;
  for (const char c : lower(name)) {
    if (c == '+') continue;
    out += c == '_' || c == ' ' || c == '.' ? '-' : c;
  }
  return out;
}

void NameIndex::add(std::size_t sample, const std::string& name) {
  if (name.empty()) return;
  exact_[name].insert(sample);
  loose_[loose(name)].insert(sample);
}

Means NameIndex::whom(std::size_t own, const std::string& name) const {
  const auto exact = exact_.find(name);
  if (exact != exact_.end() && exact->second.size() == 1) {
    return *exact->second.begin() == own ? Means::own : Means::other;
  }
  const auto found = loose_.find(loose(name));
  if (found == loose_.end()) return Means::nobody;
  if (found->second.count(own) == 0) return Means::other;
  return found->second.size() == 1 ? Means::own : Means::several;
}

std::set<std::size_t> NameIndex::exactly(const std::string& name) const {
  const auto found = exact_.find(name);
  return found == exact_.end() ? std::set<std::size_t>{} : found->second;
}

Means NameIndex::whom_in_file_name(std::size_t own, const std::string& text) const {
  const auto name = base_name(text);
  Means answer = Means::nobody;
  const std::array<std::string_view, 4> parts = {name, before_number(name), name.substr(0, name.find('.')),
                                                 name.substr(0, name.find_first_of("._"))};
  for (const auto part : parts) {
    const bool whole = part.size() == name.size();
    if (part.empty() || (!whole && part.size() < 3)) continue;  // "1" is no evidence inside of a longer word
    const auto means = whom(own, std::string(part));
    if (means == Means::own) return Means::own;
    if (means != Means::nobody) answer = means;
  }
  return answer;
}

std::string name_in_file_name(std::string_view text) { return std::string(before_number(base_name(text))); }

std::string suffix_of(std::string_view path, const std::vector<std::string>& sample_names) {
  const auto base = base_name(path);
  std::size_t length = 0;
  for (const auto& name : sample_names) {
    const auto head = base.substr(0, name.size());
    if (name.size() > length && loose(head) == loose(name)) length = name.size();
  }
  if (length == 0 || length >= base.size()) return {};
  std::string rest = lower(base.substr(length));
  for (const std::string_view end :
       {".tbi", ".csi", ".bai", ".crai", ".gz", ".fastq", ".bam", ".cram", ".gvcf", ".vcf", ".bcf", ".bed"}) {
    if (ends_with(rest, end)) rest.resize(rest.size() - end.size());
  }
  std::string suffix;
  for (const auto& word : split(rest, '.')) {
    if (std::find(known_words.begin(), known_words.end(), word) == known_words.end()) continue;
    suffix += (suffix.empty() ? "" : "-") + word;
  }
  return suffix;
}

bool is_safe_path(std::string_view path) {
  if (path.empty() || path.size() > 4096 || path.front() == '/' || !is_utf8(path)) return false;
  if (printable(path) != path) return false;
  const auto parts = split(path, '/');
  return std::none_of(parts.begin(), parts.end(),
                      [](const std::string& part) { return part.empty() || part == "." || part == ".."; });
}

}  // namespace tributary::identify
