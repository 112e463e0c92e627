// plugins/sdk/csv.hpp: comma-separated values (RFC 4180), one row at a time, from any offset of a file.
//
// Takes      CRLF and LF, a byte order mark, quoted fields with line ends inside, a last row without line end.
// Refuses    text after a closing quote, a quote inside a bare field, an open quote at the end, NUL, a lone CR, bytes
//            that are not UTF-8: a file that is half written or damaged must not be half understood.
// Units      offsets in bytes from the start of the file; rows count from 1, the header among them.
// Never      puts content of the file into an error.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/sdk/text.hpp"

namespace tributary::sdk::csv {

/// Without blanks, tabs and line ends at both ends.
inline std::string trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(blanks) - first + 1));
}

/// A heading as it is compared: lower case, `_` for blanks and hyphens.
inline std::string heading(std::string_view text) {
  auto out = trimmed(text);
  for (auto& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == ' ' || c == '-') c = '_';
  }
  return out;
}

/// The file is no CSV, or is beyond the limits. `what` names the row, never its content.
class Malformed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Where bytes come from.
class Bytes {
 public:
  virtual ~Bytes() = default;
  /// Bytes read at the offset, 0 at the end. Throws what its owner understands.
  virtual std::size_t read(std::uint64_t offset, char* into, std::size_t room) = 0;
};

struct Row {
  std::uint64_t offset = 0;
  std::uint64_t number = 0;
  std::vector<std::string> fields;
};

class Reader {
 public:
  static constexpr std::size_t most_field_bytes = 1U << 20;
  static constexpr std::size_t most_row_bytes = 4U << 20;
  static constexpr std::size_t most_fields = 1000;

  /// `number`: of the first row, for messages.
  explicit Reader(Bytes& bytes, std::uint64_t offset = 0, std::uint64_t number = 1);
  /// False at the end. Rows without any character are skipped.
  bool next(Row& row);
  /// Whether the last row that was read ended with a line end.
  [[nodiscard]] bool ended_with_line() const { return ended_with_line_; }

 private:
  static constexpr int end = -1;
  int peek();
  void take();
  [[noreturn]] void fail(const std::string& what) const;
  void add(Row& row, std::string& field, char c);
  void close_field(Row& row, std::string& field) const;
  void read_quoted(Row& row, std::string& field);
  bool read_row(Row& row);
  /// Takes LF or CRLF; false when there is neither.
  bool take_line_end();

  Bytes& bytes_;
  std::array<char, 65536> buffer_;
  std::uint64_t offset_;  // of the next byte
  std::size_t at_ = 0, filled_ = 0;
  std::uint64_t number_;
  std::size_t row_bytes_ = 0;
  bool ended_with_line_ = true;
};

inline Reader::Reader(Bytes& bytes, std::uint64_t offset, std::uint64_t number)
    : bytes_(bytes), buffer_{}, offset_(offset), number_(number) {
  if (offset != 0) return;
  for (const char c : {'\xef', '\xbb', '\xbf'}) {
    if (peek() != static_cast<unsigned char>(c)) break;
    take();
  }
  // A part of a mark is no mark: start again at the first byte.
  if (offset_ != 3) {
    at_ = 0;
    offset_ = 0;
  }
}

inline int Reader::peek() {
  if (at_ == filled_) {
    filled_ = bytes_.read(offset_, buffer_.data(), buffer_.size());
    at_ = 0;
    if (filled_ == 0) return end;
  }
  return static_cast<unsigned char>(buffer_[at_]);
}

inline void Reader::take() {
  ++at_;
  ++offset_;
}

inline void Reader::fail(const std::string& what) const {
  throw Malformed("row " + std::to_string(number_) + ": " + what);
}

inline void Reader::add(Row& row, std::string& field, char c) {
  if (c == '\0') fail("holds a NUL");
  if (field.size() >= most_field_bytes) fail("a field of more than " + std::to_string(most_field_bytes) + " bytes");
  if (++row_bytes_ > most_row_bytes) fail("more than " + std::to_string(most_row_bytes) + " bytes");
  if (row.fields.size() >= most_fields) fail("more than " + std::to_string(most_fields) + " fields");
  field += c;
}

inline void Reader::close_field(Row& row, std::string& field) const {
  if (row.fields.size() >= most_fields) fail("more than " + std::to_string(most_fields) + " fields");
  if (!is_utf8(field)) fail("field " + std::to_string(row.fields.size() + 1) + " is not UTF-8");
  row.fields.push_back(std::move(field));
  field.clear();
}

inline void Reader::read_quoted(Row& row, std::string& field) {
  take();
  for (;;) {
    const int c = peek();
    if (c == end) fail("ends inside a quoted field");
    take();
    if (c != '"') {
      add(row, field, static_cast<char>(c));
    } else if (peek() == '"') {
      add(row, field, '"');
      take();
    } else {
      return;
    }
  }
}

inline bool Reader::take_line_end() {
  if (peek() == '\r') {
    take();
    if (peek() != '\n') fail("a carriage return without a line feed");
  }
  if (peek() != '\n') return false;
  take();
  return true;
}

inline bool Reader::read_row(Row& row) {
  std::string field;
  row.fields.clear();
  row.offset = offset_;
  row.number = number_;
  row_bytes_ = 0;
  bool quoted = false;
  bool fresh = true;  // nothing of this field was read
  for (;;) {
    const int c = peek();
    if (c == ',') {
      take();
      close_field(row, field);
      quoted = false;
      fresh = true;
      continue;
    }
    if (c == end || c == '\n' || c == '\r') {
      ended_with_line_ = c != end && take_line_end();
      const bool blank = row.fields.empty() && field.empty() && !quoted;
      if (!blank) close_field(row, field);
      return !blank;
    }
    if (quoted) fail("text after a closing quote");
    if (c == '"') {
      if (!fresh) fail("a quote inside a field that is not quoted");
      read_quoted(row, field);
      quoted = true;
    } else {
      add(row, field, static_cast<char>(c));
      take();
    }
    fresh = false;
  }
}

inline bool Reader::next(Row& row) {
  while (peek() != end) {
    const bool found = read_row(row);
    ++number_;
    if (found) return true;
  }
  return false;
}

}  // namespace tributary::sdk::csv
