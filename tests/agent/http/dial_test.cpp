// tests/agent/http/dial_test.cpp: connections for other protocols, under the same trust.
#include <array>

#include "tests/agent/http/house.hpp"
#include "tests/agent/http/raw_server.hpp"
#include "tests/fakes/pki.hpp"

#include <CppUTest/TestHarness.h>

using tributary::Remedy;
using tributary::Status;
using tributary::view;
using tributary::fakes::Authority;
using tributary::fakes::Leaf;
using tributary::http::Connection;
using tributary::http::Exchange;
using tributary::http::Server;
using tributary::http::ServerSettings;
using tributary::tests::House;
using tributary::tests::RawPeer;
using tributary::tests::RawServer;

TEST_GROUP(Dial) {
  House house;
  Authority ca{house.folder.path(), "ca"};
  std::unique_ptr<Server> server;

  void setup() override { house.settings.tls.ca_file = ca.ca_file(); }
  std::uint16_t start(const Leaf& leaf = {}) {
    const auto files = ca.issue(leaf);
    ServerSettings settings;
    settings.listen = "127.0.0.1:0";
    settings.cert_file = files.cert_file;
    settings.key_file = files.key_file;
    auto made = tributary::http::serve(settings, [](Exchange& exchange) { exchange.reply(200, {}, view("safe")); });
    CHECK(made.ok());
    server = std::move(*made);
    return server->port();
  }
  tributary::Result<std::unique_ptr<Connection>> dial(std::uint16_t port, bool tls) {
    house.client = std::move(*tributary::http::make_client(house.settings, house.clock, house.stop));
    return house.client->dial("localhost", port, tls);
  }
  static std::string talk(Connection & connection) {
    CHECK_TRUE(connection.send(view("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).ok());
    std::string heard;
    std::array<std::uint8_t, 512> room{};
    for (;;) {
      const auto n = connection.receive(room);
      if (!n || *n == 0) return heard;
      heard.append(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(*n));
    }
  }
};

TEST(Dial, speaks_tls_from_the_first_byte) {
  auto connection = dial(start(), true);
  CHECK_TRUE_TEXT(connection.ok(), connection.ok() ? "" : sentence(connection.error()).c_str());
  STRCMP_CONTAINS("safe", talk(**connection).c_str());
}

TEST(Dial, speaks_tls_from_when_it_is_told) {
  auto connection = dial(start(), false);
  CHECK_TRUE(connection.ok());
  CHECK_TRUE((*connection)->start_tls().ok());
  STRCMP_CONTAINS("safe", talk(**connection).c_str());
}

TEST(Dial, trusts_nobody_of_another_name_whenever_tls_begins) {
  Leaf other;
  other.dns = {"elsewhere.example"};
  const auto port = start(other);
  const auto at_once = dial(port, true);
  CHECK_TRUE(!at_once.ok() && at_once.error().remedy == Remedy::ask_operator);
  auto later = dial(port, false);
  CHECK_TRUE(later.ok());
  const auto begun = (*later)->start_tls();
  CHECK_TRUE(!begun && begun.error().remedy == Remedy::ask_operator);
}

TEST(Dial, hears_in_the_clear_and_does_not_begin_tls_behind_words_that_came_too_early) {
  RawServer raw([](RawPeer& peer, int) {
    peer.write("220 hello\r\n250 too early\r\n");
    peer.client_left(5000);
  });
  auto connection = dial(raw.port(), false);
  CHECK_TRUE(connection.ok());
  std::array<std::uint8_t, 4> room{};
  LONGS_EQUAL(4, *(*connection)->receive(room));
  STRCMP_EQUAL("220 ", std::string(room.begin(), room.end()).c_str());
  CHECK_FALSE((*connection)->start_tls().ok());
}

TEST(Dial, waits_for_nobody_who_is_not_there) {
  const auto connection = dial(1, false);
  CHECK_TRUE(!connection.ok() && connection.error().remedy == Remedy::wait);
}
