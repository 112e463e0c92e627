// agent/verify/scan_paths.hpp: a search for identifiers in files and folders: names, containers, headers, content.
//
// Behind `tributary scan`. Supported formats are read as such, compressed ones decompressed; everything else is text,
// or bytes. Below a folder links are named and not followed, pipes, sockets and devices are not opened. A path that is
// given may be a link itself.
//
// Order      genomics::prepare() once before. Entries are told in the order of their paths, name by name in bytes,
//            however many threads search.
// Threads    `tell` and `moved` are called one at a time; `moved` from any thread.
// Failure    of a single file: told with it, the other files are searched. wait: stopped.
// Memory     does not grow with files, only with the entries of one folder and its parents.
// Never      gives a word back; prints; waits for the writer of a pipe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
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
  std::string place;       // "file name", "folder name", "header line 3", "record 4711", "line 12"
  std::uint32_t line = 0;  // of the list
};

/// One entry: a file, or what was met on the way to files.
struct ScannedEntry {
  enum class Kind : std::uint8_t { file, folder, link, special };
  std::uint64_t number = 0;    // from 1; folders that tell nothing have numbers, too
  std::size_t argument = 0;    // index into the paths
  std::string below;           // where it lies below that path; "" for the path itself. May be an identity:
  bool names_someone = false;  // a word stands in the path as it would be shown
  std::uint64_t inode = 0;     // finds it again without its name
  Kind kind = Kind::file;
  std::vector<ScanFinding> findings;  // the first `limit`
  std::uint64_t hits = 0, bytes = 0;  // bytes: decompressed
  std::optional<Error> problem;       // why it was not searched to its end
};

struct ScanSummary {
  std::uint64_t files = 0, links = 0, special = 0, problems = 0;
  std::uint64_t hits = 0, bytes = 0;
  std::uint64_t spellings = 0;                    // that were searched for
  std::vector<std::uint32_t> unsearchable_lines;  // too short or everyday words: not searched for
};

struct ScanWishes {
  std::size_t limit = 100;  // findings of one entry
  std::size_t threads = 1;
  std::function<void(std::uint64_t bytes)> moved;  // bytes searched so far, now and then; may be empty
};

/// `tell` is given every entry but folders without findings or problems.
Result<ScanSummary> scan_paths(const std::vector<std::string>& paths, const IdentifierList& words,
                               const ScanWishes& wishes, const Stop& stop,
                               const std::function<void(const ScannedEntry&)>& tell);

}  // namespace tributary::verify
