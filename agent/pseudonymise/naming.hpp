// agent/pseudonymise/naming.hpp: the names of everybody in a run, each checked and kept before it is used.
//
// Order      want ..., settle once, then of. Whoever is outside is asked once for all.
// Failure    settle fails when a source or the record can not answer now: then there is no name at all. A name that may
//            not be used is no failure but a Name with its reason.
// Never      makes a name by the key when a source outside is configured; shows what a source answered: it might be an
//            identity.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/pseudonymise/pseudonym.hpp"
#include "agent/verify/dictionary.hpp"

namespace tributary::pseudonymise {

/// Keeps who is behind a pseudonym: (destination, kind "subject" | "sample", pseudonym, id, subject id). give_up: it
/// stands for somebody else, or this id has another one. ask_operator: the id belonged to another person.
using Linker =
    std::function<Status(const std::string& destination, const std::string& kind, const std::string& pseudonym,
                         const std::string& id, const std::string& subject_id)>;

/// An id that wants a name at a destination. Identity.
struct Wanted {
  std::string destination;
  Kind kind = Kind::sample;
  std::string id;  // canonical
  friend auto operator<=>(const Wanted&, const Wanted&) = default;
};

/// Pseudonyms that are given outside of the house, and the record of those that were given before.
class Outside {
 public:
  virtual ~Outside() = default;
  /// The pseudonym that the id was given before, under the present key id.
  [[nodiscard]] virtual Result<std::optional<std::string>> known(const Wanted& wanted) = 0;
  /// One answer for each, in their order; nothing: the source does not know the id.
  [[nodiscard]] virtual Result<std::vector<std::optional<std::string>>> ask(const std::vector<Wanted>& wanted) = 0;
  /// What a parcel is called here until there is a pseudonym: always the same word for one id, and it never leaves.
  [[nodiscard]] virtual std::string pending(const Wanted& wanted) const = 0;
};

struct Name {
  enum class State : std::uint8_t {
    given,
    not_asked,  // there was no reason to tell the source of this id
    unknown,    // to the source, for the time being
    refused,    // what the source gave may not be used
    held,       // it may not be used until a person has acted
  };
  State state = State::not_asked;
  std::string word;          // of `given` and `held`
  std::string reason, hint;  // of `unknown`, `refused` and `held`
};

class Naming {
 public:
  /// `outside` null: the key makes the names.
  Naming(const PseudonymKey& key, const Linker& link, Outside* outside) : key_(key), link_(link), outside_(outside) {}

  /// `may_ask`: a source outside may learn of this id. `subject_id`: whose sample it is.
  void want(const Wanted& wanted, const std::string& subject_id, bool may_ask);
  /// `words`: all identifiers of the run; no name may be or hold one of them.
  Status settle(const std::vector<verify::Word>& words);
  /// Of what was wanted.
  [[nodiscard]] const Name& of(const Wanted& wanted) const { return entries_.at(wanted).name; }

 private:
  struct Entry {
    std::string subject_id;
    bool may_ask = false;
    bool fresh = false;  // given by the source just now
    Name name;
  };
  using Entries = std::map<Wanted, Entry>;
  Status ask();
  Status check(const std::vector<verify::Word>& words);
  Status keep(const Wanted& wanted, Entry& entry);

  const PseudonymKey& key_;
  const Linker& link_;
  Outside* outside_;
  Entries entries_;
};

/// The words of a kind in the record.
std::string_view word_of(Kind kind);
/// True for what may be a pseudonym of whatever source: 4 to 64 of [A-Za-z0-9._-], a letter or digit at both ends.
bool fits_as_pseudonym(std::string_view word);

}  // namespace tributary::pseudonymise
