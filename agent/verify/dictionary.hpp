// agent/verify/dictionary.hpp: every word that must not be found in what leaves, with the spellings it may take.
//
// Two ways of looking, because short words drown in noise: a word of `long_bytes` or more counts wherever it stands; a
// shorter or purely numeric one counts only where it stands alone (no letter or digit beside it) in text fields: header
// lines, names, tags; never in sequence, quality or coordinate columns. agent/verify/rules.hpp has the rules in full
// with their numbers.
//
// Threads    a Dictionary is shared; an Inspector belongs to one thread at a time.
// Never      gives a word back: findings carry its kind and its number in the list it came from.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/port/genomics/genomics.hpp"
#include "agent/port/scan/scan.hpp"
#include "agent/verify/rules.hpp"

namespace tributary::verify {

struct Word {
  std::string kind;   // safe to show
  std::string value;  // not
};

/// How a word can be searched for.
enum class Reach : std::uint8_t {
  everywhere,
  alone,       // short, or a number: only where it stands alone in text, and not in every field
  too_short,   // not at all, and so the others
  few_digits,  // or a year
  everyday,
};
Reach reach_of(const Word& word);
inline bool is_searchable(Reach reach) { return reach == Reach::everywhere || reach == Reach::alone; }

struct Finding {
  std::string place;       // "header line 3", "record 4711", "read name 4711", "file name"
  std::string kind;        // of the word
  std::uint32_t word = 0;  // index into the list given to `build`, 0-based
};

class Dictionary {
 public:
  /// Makes the variants: case, vendor munging (`_` space `.` `-` `+`), URL, XML and JSON escapes, umlauts, name parts
  /// and their reversed order, date forms, first characters (8 and more) of long words. Words of one or two characters,
  /// numbers of fewer than four digits, years and everyday words of the formats are left out and counted in
  /// `unsearchable`.
  static Result<std::shared_ptr<const Dictionary>> build(const std::vector<Word>& words);

  [[nodiscard]] std::size_t words() const { return kinds_.size(); }
  [[nodiscard]] std::size_t spellings() const { return patterns_.size(); }
  [[nodiscard]] const std::vector<std::uint32_t>& unsearchable() const { return unsearchable_; }
  [[nodiscard]] const std::string& kind(std::uint32_t word) const { return kinds_[word]; }
  /// Bytes of the longest spelling.
  [[nodiscard]] std::size_t longest_bytes() const { return longest_bytes_; }

  /// Looks through one text, such as a file's name; each word is told once.
  [[nodiscard]] Result<std::vector<Finding>> scan_text(const std::string& place, std::string_view text) const;

  /// One spelling where it stands in a block, whether it counts there or not.
  struct Hit {
    std::uint32_t word = 0;
    Traits traits;
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  [[nodiscard]] Result<std::unique_ptr<scan::Matcher::Scratch>> scratch() const { return matcher_->scratch(); }
  [[nodiscard]] Status scan_block(ByteView block, scan::Matcher::Scratch& scratch,
                                  const std::function<void(const Hit&)>& visit) const;

 private:
  Dictionary() = default;
  std::shared_ptr<const scan::Matcher> matcher_;
  std::vector<std::string> kinds_;  // by word
  std::vector<std::uint32_t> unsearchable_;
  struct Pattern {
    std::uint32_t word = 0;
    Traits traits;
  };
  std::vector<Pattern> patterns_;  // by literal id
  std::size_t longest_bytes_ = 0;
};

/// Looks through a file's content as it passes. Keeps the first `limit` findings and counts all; a word counts once for
/// each header line or record.
class Inspector final : public genomics::ContentTap {
 public:
  static Result<std::unique_ptr<Inspector>> make(std::shared_ptr<const Dictionary> dictionary, genomics::Format format,
                                                 std::size_t limit = 20);
  Status content(const genomics::Place& place, ByteView bytes) override;
  [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }
  [[nodiscard]] std::uint64_t hits() const { return hits_; }
  [[nodiscard]] std::uint64_t bytes_seen() const { return bytes_seen_; }
  /// Header lines, records, container fields and names.
  [[nodiscard]] std::uint64_t places_seen() const { return places_seen_; }

 private:
  Inspector() = default;
  void note(std::string_view unit, std::uint64_t number, std::uint32_t word);

  std::shared_ptr<const Dictionary> dictionary_;
  std::unique_ptr<scan::Matcher::Scratch> scratch_;
  genomics::Format format_ = genomics::Format::unknown;
  std::size_t limit_ = 0;
  std::uint64_t hits_ = 0, bytes_seen_ = 0, places_seen_ = 0;
  std::vector<Finding> findings_;
  std::string unit_;                          // of the newest hit
  std::uint64_t number_ = 0;                  // of the newest hit
  std::vector<std::uint32_t> words_in_unit_;  // that were counted there
};

}  // namespace tributary::verify
