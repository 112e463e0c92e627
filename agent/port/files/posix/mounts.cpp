// agent/port/files/posix/mounts.cpp: the file system behind a path, as the kernel tells it.
#include <fcntl.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "agent/base/text.hpp"
#include "agent/port/files/files.hpp"
#include "agent/port/files/posix/fd.hpp"

namespace tributary::files {
namespace {

constexpr std::size_t most_bytes = 16U << 20;

// Magic numbers of statfs(2) and linux/magic.h: NFS, CIFS, SMB2, SMB, FUSE (also virtiofs), Ceph, 9P, Lustre, AFS,
// GPFS, BeeGFS, vboxsf.
constexpr std::array<std::uint32_t, 12> remote_kinds = {0x6969U,     0xff534d42U, 0xfe534d42U, 0x517bU,
                                                        0x65735546U, 0x00c36400U, 0x01021997U, 0x0bd00bd0U,
                                                        0x5346414fU, 0x47504653U, 0x19830326U, 0x786f4256U};

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// The kernel writes space, tab, line feed and backslash as three octal digits (proc(5), mountinfo).
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 3 >= text.size() || text[i + 1] < '0' || text[i + 1] > '3') {
      out += text[i];
      continue;
    }
    out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + text[i + 3] - '0');
    i += 3;
  }
  return out;
}

// The mount that an open file belongs to; names can not tell it, for mounts may lie upon each other.
Result<std::uint64_t> mount_of(const Fd& file) {
  auto info = read_small("/proc/self/fdinfo/" + std::to_string(file.get()), most_bytes);
  if (!info) return info.error();
  const auto at = info->find("mnt_id:");
  return at == std::string::npos ? 0 : number(trim(std::string_view(*info).substr(at + std::strlen("mnt_id:"), 24)));
}

// `36 35 98:0 /root /mount/point options [optional...] - type source options`
void read_mount(const std::string& mounts, FileSystem& out) {
  for (const auto& line : split(mounts, '\n')) {
    const auto fields = split(line, ' ');
    if (fields.size() < 5 || number(fields[0]) != out.mount) continue;
    const auto dash = std::find(fields.begin(), fields.end(), "-");
    out.mount_point = unescaped(fields[4]);
    if (fields.end() - dash < 3) return;
    out.type = unescaped(*(dash + 1));
    out.source = unescaped(*(dash + 2));
    return;
  }
}

}  // namespace

std::string FileSystem::identity() const {
  return type + '\n' + source + '\n' + mount_point + '\n' + std::to_string(fsid) + '\n' + std::to_string(inode);
}

Result<FileSystem> file_system(const std::string& path) {
  Fd file(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));  // which lets an automounter mount it
  if (!file.valid() && errno == ENOTDIR) file = Fd(::open(path.c_str(), O_PATH | O_CLOEXEC));
  struct statfs info{};
  if (!file.valid() || ::fstatfs(file.get(), &info) != 0) return errno_error(printable(path));
  auto id = identify(file);
  auto mount = mount_of(file);
  auto mounts = read_small("/proc/self/mountinfo", most_bytes);
  if (!id) return id.error();
  if (!mount) return mount.error();
  if (!mounts) return mounts.error();
  FileSystem out;
  out.mount = *mount;
  out.inode = id->inode;
  std::memcpy(&out.fsid, &info.f_fsid, sizeof out.fsid);
  out.read_only = (static_cast<unsigned long>(info.f_flags) & ST_RDONLY) != 0;
  const auto kind = static_cast<std::uint32_t>(info.f_type);
  out.remote = std::find(remote_kinds.begin(), remote_kinds.end(), kind) != remote_kinds.end();
  read_mount(*mounts, out);
  return out;
}

}  // namespace tributary::files
