// agent/cli/scan.cpp: `tributary scan`: are identifiers left in these files and folders?
#include <unistd.h>

#include "agent/base/text.hpp"
#include "agent/base/units.hpp"
#include "agent/cli/commands.hpp"
#include "agent/verify/scan_paths.hpp"

namespace tributary::cli {
namespace {

using verify::ScannedEntry;

// How far it is, on one line of a terminal that goes away before anything else is written.
class Progress {
 public:
  void show(std::uint64_t bytes) {
    if (::isatty(STDERR_FILENO) == 0) return;
    std::fprintf(stderr, "\r\033[K%s searched", show_size(bytes).c_str());
    shown_ = true;
  }
  void clear() {
    if (shown_) std::fputs("\r\033[K", stderr);
    shown_ = false;
  }

 private:
  bool shown_ = false;
};

// Where operators hear of a scan: sentences for people, or one JSON object a line for programs.
class Speaker {
 public:
  Speaker(const std::vector<std::string>& paths, bool as_json) : paths_(paths), as_json_(as_json) {}

  void tell(const ScannedEntry& entry) {
    progress_.clear();
    if (entry.kind == ScannedEntry::Kind::link || entry.kind == ScannedEntry::Kind::special) skipped(entry);
    for (const auto& finding : entry.findings) found(entry, finding);
    if (entry.hits > entry.findings.size()) more(entry);
    if (entry.problem) not_searched(entry);
  }
  void moved(std::uint64_t bytes) { progress_.show(bytes); }

  int end(const verify::ScanSummary& summary, std::size_t words) {
    progress_.clear();
    const int code = summary.hits > 0 ? exit_identifiers : summary.problems > 0 ? exit_could_not : exit_yes;
    const auto searched = words - summary.unsearchable_lines.size();
    if (as_json_) {
      for (const auto line : summary.unsearchable_lines) {
        say(Json().add("type", "unsearchable").add("list_line", std::uint64_t{line}).dump());
      }
      say(totals(summary, searched, code).dump());
      return code;
    }
    for (const auto line : summary.unsearchable_lines) {
      std::fprintf(stderr, "warning: line %u of the list is too short or too common a word to be searched for safely\n",
                   line);
    }
    if (code != exit_yes) return code;
    say(coloured("clean", "32") + "  " + counted(summary.files, "file") + ", " + counted(summary.bytes, "byte") +
        " of content, " + (summary.links > 0 ? counted(summary.links, "link") + " not followed, " : "") +
        (summary.special > 0 ? counted(summary.special, "special file") + " skipped, " : "") +
        counted(searched, "word"));
    return code;
  }

 private:
  static Json totals(const verify::ScanSummary& summary, std::size_t words, int code) {
    Json out;
    out.add("type", "summary");
    out.add("result", code == exit_yes ? "clean" : code == exit_identifiers ? "found" : "incomplete");
    out.add("hits", summary.hits).add("files", summary.files).add("links", summary.links);
    out.add("special", summary.special).add("not_searched", summary.problems).add("bytes", summary.bytes);
    out.add("words", std::uint64_t{words});
    out.add("spellings", summary.spellings);
    out.add("words_not_searchable", std::uint64_t{summary.unsearchable_lines.size()});
    return out;
  }

  // A path that holds an identifier is not repeated: numbers say which it is.
  [[nodiscard]] std::string name_of(const ScannedEntry& entry) const {
    const auto& path = paths_[entry.argument];
    const auto argument = std::to_string(entry.argument + 1);
    if (!entry.names_someone) {
      if (entry.below.empty()) return printable(path);
      return printable(path + (path.ends_with('/') ? "" : "/") + entry.below);
    }
    if (entry.below.empty()) return "file " + argument + " of the command line";
    return "entry " + std::to_string(entry.number) + " (inode " + std::to_string(entry.inode) + ") below argument " +
           argument + ", whose path holds an identifier";
  }

  [[nodiscard]] Json json_of(const ScannedEntry& entry, const char* type) const {
    Json out;
    out.add("type", type).add("argument", static_cast<std::uint64_t>(entry.argument + 1)).add("entry", entry.number);
    out.add("inode", entry.inode);
    out.add("path", entry.names_someone ? Json() : Json(entry.below.empty() ? "." : printable(entry.below)));
    out.add("path_holds_identifier", entry.names_someone);
    return out;
  }

  void found(const ScannedEntry& entry, const verify::ScanFinding& finding) const {
    if (as_json_) {
      return say(
          json_of(entry, "finding").add("place", finding.place).add("list_line", std::uint64_t{finding.line}).dump());
    }
    say(name_of(entry) + ": " + finding.place + ": identifier of line " + std::to_string(finding.line));
  }

  void more(const ScannedEntry& entry) const {
    const auto rest = entry.hits - entry.findings.size();
    if (as_json_) return say(json_of(entry, "more").add("hits", rest).dump());
    say(name_of(entry) + ": " + counted(rest, "more place"));
  }

  void not_searched(const ScannedEntry& entry) const {
    // The sentence names the path as it was given, which is not always to be shown.
    auto error = *entry.problem;
    if (entry.names_someone) error = {error.remedy, "it could not be read to its end", error.hint};
    if (as_json_) return say(json_of(entry, "not_searched").add("reason", sentence(error)).dump());
    complain(in(name_of(entry), error));
  }

  void skipped(const ScannedEntry& entry) const {
    const bool link = entry.kind == ScannedEntry::Kind::link;
    if (as_json_) return say(json_of(entry, "skipped").add("reason", link ? "link" : "special").dump());
    std::fprintf(stderr, "%s: %s\n", name_of(entry).c_str(),
                 link ? "a symbolic link, not followed" : "a pipe, socket or device, not opened");
  }

  const std::vector<std::string>& paths_;
  bool as_json_;
  Progress progress_;
};

int run_scan(Context& context, const Arguments& arguments) {
  if (arguments.value("--identifiers").empty() || arguments.rest().empty())
    return usage("scan needs --identifiers ids.txt and at least one FILE or FOLDER");
  const auto threads = threads_of(arguments);
  if (!threads) return usage("--threads is a number from 1 to 64");
  auto content = files::read_named(arguments.value("--identifiers"), 64U << 20);
  if (!content) return complain(in("--identifiers", content.error()), exit_usage);
  const auto list = verify::read_identifiers(*content);
  if (list.words.empty())
    return complain(operator_error("--identifiers holds no word", "one identifier a line"), exit_usage);
  genomics::prepare();
  Speaker speaker(arguments.rest(), arguments.has("--json"));
  verify::ScanWishes wishes;
  wishes.threads = *threads;
  wishes.moved = [&](std::uint64_t bytes) { speaker.moved(bytes); };
  const auto summary = verify::scan_paths(arguments.rest(), list, wishes, context.stop,
                                          [&](const ScannedEntry& entry) { speaker.tell(entry); });
  if (!summary) return complain(summary.error());
  return speaker.end(*summary, list.words.size());
}

}  // namespace

Command scan_command() {
  return {
      "scan",
      "scan --identifiers ids.txt [--json] [--threads N] FILE|FOLDER...",
      "searches content, headers, container fields and names of files for identifiers",
      "ids.txt: one identifier a line. Prints the place and the line number in ids.txt, never the identifier, nor a "
      "path that holds one.\n"
      "Folders are searched to their end, in the order of their paths; links in them are named and not followed.\n"
      "--json: one object a line, its `type` finding, more, skipped, not_searched or unsearchable; the last is the "
      "summary.\n"
      "Exit: 0 clean, 4 found, 1 a file could not be read.",
      {"--identifiers", "--threads"},
      {"--json"},
      run_scan};
}

}  // namespace tributary::cli
