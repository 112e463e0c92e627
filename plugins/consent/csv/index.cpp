// plugins/consent/csv/index.cpp: reads a subject file once, and single rows of it later.
#include "plugins/consent/csv/index.hpp"

#include <algorithm>
#include <set>

#include "plugins/consent/csv/words.hpp"

namespace tributary::csv {
namespace {

std::optional<Column> column_of(const std::string& name) {
  for (std::size_t i = 0; i < column_names.size(); ++i) {
    if (name == column_names[i]) return static_cast<Column>(i);
  }
  return std::nullopt;
}

bool is_empty(const Row& row) {
  return std::all_of(row.fields.begin(), row.fields.end(),
                     [](const std::string& field) { return trimmed(field).empty(); });
}

}  // namespace

bool Entry::says_nothing() const {
  return std::all_of(fields.begin() + consent_id, fields.end(), [](const std::string& f) { return f.empty(); });
}

Index::Index(Bytes& bytes) {
  Reader reader(bytes);
  Row row;
  if (!reader.next(row)) throw Malformed("is empty, not even a header is there");
  read_header(row);
  while (reader.next(row)) {
    if (is_empty(row)) continue;
    if (++rows_ > most_rows) throw Malformed("more than " + std::to_string(most_rows) + " rows");
    const auto entry = entry_of(row);
    if (entry[sample_id].empty() && entry[subject_id].empty()) {
      throw Malformed("row " + std::to_string(row.number) + ": names neither sample nor subject");
    }
    if (!entry[sample_id].empty()) samples_.push_back({hash(entry[sample_id]), row.offset});
    if (!entry[subject_id].empty()) subjects_.push_back({hash(entry[subject_id]), row.offset});
  }
  ended_with_line_ = reader.ended_with_line();
  for (auto* marks : {&samples_, &subjects_}) {
    std::sort(marks->begin(), marks->end(),
              [](const Mark& a, const Mark& b) { return a.hash != b.hash ? a.hash < b.hash : a.offset < b.offset; });
    marks->shrink_to_fit();
  }
}

void Index::read_header(const Row& row) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < row.fields.size(); ++i) {
    auto name = heading(row.fields[i]);
    if (!name.empty() && !seen.insert(name).second) {
      throw Malformed("header: column " + std::to_string(i + 1) + " has the name of another one");
    }
    columns_.push_back(column_of(name));
    headings_.push_back(std::move(name));
  }
  for (const auto* name : column_names) {
    if (seen.count(name) != 0) continue;
    const bool semicolons = row.fields.size() == 1 && row.fields[0].find(';') != std::string::npos;
    throw Malformed(std::string("header: the column ") + name + " is missing" +
                    (semicolons ? " (the columns are separated by ';' and must be by ',')" : ""));
  }
}

Entry Index::entry_of(const Row& row) const {
  if (row.fields.size() != headings_.size()) {
    throw Malformed("row " + std::to_string(row.number) + ": " + std::to_string(row.fields.size()) +
                    " fields, the header has " + std::to_string(headings_.size()));
  }
  Entry entry;
  entry.number = row.number;
  for (std::size_t i = 0; i < row.fields.size(); ++i) {
    auto value = trimmed(row.fields[i]);
    if (columns_[i]) {
      entry.fields[*columns_[i]] = std::move(value);
    } else if (!value.empty() && !headings_[i].empty()) {
      entry.attributes.emplace_back(headings_[i], std::move(value));
    }
  }
  return entry;
}

std::vector<Entry> Index::find(Bytes& bytes, const std::vector<Mark>& marks, Column column,
                               const std::string& wanted) const {
  std::vector<Entry> found;
  if (wanted.empty()) return found;
  const auto wanted_hash = hash(wanted);
  auto mark = std::lower_bound(marks.begin(), marks.end(), wanted_hash,
                               [](const Mark& a, std::uint64_t value) { return a.hash < value; });
  for (; mark != marks.end() && mark->hash == wanted_hash; ++mark) {
    Reader reader(bytes, mark->offset, 0);
    Row row;
    if (!reader.next(row)) throw Malformed("a row is not where it was");
    auto entry = entry_of(row);
    if (entry[column] != wanted) continue;
    if (found.size() >= most_rows_of_one) {
      throw Malformed("more than " + std::to_string(most_rows_of_one) + " rows of one sample or subject");
    }
    found.push_back(std::move(entry));
  }
  return found;
}

void Index::each(Bytes& bytes, const std::function<void(const Entry&)>& visit) const {
  Reader reader(bytes);
  Row row;
  for (bool heading = true; reader.next(row); heading = false) {
    if (!heading && !is_empty(row)) visit(entry_of(row));
  }
}

std::vector<Entry> Index::rows_of_sample(Bytes& bytes, const std::string& sample) const {
  return find(bytes, samples_, sample_id, sample);
}

std::vector<Entry> Index::rows_of_subject(Bytes& bytes, const std::string& subject) const {
  return find(bytes, subjects_, subject_id, subject);
}

}  // namespace tributary::csv
