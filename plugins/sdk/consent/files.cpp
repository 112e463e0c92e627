// plugins/sdk/consent/files.cpp: the files of a folder, by POSIX.
#include "plugins/sdk/consent/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "plugins/sdk/sdk.hpp"

namespace tributary::sdk::consent {
namespace {

[[noreturn]] void away(const std::string& what, int code) {
  throw sdk::Later(what + ": " + std::strerror(code), "is the share mounted, and may the daemon read it?");
}

bool ends_with_any(const std::string& name, const std::vector<std::string>& endings) {
  return std::any_of(endings.begin(), endings.end(), [&](const std::string& ending) {
    return name.size() > ending.size() && name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
  });
}

std::vector<std::string> names_in(const std::string& path, const std::vector<std::string>& endings, std::size_t most) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), &::closedir);
  if (!folder) away(path, errno);
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const auto* entry = ::readdir(folder.get());
    if (entry == nullptr) break;
    const std::string name = entry->d_name;
    if (name[0] == '.' || !ends_with_any(name, endings)) continue;
    if (names.size() >= most) throw sdk::Later(path + ": more than " + std::to_string(most) + " files", "use Bundles");
    names.push_back(name);
  }
  if (errno != 0) away(path, errno);
  std::sort(names.begin(), names.end());
  return names;
}

void mix(std::uint64_t& hash, std::uint64_t value) {
  for (int i = 0; i < 8; ++i) hash = (hash ^ ((value >> (8U * static_cast<unsigned>(i))) & 0xffU)) * 1099511628211ULL;
}

}  // namespace

std::uint64_t Listing::fingerprint() const {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const auto& file : files) {
    for (const char c : file.path) mix(hash, static_cast<unsigned char>(c));
    mix(hash, file.id.device);
    mix(hash, file.id.inode);
    mix(hash, file.id.size_bytes);
    for (const auto time : {file.id.mtime_s, file.id.mtime_ns, file.id.ctime_s, file.id.ctime_ns}) {
      mix(hash, static_cast<std::uint64_t>(time));
    }
  }
  return hash;
}

Listing list_files(const std::string& path, const std::vector<std::string>& endings, std::size_t most_files) {
  struct stat found = {};
  if (::stat(path.c_str(), &found) != 0) away(path, errno);
  Listing out;
  out.changed_utc_s = found.st_mtim.tv_sec;
  if (S_ISREG(found.st_mode)) {
    out.files.push_back({path, file_detail::id_of(found)});
    return out;
  }
  for (const auto& name : names_in(path, endings, most_files)) {
    struct stat file = {};
    const auto full = path + "/" + name;
    if (::stat(full.c_str(), &file) != 0) away(path + ": one of its files", errno);
    if (!S_ISREG(file.st_mode)) continue;
    out.files.push_back({full, file_detail::id_of(file)});
    out.changed_utc_s = std::max<std::int64_t>(out.changed_utc_s, file.st_mtim.tv_sec);
  }
  return out;
}

OpenFile::OpenFile(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
  if (fd_ < 0) away("a file can not be opened", errno);
}

OpenFile::~OpenFile() { ::close(fd_); }

FileId OpenFile::id() const {
  struct stat found = {};
  if (::fstat(fd_, &found) != 0) away("a file can not be looked at", errno);
  return file_detail::id_of(found);
}

std::size_t OpenFile::read(char* into, std::size_t room) {
  for (;;) {
    const auto n = ::read(fd_, into, room);
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno != EINTR) away("a file can not be read", errno);
  }
}

}  // namespace tributary::sdk::consent
