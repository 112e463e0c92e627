// tests/agent/http/tls_test.cpp: whom the client trusts, and whom the server lets in.
#include <mbedtls/version.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <memory>

#include "agent/port/http/poco_mbedtls/session.hpp"
#include "agent/port/http/poco_mbedtls/tls_context.hpp"
#include "tests/agent/http/house.hpp"
#include "tests/agent/http/raw_server.hpp"
#include "tests/fakes/pki.hpp"

#include <CppUTest/TestHarness.h>

using tributary::view;
using tributary::fakes::Authority;
using tributary::fakes::CertificateFiles;
using tributary::fakes::Leaf;
using tributary::fakes::Usage;
using tributary::http::Exchange;
using tributary::http::Server;
using tributary::http::ServerSettings;
using tributary::tests::asks_operator;
using tributary::tests::body_of;
using tributary::tests::error_of;
using tributary::tests::has;
using tributary::tests::House;
using tributary::tests::is_wait;
using tributary::tests::ok_with;
using tributary::tests::RawPeer;
using tributary::tests::RawServer;
using tributary::tests::status_of;

// What the library can do best, on both sides.
constexpr const char* best_of_1_2 = "TLSv1.2 TLS-ECDHE-ECDSA-WITH-CHACHA20-POLY1305-SHA256";
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
constexpr const char* best = "TLSv1.3 TLS1-3-CHACHA20-POLY1305-SHA256";
#else
constexpr const char* best = best_of_1_2;
#endif

// Contexts are not changed once they are made; this one belongs to the test alone.
static mbedtls_ssl_config* config_of(const tributary::http::TlsContext& context) {
  return const_cast<mbedtls_ssl_config*>(context.config());
}

static void speak_1_2_only(const tributary::http::TlsContext& context) {
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
  mbedtls_ssl_conf_max_tls_version(config_of(context), MBEDTLS_SSL_VERSION_TLS1_2);
#else
  mbedtls_ssl_conf_max_version(config_of(context), MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
#endif
}

static int give_ticket(void* given, const mbedtls_ssl_session*, unsigned char* into, const unsigned char*,
                       std::size_t* length, std::uint32_t* lifetime_s) {
  ++*static_cast<std::atomic<int>*>(given);
  *length = 32;
  *lifetime_s = 60;
  std::memset(into, 't', *length);
  return 0;
}
static int know_no_ticket(void*, mbedtls_ssl_session*, unsigned char*, std::size_t) {
  return MBEDTLS_ERR_SSL_INVALID_MAC;
}

TEST_GROUP(Tls) {
  House house;
  Authority ca{house.folder.path(), "ca"};
  std::unique_ptr<Server> server;

  void setup() override { house.settings.tls.ca_file = ca.ca_file(); }

  std::string start(const CertificateFiles& files, const std::string& host = "localhost",
                    const std::string& client_ca = {}) {
    ServerSettings settings;
    settings.listen = "127.0.0.1:0";
    settings.cert_file = files.cert_file;
    settings.key_file = files.key_file;
    settings.client_ca_file = client_ca;
    auto made = tributary::http::serve(settings, [](Exchange& exchange) { exchange.reply(200, {}, view("safe")); });
    CHECK(made.ok());
    server = std::move(*made);
    return "https://" + host + ":" + std::to_string(server->port()) + "/";
  }
  std::shared_ptr<const tributary::http::TlsContext> raw_context() {
    const auto files = ca.issue({});
    ServerSettings settings;
    settings.cert_file = files.cert_file;
    settings.key_file = files.key_file;
    return *tributary::http::TlsContext::for_server(settings);
  }
};

TEST(Tls, trusts_a_server_of_the_private_ca) {
  const auto url = start(ca.issue({}));
  for (int i = 0; i < 3; ++i) STRCMP_EQUAL("safe", body_of(house.get(url)).c_str());
}

TEST(Tls, refuses_a_certificate_for_another_host) {
  Leaf leaf;
  leaf.name = "elsewhere.example";
  leaf.dns = {"elsewhere.example"};
  const auto answer = house.get(start(ca.issue(leaf)));
  CHECK(asks_operator(answer));
  CHECK(has(error_of(answer), "elsewhere.example"));
}

TEST(Tls, refuses_an_unknown_ca) {
  Authority other(house.folder.path(), "other");
  const auto answer = house.get(start(other.issue({})));
  CHECK(asks_operator(answer));
  CHECK(answer.error().away);  // it is not about what was asked
}

TEST(Tls, trusts_a_ca_that_came_in_the_place_of_another_while_it_runs) {
  namespace fs = std::filesystem;
  Authority other(house.folder.path(), "other");
  const auto url = start(other.issue({}));
  CHECK(asks_operator(house.get(url)));
  fs::copy_file(other.ca_file(), ca.ca_file() + ".new");
  fs::rename(ca.ca_file() + ".new", ca.ca_file());
  STRCMP_EQUAL("safe", body_of(house.get(url)).c_str());
}

TEST(Tls, keeps_the_trust_of_before_while_a_file_can_not_be_read) {
  const auto url = start(ca.issue({}));
  STRCMP_EQUAL("safe", body_of(house.get(url)).c_str());
  server.reset();
  house.write("ca.pem", "half of a certif");
  STRCMP_EQUAL("safe", body_of(house.get(start(ca.issue({})))).c_str());
}

TEST(Tls, shows_a_certificate_that_came_in_the_place_of_an_expired_one) {
  namespace fs = std::filesystem;
  Leaf leaf;
  leaf.usage = Usage::client;
  leaf.until = "20240229120000";
  const auto expired = ca.issue(leaf);
  leaf.until = "20991231235959";
  const auto fresh = ca.issue(leaf);
  house.settings.tls.cert_file = expired.cert_file;
  house.settings.tls.key_file = expired.key_file;
  const auto url = start(ca.issue({}), "localhost", ca.ca_file());
  CHECK_FALSE(house.get(url).ok());
  fs::rename(fresh.cert_file, expired.cert_file);
  CHECK_FALSE(house.get(url).ok());  // half a pair
  fs::rename(fresh.key_file, expired.key_file);
  STRCMP_EQUAL("safe", body_of(house.get(url)).c_str());
}

TEST(Tls, refuses_an_expired_certificate_and_says_since_when) {
  Leaf leaf;
  leaf.until = "20240229120000";
  const auto answer = house.get(start(ca.issue(leaf)));
  CHECK(asks_operator(answer));
  CHECK(has(error_of(answer), "2024-02-29"));
}

TEST(Tls, refuses_a_certificate_that_is_not_valid_yet) {
  Leaf leaf;
  leaf.from = "20980101000000";
  CHECK(asks_operator(house.get(start(ca.issue(leaf)))));
}

TEST(Tls, refuses_a_client_certificate_in_a_servers_hand) {
  Leaf leaf;
  leaf.usage = Usage::client;
  CHECK(asks_operator(house.get(start(ca.issue(leaf)))));
}

TEST(Tls, takes_an_address_that_the_certificate_names) {
  Leaf leaf;
  leaf.addresses = {"127.0.0.1"};
  STRCMP_EQUAL("safe", body_of(house.get(start(ca.issue(leaf), "127.0.0.1"))).c_str());
}

TEST(Tls, refuses_an_address_that_the_certificate_does_not_name) {
  Leaf leaf;
  leaf.addresses = {"127.0.0.2"};
  CHECK(asks_operator(house.get(start(ca.issue(leaf), "127.0.0.1"))));
}

TEST(Tls, expects_the_name_in_the_settings_instead_of_the_urls) {
  Leaf leaf;
  leaf.name = "inside.example";
  leaf.dns = {"inside.example"};
  const auto url = start(ca.issue(leaf));
  house.settings.tls.server_name = "inside.example";
  STRCMP_EQUAL("safe", body_of(house.get(url)).c_str());
  // For the destination's own address only.
  house.client.reset();
  house.settings.auth.origin = "https://another.example:443";
  CHECK(asks_operator(house.get(url)));
}

TEST(Tls, shows_its_own_certificate) {
  Leaf own;
  own.name = "appliance";
  own.usage = Usage::client;
  const auto files = ca.issue(own);
  house.settings.tls.cert_file = files.cert_file;
  house.settings.tls.key_file = files.key_file;
  STRCMP_EQUAL("safe", body_of(house.get(start(ca.issue({}), "localhost", ca.ca_file()))).c_str());
}

TEST(Tls, says_that_the_server_may_want_a_certificate) {
  const auto answer = house.get(start(ca.issue({}), "localhost", ca.ca_file()));
  CHECK(!answer.ok());
  CHECK_TEXT(asks_operator(answer), error_of(answer).c_str());
  CHECK(has(error_of(answer), "client certificate"));
}

TEST(Tls, a_server_refuses_clients_of_another_ca) {
  Authority other(house.folder.path(), "other");
  Leaf own;
  own.usage = Usage::client;
  const auto files = other.issue(own);
  house.settings.tls.cert_file = files.cert_file;
  house.settings.tls.key_file = files.key_file;
  CHECK(!house.get(start(ca.issue({}), "localhost", ca.ca_file())).ok());
}

TEST(Tls, says_which_file_is_wrong) {
  house.settings.tls.ca_file = house.folder.path() + "/missing.pem";
  CHECK(has(error_of(house.get("https://localhost:1/")), "missing.pem"));
  house.settings.tls.ca_file = house.write("noise.pem", "noise");
  CHECK(asks_operator(house.get("https://localhost:1/")));
  house.settings.tls.ca_file = ca.ca_file();
  const auto one = ca.issue({}), two = ca.issue({});
  house.settings.tls.cert_file = one.cert_file;
  house.settings.tls.key_file = two.key_file;
  CHECK(has(error_of(house.get("https://localhost:1/")), "do not belong together"));
}

TEST(Tls, is_not_taken_in_by_a_plain_server) {
  RawServer plain([](RawPeer& peer, int) {
    peer.read_exactly(1);
    peer.write(ok_with("plain"));
    peer.client_left(2000);
  });
  CHECK(!house.get("https://localhost:" + std::to_string(plain.port()) + "/").ok());
}

TEST(Tls, gives_up_on_a_handshake_that_drips_or_hangs) {
  house.settings.connect_timeout_s = 1;
  RawServer plain([](RawPeer& peer, int number) {
    if (number == 0) peer.client_left(10000);
    if (number == 1) peer.drip(std::string("\x16\x03\x03\x00\x50", 5) + std::string(80, '\0'), 100);
  });
  const auto url = "https://127.0.0.1:" + std::to_string(plain.port()) + "/";
  CHECK(is_wait(house.get(url)));
  CHECK(is_wait(house.get(url)));
}

TEST(Tls, knows_a_cut_from_an_end) {
  RawServer raw(
      [](RawPeer& peer, int number) {
        peer.read_head();
        peer.write("HTTP/1.1 200 OK\r\n\r\nas much as there is");
        if (number == 0) peer.cut();
      },
      raw_context());
  CHECK(is_wait(house.get(raw.url())));
  STRCMP_EQUAL("as much as there is", body_of(house.get(raw.url())).c_str());
}

TEST(Tls, reads_a_servers_refusal_before_the_body) {
  RawServer raw(
      [](RawPeer& peer, int) {
        peer.read_head();
        peer.write("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
        peer.client_left(2000);
      },
      raw_context());
  const tributary::Bytes body(2U << 20, 'x');
  LONGS_EQUAL(413, status_of(house.put(raw.url(), body)));
}

TEST(Tls, sends_a_large_body_whole) {
  RawServer raw(
      [](RawPeer& peer, int) {
        peer.read_head();
        const auto body = peer.read_exactly(5U << 20);
        peer.write(ok_with(body.find_first_not_of('x') == std::string::npos ? std::to_string(body.size()) : "foul"));
      },
      raw_context());
  const tributary::Bytes body(5U << 20, 'x');
  STRCMP_EQUAL("5242880", body_of(house.put(raw.url(), body)).c_str());
}

TEST(Tls, tells_of_a_servers_certificate) {
  Leaf leaf;
  leaf.until = "20980102030405";
  const auto peer = tributary::http::probe_tls(house.settings, start(ca.issue(leaf)), house.stop);
  CHECK(peer.ok());
  STRCMP_EQUAL("CN=localhost", peer->subject.c_str());
  STRCMP_EQUAL("CN=ca", peer->issuer.c_str());
  STRCMP_EQUAL(best, peer->protocol.c_str());
  LONGS_EQUAL(*tributary::from_iso8601("2098-01-02T03:04:05Z"), peer->not_after_utc_s);
  Leaf wrong;
  wrong.dns = {"elsewhere.example"};
  const auto distrusted = tributary::http::probe_tls(house.settings, start(ca.issue(wrong)), house.stop);
  CHECK(!distrusted.ok() && distrusted.error().remedy == tributary::Remedy::ask_operator);
}

TEST(Tls, agrees_on_1_2_with_a_server_that_knows_no_other) {
  const auto old = raw_context();
  speak_1_2_only(*old);
  RawServer raw(
      [](RawPeer& peer, int) {
        peer.read_head();
        peer.write(ok_with("old"));
      },
      old);
  STRCMP_EQUAL("old", body_of(house.get(raw.url())).c_str());
  const auto peer = tributary::http::probe_tls(house.settings, raw.url(), house.stop);
  STRCMP_EQUAL(best_of_1_2, peer->protocol.c_str());
}

TEST(Tls, a_server_agrees_on_1_2_with_a_client_that_knows_no_other) {
  const auto url = tributary::http::parse_url(start(ca.issue({})));
  const auto old = *tributary::http::TlsContext::for_client(house.settings.tls);
  speak_1_2_only(*old);
  const tributary::http::Proxy none;
  tributary::http::Session session(*url, old, "localhost", none, house.stop);
  session.open(std::chrono::seconds(20));
  STRCMP_EQUAL("TLSv1.2", mbedtls_ssl_get_version(session.tls_wire()->ssl()));
}

// With TLS 1.3 tickets come after the handshake, before the first answer.
TEST(Tls, reads_over_a_servers_tickets_and_keeps_the_connection) {
  const auto tls = raw_context();
  std::atomic<int> given = 0;
  mbedtls_ssl_conf_session_tickets_cb(config_of(*tls), give_ticket, know_no_ticket, &given);
  RawServer raw(
      [](RawPeer& peer, int) {
        for (const char* answer : {"one", "two"}) {
          peer.read_head();
          peer.write(ok_with(answer));
        }
      },
      tls);
  STRCMP_EQUAL("one", body_of(house.get(raw.url())).c_str());
  STRCMP_EQUAL("two", body_of(house.get(raw.url())).c_str());
  LONGS_EQUAL(1, raw.connections());
  CHECK(given > 0);
}
