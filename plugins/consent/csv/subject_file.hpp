// plugins/consent/csv/subject_file.hpp: a subject file on disk: read again whenever it changes, trusted while it is
// fresh.
//
// Failure    throws sdk::Later for everything that time or a new file can mend: away, torn, too old, from the future.
//            What an earlier version said is never used.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plugins/consent/csv/index.hpp"
#include "plugins/sdk/dropped_file.hpp"

namespace tributary::csv {

using sdk::FileId;

/// What the file says of a sample: the rows that name it, and all rows of its subject.
struct Person {
  std::vector<Entry> of_sample, of_subject;
};

class SubjectFile {
 public:
  static constexpr std::uint64_t most_bytes = 64ULL << 20;

  SubjectFile(std::string path, std::int64_t max_age_s);
  ~SubjectFile();
  SubjectFile(const SubjectFile&) = delete;
  SubjectFile& operator=(const SubjectFile&) = delete;

  /// Makes sure that what is on disk now has been read and may be trusted.
  void refresh(std::int64_t now_utc_s);
  /// After refresh. An empty `of_sample` means: not known here.
  [[nodiscard]] Person look_up(const std::string& sample);
  /// After refresh: all rows that name the subject.
  [[nodiscard]] std::vector<Entry> rows_of(const std::string& subject);
  /// After refresh: all rows.
  void each(const std::function<void(const Entry&)>& visit);
  [[nodiscard]] std::size_t rows() const;
  /// Changes whenever an answer may have changed. Never throws.
  [[nodiscard]] std::string revision(std::int64_t now_utc_s);

 private:
  struct Snapshot;
  void load(const FileId& expected);
  /// Reads in the snapshot, which must still be the file on disk when it is done.
  void read(const std::function<void(const Index&)>& reading);

  std::string path_;
  std::int64_t max_age_s_;
  std::unique_ptr<Snapshot> snapshot_;
};

}  // namespace tributary::csv
