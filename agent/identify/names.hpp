// agent/identify/names.hpp: which sample of a run a name means.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::identify {

/// As vendors' software writes names into files and headers: `_`, blank and `.` become `-`, `+` goes; lower case.
std::string loose(std::string_view name);

enum class Means : unsigned char { own, other, several, nobody };

/// All names of all samples of one run. Samples are numbered by the caller.
class NameIndex {
 public:
  void add(std::size_t sample, const std::string& name);
  /// Whom a name in a file of sample `own` means. One that is spelled exactly like an own name, and like nobody
  /// else's, is own; else all spellings count.
  [[nodiscard]] Means whom(std::size_t own, const std::string& name) const;
  /// The samples that have a name spelled exactly so.
  [[nodiscard]] std::set<std::size_t> exactly(const std::string& name) const;
  /// The same for a text that may hold a name as part of a file name: `dir/NAME_S1_L001_R1_001.fastq.gz`.
  [[nodiscard]] Means whom_in_file_name(std::size_t own, const std::string& text) const;

 private:
  std::map<std::string, std::set<std::size_t>> exact_, loose_;
};

/// The sample's name in `dir/NAME_S1_L001_R1_001.fastq`, or "" when the text has no such number.
std::string name_in_file_name(std::string_view text);

/// The part of a file's name between the sample and the kind, made of known words only ("hard-filtered"), or "".
std::string suffix_of(std::string_view path, const std::vector<std::string>& sample_names);

/// True for a relative path that stays inside and has no part that a shell or a log would stumble over.
bool is_safe_path(std::string_view path);

}  // namespace tributary::identify
