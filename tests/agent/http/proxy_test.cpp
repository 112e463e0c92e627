// tests/agent/http/proxy_test.cpp: through a proxy with CONNECT.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include <Poco/Net/StreamSocket.h>

#include "tests/agent/http/house.hpp"
#include "tests/agent/http/raw_server.hpp"
#include "tests/fakes/pki.hpp"

#include <CppUTest/TestHarness.h>

using tributary::view;
using tributary::fakes::Authority;
using tributary::tests::asks_operator;
using tributary::tests::body_of;
using tributary::tests::error_of;
using tributary::tests::has;
using tributary::tests::House;
using tributary::tests::is_wait;
using tributary::tests::ok_with;
using tributary::tests::RawPeer;
using tributary::tests::RawServer;

namespace {

// Carries bytes both ways until one side ends.
void carry(int left, int right) {
  std::array<char, 16384> buffer{};
  std::array<pollfd, 2> both = {pollfd{left, POLLIN, 0}, pollfd{right, POLLIN, 0}};
  while (::poll(both.data(), both.size(), 5000) > 0) {
    for (std::size_t i = 0; i < both.size(); ++i) {
      if (both[i].revents == 0) continue;
      const auto n = ::recv(both[i].fd, buffer.data(), buffer.size(), 0);
      if (n <= 0) return;
      ::send(both[1 - i].fd, buffer.data(), static_cast<std::size_t>(n), MSG_NOSIGNAL);
    }
  }
}

}  // namespace

TEST_GROUP(Proxied) {
  House house;
  Authority ca{house.folder.path(), "ca"};
  std::unique_ptr<tributary::http::Server> origin;
  std::string asked;

  void setup() override {
    const auto files = ca.issue({});
    house.settings.tls.ca_file = ca.ca_file();
    tributary::http::ServerSettings settings;
    settings.listen = "127.0.0.1:0";
    settings.cert_file = files.cert_file;
    settings.key_file = files.key_file;
    auto made = tributary::http::serve(settings, [](tributary::http::Exchange& exchange) {
      exchange.reply(200, {}, view(exchange.header("Proxy-Authorization").empty() ? exchange.path() : "leaked"));
    });
    CHECK(made.ok());
    origin = std::move(*made);
  }
  void teardown() override { origin.reset(); }
  std::string url() const { return "https://localhost:" + std::to_string(origin->port()) + "/thing"; }
  void tunnel(RawPeer & peer) {
    asked = peer.read_head();
    if (asked.find("Proxy-Authorization: Basic dXNlcjpwYXNz\r\n") == std::string::npos) {
      peer.write("HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    Poco::Net::StreamSocket far;
    far.connect(Poco::Net::SocketAddress("127.0.0.1", origin->port()));
    peer.write("HTTP/1.1 200 Connected\r\n\r\n");
    carry(peer.fd(), far.impl()->sockfd());
  }
};

TEST(Proxied, a_tunnel_is_dug_with_credentials_that_stay_with_the_proxy) {
  RawServer proxy([this](RawPeer& peer, int) { tunnel(peer); });
  house.settings.proxy = "http://user:pass@127.0.0.1:" + std::to_string(proxy.port());
  for (int i = 0; i < 3; ++i) STRCMP_EQUAL("/thing", body_of(house.get(url())).c_str());
  CHECK(asked.starts_with("CONNECT localhost:" + std::to_string(origin->port()) + " HTTP/1.1\r\n"));
  LONGS_EQUAL(1, proxy.connections());
  house.client.reset();
}

TEST(Proxied, missing_or_wrong_credentials_are_for_the_operator) {
  RawServer proxy([this](RawPeer& peer, int) { tunnel(peer); });
  for (const auto* const who : {"", "user:wrong@"}) {
    house.client.reset();
    house.settings.proxy = "http://" + std::string(who) + "127.0.0.1:" + std::to_string(proxy.port());
    const auto answer = house.get(url());
    CHECK(asks_operator(answer));
    CHECK(has(error_of(answer), "proxy"));
    CHECK(!has(error_of(answer), "wrong"));
  }
}

TEST(Proxied, a_bad_answer_a_silent_and_a_missing_proxy_are_waited_for) {
  house.settings.connect_timeout_s = 1;
  RawServer proxy([](RawPeer& peer, int number) {
    peer.read_head();
    if (number == 0) peer.write("HTTP/1.1 503 No\r\n\r\n");
    if (number == 1) peer.write("HTTP/1.1 200 OK\r\n\r\ntoo much");
    if (number == 2) peer.client_left(5000);
    if (number == 3) peer.drip("HTTP/1.1 200 OK\r\nX: " + std::string(500, 'x'), 50);
  });
  house.settings.proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
  for (int i = 0; i < 4; ++i) CHECK(is_wait(house.get(url())));
  house.client.reset();
  house.settings.proxy = "http://127.0.0.1:1";
  const auto answer = house.get(url());
  CHECK(is_wait(answer));
  CHECK(has(error_of(answer), "through the proxy 127.0.0.1:1"));
}

TEST(Proxied, the_certificate_is_the_origins_business) {
  Authority other(house.folder.path(), "other");
  RawServer proxy([this](RawPeer& peer, int) { tunnel(peer); });
  house.settings.tls.ca_file = other.ca_file();
  house.settings.proxy = "user:pass@127.0.0.1:" + std::to_string(proxy.port());
  CHECK(asks_operator(house.get(url())));
}

TEST(Proxied, loopback_without_tls_needs_no_proxy) {
  RawServer plain([](RawPeer& peer, int) {
    peer.read_head();
    peer.write(ok_with("direct"));
  });
  house.settings.proxy = "http://127.0.0.1:1";
  STRCMP_EQUAL("direct", body_of(house.get(plain.url())).c_str());
}

TEST(Proxied, an_unfit_address_is_said_at_the_start) {
  for (const auto* const proxy : {"https://proxy.example:443", "http://", "socks5://127.0.0.1:1080", "http://a b"}) {
    house.client.reset();
    house.settings.proxy = proxy;
    CHECK(asks_operator(house.get(url())));
  }
}
