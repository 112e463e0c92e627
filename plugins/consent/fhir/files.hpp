// plugins/consent/fhir/files.hpp: the files of a folder, and whether they are still what they were.
//
// Failure    throws sdk::Later: what is away comes back.
// Never      names a file in an error: exporters name files after persons. A file is told by its number in the order of
//            names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plugins/consent/fhir/json.hpp"

namespace tributary::fhir {

/// What must not change while content is trusted.
struct FileId {
  std::uint64_t device = 0, inode = 0, size_bytes = 0;
  std::int64_t mtime_s = 0, mtime_ns = 0, ctime_s = 0, ctime_ns = 0;
  friend bool operator==(const FileId&, const FileId&) = default;
};

struct FileEntry {
  std::string path;
  FileId id;
};

struct Listing {
  std::vector<FileEntry> files;    // in the order of names
  std::int64_t changed_utc_s = 0;  // the newest of the folder and its files
  [[nodiscard]] std::uint64_t fingerprint() const;
};

/// The regular files of a folder whose name ends in one of `endings` and begins with no dot; or, when the path is a
/// file, that file.
Listing list_files(const std::string& path, const std::vector<std::string>& endings, std::size_t most_files);

class OpenFile final : public Bytes {
 public:
  explicit OpenFile(const std::string& path);
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() override;
  [[nodiscard]] FileId id() const;
  std::size_t read(char* into, std::size_t room) override;

 private:
  int fd_;
};

}  // namespace tributary::fhir
