// agent/pseudonymise/naming.cpp: names are made or asked for, checked, and kept.
#include "agent/pseudonymise/naming.hpp"

#include <algorithm>

#include "agent/base/text.hpp"

namespace tributary::pseudonymise {
namespace {

constexpr std::size_t fewest_bytes = 4;
constexpr std::size_t most_bytes = 64;
// A shorter id may stand in a longer number by chance; where it stands alone, the dictionary finds it.
constexpr std::size_t telling_bytes = 5;

Name refused(std::string reason) {
  return {Name::State::refused,
          {},
          std::move(reason),
          "look at the source of pseudonyms; then: tributary retry --run and the run's name"};
}

// Why a word from outside may not be a name; empty when it may.
Result<std::string> flaw(const std::string& word, const Wanted& wanted, const std::vector<verify::Word>& words,
                         const verify::Dictionary& dictionary) {
  if (!fits_as_pseudonym(word))
    return std::string(
        "what the source gave is no pseudonym: 4 to 64 of A-Z, a-z, 0-9, '.', '_' and '-', a letter or digit at both "
        "ends");
  const auto lowered = lower(word);
  const auto own = lower(wanted.id);
  const bool is_identifier = std::any_of(words.begin(), words.end(),
                                         [&](const verify::Word& one) { return lower(trim(one.value)) == lowered; });
  const bool holds_own = lowered == own || (own.size() >= telling_bytes && lowered.find(own) != std::string::npos);
  auto findings = dictionary.scan_text("pseudonym", word);
  if (!findings) return findings.error();
  if (is_identifier || holds_own || !findings->empty())
    return std::string("the pseudonym that the source gave is or holds an identifier of this run");
  return std::string();
}

}  // namespace

std::string_view word_of(Kind kind) { return kind == Kind::subject ? "subject" : "sample"; }

bool fits_as_pseudonym(std::string_view word) {
  constexpr std::string_view signs = "._-";
  return is_portable_name(word) && word.size() >= fewest_bytes && word.size() <= most_bytes &&
         signs.find(word.front()) == std::string_view::npos && signs.find(word.back()) == std::string_view::npos;
}

void Naming::want(const Wanted& wanted, const std::string& subject_id, bool may_ask) {
  auto& entry = entries_[wanted];
  if (entry.subject_id.empty()) entry.subject_id = subject_id;
  entry.may_ask = entry.may_ask || may_ask;
}

Status Naming::settle(const std::vector<verify::Word>& words) {
  for (auto& [wanted, entry] : entries_) {
    if (outside_ == nullptr) {
      entry.name = {Name::State::given, key_.make(wanted.kind, wanted.destination, wanted.id), {}, {}};
      continue;
    }
    auto known = outside_->known(wanted);
    if (!known) return known.error();
    if (*known) entry.name = {Name::State::given, **known, {}, {}};
  }
  if (outside_ != nullptr) {
    if (auto asked = ask(); !asked) return asked;
    if (auto checked = check(words); !checked) return checked;
  }
  for (auto& [wanted, entry] : entries_) {
    if (entry.name.state != Name::State::given) continue;
    if (auto kept = keep(wanted, entry); !kept) return kept;
  }
  return {};
}

Status Naming::ask() {
  std::vector<Wanted> open;
  for (const auto& [wanted, entry] : entries_) {
    if (entry.name.state == Name::State::not_asked && entry.may_ask) open.push_back(wanted);
  }
  if (open.empty()) return {};
  auto answers = outside_->ask(open);
  if (!answers) return answers.error();
  if (answers->size() != open.size())
    return operator_error("the source of pseudonyms answered for others than were asked");
  for (std::size_t i = 0; i < open.size(); ++i) {
    auto& entry = entries_.at(open[i]);
    entry.fresh = true;
    if (const auto& word = (*answers)[i]) {
      entry.name = {Name::State::given, *word, {}, {}};
    } else {
      entry.name = {Name::State::unknown,
                    {},
                    "the source of pseudonyms does not know the " + std::string(word_of(open[i].kind)),
                    "enter it at the source; it is asked again by itself"};
    }
  }
  return {};
}

// Also of names that were given before, for another run has other identifiers. But who bears a name already keeps it
// when the source gives it to somebody else.
Status Naming::check(const std::vector<verify::Word>& words) {
  std::map<std::pair<std::string, std::string>, std::size_t> bearers;  // of one fresh word at one destination
  bool any = false;
  for (const auto& [wanted, entry] : entries_) {
    if (entry.name.state != Name::State::given) continue;
    any = true;
    if (entry.fresh) ++bearers[{wanted.destination, entry.name.word}];
  }
  if (!any) return {};
  auto dictionary = verify::Dictionary::build(words);
  if (!dictionary) return dictionary.error();
  for (auto& [wanted, entry] : entries_) {
    if (entry.name.state != Name::State::given) continue;
    auto wrong = flaw(entry.name.word, wanted, words, **dictionary);
    if (!wrong) return wrong.error();
    if (wrong->empty() && entry.fresh && bearers[{wanted.destination, entry.name.word}] > 1)
      *wrong = "the source gave one pseudonym to two ids of this run";
    if (!wrong->empty()) entry.name = refused(std::move(*wrong));
  }
  return {};
}

Status Naming::keep(const Wanted& wanted, Entry& entry) {
  auto kept =
      link_(wanted.destination, std::string(word_of(wanted.kind)), entry.name.word, wanted.id, entry.subject_id);
  if (kept || kept.error().remedy == Remedy::wait) return kept;
  const bool refused = kept.error().remedy == Remedy::give_up;
  entry.name = {refused ? Name::State::refused : Name::State::held, refused ? std::string() : entry.name.word,
                kept.error().what, kept.error().hint};
  return {};
}

}  // namespace tributary::pseudonymise
