// tests/line/shim/loss.cpp: a list of what is not on the disk yet, and its undoing.
//
// Data and names are two lists. All data is taken back to what was synced, then what the seed spares is written again,
// in order; names are undone from the last one back, as a file system with a journal would lose them.
#include "tests/line/shim/loss.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace tributary::shim {
namespace {

using Id = std::pair<dev_t, ino_t>;
constexpr std::size_t sector_bytes = 512;

struct Change {
  Id file;
  int fd = -1;  // ours
  off_t offset = 0, size_before = 0, size_after = 0;
  std::string before, after;  // bytes at `offset`
};

enum class Kind : std::uint8_t { made, renamed, removed, removed_folder };

struct Name {
  Kind kind;
  std::vector<Id> folders;     // that are not synced since
  std::string path, new_path;  // absolute; of a rename the second
  std::string saved;           // in the grave: what had `path` (removed) or `new_path` (renamed) before
};

struct Ledger {
  std::vector<Change> changes;
  std::vector<Name> names;
  std::map<Id, int> descriptors;
  std::string grave;
  long buried = 0;
  bool last_was_name = false;
};

// It may be asked for before static objects are made, and stays while the program ends.
Ledger& ledger() {
  static auto& all = *new Ledger;
  return all;
}

struct stat facts_of(int fd) {
  struct stat info{};
  if (::fstat(fd, &info) != 0) info.st_mode = 0;
  return info;
}

std::string link_of(const std::string& path) {
  char target[4096];
  const auto n = ::readlink(path.c_str(), target, sizeof target);
  return n > 0 ? std::string(target, static_cast<std::size_t>(n)) : std::string();
}

std::string path_of(int fd) { return link_of("/proc/self/fd/" + std::to_string(fd)); }

// The index of a write-ahead log is made anew after every start.
bool is_of_memory(int fd) { return path_of(fd).ends_with("-shm"); }

std::string absolute(int folder, const char* name) {
  if (*name == '/') return name;
  return (folder == AT_FDCWD ? link_of("/proc/self/cwd") : path_of(folder)) + "/" + name;
}

Id folder_of(const std::string& path) {
  struct stat info{};
  const auto parent = path.substr(0, std::max<std::size_t>(1, path.rfind('/')));
  return ::stat(parent.c_str(), &info) == 0 ? Id{info.st_dev, info.st_ino} : Id{};
}

std::string fresh_grave() { return ledger().grave + "/" + std::to_string(ledger().buried++); }

// Past the shim: none of this is an act of the program.
void move(const std::string& from, const std::string& to) {
  ::syscall(SYS_renameat2, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), 0U);
}

std::string saved(const std::string& path) {
  const auto copy = fresh_grave();
  return ::syscall(SYS_linkat, AT_FDCWD, path.c_str(), AT_FDCWD, copy.c_str(), 0) == 0 ? copy : std::string();
}

// A descriptor of ours. It is never closed: that would drop the locks that the program has on the file.
int own(int fd, const Id& file) {
  const auto found = ledger().descriptors.find(file);
  if (found != ledger().descriptors.end()) return found->second;
  const auto path = "/proc/self/fd/" + std::to_string(fd);
  const auto mine = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path.c_str(), O_RDWR | O_CLOEXEC));
  return ledger().descriptors[file] = mine;
}

std::string bytes_at(int fd, off_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  const auto n = ::syscall(SYS_pread64, fd, bytes.data(), size, offset);
  bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return bytes;
}

void put(const Change& change, const std::string& bytes, std::size_t size) {
  if (size > 0) ::syscall(SYS_pwrite64, change.fd, bytes.data(), size, change.offset);
}

void resize(const Change& change, off_t size) { ::syscall(SYS_ftruncate, change.fd, size); }

void add(Name name) {
  name.folders.push_back(folder_of(name.path));
  if (!name.new_path.empty()) name.folders.push_back(folder_of(name.new_path));
  ledger().names.push_back(std::move(name));
  ledger().last_was_name = true;
}

void lose_data(std::minstd_rand& chance, unsigned manner) {
  for (auto i = ledger().changes.size(); i-- > 0;) {
    put(ledger().changes[i], ledger().changes[i].before, ledger().changes[i].before.size());
    resize(ledger().changes[i], ledger().changes[i].size_before);
  }
  if (manner == 0) return;
  for (const auto& change : ledger().changes) {
    const auto fate = (chance() >> 8) % 4;
    const bool grows = change.size_after > change.size_before;
    if (fate == 0) continue;
    if (fate == 1 && manner == 2 && grows) {
      resize(change, std::max(facts_of(change.fd).st_size, change.size_after));  // the size came through: zeros
    } else if (fate == 2 && manner == 2) {
      put(change, change.after, change.after.size() / 2 / sector_bytes * sector_bytes);
    } else {
      put(change, change.after, change.after.size());
      if (change.after.empty()) resize(change, change.size_after);
    }
  }
}

void undo(const Name& name) {
  switch (name.kind) {
    case Kind::made:
      return move(name.path, fresh_grave());
    case Kind::renamed:
      move(name.new_path, name.path);
      if (!name.saved.empty()) move(name.saved, name.new_path);
      return;
    case Kind::removed:
      return move(name.saved, name.path);
    case Kind::removed_folder:
      ::syscall(SYS_mkdirat, AT_FDCWD, name.path.c_str(), 0700);
  }
}

}  // namespace

void set_grave(const char* folder) { ledger().grave = folder; }

void before_write(int fd, const void* bytes, std::size_t size, off_t offset) {
  const auto info = facts_of(fd);
  ledger().last_was_name = false;
  Change change;
  change.file = {info.st_dev, info.st_ino};
  if (!is_of_memory(fd)) {
    change.fd = own(fd, change.file);
    change.offset = offset >= 0 ? offset : info.st_size;
    change.size_before = info.st_size;
    change.size_after = std::max<off_t>(info.st_size, change.offset + static_cast<off_t>(size));
    change.before = bytes_at(change.fd, change.offset, size);
    change.after.assign(static_cast<const char*>(bytes), size);
  }
  ledger().changes.push_back(std::move(change));
}

void before_resize(int fd, off_t size) {
  const auto info = facts_of(fd);
  ledger().last_was_name = false;
  Change change;
  change.file = {info.st_dev, info.st_ino};
  if (!is_of_memory(fd)) {
    change.fd = own(fd, change.file);
    change.offset = size;
    change.size_before = info.st_size;
    change.size_after = size;
    if (size < info.st_size) change.before = bytes_at(change.fd, size, static_cast<std::size_t>(info.st_size - size));
  }
  ledger().changes.push_back(std::move(change));
}

void synced(int fd) {
  const auto info = facts_of(fd);
  const Id id{info.st_dev, info.st_ino};
  if (S_ISREG(info.st_mode)) std::erase_if(ledger().changes, [&](const Change& change) { return change.file == id; });
  if (!S_ISDIR(info.st_mode)) return;
  for (auto& name : ledger().names) std::erase(name.folders, id);
  std::erase_if(ledger().names, [](const Name& name) { return name.folders.empty(); });
}

void before_make(int folder, const char* name) { add({Kind::made, {}, absolute(folder, name), {}, {}}); }

void before_rename(int from_folder, const char* from, int to_folder, const char* to) {
  const auto target = absolute(to_folder, to);
  add({Kind::renamed, {}, absolute(from_folder, from), target, saved(target)});
}

void before_remove(int folder, const char* name, bool is_folder) {
  const auto path = absolute(folder, name);
  add({is_folder ? Kind::removed_folder : Kind::removed, {}, path, {}, is_folder ? std::string() : saved(path)});
}

void did_not_happen() {
  if (ledger().last_was_name) {
    ledger().names.pop_back();
  } else {
    ledger().changes.pop_back();
  }
}

void did_in_part(std::size_t done) {
  auto& change = ledger().changes.back();
  if (change.fd < 0 || done >= change.after.size()) return;
  change.after.resize(done);
  change.before.resize(std::min(change.before.size(), done));
  change.size_after = std::max(change.size_before, change.offset + static_cast<off_t>(done));
}

void lose(unsigned seed) {
  std::minstd_rand chance(seed + 1);
  const auto manner = seed % 3;  // all is lost; whole writes come through by chance; some of them torn, or as zeros
  std::erase_if(ledger().changes, [](const Change& change) { return change.fd < 0; });
  lose_data(chance, manner);
  const auto spared = manner == 0 || ledger().names.empty() ? 0 : (chance() >> 8) % (ledger().names.size() + 1);
  while (ledger().names.size() > spared) {
    undo(ledger().names.back());
    ledger().names.pop_back();
  }
}

}  // namespace tributary::shim
