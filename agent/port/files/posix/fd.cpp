// agent/port/files/posix/fd.cpp: descriptors, and streams over them.
#include "agent/port/files/posix/fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/port/files/files.hpp"

namespace tributary::files {

static_assert(sizeof(off_t) == 8, "genomes are larger than 2 GiB: on 32 bits _FILE_OFFSET_BITS=64 is needed");

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = other.release();
  }
  return *this;
}

int Fd::release() {
  const int fd = fd_;
  fd_ = -1;
  return fd;
}

void Fd::reset() {
  // Errors of close() matter for written files only, and those are fsynced before.
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<Fd> Fd::duplicate() const {
  const int copy = ::fcntl(fd_, F_DUPFD_CLOEXEC, 3);
  if (copy < 0) return errno_error("duplicating a descriptor");
  return Fd(copy);
}

Result<FileId> identify(const Fd& file) {
  struct stat info{};
  if (::fstat(file.get(), &info) != 0) return errno_error("asking about an open file");
  return FileId{static_cast<std::uint64_t>(info.st_size),
                std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec, info.st_ino, info.st_dev};
}

Result<std::size_t> FdSource::read(MutableByteView into) {
  for (;;) {
    const ssize_t n = ::pread(file_.get(), into.data(), into.size(), static_cast<off_t>(offset_));
    if (n >= 0) {
      offset_ += static_cast<std::uint64_t>(n);
      return static_cast<std::size_t>(n);
    }
    if (errno != EINTR) return errno_error("reading a file");
  }
}

Status FdSink::write(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      return errno_error("writing");
    }
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

}  // namespace tributary::files
