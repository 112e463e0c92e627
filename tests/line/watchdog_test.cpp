// tests/line/watchdog_test.cpp: a line that is stuck gives no sign of life, whatever else of the daemon goes on.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>

#include "tests/line/agent.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::line_test {
namespace {

// Where systemd would listen.
class Supervisor {
 public:
  explicit Supervisor(const std::string& folder) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto path = folder + "/notify";
    std::memcpy(address.sun_path, path.c_str(), std::min(path.size(), sizeof address.sun_path - 1));
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::abort();
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    ::setenv("WATCHDOG_USEC", "60000000", 1);
  }
  ~Supervisor() {
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
    ::close(socket_);
  }
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// How many signs of life have come since it was asked last.
  int signs_of_life() const {
    int signs = 0;
    std::array<char, 256> message{};
    for (ssize_t n = 0; (n = ::recv(socket_, message.data(), message.size(), MSG_DONTWAIT)) >= 0;)
      signs += std::string(message.data(), static_cast<std::size_t>(n)) == "WATCHDOG=1" ? 1 : 0;
    return signs;
  }

 private:
  int socket_;
};

// Stops the thread that seals once it has sealed the second parcel, until both are delivered by the other.
struct Jam {
  std::mutex mutex;
  std::condition_variable moved;
  int sealed = 0, delivered = 0;
  bool over = false;
  int during = 0;  // signs of life

  void heard(std::string_view line, const Supervisor& supervisor) {
    std::unique_lock lock(mutex);
    if (line.find(": sealed for ") != std::string_view::npos && ++sealed == 2) {
      static_cast<void>(supervisor.signs_of_life());
      moved.notify_all();
      moved.wait(lock, [&] { return delivered == 2; });
      during = supervisor.signs_of_life();
      over = true;
      moved.notify_all();
    } else if (line.find(": delivered to ") != std::string_view::npos) {
      moved.wait(lock, [&] { return sealed == 2; });
      ++delivered;
      moved.notify_all();
      if (delivered == 2) moved.wait(lock, [&] { return over; });
    }
  }
};

}  // namespace

TEST_GROUP(Watchdog) {
  Laboratory laboratory{20};
  ManualClock clock{laboratory.made_utc_s()};
  FolderSide far;
  Agent agent{laboratory, far, clock};
  fakes::TemporaryDirectory folder;

  void setup() override { CHECK_TEXT(agent.is_open(), agent.log().c_str()); }
};

TEST(Watchdog, is_not_fed_while_the_line_is_stuck_although_parcels_are_delivered) {
  const Supervisor supervisor(folder.path());
  Jam jam;
  agent.on_log([&](std::string_view line) { jam.heard(line, supervisor); });
  const auto ended = agent.runner().run_once();
  CHECK_TRUE(ended.ok());
  CHECK_TRUE(jam.over);
  LONGS_EQUAL(0, jam.during);
  CHECK_TRUE(supervisor.signs_of_life() > 0);
}

}  // namespace tributary::line_test
