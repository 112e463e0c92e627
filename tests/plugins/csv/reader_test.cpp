// tests/plugins/csv/reader_test.cpp: the grammar of RFC 4180 and what is refused.
#include "plugins/consent/csv/index.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include <CppUTest/TestHarness.h>

namespace {

using namespace tributary::csv;  // NOLINT: a test of this namespace

class Text final : public Bytes {
 public:
  explicit Text(std::string text) : text_(std::move(text)) {}
  std::size_t read(std::uint64_t offset, char* into, std::size_t room) override {
    if (offset >= text_.size()) return 0;
    const auto n = std::min<std::size_t>(room, text_.size() - offset);
    std::memcpy(into, text_.data() + offset, n);
    return n;
  }

 private:
  std::string text_;
};

// Fields in [brackets], rows with '/' between.
std::string shown(const std::string& text) {
  Text bytes(text);
  Reader reader(bytes);
  Row row;
  std::string out;
  try {
    while (reader.next(row)) {
      if (!out.empty()) out += "/";
      for (const auto& field : row.fields) out += "[" + field + "]";
    }
  } catch (const Malformed& problem) {
    return std::string("error: ") + problem.what();
  }
  return out;
}

void shows(const char* expected, const std::string& text) { STRCMP_EQUAL(expected, shown(text).c_str()); }

}  // namespace

TEST_GROUP(Reader){};

TEST(Reader, reads_rows_with_either_line_end_or_none_at_last) {
  shows("[a][b]/[1][2]", "a,b\r\n1,2\r\n");
  shows("[a][b]/[1][2]", "a,b\n1,2");
  shows("[a][]/[][]", "a,\n,\n");
  shows("", "");
  shows("[a]/[b]", "a\n\n\r\nb\n");
}

TEST(Reader, takes_a_byte_order_mark_at_the_start_only) {
  shows("[a][b]",
        "\xef\xbb\xbf"
        "a,b\n");
  shows("[\xef\xbb\xbd]", "\xef\xbb\xbd\n");
  shows("", "\xef\xbb\xbf");
}

TEST(Reader, reads_quoted_fields_with_quotes_commas_and_line_ends) {
  shows("[a,b][c\"d][e\r\nf]", "\"a,b\",\"c\"\"d\",\"e\r\nf\"\n");
  shows("[]/[x]", "\"\"\nx\n");
}

TEST(Reader, refuses_what_the_grammar_does_not_know) {
  shows("error: row 2: text after a closing quote", "a\n\"b\"c\n");
  shows("error: row 1: text after a closing quote", "\"b\"\"\"\"\"\"x\"y\n");
  shows("error: row 1: a quote inside a field that is not quoted", "a\"b\n");
  shows("error: row 1: ends inside a quoted field", "\"a\n");
  shows("error: row 1: a carriage return without a line feed", "a\rb\n");
  shows("error: row 1: holds a NUL", std::string("a\0b\n", 4));
  shows("error: row 2: field 2 is not UTF-8", "a\nb,\xff\n");
  shows("error: row 1: text after a closing quote", "\"a\"\"b\"\"\" \n");
}

TEST(Reader, bounds_fields_and_rows) {
  shows("error: row 1: a field of more than 1048576 bytes", std::string((1U << 20) + 1, 'x'));
  shows("error: row 1: more than 1000 fields", std::string(1000, ','));
  std::string row;
  for (int i = 0; i < 5; ++i) row += std::string(1U << 20, 'x') + ",";
  shows("error: row 1: more than 4194304 bytes", row);
}

TEST(Reader, starts_again_at_the_offset_of_a_row) {
  Text bytes(
      "\xef\xbb\xbf"
      "a,b\r\n\"1\n\",2\r\n3,4\r\n");
  Reader all(bytes);
  Row row;
  CHECK_TRUE(all.next(row) && all.next(row) && all.next(row));
  LONGS_EQUAL(3, row.number);
  Reader again(bytes, row.offset, 3);
  Row same;
  CHECK_TRUE(again.next(same));
  CHECK_TRUE(same.fields == row.fields);
}

TEST(Reader, knows_whether_the_last_row_ended) {
  for (const bool ended : {true, false}) {
    Text bytes(ended ? "a\nb\n" : "a\nb");
    Reader reader(bytes);
    Row row;
    while (reader.next(row)) {
    }
    CHECK_EQUAL(ended, reader.ended_with_line());
  }
}

TEST(Reader, crosses_the_borders_of_its_buffer) {
  const std::string longer(65530, 'x');
  shows(("[" + longer + "][a\"b]/[c]").c_str(), longer + ",\"a\"\"b\"\r\nc\r\n");
}
