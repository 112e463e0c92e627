// tests/line/reload_test.cpp: SIGHUP with a configuration that can not be used: the daemon goes on as it was.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

#include "agent/base/clock.hpp"
#include "agent/base/stop.hpp"
#include "agent/port/files/files.hpp"
#include "agent/port/http/http.hpp"
#include "tests/line/laboratory.hpp"
#include "tests/line/program.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::line_test {
namespace {

/// A port of the loopback interface that is ours for as long as this lives.
class Port {
 public:
  explicit Port(const char* host = "127.0.0.1", int number = 0) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(number));
    ::inet_pton(AF_INET, host, &address.sin_addr);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_, any, size) == 0 && ::listen(socket_, 1) == 0 && ::getsockname(socket_, any, &size) == 0)
      number_ = ntohs(address.sin_port);
  }
  ~Port() { ::close(socket_); }
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int socket_;
  int number_ = 0;
};

int free_port() { return Port().number(); }
std::string address_of(int port, const char* host = "127.0.0.1") { return host + (":" + std::to_string(port)); }

std::size_t count_of(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_GROUP(Reload) {
  Laboratory laboratory{1};
  fakes::TemporaryDirectory far;
  SiteFolder site{laboratory, folder_at(far.path())};
  std::string listen = address_of(free_port());
  std::string good = read_config();

  std::string read_config() const { return files::read_small(site.config_file(), 1U << 20).value_or(""); }
  void write(const std::string& text) const {
    CHECK_TRUE(files::write_atomic(site.config_file(), view(text), 0600).ok());
  }
  void listen_on(const std::string& address) const {
    auto text = good;
    write(text.replace(text.find("listen: null"), 12, "listen: \"" + address + "\""));
  }
  static bool is_healthy(const std::string& address) {
    const SystemClock clock;
    Stop stop;
    auto client = http::make_client({}, clock, stop);
    http::Request request;
    request.url = "http://" + address + "/healthz";
    auto response = client ? (*client)->send(request) : Result<http::Response>(client.error());
    return response.ok() && response->status == 200;
  }
  // The old configuration is in force, its window is open, and one line of the log says why.
  void goes_on(Daemon & daemon, const char* because) const {
    const bool told = daemon.says("the old one stays");
    CHECK_TRUE_TEXT(told, daemon.words().c_str());
    CHECK_TRUE(is_healthy(listen));
    daemon.signal(SIGTERM);
    LONGS_EQUAL_TEXT(0, daemon.end(), daemon.words().c_str());
    while (daemon.says("\n")) {
    }
    STRCMP_CONTAINS(because, daemon.words().c_str());
    LONGS_EQUAL_TEXT(1, count_of(daemon.words(), "the old one stays"), daemon.words().c_str());
    LONGS_EQUAL_TEXT(1, count_of(daemon.words(), because), daemon.words().c_str());
  }
  void setup() override { listen_on(listen); }
};

TEST(Reload, moves_the_window_to_another_port) {
  Daemon daemon(site.config_file());
  CHECK_TRUE_TEXT(daemon.says("ready"), daemon.words().c_str());
  CHECK_TRUE(is_healthy(listen));
  const auto other = address_of(free_port());
  listen_on(other);
  daemon.signal(SIGHUP);
  CHECK_TRUE_TEXT(daemon.says("ready"), daemon.words().c_str());
  CHECK_TRUE(is_healthy(other));
  CHECK_FALSE(is_healthy(listen));
}

TEST(Reload, to_a_port_that_is_busy_is_refused_and_nothing_stops) {
  const Port busy;
  Daemon daemon(site.config_file());
  CHECK_TRUE_TEXT(daemon.says("ready"), daemon.words().c_str());
  listen_on(address_of(busy.number()));
  daemon.signal(SIGHUP);
  goes_on(daemon, ("listening on " + address_of(busy.number())).c_str());
  LONGS_EQUAL_TEXT(1, count_of(daemon.words(), "ready: site"), daemon.words().c_str());
}

TEST(Reload, that_fails_when_the_old_window_is_closed_already_brings_the_old_one_back) {
  const int port = std::atoi(listen.substr(listen.rfind(':') + 1).c_str());
  const Port busy("127.0.0.2", port);
  LONGS_EQUAL(port, busy.number());
  Daemon daemon(site.config_file());
  CHECK_TRUE_TEXT(daemon.says("ready"), daemon.words().c_str());
  listen_on(address_of(port, "127.0.0.2"));
  daemon.signal(SIGHUP);
  CHECK_TRUE_TEXT(daemon.says("the new configuration is refused"), daemon.words().c_str());
  CHECK_TRUE_TEXT(daemon.says("ready"), daemon.words().c_str());
  CHECK_TRUE(is_healthy(listen));
  STRCMP_CONTAINS(address_of(port, "127.0.0.2").c_str(), daemon.words().c_str());
}

TEST(Reload, of_what_is_no_YAML_is_refused_with_its_place) {
  Daemon daemon(site.config_file());
  CHECK_TRUE_TEXT(daemon.says("ready"), daemon.words().c_str());
  write(good + "limits: { threads: 2\n");
  daemon.signal(SIGHUP);
  goes_on(daemon, "tributary.yaml:");
}

TEST(Reload, after_one_that_was_refused_is_heard) {
  Daemon daemon(site.config_file());
  CHECK_TRUE_TEXT(daemon.says("ready"), daemon.words().c_str());
  write("site: [");
  daemon.signal(SIGHUP);
  CHECK_TRUE_TEXT(daemon.says("the old one stays"), daemon.words().c_str());
  const auto other = address_of(free_port());
  listen_on(other);
  daemon.signal(SIGHUP);
  CHECK_TRUE_TEXT(daemon.says("ready"), daemon.words().c_str());
  CHECK_TRUE(is_healthy(other));
}

TEST(Reload, does_not_outlive_an_order_to_end) {
  for (int i = 0; i < 5; ++i) {
    Daemon daemon(site.config_file());
    CHECK_TRUE_TEXT(daemon.says("ready"), daemon.words().c_str());
    daemon.signal(SIGHUP);
    daemon.signal(SIGTERM);
    LONGS_EQUAL_TEXT(0, daemon.end(), daemon.words().c_str());
  }
}

}  // namespace tributary::line_test
