// plugins/sdk/consent/files.hpp: the files of a folder, and whether they are still what they were.
//
// Failure    throws sdk::Later: what is away comes back.
// Never      names a file in an error: exporters name files after persons. A file is told by its number in the order of
//            names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plugins/sdk/consent/json.hpp"
#include "plugins/sdk/dropped_file.hpp"

namespace tributary::sdk::consent {

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

}  // namespace tributary::sdk::consent
