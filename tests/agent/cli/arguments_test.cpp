// tests/agent/cli/arguments_test.cpp: words of a command line, tables and bars.
#include <unistd.h>

#include <cstdio>

#include "agent/cli/command.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::cli_test {

using cli::Arguments;

namespace {

Result<Arguments> parse(const std::vector<std::string>& words) {
  return Arguments::parse(words, {"--run", "--recipient"}, {"--json", "--once"});
}
std::string problem(const std::vector<std::string>& words) {
  const auto parsed = parse(words);
  return parsed ? "(none)" : sentence(parsed.error());
}

/// What say_table sends to standard output when that is a file.
std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::FILE* file = std::tmpfile();
  std::fflush(stdout);
  const int before = ::dup(STDOUT_FILENO);
  ::dup2(::fileno(file), STDOUT_FILENO);
  cli::say_table(rows);
  std::fflush(stdout);
  ::dup2(before, STDOUT_FILENO);
  ::close(before);
  std::string text(4096, '\0');
  std::rewind(file);
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  return text;
}

}  // namespace

TEST_GROUP(Arguments){};

TEST(Arguments, are_options_and_words_in_any_order) {
  const auto parsed = parse({"p-1", "--json", "--run", "R1", "p-2"});
  CHECK_TRUE(parsed.ok());
  CHECK_TRUE(parsed->has("--json"));
  CHECK_FALSE(parsed->has("--once"));
  STRCMP_EQUAL("R1", parsed->value("--run").c_str());
  CHECK_TRUE((std::vector<std::string>{"p-1", "p-2"} == parsed->rest()));
}

TEST(Arguments, take_a_value_as_a_word_or_behind_an_equals_sign) {
  STRCMP_EQUAL("a=b", parse({"--run=a=b"})->value("--run").c_str());
  STRCMP_EQUAL("", parse({"--run="})->value("--run").c_str());
  CHECK_TRUE(parse({"--run="})->has("--run"));
  STRCMP_EQUAL("--json", parse({"--run", "--json"})->value("--run").c_str());
  CHECK_FALSE(parse({"--run", "--json"})->has("--json"));
}

TEST(Arguments, that_are_repeated_are_all_kept_and_the_last_one_counts) {
  const auto parsed = parse({"--recipient", "a", "--recipient=b"});
  CHECK_TRUE((std::vector<std::string>{"a", "b"} == parsed->values("--recipient")));
  STRCMP_EQUAL("b", parsed->value("--recipient").c_str());
  CHECK_TRUE(parsed->values("--run").empty());
  STRCMP_EQUAL("", parsed->value("--run").c_str());
}

TEST(Arguments, behind_two_dashes_are_words) {
  const auto parsed = parse({"--json", "--", "--run", "--", "-x"});
  CHECK_TRUE(parsed.ok());
  CHECK_FALSE(parsed->has("--run"));
  CHECK_TRUE((std::vector<std::string>{"--run", "--", "-x"} == parsed->rest()));
}

TEST(Arguments, may_be_a_single_dash) { STRCMP_EQUAL("-", parse({"-"})->rest().at(0).c_str()); }

TEST(Arguments, that_are_not_known_name_the_nearest) {
  STRCMP_EQUAL("there is no option '--jsn' here; did you mean --json?", problem({"--jsn"}).c_str());
  STRCMP_EQUAL("there is no option '--recipent' here; did you mean --recipient?", problem({"--recipent=x"}).c_str());
  STRCMP_EQUAL("there is no option '--entirely-different' here; see --help", problem({"--entirely-different"}).c_str());
}

TEST(Arguments, that_are_not_known_are_shown_without_their_value) {
  CHECK_TRUE(problem({"--subject=SUBJECT-01"}).find("SUBJECT-01") == std::string::npos);
  CHECK_TRUE(problem({"--\x1b[31m"}).find('\x1b') == std::string::npos);
}

TEST(Arguments, want_a_value_or_none) {
  STRCMP_EQUAL("option --run needs a value", problem({"--json", "--run"}).c_str());
  STRCMP_EQUAL("option --json takes no value", problem({"--json=yes"}).c_str());
}

TEST_GROUP(Table){};

TEST(Table, has_columns_as_wide_as_their_widest_cell) {
  STRCMP_EQUAL("RUN   STATE\nab    x\nabcd  yz\n", table({{"RUN", "STATE"}, {"ab", "x"}, {"abcd", "yz"}}).c_str());
}

TEST(Table, counts_characters_and_not_bytes) {
  STRCMP_EQUAL("A   B\n\xc3\xa4\xc3\xb6  x\nab  y\n",
               table({{"A", "B"}, {"\xc3\xa4\xc3\xb6", "x"}, {"ab", "y"}}).c_str());
}

TEST(Table, may_have_short_rows_and_no_rows) {
  STRCMP_EQUAL("A  B\nx\n", table({{"A", "B"}, {"x"}}).c_str());
  STRCMP_EQUAL("", table({}).c_str());
}

TEST(Table, sends_no_control_character_to_a_terminal) {
  const auto text = table({{"A"}, {"x\x1b[2Jy\nz"}});
  STRCMP_EQUAL("A\nx\\x1b[2Jy\\x0az\n", text.c_str());
}

TEST_GROUP(ProgressBar){};

TEST(ProgressBar, is_filled_by_the_share_that_is_done) {
  STRCMP_EQUAL("[....................]", cli::progress_bar(0, 100).c_str());
  STRCMP_EQUAL("[##########..........]", cli::progress_bar(50, 100).c_str());
  STRCMP_EQUAL("[###################.]", cli::progress_bar(99, 100).c_str());
  STRCMP_EQUAL("[####################]", cli::progress_bar(100, 100).c_str());
}

TEST(ProgressBar, takes_any_figures) {
  STRCMP_EQUAL("[....................]", cli::progress_bar(5, 0).c_str());
  STRCMP_EQUAL("[....................]", cli::progress_bar(-5, 100).c_str());
  STRCMP_EQUAL("[####################]", cli::progress_bar(500, 100).c_str());
  const auto much = std::int64_t{1} << 62;
  STRCMP_EQUAL("[##########..........]", cli::progress_bar(much / 2, much).c_str());
}

}  // namespace tributary::cli_test
