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

/// The form of an id that is hashed: without white space around it. Case and inner characters count.
std::string canonical(std::string_view id);
/// True when the text has the shape of a pseudonym and its check character fits.
bool is_pseudonym(std::string_view text);

}  // namespace tributary::pseudonymise
