// agent/cli/subject_file.cpp: reads a list of persons.
#include "agent/cli/subject_file.hpp"

#include <set>

#include "agent/base/text.hpp"

namespace tributary::cli {
namespace {

constexpr std::size_t most_lines_named = 10;
constexpr const char* cure = "one subject id a line, and nothing beside it";

}  // namespace

// A list in another form would name nobody, and nobody would notice.
Result<std::vector<ListedSubject>> read_subjects(const Arguments& arguments) {
  auto content = files::read_named(arguments.value("--subject-file"), 16U << 20);
  if (!content) return in("--subject-file", content.error());
  std::string_view text = *content;
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos)
    return refusal("--subject-file: this is no text in UTF-8", "save it as UTF-8, one subject id a line");
  std::vector<ListedSubject> subjects;
  std::set<std::string, std::less<>> seen;
  std::size_t number = 0;
  for (const auto& line : split(text, '\n')) {
    ++number;
    const auto id = trim(line);
    if (id.empty() || id.front() == '#') continue;
    if (id.find_first_of(",;\t\r") != std::string_view::npos)
      return refusal("--subject-file: line " + std::to_string(number) + " is more than one id", cure);
    if (seen.emplace(id).second) subjects.push_back({std::string(id), number});
  }
  if (subjects.empty()) return refusal("--subject-file: there is no subject id in it", cure);
  return subjects;
}

std::string lines_of(const std::vector<ListedSubject>& subjects) {
  if (subjects.size() == 1) return "line " + std::to_string(subjects.front().line);
  std::vector<std::string> numbers;
  for (const auto& subject : subjects) {
    if (numbers.size() < most_lines_named) numbers.push_back(std::to_string(subject.line));
  }
  const auto left = subjects.size() - numbers.size();
  auto last = left > 0 ? std::to_string(left) + " more" : numbers.back();
  if (left == 0) numbers.pop_back();
  return "lines " + join(numbers, ", ") + " and " + last;
}

}  // namespace tributary::cli
