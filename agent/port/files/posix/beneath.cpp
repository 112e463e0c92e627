// agent/port/files/posix/beneath.cpp: the kernel's openat2, or the same step by step where it has none.
#include "agent/port/files/posix/beneath.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <string_view>
#include <vector>

#include "agent/base/text.hpp"
#include "agent/port/files/files.hpp"

namespace tributary::files {
namespace {

// EAGAIN: something was renamed meanwhile, which passes, or a file server holds a lease on the file, which lasts.
constexpr int most_tries = 64;
constexpr int most_links = 40;  // as the kernel, path_resolution(7)

int openat2(int directory, const char* name, int flags, Links links) {
  open_how how{};
  how.flags = static_cast<decltype(how.flags)>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | (links == Links::refused ? RESOLVE_NO_SYMLINKS : 0U);
  return static_cast<int>(::syscall(SYS_openat2, directory, name, &how, sizeof how));
}

// Kernels before 5.6 and emulators have no openat2; containers and RestrictSUIDSGID= of systemd forbid it, for they can
// not see its flags. To open the working directory in this way is forbidden for no other reason.
bool has_openat2() {
  static const bool has = [] {
    const Fd here(openat2(AT_FDCWD, ".", O_PATH, Links::refused));
    return here.valid() || (errno != ENOSYS && errno != EPERM);
  }();
  return has;
}

int failed(int number) {
  errno = number;
  return -1;
}

// One name, resolved as RESOLVE_BENEATH does. Each step opens one entry of a folder that is held open, and the kernel
// follows no link in it: what is put in the place of an entry between two steps can not lead elsewhere.
class Steps {
 public:
  Steps(int root, int flags, Links links) : root_(root), flags_(flags | O_CLOEXEC), links_(links) {}

  int open(std::string_view name) {
    if (!take(name)) return -1;
    while (!ahead_.empty()) {
      if (ahead_.back() == "..") {
        if (!turn_back()) return -1;
        continue;
      }
      const auto entry = std::move(ahead_.back());
      ahead_.pop_back();
      if (entry.empty() || entry == ".") continue;
      std::array<char, PATH_MAX> target{};
      const auto length = ::readlinkat(here(), entry.c_str(), target.data(), target.size());
      if (length < 0 && errno != EINVAL) return -1;  // EINVAL: no link
      if (length >= 0) {
        if (links_ == Links::refused || ++links_met_ > most_links) return failed(ELOOP);
        if (!take({target.data(), static_cast<std::size_t>(length)})) return -1;
      } else if (ahead_.empty()) {
        return last(entry);
      } else if (!enter(entry)) {
        return -1;
      }
    }
    return ::openat(here(), ".", flags_);
  }

 private:
  [[nodiscard]] int here() const { return folder_.valid() ? folder_.get() : root_; }

  static bool leads_out() {
    errno = EXDEV;
    return false;
  }

  bool take(std::string_view path) {
    if (path.starts_with('/')) return leads_out();
    const auto entries = split(path, '/');
    ahead_.insert(ahead_.end(), entries.rbegin(), entries.rend());
    return true;
  }

  bool enter(const std::string& entry) {
    // O_DIRECTORY beside O_PATH: what is mounted at the first look is mounted.
    Fd next(::openat(here(), entry.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next.valid()) return false;
    folder_ = std::move(next);
    behind_.push_back(entry);
    return true;
  }

  // `..` of a folder that was moved away meanwhile leads out: the names before it are gone through once more instead.
  bool turn_back() {
    for (; !ahead_.empty() && ahead_.back() == ".."; ahead_.pop_back()) {
      if (behind_.empty()) return leads_out();
      behind_.pop_back();
    }
    ahead_.insert(ahead_.end(), behind_.rbegin(), behind_.rend());
    behind_.clear();
    folder_.reset();
    return true;
  }

  int last(const std::string& entry) {
    Fd file(::openat(here(), entry.c_str(), flags_ | O_NOFOLLOW));
    struct stat info{};
    // A link, which took the place of something else since it was looked at.
    if (!file.valid()) return errno == ELOOP ? failed(EAGAIN) : -1;
    if ((flags_ & O_PATH) != 0 && ::fstat(file.get(), &info) == 0 && S_ISLNK(info.st_mode)) return failed(EAGAIN);
    return file.release();
  }

  int root_, flags_;
  Links links_;
  int links_met_ = 0;
  Fd folder_;                                // the last of `behind_`; none: the root
  std::vector<std::string> behind_, ahead_;  // folders from the root on; what is to be resolved, its first at the end
};

}  // namespace

int open_beneath(int directory, const std::string& relative, int flags, Links links) {
  const char* name = relative.empty() ? "." : relative.c_str();
  for (int tries = 1;; tries += errno == EAGAIN ? 1 : 0) {
    const int fd = has_openat2() ? openat2(directory, name, flags, links) : Steps(directory, flags, links).open(name);
    if (fd >= 0 || (errno != EINTR && errno != EAGAIN) || tries >= most_tries) return fd;
  }
}

}  // namespace tributary::files
