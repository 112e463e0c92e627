// plugins/instruments/illumina/matching.hpp: which sample of the sheet a file belongs to.
//
// Fails closed: a file that could belong to two samples, or whose number or lane contradicts the sheet, belongs to
// none.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plugins/instruments/illumina/names.hpp"
#include "plugins/instruments/illumina/sheet.hpp"

namespace tributary::illumina {

struct Match {
  const SheetSample* sample = nullptr;
  std::string reason;  // why there is no sample; no identity
  std::string kind;    // of DRAGEN files; without a sample: of one that may be a joint file
};

class Matcher {
 public:
  /// `sheet` outlives the matcher.
  explicit Matcher(const Sheet& sheet);

  /// Tells of one FASTQ name before any is matched: the numbers are evidence only when they make sense together.
  void learn(const FastqName& name, const std::vector<std::string>& folders);
  [[nodiscard]] Match match(const FastqName& name, const std::vector<std::string>& folders) const;
  /// A file named `<sample>.<known ending>`.
  [[nodiscard]] Match match_dragen(const std::string& file_name, const std::vector<std::string>& folders) const;

 private:
  using Candidates = std::vector<const SheetSample*>;
  [[nodiscard]] Candidates by_name(const std::string& name) const;
  [[nodiscard]] Candidates narrowed(Candidates candidates, const std::string& name,
                                    const std::vector<std::string>& folders) const;
  [[nodiscard]] bool contradicts_folders(const SheetSample& sample, const std::vector<std::string>& folders) const;
  /// True when the `_S<n>` of the run's files contradict neither each other nor the order of the sheet as a whole.
  [[nodiscard]] bool numbers_are_evidence() const;
  [[nodiscard]] bool numbers_keep_order() const;

  const Sheet& sheet_;
  std::multimap<std::string, const SheetSample*> by_loose_name_;
  std::map<const SheetSample*, std::set<int>> numbers_;  // seen, of files whose name fits one sample only
  mutable std::optional<bool> evidence_;                 // of numbers_are_evidence, until the next name is learned
};

}  // namespace tributary::illumina
