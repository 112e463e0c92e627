// agent/seal/release.hpp: what one pass changed and what it looked for, told to whoever receives a parcel.
//
// The manifest, which only recipients can read, has all of it. A receipt lies open in the journal and is shown to
// auditors: it has totals only, for a kind of word or a count of one field can tell of a person.
//
// Order      the same source, dictionary and policy give the same report, byte for byte.
// Never      holds a word, a path or a time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "agent/base/json.hpp"
#include "agent/pseudonymise/pseudonymise.hpp"

namespace tributary::seal {

/// What a receipt says of the proof.
struct ReleaseTotals {
  std::uint64_t files = 0;  // read, made clean and searched; indices fall out of them
  std::uint64_t words = 0, words_not_searchable = 0;
  std::uint64_t bytes_scanned = 0;  // decompressed, of the result
  friend bool operator==(const ReleaseTotals&, const ReleaseTotals&) = default;
};

class Release {
 public:
  Release(std::string policy, const verify::Dictionary& dictionary);

  /// One file that was read to its end.
  void add(const genomics::Transform& transform, const std::map<std::string, std::uint64_t>& changed,
           const verify::Inspector& inspector);

  [[nodiscard]] ReleaseTotals totals() const;
  /// The member `release` of a manifest.
  [[nodiscard]] Json to_json() const;

 private:
  std::string policy_, read_names_, tags_;
  std::uint64_t files_ = 0, words_ = 0, spellings_ = 0, bytes_ = 0, places_ = 0, hits_ = 0;
  std::map<std::string, std::uint64_t> unsearchable_;  // by kind of word
  std::map<std::string, std::uint64_t> changed_;       // by field
};

/// For the recipe and for receipts. `from_json` gives nothing for what an older version wrote.
Json to_json(const ReleaseTotals& totals);
std::optional<ReleaseTotals> totals_from_json(const Json& json);

}  // namespace tributary::seal
