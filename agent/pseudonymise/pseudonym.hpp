// agent/pseudonymise/pseudonym.hpp: keyed pseudonyms that two repositories can not put together.
//
// HMAC-SHA-256(key, "tributary/v1" || 0 || destination || 0 || kind || 0 || canonical id); of the digest the first 16
// bytes are written in Crockford's base 32 with his check character. Where that character is none of [0-9A-Z], the
// 16 bytes are taken one byte further on: names of objects hold letters, digits, '.', '_' and '-' only.
#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.hpp"
#include "agent/base/secret.hpp"

namespace tributary::pseudonymise {

enum class Kind : unsigned char { subject, sample };  // TS-..., TL-...

class PseudonymKey {
 public:
  /// A file of exactly 32 bytes. Failure: ask_operator with what to do.
  static Result<PseudonymKey> load(const std::string& path);
  explicit PseudonymKey(const Secret<32>& key) : key_(key) {}

  /// 16 hexadecimal digits that name the key without telling it; stored with every pseudonym.
  [[nodiscard]] std::string id() const;
  /// The same person at the same destination is always the same pseudonym.
  [[nodiscard]] std::string make(Kind kind, std::string_view destination, std::string_view id) const;
  /// Key of the bijection of read names of one sample at one destination.
  [[nodiscard]] Secret<32> name_key(std::string_view destination, std::string_view pseudonym) const;
  /// Key that seals the journal when no state_key_file is given.
  [[nodiscard]] Secret<32> state_key() const;

 private:
  Secret<32> key_;
};

/// The form of an id that is hashed or sent to a source outside: without white space around it. Case and inner
/// characters count. There is no Unicode normalisation here (the house has no library for it); instead an id that a
/// reader can not tell from another one is held, see below.
std::string canonical(std::string_view id);
/// Why one id could be spelled in two ways that look the same, and so get two pseudonyms; nothing when it can not be:
/// it is not UTF-8, or it holds combining marks or conjoining letters (what NFC would put together with the letter
/// before), one of the signs that NFC replaces by a letter, control characters, or blanks that nobody sees (no-break,
/// zero-width, byte order mark). Scripts whose normalisation goes beyond that are not covered. Safe to show.
std::string spelling_problem(std::string_view id);
/// True when the text has the shape of a pseudonym that a key made and its check character fits. One that a source
/// outside gave has no check character: see naming.hpp.
bool is_pseudonym(std::string_view text);

}  // namespace tributary::pseudonymise
