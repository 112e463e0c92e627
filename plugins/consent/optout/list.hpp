// plugins/consent/optout/list.hpp: the persons who object, one a line, in eight bytes each.
//
// Takes      UTF-8, LF or CRLF, blanks at both ends, empty lines, lines that begin with '#'. In a list of digests each
//            line is one of SHA-256 in hexadecimal.
// Refuses    a file without any line, a line with ',', ';', a tab or NUL (a table: who stands in its columns would not
//            be found), a line of more than 4096 bytes, more than most_ids ids: sdk::csv::Malformed, with the line's
//            number and never its content.
// Memory     the first eight bytes of a SHA-256 of each id. Two ids of one person in 2^64 may look the same: who is
//            taken for another one is denied, never sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/sdk/csv.hpp"

namespace tributary::optout {

/// How ids stand in a register: as they are, or digested with a key (HMAC, RFC 2104) or a salt in front.
class Spelling {
 public:
  enum class Kind : std::uint8_t { plain, sha256, hmac_sha256 };
  Spelling() = default;
  Spelling(Kind kind, std::string key) : kind_(kind), key_(std::move(key)) {}
  [[nodiscard]] bool is_plain() const { return kind_ == Kind::plain; }
  /// As the register writes the id; digests in lower-case hexadecimal.
  [[nodiscard]] std::string of(std::string_view id) const;

 private:
  Kind kind_ = Kind::plain;
  std::string key_;
};

class List {
 public:
  static constexpr std::size_t most_ids = 20000000;
  static constexpr std::size_t most_line_bytes = 4096;

  /// Reads everything, twice: first to count. Throws sdk::csv::Malformed.
  List(sdk::csv::Bytes& bytes, bool plain);
  /// `written` as the register writes the id.
  [[nodiscard]] bool has(std::string_view written) const;
  [[nodiscard]] std::size_t size() const { return marks_.size(); }
  [[nodiscard]] bool ended_with_line() const { return ended_with_line_; }

 private:
  [[nodiscard]] std::uint64_t mark_of(std::string_view written) const;

  bool plain_;
  bool ended_with_line_ = true;
  std::vector<std::uint64_t> marks_;  // sorted
};

}  // namespace tributary::optout
