// agent/verify/dictionary.cpp: words, their spellings, and the search for them.
#include "agent/verify/dictionary.hpp"

#include <algorithm>
#include <map>

#include "agent/base/text.hpp"
#include "agent/verify/everyday.hpp"
#include "agent/verify/spellings.hpp"

namespace tributary::verify {
namespace {

constexpr std::size_t shortest_bytes = 3;
constexpr std::size_t longest_word_bytes = 255;  // a longer word is found by its first bytes
constexpr std::size_t longest_spelling_bytes = 255;
constexpr std::size_t fewest_digits = 4;
constexpr std::size_t prefix_bytes = 8;
constexpr std::size_t most_ids_of_a_person = 4;
constexpr std::size_t most_patterns = 2'000'000;

bool is_year(std::string_view text) { return text.size() == 4 && (text.starts_with("19") || text.starts_with("20")); }

/// Whether looking for the spelling tells anything.
bool is_telling(std::string_view spelling, const Traits& traits) {
  if (spelling.size() < shortest_bytes || is_everyday(spelling)) return false;
  if (traits.numeric) return traits.digits >= fewest_digits && !is_year(spelling);
  return true;
}

/// A beginning that is an everyday word and less than four characters behind it says nothing: "Patient-00".
bool is_bare_label(std::string_view prefix) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto label_end = std::find_if_not(prefix.begin(), prefix.end(), is_letter);
  if (!is_everyday(prefix.substr(0, static_cast<std::size_t>(label_end - prefix.begin())))) return false;
  const auto told =
      std::count_if(label_end, prefix.end(), [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
  return told < 4;
}

/// For each word the shortest beginning, 8 bytes and more, that no other word of the list shares.
class Beginnings {
 public:
  explicit Beginnings(const std::vector<Word>& words) {
    for (const Word& word : words) sorted_.push_back(lower(trim(word.value)));
    std::sort(sorted_.begin(), sorted_.end());
    sorted_.erase(std::unique(sorted_.begin(), sorted_.end()), sorted_.end());
  }
  [[nodiscard]] std::string_view of(std::string_view value) const {
    const std::string key = lower(value);
    const auto at = std::lower_bound(sorted_.begin(), sorted_.end(), key);
    std::size_t shared = 0;
    if (at != sorted_.begin()) shared = std::max(shared, common(*std::prev(at), key));
    if (at != sorted_.end() && std::next(at) != sorted_.end()) shared = std::max(shared, common(*std::next(at), key));
    for (std::size_t size = std::max(prefix_bytes, shared + 1); size < value.size(); ++size) {
      const std::string_view prefix = value.substr(0, size);
      const Traits traits = traits_of(prefix);
      if (traits.numeric || traits.bases || is_bare_label(prefix)) continue;
      return prefix;
    }
    return {};
  }

 private:
  static std::size_t common(std::string_view a, std::string_view b) {
    const auto ends = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    return static_cast<std::size_t>(ends.first - a.begin());
  }
  std::vector<std::string> sorted_;
};

/// Words of letters that stand beside the numbers of many ids: names of projects, not of persons.
Spellings labels_of(const std::vector<Word>& words) {
  std::map<std::string, std::size_t> seen;
  for (const Word& word : words) {
    Spellings own;
    for (const std::string& part : told_beside_numbers(trim(word.value), {}).parts) own.insert(lower(part));
    for (const std::string& part : own) ++seen[part];
  }
  Spellings labels;
  for (const auto& [part, count] : seen) {
    if (count > most_ids_of_a_person) labels.insert(part);
  }
  return labels;
}

}  // namespace

Reach reach_of(const Word& word) {
  const std::string_view value = trim(word.value).substr(0, longest_word_bytes);
  const Traits traits = traits_of(value);
  if (is_telling(value, traits)) return traits.alone ? Reach::alone : Reach::everywhere;
  for (const std::string& spelling : spellings_of(word.kind, value)) {
    if (is_telling(spelling, traits_of(spelling))) return Reach::alone;
  }
  if (value.size() < shortest_bytes) return Reach::too_short;
  return traits.numeric ? Reach::few_digits : Reach::everyday;
}

Result<std::shared_ptr<const Dictionary>> Dictionary::build(const std::vector<Word>& words) {
  std::shared_ptr<Dictionary> made(new Dictionary());
  const Beginnings beginnings(words);
  const Spellings labels = labels_of(words);
  std::vector<scan::Literal> literals;
  for (std::uint32_t index = 0; index < words.size(); ++index) {
    const std::string_view value = trim(words[index].value).substr(0, longest_word_bytes);
    made->kinds_.push_back(words[index].kind);
    Spellings spellings = spellings_of(words[index].kind, value, labels);
    const auto prefix = names_a_place(words[index].kind) ? std::string_view() : beginnings.of(value);
    if (!prefix.empty() && dates(value, true).empty()) {
      spellings.insert(std::string(prefix));
      for (const std::string& other : munged(prefix)) {
        if (other.size() >= prefix_bytes) spellings.insert(other);
      }
    }
    Spellings literal_texts;  // without regard to case
    for (const std::string& spelling : spellings)
      literal_texts.insert(lower(spelling.substr(0, longest_spelling_bytes)));
    const std::size_t before = literals.size();
    for (const std::string& spelling : literal_texts) {
      const Traits traits = traits_of(spelling);
      if (!is_telling(spelling, traits)) continue;
      literals.push_back({spelling, static_cast<std::uint32_t>(made->patterns_.size()), true});
      made->patterns_.push_back({index, traits});
      made->longest_bytes_ = std::max(made->longest_bytes_, spelling.size());
    }
    if (literals.size() == before) made->unsearchable_.push_back(index);
    if (literals.size() > most_patterns) {
      return operator_error("verify: the identifiers have more than 2,000,000 spellings", "search for fewer at a time");
    }
  }
  auto matcher = scan::Matcher::compile(literals);
  if (!matcher) return in("verify", matcher.error());
  made->matcher_ = *std::move(matcher);
  return std::shared_ptr<const Dictionary>(std::move(made));
}

Status Dictionary::scan_block(ByteView block, scan::Matcher::Scratch& scratch,
                              const std::function<void(const Hit&)>& visit) const {
  return matcher_->scan(block, scratch, [&](std::uint32_t id, std::size_t end) {
    const Pattern& pattern = patterns_[id];
    visit({pattern.word, pattern.traits, end - pattern.traits.length, end});
    return true;
  });
}

Result<std::vector<Finding>> Dictionary::scan_text(const std::string& place, std::string_view text) const {
  auto own = scratch();
  if (!own) return own.error();
  std::vector<Finding> findings;
  auto done = scan_block(view(text), **own, [&](const Hit& hit) {
    if (!counts(hit.traits, Field::text, text, hit.begin, hit.end)) return;
    const auto known = [&hit](const Finding& finding) { return finding.word == hit.word; };
    if (std::none_of(findings.begin(), findings.end(), known)) findings.push_back({place, kinds_[hit.word], hit.word});
  });
  if (!done) return done.error();
  return findings;
}

}  // namespace tributary::verify
