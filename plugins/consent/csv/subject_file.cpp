// plugins/consent/csv/subject_file.cpp: file identity, age, and the snapshot that was read.
#include "plugins/consent/csv/subject_file.hpp"

#include "plugins/consent/csv/words.hpp"
#include "plugins/sdk/sdk.hpp"

namespace tributary::csv {
// One version of the file: its index, or why there is none.
struct SubjectFile::Snapshot {
  FileId id;
  std::unique_ptr<sdk::DroppedFile> file;
  std::optional<Index> index;
  std::string problem;
};

SubjectFile::SubjectFile(std::string path, std::int64_t max_age_s) : path_(std::move(path)), max_age_s_(max_age_s) {}

SubjectFile::~SubjectFile() = default;

void SubjectFile::load(const FileId& expected) {
  snapshot_.reset();
  auto fresh = std::make_unique<Snapshot>();
  fresh->file = std::make_unique<sdk::DroppedFile>(path_);
  fresh->id = fresh->file->id();
  if (!(fresh->id == expected)) sdk::file_is_moving(path_);
  if (expected.size_bytes > most_bytes) {
    fresh->problem = std::to_string(expected.size_bytes) + " bytes, of at most " + std::to_string(most_bytes);
  } else {
    try {
      fresh->index.emplace(*fresh->file);
    } catch (const Malformed& problem) {
      fresh->problem = problem.what();
    }
  }
  if (!(fresh->file->id() == expected)) sdk::file_is_moving(path_);
  snapshot_ = std::move(fresh);
}

void SubjectFile::refresh(std::int64_t now_utc_s) {
  const auto id = sdk::id_of_file(path_);
  sdk::check_age(path_, id, max_age_s_, now_utc_s);
  if (!snapshot_ || !(snapshot_->id == id)) load(id);
  if (!snapshot_->index) {
    throw sdk::Later(path_ + ": " + snapshot_->problem, "export the file again; until then consent is unknown for all");
  }
  sdk::check_end(path_, id, snapshot_->index->ended_with_line(), now_utc_s);
}

void SubjectFile::read(const std::function<void(const Index&)>& reading) {
  try {
    reading(*snapshot_->index);
  } catch (const Malformed& problem) {
    if (!(snapshot_->file->id() == snapshot_->id)) sdk::file_is_moving(path_);
    throw sdk::Later(path_ + ": " + problem.what(), "correct the table");
  }
  if (!(snapshot_->file->id() == snapshot_->id)) sdk::file_is_moving(path_);
}

Person SubjectFile::look_up(const std::string& sample) {
  Person person;
  read([&](const Index& index) {
    person.of_sample = index.rows_of_sample(*snapshot_->file, sample);
    if (!person.of_sample.empty()) {
      person.of_subject = index.rows_of_subject(*snapshot_->file, person.of_sample.front()[subject_id]);
    }
  });
  return person;
}

std::vector<Entry> SubjectFile::rows_of(const std::string& subject) {
  std::vector<Entry> rows;
  read([&](const Index& index) { rows = index.rows_of_subject(*snapshot_->file, subject); });
  return rows;
}

void SubjectFile::each(const std::function<void(const Entry&)>& visit) {
  read([&](const Index& index) { index.each(*snapshot_->file, visit); });
}

std::size_t SubjectFile::rows() const { return snapshot_ && snapshot_->index ? snapshot_->index->rows() : 0; }

std::string SubjectFile::revision(std::int64_t now_utc_s) {
  return sdk::revision_of_file(path_, [&] { refresh(now_utc_s); });
}

}  // namespace tributary::csv
