// tests/line/shim/crash_shim.cpp: preloaded into a program, ends it right before its Nth act on the world, or inside
// it.
//
// An act is a call that leaves a trace outside of the process: writing to, sizing and syncing a regular file, sending
// on a socket, and making, renaming and removing names. Standard output and standard error do not count.
//
// TRIBUTARY_CRASH_AT=N     ends the program before act N (from 1), without any clean-up, with exit code 137
// TRIBUTARY_CRASH_TORN=1   lets half of the bytes of act N pass first, when it has bytes
// TRIBUTARY_CRASH_COUNT=F  writes the number of acts to the file F when the program ends by itself
//
// Threads    acts are counted over all threads.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

#define CRASH_EXPORT extern "C" __attribute__((visibility("default")))

namespace {

std::atomic<long> acts{0};
long crash_at = 0;
bool torn = false;
const char* count_file = nullptr;

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

bool counts(int fd) {
  if (fd <= STDERR_FILENO) return false;
  struct stat info{};
  return ::fstat(fd, &info) == 0 && (S_ISREG(info.st_mode) || S_ISSOCK(info.st_mode) || S_ISDIR(info.st_mode));
}

// True when this is the act that the program must not survive.
bool is_last() { return ++acts == crash_at; }

[[noreturn]] void end() { ::_exit(137); }

void act() {
  if (is_last()) end();
}

__attribute__((constructor)) void begin() {
  if (const char* at = std::getenv("TRIBUTARY_CRASH_AT")) crash_at = std::atol(at);
  torn = std::getenv("TRIBUTARY_CRASH_TORN") != nullptr;
  count_file = std::getenv("TRIBUTARY_CRASH_COUNT");
}

__attribute__((destructor)) void tell() {
  if (count_file == nullptr) return;
  char text[32];
  const int length = std::snprintf(text, sizeof text, "%ld\n", acts.load());
  const long fd = ::syscall(SYS_openat, AT_FDCWD, count_file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (fd < 0) return;
  ::syscall(SYS_write, fd, text, length);
  ::syscall(SYS_close, fd);
}

}  // namespace

CRASH_EXPORT ssize_t write(int fd, const void* bytes, size_t size) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t)>("write");
  if (counts(fd) && is_last()) {
    if (torn && size > 1) real(fd, bytes, size / 2);
    end();
  }
  return real(fd, bytes, size);
}

CRASH_EXPORT ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  if (counts(fd) && is_last()) {
    if (torn && size > 1) real(fd, bytes, size / 2, offset);
    end();
  }
  return real(fd, bytes, size, offset);
}

CRASH_EXPORT ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
  if (counts(fd) && is_last()) {
    if (torn && size > 1) real(fd, bytes, size / 2, offset);
    end();
  }
  return real(fd, bytes, size, offset);
}

CRASH_EXPORT ssize_t send(int fd, const void* bytes, size_t size, int flags) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, int)>("send");
  if (is_last()) {
    if (torn && size > 1) real(fd, bytes, size / 2, flags);
    end();
  }
  return real(fd, bytes, size, flags);
}

CRASH_EXPORT ssize_t sendto(int fd, const void* bytes, size_t size, int flags, const sockaddr* to, socklen_t length) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, int, const sockaddr*, socklen_t)>("sendto");
  act();
  return real(fd, bytes, size, flags, to, length);
}

CRASH_EXPORT int fsync(int fd) {
  static const auto real = next<int (*)(int)>("fsync");
  act();
  return real(fd);
}

CRASH_EXPORT int fdatasync(int fd) {
  static const auto real = next<int (*)(int)>("fdatasync");
  act();
  return real(fd);
}

CRASH_EXPORT int ftruncate(int fd, off_t size) {
  static const auto real = next<int (*)(int, off_t)>("ftruncate");
  act();
  return real(fd, size);
}

CRASH_EXPORT int ftruncate64(int fd, off64_t size) {
  static const auto real = next<int (*)(int, off64_t)>("ftruncate64");
  act();
  return real(fd, size);
}

CRASH_EXPORT int rename(const char* from, const char* to) {
  static const auto real = next<int (*)(const char*, const char*)>("rename");
  act();
  return real(from, to);
}

CRASH_EXPORT int renameat(int from_fd, const char* from, int to_fd, const char* to) {
  static const auto real = next<int (*)(int, const char*, int, const char*)>("renameat");
  act();
  return real(from_fd, from, to_fd, to);
}

CRASH_EXPORT int unlink(const char* path) {
  static const auto real = next<int (*)(const char*)>("unlink");
  act();
  return real(path);
}

CRASH_EXPORT int unlinkat(int fd, const char* path, int flags) {
  static const auto real = next<int (*)(int, const char*, int)>("unlinkat");
  act();
  return real(fd, path, flags);
}

CRASH_EXPORT int mkdirat(int fd, const char* path, mode_t mode) {
  static const auto real = next<int (*)(int, const char*, mode_t)>("mkdirat");
  act();
  return real(fd, path, mode);
}

CRASH_EXPORT int mkdir(const char* path, mode_t mode) {
  static const auto real = next<int (*)(const char*, mode_t)>("mkdir");
  act();
  return real(path, mode);
}
