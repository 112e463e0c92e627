// tests/agent/http/exchange_test.cpp: what goes over the wire, and what comes back, with servers that mean well.
#include <chrono>
#include <future>
#include <thread>

#include "tests/agent/http/house.hpp"
#include "tests/agent/http/raw_server.hpp"

#include <CppUTest/TestHarness.h>

using tributary::Bytes;
using tributary::ByteView;
using tributary::Error;
using tributary::MutableByteView;
using tributary::Remedy;
using tributary::Result;
using tributary::Status;
using tributary::view;
using tributary::http::Request;
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

namespace {

/// `bytes` bytes of 'x', or an error after `good` of them.
class Letters final : public tributary::stream::Source {
 public:
  explicit Letters(std::uint64_t bytes, std::uint64_t good = UINT64_MAX) : left_(bytes), good_(good) {}
  Result<std::size_t> read(MutableByteView into) override {
    if (good_ == 0) return tributary::refusal("the part changed under our hands", "look at it");
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>({into.size(), left_, good_}));
    std::fill_n(into.begin(), n, std::uint8_t{'x'});
    left_ -= n;
    good_ -= n;
    return n;
  }
  [[nodiscard]] std::uint64_t left() const { return left_; }

 private:
  std::uint64_t left_, good_;
};

class Collect final : public tributary::stream::Sink {
 public:
  Status write(ByteView bytes) override {
    all.append(tributary::text(bytes));
    return {};
  }
  std::string all;
};

std::uint64_t length_in(const std::string& head) {
  const auto at = head.find("Content-Length: ");
  return at == std::string::npos ? 0 : std::stoull(head.substr(at + 16));
}

constexpr std::uint64_t big = 3U << 20;  // more than what asks first

}  // namespace

TEST_GROUP(Exchanges) { House house; };

TEST(Exchanges, sends_the_target_byte_for_byte) {
  std::string head;
  RawServer server([&](RawPeer& peer, int) {
    head = peer.read_head();
    peer.write(ok_with("yes"));
  });
  const auto answer = house.get(server.url("/a%2Fb%20c/../d;e=1?x=%41&y=a+b&z"));
  STRCMP_EQUAL("yes", body_of(answer).c_str());
  CHECK(head.starts_with("GET /a%2Fb%20c/../d;e=1?x=%41&y=a+b&z HTTP/1.1\r\n"));
  CHECK(has(head, "Host: localhost:" + std::to_string(server.port()) + "\r\n"));
  CHECK(has(head, "User-Agent: tributary\r\n"));
  CHECK(!has(head, "Content-Length"));
}

TEST(Exchanges, keeps_an_empty_query_and_drops_the_fragment) {
  std::vector<std::string> heads;
  RawServer server([&](RawPeer& peer, int) {
    for (auto head = peer.read_head(); !head.empty(); head = peer.read_head()) {
      heads.push_back(head);
      peer.write(ok_with(""));
    }
  });
  LONGS_EQUAL(200, status_of(house.get(server.url("/a?"))));
  LONGS_EQUAL(200, status_of(house.get(server.url("/b#c?"))));
  LONGS_EQUAL(2, heads.size());
  CHECK(heads[0].starts_with("GET /a? HTTP/1.1\r\n"));
  CHECK(heads[1].starts_with("GET /b HTTP/1.1\r\n"));
}

TEST(Exchanges, uses_a_connection_again) {
  RawServer server([](RawPeer& peer, int) {
    for (auto head = peer.read_head(); !head.empty(); head = peer.read_head()) peer.write(ok_with("yes"));
  });
  for (int i = 0; i < 5; ++i) STRCMP_EQUAL("yes", body_of(house.get(server.url())).c_str());
  LONGS_EQUAL(1, server.connections());
}

TEST(Exchanges, does_not_use_a_connection_again_that_the_server_wants_closed) {
  RawServer server([](RawPeer& peer, int) {
    peer.read_head();
    peer.write(ok_with("yes", "Connection: close\r\n"));
    peer.client_left(2000);
  });
  for (int i = 0; i < 3; ++i) STRCMP_EQUAL("yes", body_of(house.get(server.url())).c_str());
  LONGS_EQUAL(3, server.connections());
}

TEST(Exchanges, notices_that_a_kept_connection_was_closed) {
  RawServer server([](RawPeer& peer, int) {
    peer.read_head();
    peer.write(ok_with("yes"));
  });
  for (int i = 0; i < 3; ++i) STRCMP_EQUAL("yes", body_of(house.get(server.url())).c_str());
  LONGS_EQUAL(3, server.connections());
}

TEST(Exchanges, says_again_on_a_new_connection_what_an_old_one_swallowed) {
  RawServer server([](RawPeer& peer, int number) {
    peer.read_head();
    peer.write(ok_with("yes"));
    if (number == 0) peer.read_head();  // and hangs up without an answer
  });
  STRCMP_EQUAL("yes", body_of(house.get(server.url())).c_str());
  STRCMP_EQUAL("yes", body_of(house.put(server.url(), {})).c_str());
  LONGS_EQUAL(2, server.connections());
}

TEST(Exchanges, never_says_a_post_twice_by_itself) {
  RawServer server([](RawPeer& peer, int) {
    peer.read_head();
    peer.write(ok_with("yes"));
    peer.read_head();
  });
  STRCMP_EQUAL("yes", body_of(house.get(server.url())).c_str());
  Request request;
  request.method = "POST";
  request.url = server.url();
  CHECK(is_wait(house.send(request)));
  LONGS_EQUAL(1, server.connections());
}

TEST(Exchanges, does_not_repeat_what_timed_out) {
  house.settings.answer_timeout_s = 1;
  RawServer server([](RawPeer& peer, int) {
    peer.read_head();
    peer.write(ok_with("yes"));
    peer.read_head();
    peer.client_left(5000);
  });
  STRCMP_EQUAL("yes", body_of(house.get(server.url())).c_str());
  CHECK(is_wait(house.get(server.url())));
  LONGS_EQUAL(1, server.connections());
}

TEST(Exchanges, answers_of_any_status_are_answers_and_keep_their_headers) {
  RawServer server([](RawPeer& peer, int) {
    peer.read_head();
    peer.write("HTTP/1.1 503 Slow Down\r\nRetry-After: 120\r\nX-Two: a\r\nx-two: b\r\nContent-Length: 4\r\n\r\nbusy");
    peer.client_left(2000);
  });
  const auto answer = house.get(server.url());
  LONGS_EQUAL(503, status_of(answer));
  STRCMP_EQUAL("120", std::string(answer->header("retry-after")).c_str());
  STRCMP_EQUAL("busy", body_of(answer).c_str());
  LONGS_EQUAL(4, answer->headers.size());
}

TEST(Exchanges, leaves_encoded_words_in_headers_alone) {
  RawServer server([](RawPeer& peer, int) {
    peer.read_head();
    peer.write(ok_with("", "ETag: \"=?utf-8?B?QUJD?=\"\r\n"));
  });
  STRCMP_EQUAL("\"=?utf-8?B?QUJD?=\"", std::string(house.get(server.url())->header("etag")).c_str());
}

TEST(Exchanges, does_not_follow_redirects) {
  RawServer server([](RawPeer& peer, int) {
    peer.read_head();
    peer.write("HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  });
  LONGS_EQUAL(307, status_of(house.get(server.url())));
}

TEST(Exchanges, reads_no_body_after_head_even_with_a_length) {
  RawServer server([](RawPeer& peer, int) {
    for (auto head = peer.read_head(); !head.empty(); head = peer.read_head())
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
  });
  Request request;
  request.method = "HEAD";
  request.url = server.url();
  for (int i = 0; i < 2; ++i) {
    const auto answer = house.send(request);
    LONGS_EQUAL(200, status_of(answer));
    STRCMP_EQUAL("5000", std::string(answer->header("Content-Length")).c_str());
    CHECK(answer->body.empty());
  }
  LONGS_EQUAL(1, server.connections());
}

TEST(Exchanges, reads_chunked_bodies_with_extensions_and_trailers_and_keeps_the_connection) {
  RawServer server([](RawPeer& peer, int) {
    for (auto head = peer.read_head(); !head.empty(); head = peer.read_head()) {
      peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n");
      peer.write("00000001\r\n!\r\n0\r\nX-Sum: 1\r\n\r\n");
    }
  });
  STRCMP_EQUAL("hello!", body_of(house.get(server.url())).c_str());
  STRCMP_EQUAL("hello!", body_of(house.get(server.url())).c_str());
  LONGS_EQUAL(1, server.connections());
}

TEST(Exchanges, passes_over_interim_answers) {
  RawServer server([](RawPeer& peer, int) {
    peer.read_head();
    peer.write("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + ok_with("yes"));
  });
  STRCMP_EQUAL("yes", body_of(house.get(server.url())).c_str());
}

TEST(Exchanges, takes_a_body_without_length_up_to_the_end_of_the_connection) {
  RawServer server([](RawPeer& peer, int) {
    peer.read_head();
    peer.write("HTTP/1.1 200 OK\r\n\r\nall of it");
  });
  STRCMP_EQUAL("all of it", body_of(house.get(server.url())).c_str());
}

TEST(Exchanges, streams_a_body_and_announces_it_when_it_is_big) {
  std::string head, rest;
  RawServer server([&](RawPeer& peer, int) {
    head = peer.read_head();
    peer.write("HTTP/1.1 100 Continue\r\n\r\n");
    rest = peer.read_exactly(length_in(head));
    peer.write(ok_with("stored"));
  });
  Letters source(big);
  Request request;
  request.method = "PUT";
  request.url = server.url("/part");
  request.body_source = &source;
  request.body_bytes = big;
  STRCMP_EQUAL("stored", body_of(house.send(request)).c_str());
  CHECK(has(head, "Expect: 100-continue\r\n"));
  LONGS_EQUAL(big, rest.size());
}

TEST(Exchanges, sends_nothing_of_a_body_that_was_refused_beforehand) {
  for (const auto* const status : {"401 Unauthorized", "413 Too Large"}) {
    std::promise<std::string> more;
    RawServer server([&](RawPeer& peer, int) {
      peer.read_head();
      peer.write("HTTP/1.1 " + std::string(status) + "\r\nContent-Length: 2\r\n\r\nno");
      more.set_value(peer.read_exactly(1));
    });
    Letters source(big);
    Request request;
    request.method = "PUT";
    request.url = server.url();
    request.body_source = &source;
    request.body_bytes = big;
    LONGS_EQUAL(std::stoi(status), status_of(house.send(request)));
    LONGS_EQUAL(big, source.left());
    house.client.reset();  // hangs up
    STRCMP_EQUAL("", more.get_future().get().c_str());
  }
}

TEST(Exchanges, sends_the_body_to_a_server_that_does_not_know_the_expectation) {
  RawServer server([&](RawPeer& peer, int) {
    const auto head = peer.read_head();
    peer.write(ok_with(std::to_string(peer.read_exactly(length_in(head)).size())));
  });
  const Bytes body(big, 'y');
  STRCMP_EQUAL(std::to_string(big).c_str(), body_of(house.put(server.url(), body)).c_str());
}

TEST(Exchanges, hears_a_refusal_that_comes_in_the_middle_of_the_body) {
  constexpr std::uint64_t endless = 1ULL << 40;
  RawServer server([&](RawPeer& peer, int) {
    peer.read_head();
    peer.read_exactly(100000);
    peer.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 7\r\n\r\nexpired");
    while (peer.read_exactly(1U << 20).size() > 0) {
    }
  });
  Letters source(endless);
  Request request;
  request.method = "PUT";
  request.url = server.url();
  request.body_source = &source;
  request.body_bytes = endless;
  const auto answer = house.send(request);
  LONGS_EQUAL(403, status_of(answer));
  STRCMP_EQUAL("expired", body_of(answer).c_str());
}

TEST(Exchanges, takes_no_success_for_half_a_body) {
  RawServer server([&](RawPeer& peer, int) {
    peer.read_head();
    peer.write(ok_with("thanks"));
    peer.client_left(3000);
  });
  const Bytes body(big, 'y');
  CHECK(is_wait(house.put(server.url(), body)));
}

TEST(Exchanges, passes_an_error_of_the_body_on_unchanged) {
  RawServer server([](RawPeer& peer, int) {
    peer.read_head();
    peer.read_exactly(big);
  });
  Letters source(1000, 500);
  Request request;
  request.method = "PUT";
  request.url = server.url();
  request.body_source = &source;
  request.body_bytes = 1000;
  const auto answer = house.send(request);
  CHECK(!answer.ok());
  CHECK(answer.error().remedy == Remedy::give_up);
  STRCMP_EQUAL("the part changed under our hands", answer.error().what.c_str());
}

TEST(Exchanges, says_when_a_body_is_shorter_than_announced) {
  RawServer server([](RawPeer& peer, int) {
    peer.read_head();
    peer.read_exactly(big);
  });
  Letters source(10);
  Request request;
  request.method = "PUT";
  request.url = server.url();
  request.body_source = &source;
  request.body_bytes = 15;
  const auto answer = house.send(request);
  CHECK(asks_operator(answer));
  CHECK(has(error_of(answer), "5 bytes too early"));
}

TEST(Exchanges, refuses_an_answer_longer_than_the_limit) {
  RawServer server([](RawPeer& peer, int) {
    peer.read_head();
    peer.write(ok_with(std::string(2000, 'z')));
  });
  Request request;
  request.url = server.url();
  request.response_limit = 1000;
  CHECK(!house.send(request).ok());
  request.response_limit = 2000;
  LONGS_EQUAL(2000, body_of(house.send(request)).size());
}

TEST(Exchanges, gives_the_body_of_a_success_to_the_sink_and_no_other) {
  RawServer server([](RawPeer& peer, int number) {
    peer.read_head();
    peer.write(number == 0 ? ok_with("payload") : "HTTP/1.1 404 No\r\nContent-Length: 4\r\n\r\ngone");
  });
  Collect sink;
  Request request;
  request.url = server.url();
  request.response_limit = 4;  // of no concern to the sink
  request.response_sink = &sink;
  STRCMP_EQUAL("", body_of(house.send(request)).c_str());
  STRCMP_EQUAL("payload", sink.all.c_str());
  STRCMP_EQUAL("gone", body_of(house.send(request)).c_str());
  STRCMP_EQUAL("payload", sink.all.c_str());
}

TEST(Exchanges, refuses_plain_http_to_a_foreign_host) {
  for (const auto* const url : {"http://repository.example.org/", "http://10.0.0.1/", "http://127.evil.example/",
                                "http://0.0.0.0/", "http://[::ffff:10.0.0.1]/"}) {
    const auto answer = house.get(url);
    CHECK(asks_operator(answer));
    CHECK(has(error_of(answer), "loopback"));
  }
}

TEST(Exchanges, refuses_headers_that_would_end_their_line) {
  Request request;
  request.url = "http://127.0.0.1:1/";
  for (const auto& header : std::vector<tributary::http::Header>{
           {"X", "a\r\nY: b"}, {"X", "a\nb"}, {"X Y", "a"}, {"", "a"}, {"X", std::string("a\0b", 3)}}) {
    request.headers = {header};
    const auto answer = house.send(request);
    CHECK(!answer.ok() && answer.error().remedy == Remedy::give_up);
  }
  request.headers.clear();
  request.method = "GET / HTTP/1.1\r\nX:";
  CHECK(!house.send(request).ok());
}

TEST(Exchanges, keeps_the_framing_to_itself) {
  std::string head;
  RawServer server([&](RawPeer& peer, int) {
    head = peer.read_head();
    peer.write(ok_with("yes"));
  });
  Request request;
  request.url = server.url();
  request.headers = {{"Transfer-Encoding", "chunked"}, {"content-length", "77"}, {"Accept", "a/b"}};
  LONGS_EQUAL(200, status_of(house.send(request)));
  CHECK(!has(head, "chunked"));
  CHECK(!has(head, "ength: 77"));  // a bare 77 may well stand in the port of the Host line
  CHECK(has(head, "Accept: a/b\r\n"));
}

TEST(Exchanges, names_neither_path_nor_query_in_an_error) {
  const auto answer = house.get("http://127.0.0.1:1/SAMPLE-01?token=abc");
  CHECK(is_wait(answer));
  CHECK(has(error_of(answer), "http://127.0.0.1:1"));
  CHECK(!has(error_of(answer), "SAMPLE"));
  CHECK(!has(error_of(answer), "abc"));
}

TEST(Exchanges, ends_a_hanging_exchange_within_a_second_of_the_wish_to_stop) {
  house.settings.answer_timeout_s = 60;
  RawServer server([&](RawPeer& peer, int) {
    peer.read_head();
    house.stop.request();
    peer.client_left(10000);
  });
  const auto begun = std::chrono::steady_clock::now();
  CHECK(is_wait(house.get(server.url())));
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(3));
}

TEST(Exchanges, ends_an_upload_to_a_greedy_server_when_it_should_stop) {
  constexpr std::uint64_t endless = 1ULL << 40;
  RawServer server([&](RawPeer& peer, int) {
    peer.read_head();
    peer.write("HTTP/1.1 100 Continue\r\n\r\n");
    peer.read_exactly(1U << 20);
    house.stop.request();
    while (peer.read_exactly(1U << 20).size() > 0) {
    }
  });
  Letters source(endless);
  Request request;
  request.method = "PUT";
  request.url = server.url();
  request.body_source = &source;
  request.body_bytes = endless;
  CHECK(is_wait(house.send(request)));
}

TEST(Exchanges, serves_eight_threads_at_once) {
  tributary::http::ServerSettings settings;
  settings.listen = "127.0.0.1:0";
  auto server = tributary::http::serve(
      settings, [](tributary::http::Exchange& exchange) { exchange.reply(200, {}, view(exchange.path())); });
  CHECK(server.ok());
  const auto base = "http://127.0.0.1:" + std::to_string((*server)->port()) + "/";
  LONGS_EQUAL(200, status_of(house.get(base)));
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const auto path = std::to_string(t) + "-" + std::to_string(i);
        Request request;
        request.url = base + path;
        const auto answer = house.client->send(request);
        if (body_of(answer) == "/" + path) ++good;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  LONGS_EQUAL(400, good);
}
