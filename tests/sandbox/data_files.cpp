// tests/sandbox/data_files.cpp: writing and reading of data files.
#include "tests/sandbox/data_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "agent/base/bytes.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "agent/port/files/files.hpp"

namespace tributary::sandbox {
namespace {

constexpr std::size_t buffer_bytes = 256U << 10;

Error disk_error(const std::string& what) {
  const int code = errno;
  return wait_error("disk: " + what + ": " + std::strerror(code));
}

/// The body into an open file, digested on the way.
Result<Piece> fill(int fd, stream::Source& body, bool corrupt) {
  crypto::Sha256 sha256;
  crypto::Md5 md5;
  Piece piece;
  Bytes buffer(buffer_bytes);
  files::FdSink sink(fd);
  for (;;) {
    const auto got = stream::read_full(body, buffer);
    if (!got) return got.error();
    if (*got == 0) break;
    const MutableByteView bytes = MutableByteView(buffer).first(*got);
    sha256.update(bytes);
    md5.update(bytes);
    if (corrupt && piece.size_bytes == 0) bytes[bytes.size() / 2] ^= 1U;
    const auto written = sink.write(bytes);
    if (!written) return written.error();
    piece.size_bytes += *got;
  }
  piece.sha256 = to_hex(sha256.finish());
  piece.md5 = to_hex(md5.finish());
  return piece;
}

class PiecesSource final : public stream::Source {
 public:
  PiecesSource(std::string directory, std::vector<Piece> pieces, std::uint64_t offset, std::uint64_t bytes)
      : directory_(std::move(directory)), pieces_(std::move(pieces)), skip_(offset), left_(bytes) {}

  Result<std::size_t> read(MutableByteView into) override {
    while (left_ > 0) {
      if (!current_) {
        const auto opened = open_next();
        if (!opened) return opened.error();
      }
      const auto room = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_)));
      auto got = current_->read(room);
      if (!got) return got;
      if (*got > 0) {
        left_ -= *got;
        return got;
      }
      current_.reset();
    }
    return std::size_t{0};
  }

 private:
  Status open_next() {
    while (next_ < pieces_.size() && skip_ >= pieces_[next_].size_bytes) skip_ -= pieces_[next_++].size_bytes;
    if (next_ == pieces_.size()) return operator_error("storage: an object is shorter than its record says");
    auto file = files::open_for_reading(directory_ + "/" + pieces_[next_++].file);
    if (!file) return file.error();
    current_.emplace(*std::move(file), skip_);
    skip_ = 0;
    return {};
  }

  std::string directory_;
  std::vector<Piece> pieces_;
  std::size_t next_ = 0;
  std::uint64_t skip_, left_;
  std::optional<files::FdSource> current_;
};

}  // namespace

Result<Piece> write_data(const std::string& directory, stream::Source& body, bool corrupt) {
  const auto name = random_name(16);
  if (!name) return name.error();
  const auto path = directory + "/" + *name;
  const files::Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.valid()) return disk_error("no new data file");
  auto piece = fill(file.get(), body, corrupt);
  if (piece && ::fsync(file.get()) != 0) piece = disk_error("a data file");
  const files::Fd folder(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (piece && (!folder.valid() || ::fsync(folder.get()) != 0)) piece = disk_error("the data directory");
  if (!piece) {
    remove_data(path);
    return piece;
  }
  piece->file = *name;
  return piece;
}

void remove_data(const std::string& path) {
  // What can not be removed only takes room; the next start tries again.
  static_cast<void>(::unlink(path.c_str()));
}

std::unique_ptr<stream::Source> read_data(const std::string& directory, std::vector<Piece> pieces, std::uint64_t offset,
                                          std::uint64_t bytes) {
  return std::make_unique<PiecesSource>(directory, std::move(pieces), offset, bytes);
}

Result<std::string> digest_of(stream::Source& source) {
  crypto::Sha256 sha256;
  Bytes buffer(buffer_bytes);
  for (;;) {
    const auto got = source.read(buffer);
    if (!got) return got.error();
    if (*got == 0) return to_hex(sha256.finish());
    sha256.update(ByteView(buffer).first(*got));
  }
}

}  // namespace tributary::sandbox
