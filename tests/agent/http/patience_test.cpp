// tests/agent/http/patience_test.cpp: connections that stand still are given up, and end when we stop, in every phase.
//
// The time-outs of what is not tested are hours: who comes to an end did not wait for them.
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <thread>

#include <Poco/Net/StreamSocket.h>

#include "tests/agent/http/house.hpp"
#include "tests/agent/http/raw_server.hpp"
#include "tests/fakes/pki.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::tests {
namespace {

constexpr std::uint32_t hours_s = 4 * 3600;
constexpr int long_ms = 60000;
constexpr std::size_t more_than_buffers_hold = 64U << 20;

enum class Way : std::uint8_t { plain, tls, proxied };  // proxied: TLS through a proxy
constexpr Way ways[] = {Way::plain, Way::tls, Way::proxied};

// Carries bytes both ways until one side ends.
void carry(int left, int right) {
  std::array<char, 16384> buffer{};
  std::array<pollfd, 2> both = {pollfd{left, POLLIN, 0}, pollfd{right, POLLIN, 0}};
  while (::poll(both.data(), both.size(), long_ms) > 0) {
    for (std::size_t i = 0; i < both.size(); ++i) {
      if (both[i].revents == 0) continue;
      const auto n = ::recv(both[i].fd, buffer.data(), buffer.size(), 0);
      if (n <= 0) return;
      // A side that takes nothing must not keep the other from being heard out.
      for (ssize_t sent = 0; sent < n;) {
        const auto some = ::send(both[1 - i].fd, buffer.data() + sent, static_cast<std::size_t>(n - sent),
                                 MSG_NOSIGNAL | MSG_DONTWAIT);
        if (some > 0) sent += some;
        if (some < 0 && errno != EAGAIN) return;
        pollfd gone{both[i].fd, POLLRDHUP, 0};
        if (some <= 0 && ::poll(&gone, 1, 10) > 0) return;
      }
    }
  }
}

// True while a connection to that port of the loopback interface is asked for and not answered (state 02).
bool is_being_asked_for(std::uint16_t port) {
  std::ifstream table("/proc/net/tcp");
  char wanted[32];
  std::snprintf(wanted, sizeof wanted, "0100007F:%04X 02", port);
  for (std::string line; std::getline(table, line);) {
    if (line.find(wanted) != std::string::npos) return true;
  }
  return false;
}

// A server that is too busy to take a connection.
class FullServer {
 public:
  FullServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 0) != 0) std::abort();
    ::getsockname(listener_, generic, &size);
    port_ = ntohs(address.sin_port);
    for (auto& waiting : waiting_) {
      waiting = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      static_cast<void>(::connect(waiting, generic, size));
    }
  }
  ~FullServer() {
    for (const int waiting : waiting_) ::close(waiting);
    ::close(listener_);
  }
  FullServer(const FullServer&) = delete;
  FullServer& operator=(const FullServer&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int listener_;
  std::uint16_t port_ = 0;
  std::array<int, 1> waiting_{};
};

}  // namespace

TEST_GROUP(Patience) {
  House house;
  fakes::Authority ca{house.folder.path(), "ca"};
  std::shared_ptr<const http::TlsContext> server_tls;
  std::unique_ptr<RawServer> far, proxy;

  void setup() override {
    const auto files = ca.issue({});
    http::ServerSettings settings;
    settings.cert_file = files.cert_file;
    settings.key_file = files.key_file;
    server_tls = *http::TlsContext::for_server(settings);
    house.settings.tls.ca_file = ca.ca_file();
    house.settings.connect_timeout_s = house.settings.answer_timeout_s = house.settings.stall_timeout_s = hours_s;
  }
  void teardown() override {
    house.client.reset();
    proxy.reset();
    far.reset();
  }
  void serve(Way way, const RawServer::Script& script) {
    teardown();
    house.stop.clear();
    far = std::make_unique<RawServer>(script, way == Way::plain ? nullptr : server_tls);
    house.settings.proxy.clear();
    if (way != Way::proxied) return;
    proxy = std::make_unique<RawServer>([port = far->port()](RawPeer& peer, int) {
      peer.read_head();
      Poco::Net::StreamSocket out;
      out.connect(Poco::Net::SocketAddress("127.0.0.1", port));
      peer.write("HTTP/1.1 200 Connected\r\n\r\n");
      carry(peer.fd(), out.impl()->sockfd());
    });
    house.settings.proxy = "http://127.0.0.1:" + std::to_string(proxy->port());
  }
  void is_given_up(const Result<http::Response>& answer) {
    CHECK_TRUE(is_wait(answer));
    CHECK_TEXT(has(error_of(answer), "within the time allowed"), error_of(answer).c_str());
  }
  void ends_by_stopping(const Result<http::Response>& answer) {
    CHECK_TRUE(is_wait(answer));
    CHECK_TEXT(has(error_of(answer), "stopping"), error_of(answer).c_str());
  }
};

TEST(Patience, with_an_answer_that_only_drips_ends_and_a_new_connection_is_made) {
  house.settings.stall_timeout_s = 1;
  for (const auto way : ways) {
    serve(way, [](RawPeer& peer, int number) {
      peer.read_head();
      if (number > 0) return peer.write(ok_with("well"));
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
      peer.drip(std::string(1000, 'x'), 100);
    });
    is_given_up(house.get(far->url()));
    STRCMP_EQUAL("well", body_of(house.get(far->url())).c_str());
    LONGS_EQUAL(2, far->connections());
  }
}

TEST(Patience, with_a_server_that_takes_a_byte_now_and_then_ends_and_a_new_connection_is_made) {
  house.settings.stall_timeout_s = 1;
  const Bytes body(more_than_buffers_hold, 'x');
  for (const auto way : ways) {
    std::atomic<bool> given_up{false};  // a full buffer hides that the client hung up
    serve(way, [&given_up](RawPeer& peer, int number) {
      peer.read_head();
      if (number > 0) return peer.write(ok_with("well"));
      while (!given_up) {
        peer.client_left(100);
        peer.read_exactly(1);
      }
    });
    const auto answer = house.put(far->url(), body);
    given_up = true;
    is_given_up(answer);
    STRCMP_EQUAL("well", body_of(house.get(far->url())).c_str());
    LONGS_EQUAL(2, far->connections());
  }
}

TEST(Patience, ends_with_our_wish_to_stop_while_a_connection_is_asked_for) {
  const FullServer full;
  std::thread stopper([&] {
    while (!is_being_asked_for(full.port())) std::this_thread::yield();
    house.stop.request();
  });
  const auto answer = house.get("http://127.0.0.1:" + std::to_string(full.port()) + "/");
  stopper.join();
  ends_by_stopping(answer);
}

TEST(Patience, ends_with_our_wish_to_stop_in_a_handshake_and_before_a_proxy_has_answered) {
  serve(Way::plain, [this](RawPeer& peer, int) {
    house.stop.request();
    peer.client_left(long_ms);
  });
  const auto port = std::to_string(far->port());
  ends_by_stopping(house.get("https://localhost:" + port + "/"));
  house.client.reset();
  house.stop.clear();
  house.settings.proxy = "http://127.0.0.1:" + port;
  ends_by_stopping(house.get("https://localhost:1/"));
}

TEST(Patience, ends_with_our_wish_to_stop_while_sending_waiting_and_reading) {
  const Bytes body(more_than_buffers_hold, 'x');
  for (const auto way : ways) {
    serve(way, [this](RawPeer& peer, int) {
      peer.read_head();
      house.stop.request();
      peer.client_left(long_ms);
    });
    ends_by_stopping(house.put(far->url(), body));
    house.client.reset();
    house.stop.clear();
    ends_by_stopping(house.get(far->url()));
    serve(way, [this](RawPeer& peer, int) {
      peer.read_head();
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf");
      house.stop.request();
      peer.client_left(long_ms);
    });
    ends_by_stopping(house.get(far->url()));
  }
}

TEST(Patience, ends_with_our_wish_to_stop_while_the_rate_holds_bytes_back) {
  serve(Way::plain, [](RawPeer& peer, int) {
    peer.read_head();
    peer.client_left(long_ms);
  });
  house.settings.upload_rate = http::make_rate_limit(1);
  std::thread stopper([&] {
    while (far->connections() == 0) std::this_thread::yield();
    house.stop.request();
  });
  const Bytes body(more_than_buffers_hold, 'x');
  const auto answer = house.put(far->url(), body);
  stopper.join();
  ends_by_stopping(answer);
}

}  // namespace tributary::tests
