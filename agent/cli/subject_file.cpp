// agent/cli/subject_file.cpp: reads a list of persons.
#include "agent/cli/subject_file.hpp"

#include <set>

#include "agent/base/text.hpp"

namespace tributary::cli {

// A list in another encoding would name nobody, and nobody would notice.
Result<std::vector<std::string>> read_subjects(const Arguments& arguments) {
  auto content = files::read_named(arguments.value("--subject-file"), 16U << 20);
  if (!content) return in("--subject-file", content.error());
  std::string_view text = *content;
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos)
    return refusal("--subject-file: this is no text in UTF-8", "save it as UTF-8, one subject id a line");
  std::vector<std::string> ids;
  std::set<std::string, std::less<>> seen;
  for (const auto& line : split(text, '\n')) {
    const auto id = trim(line);
    if (!id.empty() && seen.emplace(id).second) ids.emplace_back(id);
  }
  if (ids.empty()) return refusal("--subject-file: there is no subject id in it", "one subject id a line");
  return ids;
}

}  // namespace tributary::cli
