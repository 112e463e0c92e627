// agent/cli/key_file.cpp: keys on disk, and whose they are.
#include "agent/cli/key_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "agent/base/text.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "agent/port/files/files.hpp"

namespace tributary::cli {
namespace {

constexpr unsigned permissions = 0777;

Error system_error(const std::string& path) { return operator_error(printable(path) + ": " + std::strerror(errno)); }

struct Place {
  std::string folder, name;
};

Place place_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return {".", path};
  return {slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

// Owner before content: nobody ever reads the key who may not.
Status fill(int file, ByteView content, const Owner& owner, const std::string& path) {
  if (owner.known && ::fchown(file, owner.user, owner.group) != 0) return system_error(path);
  if (::fchmod(file, owner.mode) != 0) return system_error(path);
  if (auto written = files::FdSink(file).write(content); !written) return in(printable(path), written.error());
  return ::fsync(file) == 0 ? Status() : system_error(path);
}

// Not every file system knows how to rename without replacing, and not every other one has links.
bool name_if_free(int folder, const std::string& temporary, const std::string& name) {
  if (::renameat2(folder, temporary.c_str(), folder, name.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  if (::linkat(folder, temporary.c_str(), folder, name.c_str(), 0) != 0) return false;
  return ::unlinkat(folder, temporary.c_str(), 0) == 0;
}

}  // namespace

Result<Owner> owner_of_file(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return system_error(path);
  if (::geteuid() != 0) return Owner{};
  return Owner{true, info.st_uid, info.st_gid, info.st_mode & permissions};
}

Result<Owner> owner_for_new_file(const std::string& path) {
  struct stat info{};
  const auto folder = place_of(path).folder;
  if (::stat(folder.c_str(), &info) != 0) return system_error(folder);
  if (::geteuid() != 0) return Owner{};
  const bool group_enters = (info.st_mode & S_IXGRP) != 0 && (info.st_mode & S_IRWXO) == 0;
  return Owner{true, info.st_uid, info.st_gid, group_enters ? 0640U : 0600U};
}

Status write_key(const std::string& path, ByteView content, const Owner& owner, Existing existing) {
  const auto place = place_of(path);
  const files::Fd folder(::open(place.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return system_error(place.folder);
  Bytes chance(10);
  if (auto random = crypto::random(chance); !random) return random;
  const auto temporary = place.name + "." + to_hex(chance);
  const files::Fd file(
      ::openat(folder.get(), temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.valid()) return system_error(path);
  auto done = fill(file.get(), content, owner, path);
  if (done) {
    const bool named = existing == Existing::stays
                           ? name_if_free(folder.get(), temporary, place.name)
                           : ::renameat(folder.get(), temporary.c_str(), folder.get(), place.name.c_str()) == 0;
    if (!named && errno == EEXIST) {
      done = operator_error(printable(path) + " exists already", "a key is never overwritten: name another file");
    } else if (!named) {
      done = system_error(path);
    }
  }
  if (!done) {
    ::unlinkat(folder.get(), temporary.c_str(), 0);
    return done;
  }
  return ::fsync(folder.get()) == 0 ? Status() : system_error(place.folder);
}

}  // namespace tributary::cli
