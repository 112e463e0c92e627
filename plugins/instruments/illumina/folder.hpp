// plugins/instruments/illumina/folder.hpp: a run folder, read without ever following a symbolic link.
//
// Failure    Later when the folder or the mount is away, Broken when the right to read is missing or something is
//            larger than it may be. Messages name fixed files of the vendor only, never a file named after a sample.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tributary::illumina {

enum class EntryKind : std::uint8_t { file, folder, link, other };

struct Entry {
  std::string name;
  EntryKind kind = EntryKind::other;
};

struct FileInfo {
  std::uint64_t size_bytes = 0;
  std::int64_t mtime_utc_s = 0;
};

class Folder {
 public:
  explicit Folder(const std::string& path);
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  /// The last component of the path, as the operator named the run.
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Entries by name; empty when there is no such folder.
  [[nodiscard]] std::vector<Entry> list(const std::string& relative) const;
  /// The regular file `name` in the folder `relative`, whatever its case, as a relative path; the exact case wins.
  [[nodiscard]] std::optional<std::string> find(const std::string& relative, const std::string& name) const;
  /// Folders in `relative` whose name is `prefix` and a number, the highest number first.
  [[nodiscard]] std::vector<std::pair<int, std::string>> numbered(const std::string& relative,
                                                                  const std::string& prefix) const;
  [[nodiscard]] std::optional<FileInfo> info(const std::string& relative) const;  // regular files and folders
  /// A small file, whole. `what` names it in messages.
  [[nodiscard]] std::string read(const std::string& relative, std::size_t limit_bytes, const std::string& what) const;

 private:
  [[nodiscard]] int open(const std::string& relative, int flags) const;
  std::string name_;
  int fd_ = -1;
};

/// `folder/name`, or `name` when folder is "".
std::string below(const std::string& folder, const std::string& name);

}  // namespace tributary::illumina
