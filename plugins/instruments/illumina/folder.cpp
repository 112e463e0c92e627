// plugins/instruments/illumina/folder.cpp: openat without links, bounded listings and reads.
#include "plugins/instruments/illumina/folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "plugins/instruments/illumina/text.hpp"
#include "plugins/sdk/sdk.hpp"

namespace tributary::illumina {
namespace {

constexpr std::size_t most_entries = 200'000;  // of one folder

[[noreturn]] void complain(const std::string& what, int number) {
  const std::string said = what + ": " + std::strerror(number);
  if (number == EACCES || number == EPERM) throw sdk::Broken(said, "give the user of the daemon the right to read it");
  throw sdk::Later(said, "look at the disk or the mount; this is tried again");
}

bool absent(int number) { return number == ENOENT || number == ENOTDIR || number == ELOOP; }

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

struct CloseFd {
  int fd;
  explicit CloseFd(int number) : fd(number) {}
  CloseFd(const CloseFd&) = delete;
  CloseFd& operator=(const CloseFd&) = delete;
  ~CloseFd() { ::close(fd); }
};

EntryKind kind_of(int folder, const dirent& entry) {
  struct stat info{};
  switch (entry.d_type) {
    case DT_REG:
      return EntryKind::file;
    case DT_DIR:
      return EntryKind::folder;
    case DT_LNK:
      return EntryKind::link;
    case DT_UNKNOWN:
      if (::fstatat(folder, entry.d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) return EntryKind::other;
      if (S_ISREG(info.st_mode)) return EntryKind::file;
      if (S_ISDIR(info.st_mode)) return EntryKind::folder;
      return S_ISLNK(info.st_mode) ? EntryKind::link : EntryKind::other;
    default:
      return EntryKind::other;
  }
}

}  // namespace

std::string below(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : folder + "/" + name;
}

Folder::Folder(const std::string& path) {
  const auto end = path.find_last_not_of('/');
  const std::string bare_path = end == std::string::npos ? path : path.substr(0, end + 1);
  const auto slash = bare_path.rfind('/');
  name_ = slash == std::string::npos ? bare_path : bare_path.substr(slash + 1);
  fd_ = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd_ < 0) complain("the run folder can not be opened", errno);
}

Folder::~Folder() { ::close(fd_); }

// One component at a time, so that no link anywhere on the way is followed.
int Folder::open(const std::string& relative, int flags) const {
  int at = ::fcntl(fd_, F_DUPFD_CLOEXEC, 3);
  if (at < 0 || relative.empty()) {
    if (at < 0) return -1;
    const int fresh = ::openat(at, ".", flags | O_CLOEXEC);  // a place in the listing of its own
    ::close(at);
    return fresh;
  }
  const auto parts = split(relative, "/");
  for (std::size_t i = 0; i < parts.size() && at >= 0; ++i) {
    const bool last = i + 1 == parts.size();
    const bool foul = parts[i].empty() || parts[i] == "." || parts[i] == "..";
    const int next = foul ? -1
                          : ::openat(at, parts[i].c_str(),
                                     (last ? flags : O_PATH | O_DIRECTORY) | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    const int number = foul ? ENOENT : errno;
    ::close(at);
    errno = number;
    at = next;
  }
  return at;
}

std::vector<Entry> Folder::list(const std::string& relative) const {
  const int fd = open(relative, O_RDONLY | O_DIRECTORY);
  if (fd < 0 && absent(errno)) return {};
  if (fd < 0) complain("a folder of the run can not be listed", errno);
  const std::unique_ptr<DIR, CloseFolder> folder(::fdopendir(fd));
  if (!folder) {
    ::close(fd);
    throw sdk::Later("a folder of the run can not be listed: out of memory");
  }
  std::vector<Entry> found;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(folder.get());
    if (entry == nullptr && errno != 0) complain("a folder of the run can not be listed", errno);
    if (entry == nullptr) break;
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (found.size() >= most_entries) {
      throw sdk::Broken("a folder of the run has more than 200,000 entries", "this can not be a result of one run");
    }
    found.push_back({name, kind_of(::dirfd(folder.get()), *entry)});
  }
  std::sort(found.begin(), found.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return found;
}

std::optional<std::string> Folder::find(const std::string& relative, const std::string& name) const {
  std::optional<std::string> found;
  for (const auto& entry : list(relative)) {
    if (entry.kind != EntryKind::file) continue;
    if (entry.name == name) return below(relative, name);
    if (!found && lower(entry.name) == lower(name)) found = below(relative, entry.name);
  }
  return found;
}

std::vector<std::pair<int, std::string>> Folder::numbered(const std::string& relative,
                                                          const std::string& prefix) const {
  std::vector<std::pair<int, std::string>> found;
  for (const auto& entry : list(relative)) {
    if (entry.kind != EntryKind::folder || lower(entry.name).rfind(lower(prefix), 0) != 0) continue;
    const auto number = small_number(std::string_view(entry.name).substr(prefix.size()));
    if (number) found.emplace_back(*number, below(relative, entry.name));
  }
  std::sort(found.begin(), found.end(), std::greater<>());
  return found;
}

std::optional<FileInfo> Folder::info(const std::string& relative) const {
  const int fd = open(relative, O_PATH);
  if (fd < 0 && absent(errno)) return std::nullopt;
  if (fd < 0) complain("a file of the run can not be looked at", errno);
  const CloseFd close(fd);
  struct stat info{};
  if (::fstat(fd, &info) != 0) complain("a file of the run can not be looked at", errno);
  if (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)) return std::nullopt;
  return FileInfo{static_cast<std::uint64_t>(info.st_size), info.st_mtim.tv_sec};
}

std::string Folder::read(const std::string& relative, std::size_t limit_bytes, const std::string& what) const {
  const int fd = open(relative, O_RDONLY | O_NOCTTY);
  if (fd < 0) complain(what, errno);
  const CloseFd close(fd);
  struct stat info{};
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) throw sdk::Broken(what + " is no regular file");
  std::string content;
  std::string buffer(65536, '\0');
  for (;;) {
    const auto n = ::read(fd, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) complain(what, errno);
    if (n == 0) return content;
    content.append(buffer, 0, static_cast<std::size_t>(n));
    if (content.size() > limit_bytes) {
      throw sdk::Broken(what + " has more than " + std::to_string(limit_bytes) + " bytes",
                        "this can not be the right file");
    }
  }
}

}  // namespace tributary::illumina
