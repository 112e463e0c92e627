// agent/cli/weak_words.cpp: counts identifiers that no search can find.
#include "agent/cli/weak_words.hpp"

#include <functional>
#include <map>
#include <string>
#include <unordered_set>

#include "agent/base/text.hpp"
#include "agent/verify/dictionary.hpp"

namespace tributary::cli {
namespace {

// Of one kind of word: how many different ones can be searched for, and how.
class Tally {
 public:
  void add(const std::string& kind, const std::string& value) {
    if (!seen_.insert(std::hash<std::string>()(value)).second) return;
    ++reached_[verify::reach_of({kind, value})];
  }

  void report(const std::string& source, const std::string& kind, std::vector<Error>& out) const {
    const std::string who = "subjects " + source + ": " + printable(kind) + ": ";
    const auto all = " of " + counted(seen_.size(), "word");
    std::string why;
    std::size_t lost = 0;
    for (const auto& [reach, said] : {std::pair{verify::Reach::too_short, "of one or two characters"},
                                      std::pair{verify::Reach::few_digits, "numbers of fewer than 4 digits, or years"},
                                      std::pair{verify::Reach::everyday, "everyday words"}}) {
      if (const auto count = of(reach); count > 0) {
        why += (why.empty() ? "" : ", ") + std::to_string(count) + " " + said;
        lost += count;
      }
    }
    if (lost > 0) {
      out.push_back(operator_error(who + std::to_string(lost) + all + " can not be searched for: " + why, hint(kind)));
    }
    // Dates and names of three letters are what they are; ids are given out by somebody.
    const auto alone = of(verify::Reach::alone);
    if (alone == 0 || kind.starts_with("column ")) return;
    out.push_back(operator_error(
        who + std::to_string(alone) + all +
            " are found only where they stand alone in text: numbers, or of fewer than " +
            std::to_string(verify::long_bytes) + " characters",
        "in names of reads numbers count from 8 digits on (5 at the start), in sequence and qualities none of these: "
        "give longer ids with a letter in them, or set read_names: mask in the policies: then no name of a read can "
        "hold one"));
  }

 private:
  [[nodiscard]] std::size_t of(verify::Reach reach) const {
    const auto found = reached_.find(reach);
    return found == reached_.end() ? 0 : found->second;
  }
  static std::string hint(const std::string& kind) {
    if (kind.starts_with("column ")) {
      return "if the column tells of nobody, list it in not_identifying";
    }
    return "give ids of " + std::to_string(verify::long_bytes) +
           " characters and more with a letter in them, or set read_names: mask in the policies: then no name of a "
           "read can hold one";
  }

  std::unordered_set<std::size_t> seen_;
  std::map<verify::Reach, std::size_t> reached_;
};

}  // namespace

std::vector<Error> weak_words(const std::vector<std::unique_ptr<plugin::SubjectSource>>& sources) {
  std::vector<Error> out;
  for (const auto& source : sources) {
    std::map<std::string, Tally> tallies;
    const auto listed =
        source->words([&](const std::string& kind, const std::string& value) { tallies[kind].add(kind, value); });
    if (!listed) {
      out.push_back(in("subjects " + source->name() + ": its words can not be judged now", listed.error()));
      continue;
    }
    for (const auto& [kind, tally] : tallies) tally.report(source->name(), kind, out);
  }
  return out;
}

}  // namespace tributary::cli
