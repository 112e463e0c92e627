// agent/journal/rows.hpp: small helpers over statements, for the sources of this folder.
#pragma once

#include <algorithm>

#include "agent/journal/journal.hpp"

namespace tributary::journal {

/// What subjects who withdrew are found by.
inline constexpr std::string_view subject_domain = "tributary/v1/withdrawn";

/// What plugins remember of a parcel: under its id, and under words behind it.
inline constexpr const char* delete_tokens =
    "DELETE FROM token WHERE key = ?1 OR (key > ?1 || '.' AND key < ?1 || '/')";

inline Digest256 digest_at(const store::Statement& statement, int column) {
  Digest256 digest{};
  const Bytes bytes = statement.blob(column);
  std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
  return digest;
}

inline std::optional<Digest256> optional_digest_at(const store::Statement& statement, int column) {
  if (statement.is_null(column)) return std::nullopt;
  return digest_at(statement, column);
}

}  // namespace tributary::journal
