// plugins/consent/csv/reader.hpp: comma-separated values (RFC 4180), one row at a time, from any offset of a file.
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
#include <vector>

namespace tributary::csv {

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

}  // namespace tributary::csv
