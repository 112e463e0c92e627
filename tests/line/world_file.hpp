// tests/line/world_file.hpp: a world for programs under the shim: its clock, and whether its disk is full.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <string>

#include "agent/base/clock.hpp"
#include "tests/fakes/run_folder.hpp"
#include "tests/line/shim/world.hpp"

namespace tributary::line_test {

/// Threads: any.
class WorldFile {
 public:
  explicit WorldFile(std::int64_t speed) {
    const int fd = ::open(path().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || ::ftruncate(fd, sizeof(shim::World)) != 0) std::abort();
    void* page = ::mmap(nullptr, sizeof(shim::World), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED) std::abort();
    ::close(fd);
    world_ = static_cast<shim::World*>(page);
    world_->speed = speed;
    begin();
  }
  ~WorldFile() { ::munmap(world_, sizeof(shim::World)); }
  WorldFile(const WorldFile&) = delete;
  WorldFile& operator=(const WorldFile&) = delete;

  [[nodiscard]] std::string path() const { return directory_.path() + "/world"; }
  [[nodiscard]] shim::World& world() { return *world_; }
  /// The time there is the real one, now.
  void begin() {
    world_->origin_ns = real_ns();
    world_->passed_ns = 0;
  }
  /// So much time passes at once, for everybody who lives there.
  void pass(std::int64_t seconds) { world_->passed_ns += seconds * 1'000'000'000; }
  /// The right time there: that of the repository, whatever the clock of the site says.
  [[nodiscard]] const Clock& clock() const { return clock_; }

 private:
  static std::int64_t real_ns() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
  }
  class RightClock final : public Clock {
   public:
    explicit RightClock(const WorldFile& file) : file_(file) {}
    [[nodiscard]] std::int64_t now_utc_s() const override { return file_.world_->time_ns(real_ns()) / 1'000'000'000; }

   private:
    const WorldFile& file_;
  };

  fakes::TemporaryDirectory directory_;
  shim::World* world_ = nullptr;
  RightClock clock_{*this};
};

}  // namespace tributary::line_test
