// agent/port/store/sqlite/tail.cpp: a file that grows, through SQLite's layer of files; and databases put aside.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "agent/base/text.hpp"
#include "agent/port/store/sqlite/errors.hpp"
#include "agent/port/store/store.hpp"

namespace tributary::store {
namespace {

constexpr std::size_t piece_bytes = 1U << 16;  // SQLite's own layer counts the bytes of a call by 17 bits

}  // namespace

struct Tail::State {
  std::string path;  // SQLite keeps a pointer to it
  std::unique_ptr<std::uint64_t[]> room;
  sqlite3_file* file = nullptr;
  ~State() {
    if (file != nullptr && file->pMethods != nullptr) file->pMethods->xClose(file);
  }
  [[nodiscard]] Error error(int code, const char* doing) const {
    return sqlite_error(nullptr, code, std::string(doing) + " " + printable(path));
  }
};

Tail::Tail(std::unique_ptr<State> state) : state_(std::move(state)) {}
Tail::~Tail() = default;

Result<std::unique_ptr<Tail>> Tail::open(const std::string& path) {
  auto* layer = sqlite3_vfs_find(nullptr);
  std::string whole(static_cast<std::size_t>(layer->mxPathname) + 1, '\0');
  if (layer->xFullPathname(layer, path.c_str(), layer->mxPathname, whole.data()) > SQLITE_WARNING)
    return sqlite_error(nullptr, SQLITE_CANTOPEN, printable(path));
  auto state = std::make_unique<State>();
  state->path = whole.c_str();
  make_private(state->path);
  state->room = std::make_unique<std::uint64_t[]>(static_cast<std::size_t>(layer->szOsFile) / 8 + 1);
  auto* file = reinterpret_cast<sqlite3_file*>(state->room.get());
  // As a rollback journal: its name in the directory is on disk with its first content.
  const int code = layer->xOpen(layer, state->path.c_str(), file,
                                SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MAIN_JOURNAL, nullptr);
  state->file = file;
  if (code != SQLITE_OK) return state->error(code, "opening");
  return std::unique_ptr<Tail>(new Tail(std::move(state)));
}

Result<std::uint64_t> Tail::size() const {
  sqlite3_int64 bytes = 0;
  const int code = state_->file->pMethods->xFileSize(state_->file, &bytes);
  if (code != SQLITE_OK) return state_->error(code, "reading");
  return static_cast<std::uint64_t>(bytes);
}

Result<std::string> Tail::read(std::uint64_t at, std::size_t bytes) const {
  auto whole = size();
  if (!whole) return whole.error();
  std::string out(at < *whole ? static_cast<std::size_t>(std::min<std::uint64_t>(bytes, *whole - at)) : 0, '\0');
  if (out.empty()) return out;
  for (std::size_t done = 0; done < out.size(); done += piece_bytes) {
    const auto size = std::min(piece_bytes, out.size() - done);
    const int code = state_->file->pMethods->xRead(state_->file, out.data() + done, static_cast<int>(size),
                                                   static_cast<sqlite3_int64>(at + done));
    if (code != SQLITE_OK) return state_->error(code, "reading");
  }
  return out;
}

Status Tail::put(std::uint64_t at, std::string_view text) {
  auto whole = size();
  if (!whole) return whole.error();
  const auto* calls = state_->file->pMethods;
  int code = SQLITE_OK;
  if (*whole > at) code = calls->xTruncate(state_->file, static_cast<sqlite3_int64>(at));
  if (code != SQLITE_OK) return state_->error(code, "writing");
  for (std::size_t done = 0; done < text.size() && code == SQLITE_OK; done += piece_bytes) {
    const auto size = std::min(piece_bytes, text.size() - done);
    code =
        calls->xWrite(state_->file, text.data() + done, static_cast<int>(size), static_cast<sqlite3_int64>(at + done));
  }
  if (code == SQLITE_OK) code = calls->xSync(state_->file, SQLITE_SYNC_NORMAL);
  if (code == SQLITE_OK) return {};
  // What may stand there now was never told to anybody.
  static_cast<void>(calls->xTruncate(state_->file, static_cast<sqlite3_int64>(at)));
  return state_->error(code, "writing");
}

namespace {

Status sync_directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  const auto directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int opened = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = opened >= 0 && ::fsync(opened) == 0;
  if (opened >= 0) ::close(opened);
  return synced ? Status() : sqlite_error(nullptr, SQLITE_IOERR, "writing " + printable(directory));
}

}  // namespace

Result<std::string> set_aside(const std::string& path) {
  std::string name;
  for (int number = 1; name.empty() || exists(name); ++number) name = path + ".damaged-" + std::to_string(number);
  // The database goes last: until it is gone, all of this is done again.
  for (const char* end : {"-shm", "-wal", suspect_end, ""}) {
    const auto from = path + end;
    if (exists(from) && ::rename(from.c_str(), (name + end).c_str()) != 0)
      return sqlite_error(nullptr, SQLITE_IOERR, "putting " + printable(from) + " aside");
  }
  if (auto synced = sync_directory_of(path); !synced) return synced.error();
  return name;
}

}  // namespace tributary::store
