// agent/verify/scan_files.hpp: a search for identifiers in files of any kind: names, containers, headers, content.
//
// Behind `tributary scan --identifiers ids.txt FILE...`. Supported formats are read as such, compressed ones
// decompressed; everything else is text, or bytes.
//
// Order      genomics::prepare() once before.
// Failure    of a single file: told in the report, the other files are searched. wait: stopped.
// Never      gives a word back; prints.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/base/stop.hpp"
#include "agent/verify/dictionary.hpp"

namespace tributary::verify {

/// Words with the lines (from 1) of the list that they came from.
struct IdentifierList {
  std::vector<Word> words;
  std::vector<std::uint32_t> lines;
};
/// One identifier a line; blank lines, white space around words and a byte order mark are passed over.
IdentifierList read_identifiers(std::string_view text);

struct ScanFinding {
  std::size_t file = 0;    // index into the paths
  std::string place;       // "file name", "header line 3", "record 4711", "line 12"
  std::uint32_t line = 0;  // of the list
};
struct ScanProblem {
  std::size_t file = 0;
  Error error;
};
struct ScanReport {
  std::vector<ScanFinding> findings;  // the first `limit` of each file
  std::uint64_t hits = 0;
  std::uint64_t bytes = 0;                        // decompressed
  std::vector<std::uint32_t> unsearchable_lines;  // too short or everyday words: not searched for
  std::vector<ScanProblem> problems;              // files that were not searched to their end
};

/// Of a path the last component is searched as file name.
Result<ScanReport> scan_files(const std::vector<std::string>& paths, const IdentifierList& words, const Stop& stop,
                              std::size_t limit = 100);

}  // namespace tributary::verify
