// tests/fakes/forgetful_disk.cpp: the layer of files that SQLite sees, over the disk in memory.
#include "tests/fakes/forgetful_disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace tributary::fakes {
namespace {

constexpr std::size_t sector = 512;

struct Handle {
  sqlite3_file base;  // first, as SQLite wants it
  ForgetfulDisk* disk;
  std::shared_ptr<ForgetfulDisk::File> file;
  bool syncs_directory;
  std::vector<std::unique_ptr<char[]>> shared;
};

Handle& of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
ForgetfulDisk& disk_of(sqlite3_vfs* layer) { return *static_cast<ForgetfulDisk*>(layer->pAppData); }

int close_file(sqlite3_file* file) {
  of(file).~Handle();
  return SQLITE_OK;
}
int read_file(sqlite3_file* file, void* into, int size, sqlite3_int64 at) {
  const auto& content = of(file).file->now;
  const auto wanted = static_cast<std::size_t>(size);
  const auto from = std::min(static_cast<std::size_t>(at), content.size());
  const auto there = std::min(wanted, content.size() - from);
  std::memcpy(into, content.data() + from, there);
  std::memset(static_cast<char*>(into) + there, 0, wanted - there);
  return there == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}
int write_file(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
  return of(file).disk->write(*of(file).file, static_cast<const char*>(bytes), static_cast<std::size_t>(size),
                              static_cast<std::size_t>(at));
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  return of(file).disk->cut(*of(file).file, static_cast<std::size_t>(size));
}
int sync_file(sqlite3_file* file, int) {
  return of(file).disk->sync(*of(file).file, std::exchange(of(file).syncs_directory, false));
}
int size_of_file(sqlite3_file* file, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>(of(file).file->now.size());
  return SQLITE_OK;
}
int lock_file(sqlite3_file*, int) { return SQLITE_OK; }
int is_reserved(sqlite3_file*, int* answer) {
  *answer = 0;
  return SQLITE_OK;
}
int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file*) { return sector; }
int characteristics(sqlite3_file*) { return 0; }  // nothing is promised
int map_shared(sqlite3_file* file, int number, int size, int, void volatile** at) {
  auto& shared = of(file).shared;
  while (shared.size() <= static_cast<std::size_t>(number))
    shared.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
  *at = shared[static_cast<std::size_t>(number)].get();
  return SQLITE_OK;
}
int lock_shared(sqlite3_file*, int, int, int) { return SQLITE_OK; }  // one connection has it alone
void barrier(sqlite3_file*) {}
int unmap_shared(sqlite3_file* file, int) {
  of(file).shared.clear();
  return SQLITE_OK;
}

const sqlite3_io_methods calls{2,         close_file,   read_file,       write_file, truncate_file,
                               sync_file, size_of_file, lock_file,       lock_file,  is_reserved,
                               control,   sector_size,  characteristics, map_shared, lock_shared,
                               barrier,   unmap_shared, nullptr,         nullptr};

int open_file(sqlite3_vfs* layer, const char* path, sqlite3_file* file, int flags, int* told) {
  auto& disk = disk_of(layer);
  const std::string name = path == nullptr ? "" : path;
  auto found = name.empty() ? std::make_shared<ForgetfulDisk::File>() : disk.find(name);
  file->pMethods = nullptr;
  if (found == nullptr && (flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
  if (found == nullptr) found = disk.make(name);
  if (found == nullptr) return SQLITE_CANTOPEN;
  const bool log = (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
  new (file) Handle{{&calls}, &disk, std::move(found), log, {}};
  if (told != nullptr) *told = flags;
  return SQLITE_OK;
}
int erase_file(sqlite3_vfs* layer, const char* path, int synced) { return disk_of(layer).erase(path, synced != 0); }
int is_there(sqlite3_vfs* layer, const char* path, int, int* answer) {
  const auto file = disk_of(layer).find(path);
  // An empty journal does not count, as in SQLite's own layer.
  *answer = file != nullptr && !file->now.empty() ? 1 : 0;
  return SQLITE_OK;
}
int whole_path(sqlite3_vfs*, const char* path, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", path);
  return SQLITE_OK;
}

}  // namespace

ForgetfulDisk::ForgetfulDisk() : layer_(std::make_unique<sqlite3_vfs>(*sqlite3_vfs_find(nullptr))) {
  before_ = sqlite3_vfs_find(nullptr);
  layer_->pNext = nullptr;
  layer_->zName = "forgetful";
  layer_->szOsFile = sizeof(Handle);
  layer_->pAppData = this;
  layer_->xOpen = open_file;
  layer_->xDelete = erase_file;
  layer_->xAccess = is_there;
  layer_->xFullPathname = whole_path;
  sqlite3_vfs_register(layer_.get(), 1);
}

ForgetfulDisk::~ForgetfulDisk() {
  sqlite3_vfs_unregister(layer_.get());
  sqlite3_vfs_register(before_, 1);
}

void ForgetfulDisk::harm_at(std::int64_t number, Harm harm) {
  acts_ = 0;
  harm_act_ = number;
  harm_ = harm;
  harmed_ = false;
}

void ForgetfulDisk::mend() {
  harm_ = Harm::none;
  harmed_ = false;
}

int ForgetfulDisk::act() {
  ++acts_;
  if (harm_ == Harm::none) return SQLITE_OK;
  if (acts_ == harm_act_) harmed_ = true;
  if (!harmed_) return SQLITE_OK;
  if (harm_ == Harm::full) return SQLITE_FULL;
  if (harm_ == Harm::io_error) harm_ = Harm::none;  // once
  return SQLITE_IOERR;
}

std::shared_ptr<ForgetfulDisk::File> ForgetfulDisk::find(const std::string& path) const {
  const auto found = names_.find(path);
  return found == names_.end() ? nullptr : found->second;
}

std::shared_ptr<ForgetfulDisk::File> ForgetfulDisk::make(const std::string& path) {
  if (act() != SQLITE_OK) return nullptr;
  return names_[path] = std::make_shared<File>();
}

int ForgetfulDisk::erase(const std::string& path, bool synced) {
  if (names_.count(path) == 0) return SQLITE_IOERR_DELETE_NOENT;
  if (const int code = act(); code != SQLITE_OK) return code;
  names_.erase(path);
  if (synced) kept_names_ = names_;
  return SQLITE_OK;
}

int ForgetfulDisk::write(File& file, const char* bytes, std::size_t size, std::size_t at) {
  const int code = act();
  if (code != SQLITE_OK && harm_ != Harm::power) return code;
  if (code != SQLITE_OK && acts_ != harm_act_) return code;  // the power is gone already
  file.now.resize(std::max(file.now.size(), at + size));
  std::memcpy(file.now.data() + at, bytes, size);
  for (auto one = at / sector; one <= (at + size - 1) / sector; ++one) file.open[one] = true;
  return code;
}

int ForgetfulDisk::cut(File& file, std::size_t size) {
  if (const int code = act(); code != SQLITE_OK) return code;
  file.now.resize(size);
  return SQLITE_OK;
}

int ForgetfulDisk::sync(File& file, bool directory) {
  if (const int code = act(); code != SQLITE_OK) return code;
  file.kept = file.now;
  file.open.clear();
  if (directory) kept_names_ = names_;
  return SQLITE_OK;
}

void ForgetfulDisk::lose_power(std::uint64_t seed) {
  std::mt19937_64 chance(seed);
  // Nothing, everything, or about one, two or three sectors in four of what was not synced; as for names.
  const auto odds = chance() % 5;
  const auto happens = [&] { return chance() % 4 < odds; };
  auto after = kept_names_;
  for (const auto& [name, file] : names_) {
    if (kept_names_.count(name) == 0 && happens()) after[name] = file;
  }
  for (const auto& [name, file] : kept_names_) {
    if (names_.count(name) == 0 && happens()) after.erase(name);
  }
  for (const auto& [name, file] : after) {
    std::string content = file->kept;
    // A size is metadata: that of before or the one of now.
    if (happens()) content.resize(file->now.size());
    for (const auto& [number, differs] : file->open) {
      const auto at = number * sector;
      if (!differs || at >= file->now.size() || !happens()) continue;
      const auto size = std::min(sector, file->now.size() - at);
      content.resize(std::max(content.size(), at + size));
      std::memcpy(content.data() + at, file->now.data() + at, size);
    }
    file->now = file->kept = content;
    file->open.clear();
  }
  names_ = kept_names_ = after;
  mend();
}

}  // namespace tributary::fakes
