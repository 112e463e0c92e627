// agent/verify/scan_files.cpp: a search for identifiers in files of any kind.
#include "agent/verify/scan_files.hpp"

#include "agent/base/text.hpp"

namespace tributary::verify {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

Status scan_one(const std::string& path, Inspector& inspector, const files::Fd& file, const Stop& stop) {
  const auto slash = path.rfind('/');
  return genomics::scan_content(file, slash == std::string::npos ? path : path.substr(slash + 1), inspector, stop);
}

}  // namespace

IdentifierList read_identifiers(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  IdentifierList list;
  std::uint32_t number = 0;
  for (const std::string& line : split(text, '\n')) {
    ++number;
    const std::string_view word = trim(line);
    if (word.empty()) continue;
    list.words.push_back({"identifier", std::string(word)});
    list.lines.push_back(number);
  }
  return list;
}

Result<ScanReport> scan_files(const std::vector<std::string>& paths, const IdentifierList& words, const Stop& stop,
                              std::size_t limit) {
  auto dictionary = Dictionary::build(words.words);
  if (!dictionary) return dictionary.error();
  ScanReport report;
  for (const std::uint32_t word : (*dictionary)->unsearchable()) report.unsearchable_lines.push_back(words.lines[word]);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (stop.requested()) return wait_error("scan: stopped");
    auto file = files::open_for_reading(paths[i]);
    if (!file) {
      report.problems.push_back({i, file.error()});
      continue;
    }
    // What can not be inspected (damaged, several samples) is still searched, by the strictest rules that fit any
    // bytes.
    const auto facts = genomics::inspect(*file);
    auto inspector = Inspector::make(*dictionary, facts ? facts->format : genomics::Format::unknown, limit);
    if (!inspector) return inspector.error();
    if (auto done = scan_one(paths[i], **inspector, *file, stop); !done) {
      if (stop.requested()) return wait_error("scan: stopped");
      report.problems.push_back({i, done.error()});
    }
    report.hits += (*inspector)->hits();
    report.bytes += (*inspector)->bytes_seen();
    for (const Finding& finding : (*inspector)->findings()) {
      report.findings.push_back({i, finding.place, words.lines[finding.word]});
    }
  }
  return report;
}

}  // namespace tributary::verify
