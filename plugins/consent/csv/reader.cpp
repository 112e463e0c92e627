// plugins/consent/csv/reader.cpp: the grammar of RFC 4180, strictly.
#include "plugins/consent/csv/reader.hpp"

#include <utility>

#include "plugins/consent/csv/words.hpp"

namespace tributary::csv {

Reader::Reader(Bytes& bytes, std::uint64_t offset, std::uint64_t number)
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

int Reader::peek() {
  if (at_ == filled_) {
    filled_ = bytes_.read(offset_, buffer_.data(), buffer_.size());
    at_ = 0;
    if (filled_ == 0) return end;
  }
  return static_cast<unsigned char>(buffer_[at_]);
}

void Reader::take() {
  ++at_;
  ++offset_;
}

void Reader::fail(const std::string& what) const { throw Malformed("row " + std::to_string(number_) + ": " + what); }

void Reader::add(Row& row, std::string& field, char c) {
  if (c == '\0') fail("holds a NUL");
  if (field.size() >= most_field_bytes) fail("a field of more than " + std::to_string(most_field_bytes) + " bytes");
  if (++row_bytes_ > most_row_bytes) fail("more than " + std::to_string(most_row_bytes) + " bytes");
  if (row.fields.size() >= most_fields) fail("more than " + std::to_string(most_fields) + " fields");
  field += c;
}

void Reader::close_field(Row& row, std::string& field) const {
  if (row.fields.size() >= most_fields) fail("more than " + std::to_string(most_fields) + " fields");
  if (!is_utf8(field)) fail("field " + std::to_string(row.fields.size() + 1) + " is not UTF-8");
  row.fields.push_back(std::move(field));
  field.clear();
}

void Reader::read_quoted(Row& row, std::string& field) {
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

bool Reader::take_line_end() {
  if (peek() == '\r') {
    take();
    if (peek() != '\n') fail("a carriage return without a line feed");
  }
  if (peek() != '\n') return false;
  take();
  return true;
}

bool Reader::read_row(Row& row) {
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

bool Reader::next(Row& row) {
  while (peek() != end) {
    const bool found = read_row(row);
    ++number_;
    if (found) return true;
  }
  return false;
}

}  // namespace tributary::csv
