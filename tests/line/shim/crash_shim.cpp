// tests/line/shim/crash_shim.cpp: preloaded into a program, harms its Nth act on the world.
//
// An act is a call that leaves a trace outside of the process, or brings something in: see harm.hpp. Standard output
// and standard error do not count.
//
// TRIBUTARY_CRASH=HARM     which harm (harm.hpp); a program that ends does so without any clean-up, with exit code 137
// TRIBUTARY_CRASH_AT=N     at the Nth act (from 1) of those that this harm is about
// TRIBUTARY_CRASH_SEED=S   what a power cut takes
// TRIBUTARY_CRASH_GRAVE=D  a folder beside the program's own, for what a power cut takes
// TRIBUTARY_CRASH_COUNT=F  writes the number of acts of each kind to the file F when the program ends by itself
// TRIBUTARY_CRASH_WORLD=F  a World (world.hpp), mapped: clock and full disk
//
// Threads    acts are counted over all threads.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <mutex>

#include "tests/line/shim/harm.hpp"
#include "tests/line/shim/loss.hpp"
#include "tests/line/shim/world.hpp"

#define CRASH_EXPORT extern "C" __attribute__((visibility("default")))

namespace {

using namespace tributary::shim;

std::atomic<long> acts[act_kinds];
std::atomic<long> of_this_harm{0};
const Harm* harm = nullptr;
long harm_at = 0;
unsigned seed = 0;
const char* count_file = nullptr;
World* world = nullptr;

// Held around every act when power is to be lost.
std::recursive_mutex& power() {
  static auto& mutex = *new std::recursive_mutex;
  return mutex;
}

bool loses_power() { return harm != nullptr && harm->effect == Effect::lose_power; }

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

bool is_file(int fd) {
  if (fd <= STDERR_FILENO) return false;
  struct stat info{};
  return ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

bool is_socket(int fd) {
  struct stat info{};
  return ::fstat(fd, &info) == 0 && S_ISSOCK(info.st_mode);
}

[[noreturn]] void end() { ::_exit(137); }

// Counts one act; true when the harm is for this one.
bool is_hit(Act kind) {
  ++acts[__builtin_ctz(kind)];
  if (harm == nullptr || (harm->acts & kind) == 0) return false;
  const auto number = ++of_this_harm;
  return number >= harm_at && number < harm_at + harm->times;
}

// One act. `real` does it; `part` does half of it and is asked of acts with bytes only; -1 with errno when it is
// denied.
template <typename Real, typename Part>
auto act(Act kind, const Real& real, const Part& part) -> decltype(real()) {
  std::unique_lock<std::recursive_mutex> lock(power(), std::defer_lock);
  if (loses_power()) lock.lock();
  const bool hit = is_hit(kind);
  if (world != nullptr && world->disk_full != 0 && (kind & (act_grow | act_make)) != 0) {
    errno = ENOSPC;
    return -1;
  }
  if (!hit) return real();
  switch (harm->effect) {
    case Effect::end_before:
      end();
    case Effect::end_inside:
      part();
      end();
    case Effect::end_after:
      real();
      end();
    case Effect::lose_power:
      lose(seed);
      end();
    case Effect::half:
      return part();
    case Effect::error:
      break;
  }
  errno = harm->error;
  return -1;
}

template <typename Real>
auto act(Act kind, const Real& real) -> decltype(real()) {
  return act(kind, real, real);
}

// An act that changes a name or a size: told before, taken back when it did not happen.
template <typename Tell, typename Real>
int told(Act kind, const Tell& tell, const Real& real) {
  return act(kind, [&] {
    if (!loses_power()) return real();
    tell();
    const int done = real();
    if (done < 0) {
      const int why = errno;
      did_not_happen();
      errno = why;
    }
    return done;
  });
}

// `offset`: -1 for where the file is.
template <typename Real>
ssize_t written(int fd, const void* bytes, std::size_t size, off_t offset, const Real& real) {
  const auto tracked = [&](std::size_t count) -> ssize_t {
    if (!loses_power()) return real(count);
    const bool at_end = (::fcntl(fd, F_GETFL) & O_APPEND) != 0;
    before_write(fd, bytes, count, offset < 0 && !at_end ? ::lseek(fd, 0, SEEK_CUR) : offset);
    const auto done = real(count);
    if (done < 0) {
      const int why = errno;
      did_not_happen();
      errno = why;
    } else {
      did_in_part(static_cast<std::size_t>(done));
    }
    return done;
  };
  return act(act_grow, [&] { return tracked(size); }, [&] { return tracked(size > 1 ? size / 2 : size); });
}

// Opening makes a name when there is none, and empties a file when it is told to.
template <typename Real>
int opened(int folder, const char* path, int flags, const Real& real) {
  struct stat info{};
  const bool there = ::fstatat(folder, path, &info, 0) == 0;
  if ((flags & O_CREAT) != 0 && !there) return told(act_make, [&] { before_make(folder, path); }, real);
  if ((flags & O_TRUNC) == 0 || !there || info.st_size == 0 || !S_ISREG(info.st_mode)) return real();
  return act(act_grow, [&]() -> int {
    if (loses_power()) {
      const auto fd = static_cast<int>(::syscall(SYS_openat, folder, path, O_RDWR | O_CLOEXEC));
      if (fd >= 0) before_resize(fd, 0);
    }
    return real();
  });
}

mode_t mode_in(int flags, va_list& more) {
  const bool makes = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return makes ? static_cast<mode_t>(va_arg(more, int)) : 0;
}

std::int64_t time_now_ns() {
  timespec now{};
  ::syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
  const auto real = std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
  return world == nullptr || world->speed == 0 ? real : world->time_ns(real) + world->offset_ns;
}

__attribute__((constructor)) void begin() {
  if (const char* file = std::getenv("TRIBUTARY_CRASH_WORLD")) {
    const auto fd = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC));
    void* page = ::mmap(nullptr, sizeof(World), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page != MAP_FAILED) world = static_cast<World*>(page);
    ::syscall(SYS_close, fd);
  }
  if (const char* name = std::getenv("TRIBUTARY_CRASH")) harm = harm_of(name);
  if (const char* at = std::getenv("TRIBUTARY_CRASH_AT")) harm_at = std::atol(at);
  if (const char* number = std::getenv("TRIBUTARY_CRASH_SEED")) seed = static_cast<unsigned>(std::atol(number));
  if (const char* folder = std::getenv("TRIBUTARY_CRASH_GRAVE")) set_grave(folder);
  count_file = std::getenv("TRIBUTARY_CRASH_COUNT");
}

__attribute__((destructor)) void tell() {
  if (count_file == nullptr) return;
  char text[256];
  int length = 0;
  for (const auto& count : acts) {
    length += std::snprintf(text + length, sizeof text - static_cast<std::size_t>(length), "%ld ", count.load());
  }
  const long fd = ::syscall(SYS_openat, AT_FDCWD, count_file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (fd < 0) return;
  ::syscall(SYS_write, fd, text, length);
  ::syscall(SYS_close, fd);
}

}  // namespace

// --- files
CRASH_EXPORT ssize_t write(int fd, const void* bytes, size_t size) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t)>("write");
  const auto some = [&](size_t count) { return real(fd, bytes, count); };
  if (is_file(fd)) return written(fd, bytes, size, -1, some);
  if (fd <= STDERR_FILENO || !is_socket(fd)) return some(size);
  return act(act_send, [&] { return some(size); }, [&] { return some(size > 1 ? size / 2 : size); });
}

CRASH_EXPORT ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  return written(fd, bytes, size, offset, [&](size_t count) { return real(fd, bytes, count, offset); });
}

CRASH_EXPORT ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
  return written(fd, bytes, size, offset, [&](size_t count) { return real(fd, bytes, count, offset); });
}

CRASH_EXPORT ssize_t read(int fd, void* into, size_t size) {
  static const auto real = next<ssize_t (*)(int, void*, size_t)>("read");
  const auto all = [&] { return real(fd, into, size); };
  return is_file(fd) ? act(act_read, all) : all();
}

CRASH_EXPORT ssize_t pread(int fd, void* into, size_t size, off_t offset) {
  static const auto real = next<ssize_t (*)(int, void*, size_t, off_t)>("pread");
  return act(act_read, [&] { return real(fd, into, size, offset); });
}

CRASH_EXPORT ssize_t pread64(int fd, void* into, size_t size, off64_t offset) {
  static const auto real = next<ssize_t (*)(int, void*, size_t, off64_t)>("pread64");
  return act(act_read, [&] { return real(fd, into, size, offset); });
}

namespace {

template <typename Real>
int sync(int fd, const Real& real) {
  return act(act_sync, [&] {
    const int done = real(fd);
    if (done == 0 && loses_power()) synced(fd);
    return done;
  });
}

}  // namespace

CRASH_EXPORT int fsync(int fd) {
  static const auto real = next<int (*)(int)>("fsync");
  return sync(fd, real);
}

CRASH_EXPORT int fdatasync(int fd) {
  static const auto real = next<int (*)(int)>("fdatasync");
  return sync(fd, real);
}

CRASH_EXPORT int ftruncate(int fd, off_t size) {
  static const auto real = next<int (*)(int, off_t)>("ftruncate");
  return told(act_grow, [&] { before_resize(fd, size); }, [&] { return real(fd, size); });
}

CRASH_EXPORT int ftruncate64(int fd, off64_t size) {
  static const auto real = next<int (*)(int, off64_t)>("ftruncate64");
  return told(act_grow, [&] { before_resize(fd, size); }, [&] { return real(fd, size); });
}

// --- names
// The names with 64 are those that programs with large files call.
CRASH_EXPORT int open(const char* path, int flags, ...) {
  static const auto real = next<int (*)(const char*, int, ...)>("open");
  va_list more;
  va_start(more, flags);
  const auto mode = mode_in(flags, more);
  va_end(more);
  return opened(AT_FDCWD, path, flags, [&] { return real(path, flags, mode); });
}

CRASH_EXPORT int open64(const char* path, int flags, ...) {
  static const auto real = next<int (*)(const char*, int, ...)>("open64");
  va_list more;
  va_start(more, flags);
  const auto mode = mode_in(flags, more);
  va_end(more);
  return opened(AT_FDCWD, path, flags, [&] { return real(path, flags, mode); });
}

CRASH_EXPORT int openat(int folder, const char* path, int flags, ...) {
  static const auto real = next<int (*)(int, const char*, int, ...)>("openat");
  va_list more;
  va_start(more, flags);
  const auto mode = mode_in(flags, more);
  va_end(more);
  return opened(folder, path, flags, [&] { return real(folder, path, flags, mode); });
}

CRASH_EXPORT int openat64(int folder, const char* path, int flags, ...) {
  static const auto real = next<int (*)(int, const char*, int, ...)>("openat64");
  va_list more;
  va_start(more, flags);
  const auto mode = mode_in(flags, more);
  va_end(more);
  return opened(folder, path, flags, [&] { return real(folder, path, flags, mode); });
}

namespace {

template <typename Real>
int made_temporary(const char* pattern, const Real& real) {
  return act(act_make, [&]() -> int {
    const int fd = real();
    if (fd >= 0 && loses_power()) before_make(AT_FDCWD, pattern);  // only now it has its name
    return fd;
  });
}

}  // namespace

CRASH_EXPORT int mkostemp(char* pattern, int flags) {
  static const auto real = next<int (*)(char*, int)>("mkostemp");
  return made_temporary(pattern, [&] { return real(pattern, flags); });
}

CRASH_EXPORT int mkostemp64(char* pattern, int flags) {
  static const auto real = next<int (*)(char*, int)>("mkostemp64");
  return made_temporary(pattern, [&] { return real(pattern, flags); });
}

CRASH_EXPORT int rename(const char* from, const char* to) {
  static const auto real = next<int (*)(const char*, const char*)>("rename");
  return told(act_make, [&] { before_rename(AT_FDCWD, from, AT_FDCWD, to); }, [&] { return real(from, to); });
}

CRASH_EXPORT int renameat(int from_fd, const char* from, int to_fd, const char* to) {
  static const auto real = next<int (*)(int, const char*, int, const char*)>("renameat");
  return told(
      act_make, [&] { before_rename(from_fd, from, to_fd, to); }, [&] { return real(from_fd, from, to_fd, to); });
}

CRASH_EXPORT int linkat(int from_fd, const char* from, int to_fd, const char* to, int flags) {
  static const auto real = next<int (*)(int, const char*, int, const char*, int)>("linkat");
  return told(act_make, [&] { before_make(to_fd, to); }, [&] { return real(from_fd, from, to_fd, to, flags); });
}

CRASH_EXPORT int mkdirat(int fd, const char* path, mode_t mode) {
  static const auto real = next<int (*)(int, const char*, mode_t)>("mkdirat");
  return told(act_make, [&] { before_make(fd, path); }, [&] { return real(fd, path, mode); });
}

CRASH_EXPORT int mkdir(const char* path, mode_t mode) {
  static const auto real = next<int (*)(const char*, mode_t)>("mkdir");
  return told(act_make, [&] { before_make(AT_FDCWD, path); }, [&] { return real(path, mode); });
}

CRASH_EXPORT int unlink(const char* path) {
  static const auto real = next<int (*)(const char*)>("unlink");
  return told(act_drop, [&] { before_remove(AT_FDCWD, path, false); }, [&] { return real(path); });
}

CRASH_EXPORT int unlinkat(int fd, const char* path, int flags) {
  static const auto real = next<int (*)(int, const char*, int)>("unlinkat");
  return told(
      act_drop, [&] { before_remove(fd, path, (flags & AT_REMOVEDIR) != 0); }, [&] { return real(fd, path, flags); });
}

// --- the network
CRASH_EXPORT ssize_t send(int fd, const void* bytes, size_t size, int flags) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, int)>("send");
  return act(
      act_send, [&] { return real(fd, bytes, size, flags); },
      [&] { return real(fd, bytes, size > 1 ? size / 2 : size, flags); });
}

CRASH_EXPORT ssize_t sendto(int fd, const void* bytes, size_t size, int flags, const sockaddr* to, socklen_t length) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, int, const sockaddr*, socklen_t)>("sendto");
  return act(act_send, [&] { return real(fd, bytes, size, flags, to, length); });
}

CRASH_EXPORT ssize_t recv(int fd, void* into, size_t size, int flags) {
  static const auto real = next<ssize_t (*)(int, void*, size_t, int)>("recv");
  const auto got = real(fd, into, size, flags);
  // What nobody was told of did not happen: only an answer can be lost.
  return got > 0 ? act(act_hear, [&] { return got; }) : got;
}

// --- the time of day
CRASH_EXPORT time_t time(time_t* into) {
  const auto now = static_cast<time_t>(time_now_ns() / 1'000'000'000);
  if (into != nullptr) *into = now;
  return now;
}

CRASH_EXPORT int clock_gettime(clockid_t clock, timespec* into) {
  // Not by name: the allocator of a sanitizer asks for the time while it holds its locks.
  if (world == nullptr || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE))
    return static_cast<int>(::syscall(SYS_clock_gettime, clock, into));
  const auto now = time_now_ns();
  *into = {static_cast<time_t>(now / 1'000'000'000), static_cast<long>(now % 1'000'000'000)};
  return 0;
}

CRASH_EXPORT int gettimeofday(timeval* into, void* zone) {
  if (world == nullptr) return static_cast<int>(::syscall(SYS_gettimeofday, into, zone));
  const auto now = time_now_ns() / 1000;
  *into = {static_cast<time_t>(now / 1'000'000), static_cast<suseconds_t>(now % 1'000'000)};
  return 0;
}
