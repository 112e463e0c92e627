// plugins/consent/csv/subject_file.cpp: file identity, age, and the snapshot that was read.
#include "plugins/consent/csv/subject_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "plugins/consent/csv/words.hpp"
#include "plugins/sdk/sdk.hpp"

namespace tributary::csv {
namespace {

constexpr std::int64_t ns_per_s = 1000000000;

FileId id_of(const struct stat& found) {
  return {static_cast<std::uint64_t>(found.st_dev), static_cast<std::uint64_t>(found.st_ino),
          static_cast<std::uint64_t>(found.st_size), found.st_mtim.tv_sec * ns_per_s + found.st_mtim.tv_nsec,
          found.st_ctim.tv_sec * ns_per_s + found.st_ctim.tv_nsec};
}

std::string duration(std::int64_t seconds) {
  if (seconds < 120) return std::to_string(seconds) + " s";
  if (seconds < 7200) return std::to_string(seconds / 60) + " min";
  return std::to_string(seconds / 3600) + " h";
}

[[noreturn]] void away(const std::string& path, int code) {
  throw sdk::Later(path + ": " + std::strerror(code), "is the share mounted, and may the daemon read the file?");
}

class OpenFile final : public Bytes {
 public:
  explicit OpenFile(const std::string& path)
      : path_(path), fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
    if (fd_ < 0) away(path_, errno);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() override { ::close(fd_); }

  [[nodiscard]] FileId id() const {
    struct stat found = {};
    if (::fstat(fd_, &found) != 0) away(path_, errno);
    return id_of(found);
  }

  std::size_t read(std::uint64_t offset, char* into, std::size_t room) override {
    for (;;) {
      const auto n = ::pread(fd_, into, room, static_cast<off_t>(offset));
      if (n >= 0) return static_cast<std::size_t>(n);
      if (errno != EINTR) away(path_, errno);
    }
  }

 private:
  std::string path_;
  int fd_;
};

[[noreturn]] void moved(const std::string& path, std::int64_t not_before_utc_s = 0) {
  throw sdk::Later(path + ": is being written", "write to another name and rename, then nobody sees half a file",
                   not_before_utc_s);
}

}  // namespace

// One version of the file: its index, or why there is none.
struct SubjectFile::Snapshot {
  FileId id;
  std::unique_ptr<OpenFile> file;
  std::optional<Index> index;
  std::string problem;
};

SubjectFile::SubjectFile(std::string path, std::int64_t max_age_s) : path_(std::move(path)), max_age_s_(max_age_s) {}

SubjectFile::~SubjectFile() = default;

FileId SubjectFile::id_now() const {
  struct stat found = {};
  if (::stat(path_.c_str(), &found) != 0) away(path_, errno);
  if (!S_ISREG(found.st_mode)) throw sdk::Later(path_ + ": is no regular file", "correct the setting `file`");
  return id_of(found);
}

void SubjectFile::check_age(const FileId& id, std::int64_t now_utc_s) const {
  const auto age_s = now_utc_s - id.mtime_ns / ns_per_s;
  if (age_s > max_age_s_) {
    throw sdk::Later(path_ + ": is " + duration(age_s) + " old, of at most " + duration(max_age_s_),
                     "see why the export did not come, or raise max_age");
  }
  if (-age_s > most_future_s) {
    throw sdk::Later(path_ + ": was changed " + duration(-age_s) + " in the future",
                     "set the clocks of this machine and of the exporting one");
  }
}

void SubjectFile::load(const FileId& expected) {
  snapshot_.reset();
  auto fresh = std::make_unique<Snapshot>();
  fresh->file = std::make_unique<OpenFile>(path_);
  fresh->id = fresh->file->id();
  if (!(fresh->id == expected)) moved(path_);
  if (expected.size_bytes > most_bytes) {
    fresh->problem = std::to_string(expected.size_bytes) + " bytes, of at most " + std::to_string(most_bytes);
  } else {
    try {
      fresh->index.emplace(*fresh->file);
    } catch (const Malformed& problem) {
      fresh->problem = problem.what();
    }
  }
  if (!(fresh->file->id() == expected)) moved(path_);
  snapshot_ = std::move(fresh);
}

void SubjectFile::refresh(std::int64_t now_utc_s) {
  const auto id = id_now();
  check_age(id, now_utc_s);
  if (!snapshot_ || !(snapshot_->id == id)) load(id);
  if (!snapshot_->index) {
    throw sdk::Later(path_ + ": " + snapshot_->problem, "export the file again; until then consent is unknown for all");
  }
  const auto changed_utc_s = id.mtime_ns / ns_per_s;
  if (!snapshot_->index->ended_with_line() && now_utc_s - changed_utc_s < settle_s) {
    moved(path_, changed_utc_s + settle_s);
  }
}

Person SubjectFile::look_up(const std::string& sample) {
  Person person;
  try {
    const auto& index = *snapshot_->index;
    person.of_sample = index.rows_of_sample(*snapshot_->file, sample);
    if (!person.of_sample.empty()) {
      person.of_subject = index.rows_of_subject(*snapshot_->file, person.of_sample.front()[subject_id]);
    }
  } catch (const Malformed& problem) {
    if (!(snapshot_->file->id() == snapshot_->id)) moved(path_);
    throw sdk::Later(path_ + ": " + problem.what(), "correct the table");
  }
  if (!(snapshot_->file->id() == snapshot_->id)) moved(path_);
  return person;
}

void SubjectFile::each(const std::function<void(const Entry&)>& visit) {
  try {
    snapshot_->index->each(*snapshot_->file, visit);
  } catch (const Malformed& problem) {
    if (!(snapshot_->file->id() == snapshot_->id)) moved(path_);
    throw sdk::Later(path_ + ": " + problem.what(), "correct the table");
  }
  if (!(snapshot_->file->id() == snapshot_->id)) moved(path_);
}

std::size_t SubjectFile::rows() const { return snapshot_ && snapshot_->index ? snapshot_->index->rows() : 0; }

std::string SubjectFile::revision(std::int64_t now_utc_s) {
  char out[40];
  FileId id;
  const char* state = "ok";
  try {
    id = id_now();
    check_age(id, now_utc_s);
    refresh(now_utc_s);
  } catch (const sdk::Outcome&) {
    state = "unknown";
  }
  const auto all = std::to_string(id.device) + "/" + std::to_string(id.inode) + "/" + std::to_string(id.size_bytes) +
                   "/" + std::to_string(id.mtime_ns) + "/" + std::to_string(id.ctime_ns);
  std::snprintf(out, sizeof out, "%016llx-%s", static_cast<unsigned long long>(hash(all)), state);
  return out;
}

}  // namespace tributary::csv
