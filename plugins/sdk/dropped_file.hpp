// plugins/sdk/dropped_file.hpp: a file that another program drops for us: which version it is, how old, and its bytes.
//
// Failure    throws Later for everything that time or a new file can mend: away, being written, too old, from the
//            future. Sentences hold the path that the operator configured.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>

#include "plugins/sdk/csv.hpp"
#include "plugins/sdk/sdk.hpp"

namespace tributary::sdk {

/// What must not change while what was read of a file is trusted.
struct FileId {
  std::uint64_t device = 0, inode = 0, size_bytes = 0;
  std::int64_t mtime_s = 0, mtime_ns = 0, ctime_s = 0, ctime_ns = 0;
  friend bool operator==(const FileId&, const FileId&) = default;
  [[nodiscard]] std::int64_t changed_utc_s() const { return mtime_s; }
  /// Another word for every version: FNV-1a, 64 bits, 16 hexadecimal digits.
  [[nodiscard]] std::string word() const {
    std::uint64_t value = 14695981039346656037ULL;
    for (const auto part :
         {device, inode, size_bytes, static_cast<std::uint64_t>(mtime_s), static_cast<std::uint64_t>(mtime_ns),
          static_cast<std::uint64_t>(ctime_s), static_cast<std::uint64_t>(ctime_ns)}) {
      for (unsigned shift = 0; shift < 64; shift += 8) {
        value ^= (part >> shift) & 0xffU;
        value *= 1099511628211ULL;
      }
    }
    char out[17];
    std::snprintf(out, sizeof out, "%016llx", static_cast<unsigned long long>(value));
    return out;
  }
};

[[noreturn]] inline void file_is_away(const std::string& path, int code) {
  throw Later(path + ": " + std::strerror(code), "is the share mounted, and may the daemon read the file?");
}

[[noreturn]] inline void file_is_moving(const std::string& path, std::int64_t not_before_utc_s = 0) {
  throw Later(path + ": is being written", "write to another name and rename, then nobody sees half a file",
              not_before_utc_s);
}

namespace file_detail {
inline FileId id_of(const struct stat& found) {
  return {static_cast<std::uint64_t>(found.st_dev),
          static_cast<std::uint64_t>(found.st_ino),
          static_cast<std::uint64_t>(found.st_size),
          found.st_mtim.tv_sec,
          found.st_mtim.tv_nsec,
          found.st_ctim.tv_sec,
          found.st_ctim.tv_nsec};
}
inline std::string duration(std::int64_t seconds) {
  if (seconds < 120) return std::to_string(seconds) + " s";
  if (seconds < 7200) return std::to_string(seconds / 60) + " min";
  return std::to_string(seconds / 3600) + " h";
}
}  // namespace file_detail

/// The version that stands under the path now.
inline FileId id_of_file(const std::string& path) {
  struct stat found = {};
  if (::stat(path.c_str(), &found) != 0) file_is_away(path, errno);
  if (!S_ISREG(found.st_mode)) throw Later(path + ": is no regular file", "correct the setting `file`");
  return file_detail::id_of(found);
}

/// Later when the file is older than `max_age_s`, or from the future.
inline void check_age(const std::string& path, const FileId& id, std::int64_t max_age_s, std::int64_t now_utc_s) {
  constexpr std::int64_t most_future_s = 300;
  const auto age_s = now_utc_s - id.changed_utc_s();
  if (age_s > max_age_s) {
    throw Later(path + ": is " + file_detail::duration(age_s) + " old, of at most " + file_detail::duration(max_age_s),
                "see why the export did not come, or raise max_age");
  }
  if (-age_s > most_future_s) {
    throw Later(path + ": was changed " + file_detail::duration(-age_s) + " in the future",
                "set the clocks of this machine and of the exporting one");
  }
}

/// Later when the version may still be being written: it has no last line end, and was just changed.
inline void check_end(const std::string& path, const FileId& id, bool ended_with_line, std::int64_t now_utc_s) {
  constexpr std::int64_t settle_s = 2;
  if (!ended_with_line && now_utc_s - id.changed_utc_s() < settle_s)
    file_is_moving(path, id.changed_utc_s() + settle_s);
}

/// The revision of a source that is a file: another word for another version, and when `refresh` can not trust it.
/// Never throws what `refresh` throws.
template <typename Refresh>
std::string revision_of_file(const std::string& path, Refresh refresh) {
  FileId id;
  const char* state = "ok";
  try {
    id = id_of_file(path);
    refresh();
  } catch (const Outcome&) {
    state = "unknown";
  }
  return id.word() + "-" + state;
}

/// An open version of a file.
class DroppedFile final : public csv::Bytes {
 public:
  explicit DroppedFile(std::string path)
      : path_(std::move(path)), fd_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
    if (fd_ < 0) file_is_away(path_, errno);
  }
  DroppedFile(const DroppedFile&) = delete;
  DroppedFile& operator=(const DroppedFile&) = delete;
  ~DroppedFile() override { ::close(fd_); }

  [[nodiscard]] FileId id() const {
    struct stat found = {};
    if (::fstat(fd_, &found) != 0) file_is_away(path_, errno);
    return file_detail::id_of(found);
  }

  std::size_t read(std::uint64_t offset, char* into, std::size_t room) override {
    for (;;) {
      const auto n = ::pread(fd_, into, room, static_cast<off_t>(offset));
      if (n >= 0) return static_cast<std::size_t>(n);
      if (errno != EINTR) file_is_away(path_, errno);
    }
  }

 private:
  std::string path_;
  int fd_;
};

}  // namespace tributary::sdk
