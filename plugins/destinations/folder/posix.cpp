// plugins/destinations/folder/posix.cpp: file operations.
#include "plugins/destinations/folder/posix.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "plugins/sdk/digest.hpp"

namespace tributary::folder {
namespace {

constexpr std::size_t buffer_bytes = 1U << 20;

int open_at(const Fd& parent, const std::string& name, int flags) {
  return ::openat(parent.get(), name.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0640);
}

std::vector<std::string> names_in(const Fd& parent, const std::string& name) {
  const int fd = open_at(parent, name, O_RDONLY | O_DIRECTORY);
  if (fd < 0) fail("listing a folder", errno);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(fd), ::closedir);
  if (!stream) fail("listing a folder", errno);
  std::vector<std::string> names;
  for (errno = 0; const dirent* entry = ::readdir(stream.get()); errno = 0) {
    const std::string found = entry->d_name;
    if (found != "." && found != "..") names.push_back(found);
  }
  if (errno != 0) fail("listing a folder", errno);
  return names;
}

}  // namespace

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

void fail(const std::string& act, int error) {
  const auto what = act + ": " + std::generic_category().message(error);
  switch (error) {
    case EACCES:
    case EPERM:
      throw Away(TRIBUTARY_BROKEN, what, "give the service's user the right to write to `path`");
    case ENOTDIR:
    case EISDIR:
    case ELOOP:
    case ENAMETOOLONG:
      throw sdk::Broken(what, "something that is not ours has the name: look at `path`");
    case ENOSPC:
    case EDQUOT:
      throw Away(TRIBUTARY_LATER, what, "make room at `path`");
    default:
      throw Away(TRIBUTARY_LATER, what, "look whether `path` is mounted and healthy");
  }
}

Fd open_root(const std::string& path) {
  Fd root(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root.is_open()) fail("opening the destination's folder " + path, errno);
  return root;
}

Fd open_folder(const Fd& parent, const std::string& name) {
  if (!parent.is_open()) return Fd();
  Fd folder(open_at(parent, name, O_RDONLY | O_DIRECTORY));
  if (!folder.is_open() && errno != ENOENT) fail("opening a folder", errno);
  return folder;
}

Fd make_folder(const Fd& parent, const std::string& name) {
  if (::mkdirat(parent.get(), name.c_str(), 0750) == 0) {
    make_durable(parent);
  } else if (errno != EEXIST) {
    fail("making a folder", errno);
  }
  auto folder = open_folder(parent, name);
  if (!folder.is_open()) fail("making a folder", ENOENT);
  return folder;
}

std::optional<Content> content_of(const Fd& parent, const std::string& name,
                                  const std::function<void()>& while_reading) {
  if (!parent.is_open()) return std::nullopt;
  const Fd file(open_at(parent, name, O_RDONLY | O_NONBLOCK));
  if (!file.is_open() && errno == ENOENT) return std::nullopt;
  if (!file.is_open()) fail("opening " + name, errno);
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) fail("looking at " + name, errno);
  if (!S_ISREG(status.st_mode)) fail("looking at " + name, EISDIR);
  Content content;
  sdk::Digest digest(MBEDTLS_MD_SHA256);
  std::string buffer(buffer_bytes, '\0');
  for (;;) {
    while_reading();
    const auto got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("reading " + name + " back", errno);
    if (got == 0) break;
    digest.update(std::string_view(buffer).substr(0, static_cast<std::size_t>(got)));
    content.bytes += static_cast<std::uint64_t>(got);
  }
  content.sha256 = digest.finish();
  return content;
}

std::optional<std::uint64_t> read_at(const Fd& parent, const std::string& name, std::uint64_t offset, void* into,
                                     std::uint64_t bytes) {
  if (!parent.is_open()) return std::nullopt;
  const Fd file(open_at(parent, name, O_RDONLY | O_NONBLOCK));
  if (!file.is_open() && errno == ENOENT) return std::nullopt;
  if (!file.is_open()) fail("opening " + name, errno);
  std::uint64_t done = 0;
  while (done < bytes) {
    const auto got =
        ::pread(file.get(), static_cast<char*>(into) + done, bytes - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("reading " + name + " back", errno);
    if (got == 0) break;
    done += static_cast<std::uint64_t>(got);
  }
  return done;
}

bool exists(const Fd& parent, const std::string& name) {
  return parent.is_open() && ::faccessat(parent.get(), name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

void write_file(const Fd& parent, const std::string& name, const sdk::ReadBody& read) {
  const Fd file(open_at(parent, name, O_WRONLY | O_CREAT | O_TRUNC));
  if (!file.is_open()) fail("making " + name, errno);
  std::string buffer(buffer_bytes, '\0');
  for (;;) {
    const auto got = read(buffer.data(), buffer.size());
    if (got <= 0) break;
    std::size_t done = 0;
    while (done < static_cast<std::size_t>(got)) {
      const auto put = ::write(file.get(), buffer.data() + done, static_cast<std::size_t>(got) - done);
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) fail("writing " + name, errno);
      done += static_cast<std::size_t>(put);
    }
  }
  if (::fsync(file.get()) != 0) fail("writing " + name + " to the disk", errno);
}

void rename_file(const Fd& from, const Fd& to, const std::string& name) {
  if (::renameat(from.get(), name.c_str(), to.get(), name.c_str()) != 0) fail("moving " + name + " into place", errno);
}

void remove_file(const Fd& parent, const std::string& name) {
  if (::unlinkat(parent.get(), name.c_str(), 0) != 0 && errno != ENOENT) fail("removing " + name, errno);
}

void remove_folder(const Fd& parent, const std::string& name) {
  const auto folder = open_folder(parent, name);
  if (!folder.is_open()) return;
  for (const auto& file : names_in(parent, name)) remove_file(folder, file);
  make_durable(folder);
  if (::unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) fail("removing a folder", errno);
  make_durable(parent);
}

void make_durable(const Fd& folder) {
  if (::fsync(folder.get()) != 0) fail("writing a folder to the disk", errno);
}

}  // namespace tributary::folder
