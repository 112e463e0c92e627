// agent/port/files/posix/files.cpp: files outside of run folders, the lock, links, free space.
#include "agent/port/files/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "agent/base/secret.hpp"
#include "agent/base/text.hpp"
#include "agent/port/files/posix/fd.hpp"

namespace tributary::files {
namespace {

constexpr std::size_t draft_letters = 6;  // mkostemp(3)

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<std::string> read_whole(const Fd& fd, const std::string& path, std::size_t limit) {
  std::string content;
  std::string buffer(16384, '\0');
  const Wiped guard(buffer);  // it may be a key
  for (;;) {
    const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_error(printable(path));
    if (n == 0) return content;
    content.append(buffer, 0, static_cast<std::size_t>(n));
    if (content.size() > limit) {
      return refusal(printable(path) + ": more than " + std::to_string(limit) + " bytes",
                     "this can not be the right file");
    }
  }
}

}  // namespace

Status sync_directory(const std::string& path) {
  const Fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid() || ::fsync(directory.get()) != 0) return errno_error(printable(path));
  return {};
}

Result<Fd> open_for_reading(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd.valid()) return errno_error(printable(path));
  struct stat info{};
  if (::fstat(fd.get(), &info) == 0 && S_ISDIR(info.st_mode)) {
    return operator_error(printable(path) + " is a directory", "name a file");
  }
  return fd;
}

Result<Fd> open_regular(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  struct stat info{};
  if (!fd.valid() && errno == ENXIO) return refusal(printable(path) + " is no regular file", "name a file");
  if (!fd.valid() || ::fstat(fd.get(), &info) != 0) return errno_error(printable(path));
  if (S_ISDIR(info.st_mode)) return operator_error(printable(path) + " is a directory", "name a file");
  if (!S_ISREG(info.st_mode)) return refusal(printable(path) + " is no regular file", "name a file");
  return fd;
}

bool exists(const std::string& path) {
  struct stat info{};
  return ::lstat(path.c_str(), &info) == 0;
}

Result<std::string> read_small(const std::string& path, std::size_t limit) {
  const auto fd = open_regular(path);
  return fd ? read_whole(*fd, path, limit) : Result<std::string>(fd.error());
}

Result<std::string> read_named(const std::string& path, std::size_t limit) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  return fd.valid() ? read_whole(fd, path, limit) : Result<std::string>(errno_error(printable(path)));
}

Result<Draft> Draft::make(const std::string& path, unsigned mode) {
  Draft draft;
  draft.path_ = path;
  auto temporary = path + "." + std::string(draft_letters, 'X');
  draft.file_ = Fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!draft.file_.valid()) return errno_error(printable(path));
  draft.temporary_ = std::move(temporary);
  if (::fchmod(draft.file_.get(), static_cast<mode_t>(mode)) != 0) return errno_error(printable(path));
  return draft;
}

Draft::Draft(Draft&& other) noexcept
    : file_(std::move(other.file_)),
      path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, std::string())) {}

Draft::~Draft() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Status Draft::write(ByteView bytes) {
  auto written = FdSink(file_.get()).write(bytes);
  return written ? written : in(printable(path_), written.error());
}

Status Draft::keep() {
  if (::fsync(file_.get()) != 0 || ::rename(temporary_.c_str(), path_.c_str()) != 0)
    return errno_error(printable(path_));
  temporary_.clear();
  return sync_directory(parent_of(path_));
}

Status write_atomic(const std::string& path, ByteView content, unsigned mode) {
  auto draft = Draft::make(path, mode);
  if (!draft) return draft.error();
  if (auto written = draft->write(content); !written) return written;
  return draft->keep();
}

Status remove_drafts(const std::string& path) {
  const auto folder = parent_of(path);
  const auto draft = path.substr(path.rfind('/') + 1) + ".";
  auto root = Root::open(folder);
  if (!root) return root.error();
  auto entries = root->list("");
  if (!entries) return entries.error();
  for (const auto& [name, kind] : *entries) {
    const bool ours = kind == EntryKind::file && name.starts_with(draft) && name.size() == draft.size() + draft_letters;
    if (ours && ::unlink((folder + "/" + name).c_str()) != 0 && errno != ENOENT) return errno_error(printable(path));
  }
  return {};
}

Status make_directories(const std::string& path, unsigned mode) {
  const auto parent = parent_of(path);
  int made = ::mkdir(path.c_str(), static_cast<mode_t>(mode));
  if (made != 0 && errno == ENOENT && parent != path) {
    if (auto above = make_directories(parent, mode); !above) return above;
    made = ::mkdir(path.c_str(), static_cast<mode_t>(mode));
  }
  if (made == 0) return sync_directory(parent);  // a journal is as durable as the folder that it lies in
  if (errno != EEXIST) return errno_error(printable(path));
  struct stat info{};
  if (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return {};
  return operator_error(printable(path) + " is in the way: it is no directory", "move it aside");
}

Result<std::uint64_t> free_bytes(const std::string& path) {
  struct statvfs info{};
  if (::statvfs(path.c_str(), &info) != 0) return errno_error(printable(path));
  return std::uint64_t{info.f_bavail} * info.f_frsize;
}

Status make_link(const Fd& file, const std::string& path) {
  const auto opened = "/proc/self/fd/" + std::to_string(file.get());
  if (::linkat(AT_FDCWD, opened.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) == 0) return {};
  const int number = errno;
  auto error = errno_error("a hard link", number);
  if (number == EXDEV) {
    error = operator_error(error.what,
                           "put state_dir and the run folder into one mount (under systemd: one that ReadWritePaths= "
                           "names, above both), or write `retain: source`");
  } else if (number == EPERM) {
    error = operator_error(error.what,
                           "its file system knows no links, or the file is not ours to write "
                           "(fs.protected_hardlinks): give the daemon's group write access, or write `retain: source`");
  } else if (number == EMLINK) {
    error = operator_error(error.what, "the file has as many names as its file system allows: write `retain: source`");
  }
  return error;
}

Status remove_directory(const std::string& path) {
  auto root = Root::open(path);
  if (!root) return exists(path) ? Status(root.error()) : Status();
  auto names = root->list("");
  if (!names) return names.error();
  for (const auto& name : *names) {
    if (::unlink((path + "/" + name.name).c_str()) != 0 && errno != ENOENT) return errno_error(printable(path));
  }
  return ::rmdir(path.c_str()) == 0 || errno == ENOENT ? Status() : Status(errno_error(printable(path)));
}

namespace {

struct flock whole_file() {
  struct flock out{};
  out.l_type = F_WRLCK;
  out.l_whence = SEEK_SET;
  return out;
}

}  // namespace

Result<Lock> Lock::take(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd.valid()) return errno_error(printable(path));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return operator_error(printable(path) + " is held by another process",
                            "another tributaryd works on this state_dir: stop it first, or use another state_dir");
    }
    return errno_error(printable(path));
  }
  // flock(2) can only be tried, which would hinder who takes it; this one can be asked about. A file system that does
  // not know it leaves the question unanswered, not the lock untaken.
  struct flock mark = whole_file();
  static_cast<void>(::fcntl(fd.get(), F_OFD_SETLK, &mark));
  return Lock(std::move(fd));
}

Result<bool> Lock::is_held(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid() && errno == ENOENT) return false;
  struct flock mark = whole_file();
  if (!fd.valid() || ::fcntl(fd.get(), F_OFD_GETLK, &mark) != 0) return errno_error(printable(path));
  return mark.l_type != F_UNLCK;
}

}  // namespace tributary::files
