// tests/agent/http/client_test.cpp: the HTTP client against our own server and against servers that do not behave.
#include <sys/socket.h>

#include <atomic>
#include <fstream>
#include <thread>
#include <vector>

#include "agent/base/stop.hpp"
#include "far_side.hpp"
#include "tests/sandbox/keys.hpp"

#include <CppUTest/TestHarness.h>

namespace {

namespace http = tributary::http;
using tributary::Bytes;
using tributary::ByteView;
using tributary::ManualClock;
using tributary::MutableByteView;
using tributary::Remedy;
using tributary::Result;
using tributary::Stop;
using tributary::view;
using tributary::fakes::BareServer;
using tributary::fakes::Folder;
using tributary::fakes::says;

constexpr std::int64_t some_day = 1763719200;

std::unique_ptr<http::Server> serve(http::Handler handler, http::ServerSettings settings = {}) {
  settings.listen = "127.0.0.1:0";
  auto server = http::serve(settings, std::move(handler));
  CHECK_TEXT(server.ok(), server.ok() ? "" : server.error().what.c_str());
  return std::move(*server);
}

std::string url_of(const http::Server& server, const std::string& scheme = "http",
                   const std::string& host = "127.0.0.1") {
  return scheme + "://" + host + ":" + std::to_string(server.port());
}

class Failing final : public tributary::stream::Source {
 public:
  Result<std::size_t> read(MutableByteView into) override {
    if (given_ > 0) return tributary::refusal("the source changed");
    given_ = std::min<std::size_t>(into.size(), 1000);
    return given_;
  }

 private:
  std::size_t given_ = 0;
};

}  // namespace

TEST_GROUP(HttpClient) {
  ManualClock clock{some_day};
  Stop stop;
  http::ClientSettings settings;
  std::unique_ptr<http::Client> client;

  void setup() override {
    settings.connect_timeout_s = 5;
    settings.answer_timeout_s = 5;
    settings.stall_timeout_s = 1;
  }
  void teardown() override { client.reset(); }

  void make() {
    auto made = http::make_client(settings, clock, stop);
    CHECK_TEXT(made.ok(), made.ok() ? "" : made.error().what.c_str());
    client = std::move(*made);
  }
  Result<http::Response> get(const std::string& url) {
    if (!client) make();
    http::Request request;
    request.url = url;
    return client->send(request);
  }
  void fails_with(const Result<http::Response>& response, Remedy remedy, const std::string& part) {
    CHECK_FALSE(response.ok());
    if (response.ok()) return;
    CHECK_TEXT(response.error().what.find(part) != std::string::npos, response.error().what.c_str());
    LONGS_EQUAL(static_cast<int>(remedy), static_cast<int>(response.error().remedy));
  }
};

TEST(HttpClient, sends_the_target_as_it_was_written) {
  std::string path;
  std::string query;
  std::string host;
  const auto server = serve([&](http::Exchange& exchange) {
    path = exchange.path();
    query = exchange.query();
    host = exchange.header("Host");
    exchange.reply(200, {{"X-Answer", "yes"}}, view("body"));
  });

  const auto response = get(url_of(*server) + "/a%2Fb/c%20d?x=%2B&y");

  CHECK(response.ok());
  LONGS_EQUAL(200, response->status);
  STRCMP_EQUAL("/a%2Fb/c%20d", path.c_str());
  STRCMP_EQUAL("x=%2B&y", query.c_str());
  STRCMP_EQUAL(("127.0.0.1:" + std::to_string(server->port())).c_str(), host.c_str());
  STRCMP_EQUAL("yes", std::string(response->header("x-answer")).c_str());
  STRCMP_EQUAL("body", std::string(tributary::text(response->body)).c_str());
}

TEST(HttpClient, carries_a_large_body_from_a_source) {
  Bytes arrived;
  const auto server = serve([&](http::Exchange& exchange) {
    tributary::stream::BufferSink sink(arrived, 8U << 20);
    CHECK(tributary::stream::copy(exchange.body(), sink).ok());
    exchange.reply(201, {}, {});
  });
  Bytes body(5U << 20);
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<std::uint8_t>(i * 31 >> 3);
  tributary::stream::ViewSource source(body);
  make();
  http::Request request;
  request.method = "PUT";
  request.url = url_of(*server) + "/object";
  request.body_source = &source;
  request.body_bytes = body.size();

  const auto response = client->send(request);

  CHECK(response.ok());
  LONGS_EQUAL(201, response->status);
  CHECK(arrived == body);
}

TEST(HttpClient, hears_no_before_a_large_body_goes) {
  const BareServer server(says("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"));
  Failing source;  // would break after its first bytes: it must not be asked at all
  make();
  http::Request request;
  request.method = "PUT";
  request.url = server.url() + "/object";
  request.body_source = &source;
  request.body_bytes = 64U << 20;

  const auto response = client->send(request);

  CHECK_TEXT(response.ok(), response.ok() ? "" : response.error().what.c_str());
  LONGS_EQUAL(403, response->status);
}

TEST(HttpClient, gives_an_error_of_the_body_back_unchanged) {
  const auto server = serve([](http::Exchange& exchange) {
    Bytes scratch;
    tributary::stream::BufferSink sink(scratch, 1U << 20);
    static_cast<void>(tributary::stream::copy(exchange.body(), sink).ok());
    exchange.reply(200, {}, {});
  });
  Failing source;
  make();
  http::Request request;
  request.method = "PUT";
  request.url = url_of(*server) + "/object";
  request.body_source = &source;
  request.body_bytes = 5000;

  const auto response = client->send(request);

  CHECK_FALSE(response.ok());
  STRCMP_EQUAL("the source changed", response.error().what.c_str());
  LONGS_EQUAL(static_cast<int>(Remedy::give_up), static_cast<int>(response.error().remedy));
}

TEST(HttpClient, uses_a_connection_again) {
  std::atomic<int> connections{0};
  const BareServer server([&](int fd) {
    ++connections;
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    while (!tributary::fakes::read_head(fd).empty())
      static_cast<void>(::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL));
  });

  for (int i = 0; i < 3; ++i) CHECK(get(server.url() + "/").ok());

  LONGS_EQUAL(1, connections.load());
  client.reset();
}

TEST(HttpClient, connects_anew_when_the_server_closed_an_idle_connection) {
  const BareServer server(says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));

  for (int i = 0; i < 3; ++i) {
    const auto response = get(server.url() + "/");
    CHECK_TEXT(response.ok(), response.ok() ? "" : response.error().what.c_str());
  }
}

TEST(HttpClient, takes_a_short_body_for_an_error) {
  const BareServer server(says("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc"));

  fails_with(get(server.url() + "/"), Remedy::wait, "cut after 3 bytes of 1000");
}

TEST(HttpClient, cuts_a_server_that_only_drips) {
  std::atomic<bool> done{false};
  const BareServer server([&](int fd) {
    tributary::fakes::read_head(fd);
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n";
    static_cast<void>(::send(fd, head.data(), head.size(), MSG_NOSIGNAL));
    while (!done && ::send(fd, "x", 1, MSG_NOSIGNAL) == 1) {
      char c = 0;
      timeval little{0, 100000};
      ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &little, sizeof little);
      if (::recv(fd, &c, 1, 0) == 0) return;
    }
  });

  const auto response = get(server.url() + "/");
  done = true;

  fails_with(response, Remedy::wait, "127.0.0.1");
}

TEST(HttpClient, refuses_an_answer_that_is_too_long) {
  const BareServer server(says("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'x')));
  make();
  http::Request request;
  request.url = server.url() + "/";
  request.response_limit = 10;

  fails_with(client->send(request), Remedy::give_up, "more than 10 bytes");
}

TEST(HttpClient, survives_a_server_that_speaks_no_http) {
  const BareServer server(says("220 mail.example.org ESMTP\r\n\r\n"));

  fails_with(get(server.url() + "/"), Remedy::wait, "127.0.0.1");
}

TEST(HttpClient, survives_a_cut_before_the_answer) {
  const BareServer server(says(""));

  fails_with(get(server.url() + "/"), Remedy::wait, "127.0.0.1");
}

TEST(HttpClient, speaks_plain_http_to_loopback_only) {
  fails_with(get("http://repository.example.org/"), Remedy::ask_operator, "loopback");
}

TEST(HttpClient, knows_the_length_that_head_tells) {
  const auto server = serve([](http::Exchange& exchange) { exchange.reply(200, {{"Content-Length", "12345"}}, {}); });
  make();
  http::Request request;
  request.method = "HEAD";
  request.url = url_of(*server) + "/object";

  const auto response = client->send(request);

  CHECK(response.ok());
  STRCMP_EQUAL("12345", std::string(response->header("Content-Length")).c_str());
}

TEST(HttpClient, gives_credentials_to_their_origin_only) {
  const Folder folder;
  std::ofstream(folder.path() + "/token") << "secret-token\n";
  std::string seen;
  const auto handler = [&](http::Exchange& exchange) {
    seen = exchange.header("Authorization");
    exchange.reply(200, {}, {});
  };
  const auto home = serve(handler);
  const auto elsewhere = serve(handler);
  settings.auth.kind = http::AuthKind::bearer;
  settings.auth.secret_file = folder.path() + "/token";
  settings.auth.origin = url_of(*home);
  make();
  http::Request request;
  request.authorize = true;

  request.url = url_of(*home) + "/";
  CHECK(client->send(request).ok());
  STRCMP_EQUAL("Bearer secret-token", seen.c_str());

  request.url = url_of(*elsewhere) + "/";
  CHECK(client->send(request).ok());
  STRCMP_EQUAL("", seen.c_str());
}

TEST(HttpClient, asks_for_a_token_and_once_more_when_it_was_refused) {
  const Folder folder;
  std::ofstream(folder.path() + "/secret") << "s3cret";
  std::atomic<int> tokens{0};
  std::string form;
  const auto server = serve([&](http::Exchange& exchange) {
    if (exchange.path() == "/token") {
      Bytes body;
      tributary::stream::BufferSink sink(body, 4096);
      static_cast<void>(tributary::stream::copy(exchange.body(), sink).ok());
      form = tributary::text(body);
      exchange.reply(200, {}, view("{\"access_token\":\"t" + std::to_string(++tokens) + "\",\"expires_in\":300}"));
    } else {
      exchange.reply(exchange.header("Authorization") == "Bearer t2" ? 200 : 401, {}, {});
    }
  });
  settings.auth.kind = http::AuthKind::oauth2;
  settings.auth.secret_file = folder.path() + "/secret";
  settings.auth.client_id = "appliance";
  settings.auth.scope = "write read";
  settings.auth.origin = url_of(*server);
  settings.auth.token_url = url_of(*server) + "/token";
  make();
  http::Request request;
  request.url = url_of(*server) + "/object";
  request.authorize = true;

  const auto response = client->send(request);

  CHECK(response.ok());
  LONGS_EQUAL(200, response->status);
  LONGS_EQUAL(2, tokens.load());
  STRCMP_EQUAL("grant_type=client_credentials&scope=write%20read", form.c_str());
}

TEST(HttpClient, stops_when_it_is_told_to) {
  std::atomic<bool> reached{false};
  const BareServer server([&](int fd) {
    tributary::fakes::read_head(fd);
    reached = true;
    char c = 0;
    static_cast<void>(::recv(fd, &c, 1, 0));
  });
  make();
  std::thread stopper([&] {
    while (!reached) std::this_thread::yield();
    stop.request();
  });

  const auto response = get(server.url() + "/");
  stopper.join();

  fails_with(response, Remedy::wait, "stopping");
}

TEST(HttpClient, serves_many_threads_at_once) {
  http::ServerSettings wide;
  wide.threads = 16;  // a kept connection holds its thread
  const auto server = serve([](http::Exchange& exchange) { exchange.reply(200, {}, view(exchange.path())); }, wide);
  make();
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        http::Request request;
        request.url = url_of(*server) + "/" + std::to_string(t) + "-" + std::to_string(i);
        const auto response = client->send(request);
        if (response.ok() && tributary::text(response->body) == "/" + std::to_string(t) + "-" + std::to_string(i))
          ++good;
      }
    });
  }
  for (auto& thread : threads) thread.join();

  LONGS_EQUAL(160, good.load());
}

TEST_GROUP(HttpTls) {
  Folder folder;
  ManualClock clock{some_day};
  Stop stop;
  http::ClientSettings settings;

  void setup() override {
    settings.connect_timeout_s = 5;
    settings.tls.ca_file = folder.path() + "/ca.pem";
  }
  std::unique_ptr<http::Server> serve_tls(const ManualClock& made) {
    CHECK(tributary::sandbox::make_certificates(folder.path(), "localhost", made).ok());
    http::ServerSettings server;
    server.cert_file = folder.path() + "/server.pem";
    server.key_file = folder.path() + "/server.key";
    return serve([](http::Exchange& exchange) { exchange.reply(200, {}, view("sealed")); }, server);
  }
  Result<http::Response> get(const std::string& url) {
    auto client = http::make_client(settings, clock, stop);
    CHECK_TEXT(client.ok(), client.ok() ? "" : client.error().what.c_str());
    http::Request request;
    request.url = url;
    return (*client)->send(request);
  }
};

TEST(HttpTls, trusts_a_certificate_of_its_ca) {
  const auto server = serve_tls(ManualClock(tributary::SystemClock().now_utc_s() - 3600));

  const auto response = get(url_of(*server, "https", "localhost") + "/");

  CHECK_TEXT(response.ok(), response.ok() ? "" : response.error().what.c_str());
  STRCMP_EQUAL("sealed", std::string(tributary::text(response->body)).c_str());
}

TEST(HttpTls, compares_an_address_with_the_names_of_the_certificate) {
  const auto server = serve_tls(ManualClock(tributary::SystemClock().now_utc_s() - 3600));

  const auto response = get(url_of(*server, "https", "127.0.0.1") + "/");

  CHECK_TEXT(response.ok(), response.ok() ? "" : response.error().what.c_str());
}

TEST(HttpTls, refuses_another_name) {
  const auto server = serve_tls(ManualClock(tributary::SystemClock().now_utc_s() - 3600));
  settings.tls.server_name = "repository.example.org";

  const auto response = get(url_of(*server, "https", "localhost") + "/");

  CHECK_FALSE(response.ok());
  LONGS_EQUAL(static_cast<int>(Remedy::ask_operator), static_cast<int>(response.error().remedy));
  CHECK_TEXT(response.error().what.find("certificate") != std::string::npos, response.error().what.c_str());
}

TEST(HttpTls, refuses_an_expired_certificate) {
  const auto server = serve_tls(ManualClock(946684800));  // made in the year 2000 for ten years

  const auto response = get(url_of(*server, "https", "localhost") + "/");

  CHECK_FALSE(response.ok());
  LONGS_EQUAL(static_cast<int>(Remedy::ask_operator), static_cast<int>(response.error().remedy));
  CHECK_TEXT(response.error().what.find("expired") != std::string::npos, response.error().what.c_str());
}

TEST(HttpTls, refuses_an_unknown_ca) {
  const auto server = serve_tls(ManualClock(tributary::SystemClock().now_utc_s() - 3600));
  const Folder other;
  CHECK(tributary::sandbox::make_certificates(other.path(), "localhost", clock).ok());
  settings.tls.ca_file = other.path() + "/ca.pem";

  const auto response = get(url_of(*server, "https", "localhost") + "/");

  CHECK_FALSE(response.ok());
  LONGS_EQUAL(static_cast<int>(Remedy::ask_operator), static_cast<int>(response.error().remedy));
}

TEST(HttpTls, shows_a_client_certificate_where_one_is_wanted) {
  CHECK(tributary::sandbox::make_certificates(folder.path(), "localhost",
                                              ManualClock(tributary::SystemClock().now_utc_s() - 3600))
            .ok());
  http::ServerSettings wants;
  wants.cert_file = folder.path() + "/server.pem";
  wants.key_file = folder.path() + "/server.key";
  wants.client_ca_file = folder.path() + "/ca.pem";
  const auto server = serve([](http::Exchange& exchange) { exchange.reply(200, {}, {}); }, wants);

  const auto without = get(url_of(*server, "https", "localhost") + "/");

  CHECK_FALSE(without.ok());
}
