// agent/port/files/posix/root.cpp: a directory, and what lies beneath it.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "agent/base/text.hpp"
#include "agent/port/files/files.hpp"
#include "agent/port/files/posix/beneath.hpp"
#include "agent/port/files/posix/fd.hpp"

namespace tributary::files {
namespace {

Error not_regular() { return refusal("a file of the run is no regular file", "only regular files are read"); }

EntryKind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return EntryKind::file;
  if (S_ISDIR(mode)) return EntryKind::directory;
  if (S_ISLNK(mode)) return EntryKind::link;
  return EntryKind::other;
}

FileId id_of(const struct stat& info) {
  return FileId{static_cast<std::uint64_t>(info.st_size),
                std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec, info.st_ino, info.st_dev};
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

Result<std::vector<Entry>> entries(int fd) {
  std::unique_ptr<DIR, CloseDirectory> directory(::fdopendir(fd));
  if (!directory) {
    const int number = errno;
    ::close(fd);
    return errno_error("listing a folder", number);
  }
  std::vector<Entry> found;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(directory.get());
    if (entry == nullptr) {
      if (errno != 0) return errno_error("listing a folder");
      break;
    }
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    EntryKind kind = EntryKind::other;
    switch (entry->d_type) {
      case DT_REG:
        kind = EntryKind::file;
        break;
      case DT_DIR:
        kind = EntryKind::directory;
        break;
      case DT_LNK:
        kind = EntryKind::link;
        break;
      case DT_UNKNOWN: {
        struct stat info{};
        if (::fstatat(::dirfd(directory.get()), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0)
          kind = kind_of(info.st_mode);
        break;
      }
      default:
        break;
    }
    found.push_back({name, kind});
  }
  std::sort(found.begin(), found.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return found;
}

}  // namespace

Result<Root> Root::open(const std::string& directory) {
  Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return errno_error(printable(directory));
  return Root(directory, std::move(fd));
}

Result<std::vector<Entry>> Root::list(const std::string& relative) const {
  const int fd = open_beneath(directory_.get(), relative, O_RDONLY | O_DIRECTORY);
  if (fd < 0) return errno_error("a folder of the run");
  return entries(fd);
}

Result<Fd> Root::open_file(const std::string& relative) const {
  Fd fd(open_beneath(directory_.get(), relative, O_RDONLY | O_NOCTTY | O_NONBLOCK));
  if (!fd.valid() && errno == ENXIO) return not_regular();  // a socket, or a device without a driver
  if (!fd.valid()) return errno_error("a file of the run");
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return errno_error("a file of the run");
  if (!S_ISREG(info.st_mode)) return not_regular();
  return fd;
}

Result<FileId> Root::id(const std::string& relative) const {
  Fd fd(open_beneath(directory_.get(), relative, O_PATH));
  struct stat info{};
  if (!fd.valid() || ::fstat(fd.get(), &info) != 0) return errno_error("a file of the run");
  return id_of(info);
}

bool Root::exists(const std::string& relative) const {
  return Fd(open_beneath(directory_.get(), relative, O_PATH)).valid();
}

Result<std::string> Root::read_small(const std::string& relative, std::size_t limit) const {
  auto file = open_file(relative);
  if (!file) return file.error();
  Bytes content;
  FdSource source(std::move(*file));
  stream::BufferSink sink(content, limit);
  if (auto done = stream::copy(source, sink); !done) return done.error();
  return std::string(text(content));
}

Status Root::walk(const std::string& relative, unsigned depth,
                  const std::function<bool(const std::string&, EntryKind, const FileId&)>& visit) const {
  if (depth == 0) return {};
  const Fd start(open_beneath(directory_.get(), relative, O_RDONLY | O_DIRECTORY));
  if (!start.valid()) return errno_error("a folder of the run");
  struct Level {
    std::string below;  // the start
    unsigned depth;
  };
  std::vector<Level> open{{"", depth}};
  while (!open.empty()) {
    const Level level = std::move(open.back());
    open.pop_back();
    // Whoever puts a link in the place of a folder that was visited must not lead us elsewhere.
    const Fd folder(open_beneath(start.get(), level.below, O_RDONLY | O_DIRECTORY, Links::refused));
    if (!folder.valid()) {
      if (errno == ENOENT && !level.below.empty()) continue;  // gone since it was visited
      if (errno == ELOOP || errno == ENOTDIR) return wait_error("a folder of the run was replaced while it was listed");
      return errno_error("a folder of the run");
    }
    auto copy = folder.duplicate();
    if (!copy) return copy.error();
    auto found = entries(copy->release());
    if (!found) return found.error();
    for (const auto& entry : *found) {
      struct stat info{};
      if (::fstatat(folder.get(), entry.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) continue;  // gone since it was listed
        return errno_error("a file of the run");
      }
      const std::string below = level.below.empty() ? entry.name : level.below + "/" + entry.name;
      const auto kind = kind_of(info.st_mode);
      if (!visit(relative.empty() ? below : relative + "/" + below, kind, id_of(info))) return {};
      if (kind == EntryKind::directory && level.depth > 1) open.push_back({below, level.depth - 1});
    }
  }
  return {};
}

}  // namespace tributary::files
