// plugins/pseudonyms/file/table.cpp: a list of pseudonyms, read and checked.
#include "plugins/pseudonyms/file/table.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "plugins/sdk/text.hpp"

namespace tributary::pseudonym_file {
namespace {

using sdk::csv::trimmed;

constexpr std::string_view everywhere = "*";

std::string row_name(std::uint64_t number) { return "row " + std::to_string(number); }

[[noreturn]] void two_rows(std::uint64_t one, std::uint64_t other, const std::string& what) {
  throw Malformed("rows " + std::to_string(std::min(one, other)) + " and " + std::to_string(std::max(one, other)) +
                  ": " + what);
}

std::string key_of(std::string_view destination, std::string_view kind, std::string_view id) {
  std::string key(destination);
  key += '\0';
  key += kind;
  key += '\0';
  return key += id;
}

bool is_pseudonym(const std::string& word) {
  return word.size() >= 4 && word.size() <= 64 && sdk::is_alphanumeric(word.front()) &&
         sdk::is_alphanumeric(word.back()) && sdk::is_portable_name(word);
}

}  // namespace

Table::Table(sdk::csv::Bytes& bytes, bool linkable) {
  sdk::csv::Reader reader(bytes);
  sdk::csv::Row row;
  if (!reader.next(row)) throw Malformed("is empty, not even a header is there");
  read_header(row);
  Seen seen;
  while (reader.next(row)) {
    const bool blank = std::all_of(row.fields.begin(), row.fields.end(),
                                   [](const std::string& field) { return trimmed(field).empty(); });
    if (blank) continue;
    if (pseudonyms_.size() >= most_rows) throw Malformed("more than " + std::to_string(most_rows) + " rows");
    add(row, linkable, seen);
  }
  ended_with_line_ = reader.ended_with_line();
  check_bearers(seen, linkable);
  if (linkable) check_any_destination();
}

void Table::read_header(const sdk::csv::Row& row) {
  columns_ = row.fields.size();
  for (const auto& [name, at] : {std::pair<const char*, std::size_t*>{"destination", &destination_},
                                 {"kind", &kind_},
                                 {"id", &id_},
                                 {"pseudonym", &pseudonym_}}) {
    std::size_t found = 0;
    for (std::size_t i = 0; i < row.fields.size(); ++i) {
      if (sdk::csv::heading(row.fields[i]) != name) continue;
      *at = i;
      ++found;
    }
    if (found == 1) continue;
    const bool semicolons = row.fields.size() == 1 && row.fields[0].find(';') != std::string::npos;
    throw Malformed(std::string("header: the column ") + name + (found == 0 ? " is missing" : " is there twice") +
                    (semicolons ? " (the columns are separated by ';' and must be by ',')" : ""));
  }
}

void Table::add(const sdk::csv::Row& row, bool linkable, Seen& seen) {
  if (row.fields.size() != columns_) {
    throw Malformed(row_name(row.number) + ": " + std::to_string(row.fields.size()) + " fields, the header has " +
                    std::to_string(columns_));
  }
  std::array<std::string, 4> field;
  const std::array<std::size_t, 4> at{destination_, kind_, id_, pseudonym_};
  for (std::size_t i = 0; i < field.size(); ++i) {
    field[i] = trimmed(row.fields[at[i]]);
    if (field[i].empty()) throw Malformed(row_name(row.number) + ": a field is empty");
    if (field[i].size() > most_field_bytes)
      throw Malformed(row_name(row.number) + ": a field of more than " + std::to_string(most_field_bytes) + " bytes");
  }
  const auto& [destination, kind, id, pseudonym] = field;
  if (kind != "subject" && kind != "sample") throw Malformed(row_name(row.number) + ": kind is subject or sample");
  if (destination == everywhere && !linkable) {
    throw Malformed(row_name(row.number) +
                    ": '*' gives one pseudonym to all destinations, which could then be linked; the setting `linkable` "
                    "must allow it");
  }
  if (!is_pseudonym(pseudonym)) {
    throw Malformed(row_name(row.number) +
                    ": a pseudonym is 4 to 64 of A-Z, a-z, 0-9, '.', '_' and '-', a letter or digit at both ends");
  }
  const auto [given, is_new] = pseudonyms_.emplace(key_of(destination, kind, id), Given{pseudonym, row.number});
  if (!is_new) two_rows(given->second.row, row.number, "name the same id of the same destination");
  const auto [bearer, is_first] = seen[pseudonym].emplace(destination, row.number);
  if (!is_first) two_rows(bearer->second, row.number, "give one pseudonym to two ids of the same destination");
}

void Table::check_bearers(const Seen& seen, bool linkable) {
  for (const auto& [pseudonym, rows] : seen) {
    if (rows.size() < 2) continue;
    const auto first = rows.begin()->second, second = std::next(rows.begin())->second;
    if (!linkable)
      two_rows(
          first, second,
          "give one pseudonym at two destinations, which could then be linked; the setting `linkable` must allow it");
    if (rows.count(std::string(everywhere)) != 0)
      two_rows(first, second, "give one pseudonym at all destinations and at a single one");
  }
}

// What stands for all destinations must not be contradicted for one of them.
void Table::check_any_destination() const {
  for (const auto& [key, given] : pseudonyms_) {
    const auto end = key.find('\0');
    if (key.substr(0, end) == everywhere) continue;
    const auto found = pseudonyms_.find(std::string(everywhere) + key.substr(end));
    if (found != pseudonyms_.end())
      two_rows(given.row, found->second.row, "name the same id for all destinations and for a single one");
  }
}

std::optional<std::string> Table::find(const std::string& destination, const std::string& kind,
                                       const std::string& id) const {
  for (const auto& place : {std::string_view(destination), everywhere}) {
    const auto found = pseudonyms_.find(key_of(place, kind, trimmed(id)));
    if (found != pseudonyms_.end()) return found->second.pseudonym;
  }
  return std::nullopt;
}

}  // namespace tributary::pseudonym_file
