// plugins/consent/csv/index.hpp: the header of a subject file, and where the rows of a sample or subject stand.
//
// Keeps offsets, not rows: 32 bytes a row, whatever the rows hold.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plugins/sdk/csv.hpp"

namespace tributary::csv {

using sdk::csv::Bytes;
using sdk::csv::Malformed;
using sdk::csv::Reader;
using sdk::csv::Row;

enum Column : std::size_t { sample_id, subject_id, consent_id, consent_status, permissions, valid_from, valid_until };
inline constexpr std::array<const char*, 7> column_names{"sample_id",   "subject_id", "consent_id", "consent_status",
                                                         "permissions", "valid_from", "valid_until"};

/// One row by name.
struct Entry {
  std::uint64_t number = 0;
  std::array<std::string, 7> fields;                            // trimmed, by Column
  std::vector<std::pair<std::string, std::string>> attributes;  // heading, value; not empty

  [[nodiscard]] const std::string& operator[](Column column) const { return fields[column]; }
  /// No word about consent: the row only says whose sample it is.
  [[nodiscard]] bool says_nothing() const;
};

class Index {
 public:
  static constexpr std::size_t most_rows = 1000000;
  static constexpr std::size_t most_rows_of_one = 1000;  // that name the same sample or subject

  /// Reads everything. Throws Malformed.
  explicit Index(Bytes& bytes);

  /// Rows that name the sample or the subject, in file order.
  [[nodiscard]] std::vector<Entry> rows_of_sample(Bytes& bytes, const std::string& sample) const;
  [[nodiscard]] std::vector<Entry> rows_of_subject(Bytes& bytes, const std::string& subject) const;
  /// All rows, in file order.
  void each(Bytes& bytes, const std::function<void(const Entry&)>& visit) const;
  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] bool ended_with_line() const { return ended_with_line_; }

 private:
  struct Mark {
    std::uint64_t hash = 0;
    std::uint64_t offset = 0;
  };
  void read_header(const Row& row);
  [[nodiscard]] Entry entry_of(const Row& row) const;
  [[nodiscard]] std::vector<Entry> find(Bytes& bytes, const std::vector<Mark>& marks, Column column,
                                        const std::string& wanted) const;

  std::vector<std::string> headings_;
  std::vector<std::optional<Column>> columns_;  // by position
  std::vector<Mark> samples_, subjects_;        // sorted by hash, then offset
  std::size_t rows_ = 0;
  bool ended_with_line_ = true;
};

}  // namespace tributary::csv
