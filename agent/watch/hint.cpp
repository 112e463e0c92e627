// agent/watch/hint.cpp: inotify and an eventfd behind one wait.
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>

#include "agent/watch/watch.hpp"

namespace tributary::watch {
namespace {

constexpr std::size_t most_watches = 1024;
constexpr std::uint32_t interesting =
    IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_CLOSE_WRITE | IN_DELETE | IN_ONLYDIR | IN_EXCL_UNLINK;

class Inotify final : public Hint {
 public:
  explicit Inotify(const std::vector<std::string>& folders)
      : events_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
        wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
        mounts_(::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)) {
    for (const auto& folder : folders) {
      add(folder, true);
      const auto root = files::Root::open(folder);
      if (!root) continue;  // not mounted yet: polling finds it
      const auto entries = root->list("");
      if (!entries) continue;
      for (const auto& entry : *entries) {
        if (entry.kind == files::EntryKind::directory) add(folder + "/" + entry.name, false);
      }
    }
  }

  bool wait(std::int64_t timeout_s) override {
    // A change of the mounts is told once, as an exceptional condition (proc(5)).
    std::array<pollfd, 3> sources{{{events_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}, {mounts_.get(), POLLPRI, 0}}};
    const auto timeout_ms = static_cast<int>(std::clamp<std::int64_t>(timeout_s, 0, 86'400) * 1000);
    const int ready = ::poll(sources.data(), sources.size(), timeout_ms);
    if (ready <= 0) return false;  // time is up, or a signal came: the caller looks either way
    if ((sources[1].revents & POLLIN) != 0) {
      std::uint64_t count = 0;
      while (::read(wake_.get(), &count, sizeof count) < 0 && errno == EINTR) {
      }
    }
    const bool moved = (sources[0].revents & POLLIN) != 0 && drain();
    return moved || (sources[2].revents & POLLPRI) != 0;
  }

  void wake() override {
    const std::uint64_t one = 1;
    // A counter that is full wakes as well.
    while (::write(wake_.get(), &one, sizeof one) < 0 && errno == EINTR) {
    }
  }

 private:
  void add(const std::string& folder, bool is_place) {
    if (!events_.valid() || watched_.size() >= most_watches) return;
    const int watch = ::inotify_add_watch(events_.get(), folder.c_str(), interesting);
    if (watch >= 0) watched_[watch] = {folder, is_place};
  }

  // Reads all that is there; folders that came are listened to as well.
  bool drain() {
    bool moved = false;
    alignas(inotify_event) std::array<char, 16384> buffer{};
    for (;;) {
      const auto n = ::read(events_.get(), buffer.data(), buffer.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return moved;
      moved = true;
      for (std::size_t at = 0; at + sizeof(inotify_event) <= static_cast<std::size_t>(n);) {
        const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
        take(*event);
        at += sizeof(inotify_event) + event->len;
      }
    }
  }

  void take(const inotify_event& event) {
    if ((event.mask & IN_IGNORED) != 0) {
      watched_.erase(event.wd);
      return;
    }
    const auto found = watched_.find(event.wd);
    const bool came = (event.mask & IN_ISDIR) != 0 && (event.mask & (IN_CREATE | IN_MOVED_TO)) != 0 && event.len > 0;
    if (found != watched_.end() && found->second.is_place && came) add(found->second.path + "/" + event.name, false);
  }

  struct Watched {
    std::string path;
    bool is_place = false;  // a run folder's parent, not a run
  };
  files::Fd events_, wake_, mounts_;
  std::map<int, Watched> watched_;
};

}  // namespace

std::unique_ptr<Hint> make_hint(const std::vector<std::string>& folders) { return std::make_unique<Inotify>(folders); }

}  // namespace tributary::watch
