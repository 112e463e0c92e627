// agent/port/files/posix/revision.cpp: size, time and inode of files as one word.
#include "agent/port/files/revision.hpp"

#include "agent/port/files/files.hpp"

namespace tributary::files {

std::string revision_of(const std::vector<std::string>& paths) {
  std::string out;
  for (const auto& path : paths) {
    if (path.empty()) continue;
    const auto file = open_regular(path);
    const auto id = file ? identify(*file) : Result<FileId>(file.error());
    out += id ? std::to_string(id->inode) + "." + std::to_string(id->size) + "." + std::to_string(id->mtime_ns) : "?";
    out += ' ';
  }
  return out;
}

}  // namespace tributary::files
