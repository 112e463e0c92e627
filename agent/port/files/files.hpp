// agent/port/files/files.hpp: the file system, as far as this house needs it.
//
// Files of a run are reached through a Root only: a name that leaves the folder (`..`, an absolute name, a symbolic
// link to the outside) can not be opened (openat2 with RESOLVE_BENEATH, Linux 5.6; step by step where there is none).
//
// Failure    wait: disk full, stale mount, input/output error, a lease of a file server. give_up: outside the folder,
//            no regular file in a Root (a path may name a pipe, and opening it waits for its writer).
//            ask_operator: permission, missing directory. Messages name the path as given; callers that hold
//            private paths use `describe` names instead and never pass a run's inner path on.
// Never      follows a link out of a Root.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"
#include "agent/stream/stream.hpp"

namespace tributary::files {

/// A file descriptor that is closed with its owner.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept;
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }
  int release();
  void reset();
  [[nodiscard]] Result<Fd> duplicate() const;

 private:
  int fd_ = -1;
};

/// What must not change while we work on a file.
struct FileId {
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  std::uint64_t inode = 0;
  std::uint64_t device = 0;
  friend bool operator==(const FileId&, const FileId&) = default;
};

enum class EntryKind : std::uint8_t { file, directory, link, other };

struct Entry {
  std::string name;
  EntryKind kind = EntryKind::other;
};

/// An open directory; every name below is resolved beneath it.
class Root {
 public:
  static Result<Root> open(const std::string& directory);

  [[nodiscard]] const std::string& path() const { return path_; }
  /// Entries of one directory, sorted by name, without `.` and `..`. `relative` may be "".
  [[nodiscard]] Result<std::vector<Entry>> list(const std::string& relative) const;
  /// A regular file, for reading.
  [[nodiscard]] Result<Fd> open_file(const std::string& relative) const;
  [[nodiscard]] Result<FileId> id(const std::string& relative) const;
  [[nodiscard]] bool exists(const std::string& relative) const;
  /// A small file, whole; more than `limit` bytes is refused.
  [[nodiscard]] Result<std::string> read_small(const std::string& relative, std::size_t limit) const;
  /// Calls `visit(relative, id, kind)` for everything below `relative` (files and directories), parents first,
  /// until it answers false. Links are reported, not followed. At most `depth` levels. What went away meanwhile is
  /// left out; a folder that became something else meanwhile ends the walk (wait).
  [[nodiscard]] Status walk(const std::string& relative, unsigned depth,
                            const std::function<bool(const std::string&, EntryKind, const FileId&)>& visit) const;

 private:
  Root(std::string path, Fd directory) : path_(std::move(path)), directory_(std::move(directory)) {}
  std::string path_;
  Fd directory_;
};

Result<FileId> identify(const Fd& file);
/// A regular file outside of any run folder (configuration, keys, tokens), whole; anything else is refused, and no pipe
/// waited for.
Result<std::string> read_small(const std::string& path, std::size_t limit);
/// What somebody names on a command line, whole: a pipe is read to its end.
Result<std::string> read_named(const std::string& path, std::size_t limit);
Result<Fd> open_for_reading(const std::string& path);
/// The same for what must be a regular file: anything else is refused, and no pipe waited for.
Result<Fd> open_regular(const std::string& path);
/// Whether the name is taken, by whatever: a pipe, a link that leads nowhere.
bool exists(const std::string& path);
/// Makes or replaces a file so that after a crash the old or the new content is there, never a mixture:
/// temporary name, fsync, rename, fsync of the directory.
Status write_atomic(const std::string& path, ByteView content, unsigned mode);
/// Removes what a crash left of drafts of `path`. Nobody may be writing it now.
Status remove_drafts(const std::string& path);
/// Creates the directory and its parents with `mode`; an existing directory is fine, a new one outlives a power cut.
Status make_directories(const std::string& path, unsigned mode);
/// Bytes that an unprivileged writer may still use on the file system of `path`.
Result<std::uint64_t> free_bytes(const std::string& path);

/// What stands behind a path. The number of a device is not in it: it is another one after a reboot.
struct FileSystem {
  std::string type;         // as in mountinfo: "ext4", "nfs4"
  std::string source;       // "/dev/sda1", "server:/export"
  std::string mount_point;  // the mount that holds the path
  std::uint64_t mount = 0;  // its number; a hard link never leads from one mount into another, even of the same disk
  std::uint64_t fsid = 0;   // statfs(2); 0 where the kernel tells none
  std::uint64_t inode = 0;  // of the path itself
  bool read_only = false;
  bool remote = false;  // a file server or a program in user space: no locks to rely on, no word of changes

  /// The same for as long as the path leads to the same folder of the same file system.
  [[nodiscard]] std::string identity() const;
};
/// Of a folder or a file.
Result<FileSystem> file_system(const std::string& path);

/// Gives an open file another name, which keeps its content when the others go. ask_operator: `path` lies in another
/// mount, the file system knows no links, the kernel forbids links to files that are not ours.
Status make_link(const Fd& file, const std::string& path);
/// Names that were made in or taken from a directory are on disk when it returns.
Status sync_directory(const std::string& path);
/// Removes a directory of files; one that is not there is fine.
Status remove_directory(const std::string& path);

/// Reads a descriptor from an offset on, with pread.
class FdSource final : public stream::Source {
 public:
  explicit FdSource(Fd file, std::uint64_t offset = 0) : file_(std::move(file)), offset_(offset) {}
  Result<std::size_t> read(MutableByteView into) override;

 private:
  Fd file_;
  std::uint64_t offset_;
};

/// Writes to a descriptor that the caller keeps open.
class FdSink final : public stream::Sink {
 public:
  explicit FdSink(int fd) : fd_(fd) {}
  Status write(ByteView bytes) override;

 private:
  int fd_;
};

/// A file that appears under its name, whole and on disk, when it is kept, and not at all otherwise. What stood there
/// is replaced at that moment.
class Draft final : public stream::Sink {
 public:
  /// `mode` as of chmod(2): no mask narrows it.
  static Result<Draft> make(const std::string& path, unsigned mode);
  Draft(Draft&&) noexcept;
  Draft& operator=(Draft&&) = delete;
  ~Draft() override;
  Status write(ByteView bytes) override;
  /// Once. After a failure the draft goes with its owner.
  [[nodiscard]] Status keep();

 private:
  Draft() = default;
  Fd file_;
  std::string path_, temporary_;
};

/// One holder at a time, across processes (flock on a file); gone with the process that held it.
class Lock {
 public:
  static Result<Lock> take(const std::string& path);
  /// Only asks: who takes it at this very moment is not hindered. False when there is no such file.
  static Result<bool> is_held(const std::string& path);

 private:
  explicit Lock(Fd file) : file_(std::move(file)) {}
  Fd file_;
};

}  // namespace tributary::files
