// plugins/pseudonyms/file/table.hpp: a list of pseudonyms, read whole and checked as a whole.
//
// Takes      CSV (RFC 4180) with the columns destination, kind, id and pseudonym in any order; others are not looked
// at. Refuses    (Malformed, with row numbers) an unknown kind, an empty field, a pseudonym of another form, an id that
// is
//            named twice, a pseudonym that is given twice at one destination; and, unless `linkable`, the destination
//            `*` and one pseudonym at two destinations.
// Never      puts content of the file into an error.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "plugins/sdk/csv.hpp"

namespace tributary::pseudonym_file {

using sdk::csv::Malformed;

class Table {
 public:
  static constexpr std::size_t most_rows = 200000;
  static constexpr std::size_t most_field_bytes = 256;

  Table(sdk::csv::Bytes& bytes, bool linkable);

  /// Blanks around the id do not count.
  [[nodiscard]] std::optional<std::string> find(const std::string& destination, const std::string& kind,
                                                const std::string& id) const;
  [[nodiscard]] std::size_t rows() const { return pseudonyms_.size(); }
  [[nodiscard]] bool ended_with_line() const { return ended_with_line_; }

 private:
  struct Given {
    std::string pseudonym;
    std::uint64_t row = 0;
  };
  using Seen = std::map<std::string, std::map<std::string, std::uint64_t>>;  // pseudonym, destination, row
  void read_header(const sdk::csv::Row& row);
  void add(const sdk::csv::Row& row, bool linkable, Seen& seen);
  static void check_bearers(const Seen& seen, bool linkable);
  void check_any_destination() const;

  std::size_t columns_ = 0, destination_ = 0, kind_ = 0, id_ = 0, pseudonym_ = 0;
  std::unordered_map<std::string, Given> pseudonyms_;  // by destination, kind and id
  bool ended_with_line_ = true;
};

}  // namespace tributary::pseudonym_file
