// tests/agent/http/server_test.cpp: the server, with clients that mean well and some that do not.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>
#include <thread>

#include "tests/agent/http/house.hpp"

#include <CppUTest/TestHarness.h>

using tributary::Bytes;
using tributary::ByteView;
using tributary::MutableByteView;
using tributary::Result;
using tributary::view;
using tributary::http::Exchange;
using tributary::http::Request;
using tributary::tests::body_of;
using tributary::tests::has;
using tributary::tests::House;
using tributary::tests::is_wait;
using tributary::tests::status_of;

namespace {

/// A client that says exactly what a test wants.
class Caller {
 public:
  explicit Caller(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::abort();
  }
  ~Caller() { ::close(fd_); }
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;
  void say(const std::string& text) const { ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
  void half_close() const { ::shutdown(fd_, SHUT_WR); }
  /// Everything up to the end of the connection, or up to `until`; what came when five seconds were over.
  std::string hear(const std::string& until = {}) const {
    std::string all;
    pollfd entry{fd_, POLLIN, 0};
    char byte = 0;
    while ((until.empty() || !all.ends_with(until)) && ::poll(&entry, 1, 5000) > 0 && ::recv(fd_, &byte, 1, 0) == 1)
      all += byte;
    return all;
  }

 private:
  int fd_;
};

class Broken final : public tributary::stream::Source {
 public:
  Result<std::size_t> read(MutableByteView into) override {
    if (given_) return tributary::wait_error("gone");
    given_ = true;
    into[0] = 'a';
    return std::size_t{1};
  }

 private:
  bool given_ = false;
};

std::set<std::string> threads() {
  std::set<std::string> all;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) all.insert(entry.path());
  return all;
}

enum class Waiting : std::uint8_t { no, for_a_while, for_ever };

/// How a thread waits for descriptors, as the kernel tells it (proc(5), `syscall`: number and arguments of the call).
Waiting waiting(const std::string& thread) {
  std::ifstream file(thread + "/syscall");
  long number = -1;
  std::uint64_t descriptors = 0, count = 0, time = 0;
  file >> number >> std::hex >> descriptors >> count >> time;
#ifdef SYS_poll
  if (number == SYS_poll) return static_cast<std::int32_t>(time) < 0 ? Waiting::for_ever : Waiting::for_a_while;
#endif
#ifdef SYS_epoll_wait
  if (number == SYS_epoll_wait) return Waiting::for_a_while;
#endif
  if (number == SYS_ppoll) return time == 0 ? Waiting::for_ever : Waiting::for_a_while;
  return number == SYS_epoll_pwait ? Waiting::for_a_while : Waiting::no;
}

}  // namespace

TEST_GROUP(Server) {
  House house;
  std::unique_ptr<tributary::http::Server> server;
  tributary::http::ServerSettings settings;

  void setup() override {
    settings.listen = "127.0.0.1:0";
    settings.idle_timeout_s = 30;
  }
  void teardown() override { server.reset(); }
  void start(tributary::http::Handler handler) {
    auto made = tributary::http::serve(settings, std::move(handler));
    CHECK(made.ok());
    server = std::move(*made);
  }
  std::string url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(server->port()) + path; }
  static std::string drain(Exchange & exchange) {
    std::uint64_t total = 0;
    Bytes buffer(32768);
    for (;;) {
      const auto n = exchange.body().read(buffer);
      if (!n) return "cut";
      if (*n == 0) return std::to_string(total);
      total += *n;
    }
  }
};

TEST(Server, hands_over_the_path_and_the_query_as_they_came) {
  start([](Exchange& exchange) {
    exchange.reply(200, {},
                   view(exchange.method() + " " + exchange.path() + " " + exchange.query() + " " +
                        std::string(exchange.header("x-one"))));
  });
  Request request;
  request.method = "DELETE";
  request.url = url("/a%2Fb/../c?d=%20&e");
  request.headers = {{"X-One", "1"}};
  STRCMP_EQUAL("DELETE /a%2Fb/../c d=%20&e 1", body_of(house.send(request)).c_str());
}

TEST(Server, reads_a_body_as_it_arrives) {
  start([](Exchange& exchange) { exchange.reply(200, {}, view(drain(exchange))); });
  STRCMP_EQUAL("0", body_of(house.get(url("/"))).c_str());
  const Bytes body(9U << 20, 'x');
  STRCMP_EQUAL("9437184", body_of(house.put(url("/"), body)).c_str());
}

TEST(Server, reads_chunked_bodies_and_knows_a_cut_one) {
  start([](Exchange& exchange) { exchange.reply(200, {}, view(drain(exchange))); });
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  const Caller whole(server->port());
  whole.say(head + "5\r\nhello\r\n3;x\r\nyou\r\n0\r\n\r\n");
  CHECK(has(whole.hear("\r\n\r\n8"), "\r\n\r\n8"));
  for (const auto* const part : {"5\r\nhel", "5\r\nhello\r\n", "5\r\nhello\r\n0\r\n", "zz\r\n"}) {
    const Caller cut(server->port());
    cut.say(head + part);
    cut.half_close();
    CHECK(has(cut.hear("cut"), "\r\n\r\ncut"));
  }
}

TEST(Server, knows_a_body_that_is_shorter_than_announced) {
  start([](Exchange& exchange) { exchange.reply(200, {}, view(drain(exchange))); });
  const Caller caller(server->port());
  caller.say("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  caller.half_close();
  CHECK(has(caller.hear(), "\r\n\r\ncut"));
}

TEST(Server, asks_for_a_body_only_when_the_handler_wants_it) {
  start([](Exchange& exchange) {
    if (exchange.path() == "/no") return exchange.reply(413, {}, {});
    exchange.reply(200, {}, view(drain(exchange)));
  });
  const std::string fields = " HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n";
  const Caller refused(server->port());
  refused.say("PUT /no" + fields);
  const auto answer = refused.hear();
  CHECK(answer.starts_with("HTTP/1.1 413 "));
  CHECK(has(answer, "Connection: Close"));
  const Caller wanted(server->port());
  wanted.say("PUT /yes" + fields);
  STRCMP_EQUAL("HTTP/1.1 100 Continue\r\n\r\n", wanted.hear("\r\n\r\n").c_str());
  wanted.say("abc");
  CHECK(wanted.hear("\r\n\r\n3").starts_with("HTTP/1.1 200 "));
}

TEST(Server, takes_no_unread_body_for_the_next_request) {
  std::atomic<int> calls = 0;
  start([&](Exchange& exchange) {
    ++calls;
    exchange.reply(200, {}, view("x"));
  });
  const Caller caller(server->port());
  caller.say(
      "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n\r\n\r\n\r\n");
  const auto answer = caller.hear();
  CHECK(has(answer, "Connection: Close"));
  LONGS_EQUAL(1, calls);
}

TEST(Server, an_answer_survives_a_client_that_keeps_writing) {
  start([](Exchange& exchange) { exchange.reply(403, {}, view("never")); });
  const Bytes body(1U << 20, 'x');  // up to that, a client does not ask first
  for (int i = 0; i < 5; ++i) LONGS_EQUAL(403, status_of(house.put(url("/"), body)));
}

TEST(Server, refuses_requests_with_two_lengths_and_other_nonsense) {
  std::atomic<int> calls = 0;
  start([&](Exchange& exchange) {
    ++calls;
    exchange.reply(200, {}, {});
  });
  for (const auto* const text :
       {"nonsense\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nbad name: 1\r\n\r\n"}) {
    const Caller caller(server->port());
    caller.say(text);
    CHECK(caller.hear().starts_with("HTTP/1.1 400 "));
  }
  LONGS_EQUAL(0, calls);
}

TEST(Server, tells_a_length_but_sends_no_body_for_head) {
  start([](Exchange& exchange) {
    if (exchange.path() == "/own") return exchange.reply(200, {{"Content-Length", "12345"}}, {});
    exchange.reply(200, {}, view("four"));
  });
  Request request;
  request.method = "HEAD";
  request.url = url("/");
  STRCMP_EQUAL("4", std::string(house.send(request)->header("content-length")).c_str());
  request.url = url("/own");
  const auto answer = house.send(request);
  STRCMP_EQUAL("12345", std::string(answer->header("content-length")).c_str());
  CHECK(answer->body.empty());
}

TEST(Server, streams_an_answer_and_cuts_it_when_its_source_breaks) {
  const Bytes large(3U << 20, 'q');
  start([&](Exchange& exchange) {
    if (exchange.path() == "/broken") {
      Broken broken;
      return exchange.reply_stream(200, {}, broken, 100);
    }
    tributary::stream::ViewSource source(large);
    exchange.reply_stream(200, {{"X-Kind", "big"}}, source, large.size());
  });
  LONGS_EQUAL(large.size(), body_of(house.get(url("/whole"))).size());
  CHECK(is_wait(house.get(url("/broken"))));
}

TEST(Server, sends_what_has_no_length_until_it_ends) {
  const Bytes some(100000, 'q');
  start([&](Exchange& exchange) {
    tributary::stream::ViewSource source(some);
    exchange.reply_until_end(200, {{"X-Kind", "endless"}}, source);
  });
  const auto answer = house.get(url("/"));
  LONGS_EQUAL(some.size(), body_of(answer).size());
  STRCMP_EQUAL("", std::string(answer->header("content-length")).c_str());
  STRCMP_EQUAL("Close", std::string(answer->header("connection")).c_str());
  Request request;
  request.method = "HEAD";
  request.url = url("/");
  CHECK(house.send(request)->body.empty());
  LONGS_EQUAL(200, status_of(house.get(url("/"))));
}

TEST(Server, answers_an_exception_with_500_and_goes_on) {
  start([](Exchange& exchange) {
    if (exchange.path() == "/bad") throw std::runtime_error("SAMPLE-01");
    if (exchange.path() == "/worse") {
      exchange.reply(200, {{"Content-Length", "1"}}, view("x"));
      throw std::runtime_error("late");
    }
    exchange.reply(200, {}, view("fine"));
  });
  const auto answer = house.get(url("/bad"));
  LONGS_EQUAL(500, status_of(answer));
  CHECK(!has(body_of(answer), "SAMPLE"));
  static_cast<void>(house.get(url("/worse")));
  STRCMP_EQUAL("fine", body_of(house.get(url("/"))).c_str());
}

TEST(Server, answers_404_when_the_handler_says_nothing_and_nothing_when_it_aborts) {
  start([](Exchange& exchange) {
    if (exchange.path() == "/abort") exchange.abort();
  });
  LONGS_EQUAL(404, status_of(house.get(url("/"))));
  CHECK(is_wait(house.get(url("/abort"))));
}

TEST(Server, answers_once) {
  start([](Exchange& exchange) {
    exchange.reply(200, {}, view("one"));
    exchange.reply(500, {}, view("two"));
  });
  STRCMP_EQUAL("one", body_of(house.get(url("/"))).c_str());
  STRCMP_EQUAL("one", body_of(house.get(url("/"))).c_str());
}

TEST(Server, serves_others_while_many_clients_dawdle) {
  settings.threads = 1;
  start([](Exchange& exchange) { exchange.reply(200, {}, view("quick")); });
  std::vector<std::unique_ptr<Caller>> slow;
  for (int i = 0; i < 12; ++i) {
    slow.push_back(std::make_unique<Caller>(server->port()));
    slow.back()->say(i % 2 == 0 ? "GET / HT" : "");
  }
  STRCMP_EQUAL("quick", body_of(house.get(url("/"))).c_str());
}

TEST(Server, drops_a_client_that_drips_its_head) {
  settings.idle_timeout_s = 1;
  start([](Exchange& exchange) { exchange.reply(200, {}, {}); });
  const Caller caller(server->port());
  caller.say("GET / HTTP/1.1\r\n");
  STRCMP_EQUAL("", caller.hear().c_str());
}

TEST(Server, ends_at_once_with_idle_connections_and_half_requests) {
  start([](Exchange& exchange) { exchange.reply(200, {}, view(drain(exchange))); });
  LONGS_EQUAL(200, status_of(house.get(url("/"))));  // the client keeps it
  const Caller silent(server->port()), half(server->port()), body(server->port());
  half.say("GET / HT");
  body.say("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  const auto begun = std::chrono::steady_clock::now();
  server.reset();
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(4));
}

TEST(Server, ends_at_once_when_nobody_ever_came) {
  start([](Exchange&) {});
  const auto begun = std::chrono::steady_clock::now();
  server.reset();
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(4));
}

TEST(Server, is_not_woken_while_nobody_comes) {
  const auto before = threads();
  start([](Exchange&) {});
  auto found = Waiting::no;
  while (found == Waiting::no) {
    std::this_thread::yield();
    for (const auto& thread : threads()) {
      if (!before.contains(thread)) found = std::max(found, waiting(thread));
    }
  }
  CHECK(found == Waiting::for_ever);
}

TEST(Server, says_why_it_can_not_listen) {
  start([](Exchange&) {});
  for (const auto& listen : {"127.0.0.1:" + std::to_string(server->port()), std::string("nowhere"), std::string("")}) {
    auto twice = settings;
    twice.listen = listen;
    const auto made = tributary::http::serve(twice, [](Exchange&) {});
    CHECK(!made.ok() && made.error().remedy == tributary::Remedy::ask_operator);
  }
  auto keyless = settings;
  keyless.client_ca_file = "/nowhere/ca.pem";
  CHECK(!tributary::http::serve(keyless, [](Exchange&) {}).ok());
}
