// agent/cli/scan.cpp: `tributary scan`: are identifiers left in these files?
#include <algorithm>

#include "agent/base/text.hpp"
#include "agent/cli/commands.hpp"
#include "agent/verify/scan_files.hpp"

namespace tributary::cli {
namespace {

// A name that holds an identifier is not repeated: its number on the command line says which file it is.
std::string name_of(const verify::ScanReport& report, const std::vector<std::string>& paths, std::size_t file) {
  const bool telling = std::any_of(report.findings.begin(), report.findings.end(), [&](const auto& finding) {
    return finding.file == file && finding.place == "file name";
  });
  return telling ? "file " + std::to_string(file + 1) + " of the command line" : printable(paths[file]);
}

int run_scan(Context& context, const Arguments& arguments) {
  if (arguments.value("--identifiers").empty() || arguments.rest().empty())
    return usage("scan needs --identifiers ids.txt and at least one FILE");
  auto content = files::read_small(arguments.value("--identifiers"), 64U << 20);
  if (!content) return complain(in("--identifiers", content.error()), exit_usage);
  const auto list = verify::read_identifiers(*content);
  if (list.words.empty())
    return complain(operator_error("--identifiers holds no word", "one identifier a line"), exit_usage);
  genomics::prepare();
  auto report = verify::scan_files(arguments.rest(), list, context.stop);
  if (!report) return complain(report.error());
  for (const auto line : report->unsearchable_lines) {
    std::fprintf(stderr, "warning: line %u of the list is too short or too common a word to be searched for safely\n",
                 line);
  }
  for (const auto& finding : report->findings) {
    say(name_of(*report, arguments.rest(), finding.file) + ": " + finding.place + ": identifier of line " +
        std::to_string(finding.line));
  }
  for (const auto& problem : report->problems)
    complain(in(name_of(*report, arguments.rest(), problem.file), problem.error));
  if (report->hits > 0) return exit_identifiers;
  if (!report->problems.empty()) return exit_could_not;
  say(coloured("clean", "32") + "  " + counted(arguments.rest().size(), "file") + ", " +
      counted(report->bytes, "byte") + " of content, " +
      counted(list.words.size() - report->unsearchable_lines.size(), "word"));
  return exit_yes;
}

}  // namespace

Command scan_command() {
  return {"scan",
          "scan --identifiers ids.txt FILE...",
          "searches content, headers, container fields and names of files for identifiers",
          "ids.txt: one identifier a line. Prints the place and the line number in ids.txt, never the "
          "identifier.\nExit: 0 clean, 4 found, 1 a file could not be read.",
          {"--identifiers"},
          {},
          run_scan};
}

}  // namespace tributary::cli
