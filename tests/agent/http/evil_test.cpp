// tests/agent/http/evil_test.cpp: servers that lie, drip, stall and cut.
#include <chrono>

#include "tests/agent/http/house.hpp"
#include "tests/agent/http/raw_server.hpp"

#include <CppUTest/TestHarness.h>

using tributary::Bytes;
using tributary::ByteView;
using tributary::tests::body_of;
using tributary::tests::error_of;
using tributary::tests::has;
using tributary::tests::House;
using tributary::tests::is_wait;
using tributary::tests::ok_with;
using tributary::tests::RawPeer;
using tributary::tests::RawServer;

TEST_GROUP(Evil) {
  House house;
  // A client whose server says that, and hangs up.
  tributary::Result<tributary::http::Response> after(const std::string& bytes) {
    RawServer server([&](RawPeer& peer, int) {
      peer.read_head();
      peer.write(bytes);
    });
    house.client.reset();
    return house.get(server.url());
  }
};

TEST(Evil, a_short_body_is_an_error) {
  const auto answer = after("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc");
  CHECK(is_wait(answer));
  CHECK(has(error_of(answer), "cut after 3 bytes of 1000"));
}

TEST(Evil, a_chunked_body_that_is_cut_anywhere_is_an_error) {
  const std::string whole = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n";
  for (std::size_t i = 0; i < whole.size(); i += 3) CHECK(is_wait(after(whole.substr(0, i))));
  STRCMP_EQUAL("helloyou", body_of(after(whole)).c_str());
}

TEST(Evil, a_chunk_that_breaks_the_grammar_is_an_error) {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const auto* const body : {"zz\r\nhello\r\n0\r\n\r\n", "\r\n5\r\nhello\r\n0\r\n\r\n", "5\r\nhelloX\r\n0\r\n\r\n",
                                 "fffffffffffffffff\r\n", "-5\r\nhello\r\n", "0x5\r\nhello\r\n0\r\n\r\n"})
    CHECK(is_wait(after(head + body)));
}

TEST(Evil, heads_that_are_no_http_are_errors) {
  for (const auto* const text :
       {"",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 99999 OK\r\n\r\n",
        "HTTP/1.1 000 OK\r\n\r\n",
        "HTTP/2 200 OK\r\n\r\n",
        "ICY 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\n folded: 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA b: 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: \x01\r\n\r\n",
        "HTTP/1.1 101 Switching\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Le"}) {
    CHECK_TEXT(is_wait(after(text)), text);
  }
}

TEST(Evil, a_head_without_an_end_is_an_error) {
  std::string head = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 300; ++i) head += "X-" + std::to_string(i) + ": 1\r\n";
  CHECK(has(error_of(after(head + "\r\n")), "200 header fields"));
  CHECK(has(error_of(after("HTTP/1.1 200 OK\r\nX: " + std::string(200000, 'a'))), "64 KiB"));
}

TEST(Evil, a_dripping_body_is_cut) {
  house.settings.stall_timeout_s = 1;
  RawServer server([](RawPeer& peer, int) {
    peer.read_head();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    peer.drip(std::string(1000, 'x'), 100);
  });
  const auto begun = std::chrono::steady_clock::now();
  CHECK(is_wait(house.get(server.url())));
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(10));
}

TEST(Evil, a_dripping_head_is_cut) {
  house.settings.answer_timeout_s = 1;
  RawServer server([](RawPeer& peer, int) {
    peer.read_head();
    peer.drip("HTTP/1.1 200 OK\r\nX: " + std::string(1000, 'x'), 100);
  });
  const auto begun = std::chrono::steady_clock::now();
  CHECK(is_wait(house.get(server.url())));
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(10));
}

TEST(Evil, a_slow_but_steady_body_is_not_cut) {
  house.settings.stall_timeout_s = 1;
  RawServer server([](RawPeer& peer, int) {
    peer.read_head();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 12000\r\n\r\n");
    for (int i = 0; i < 6 && !peer.client_left(300); ++i) peer.write(std::string(2000, 'x'));
    peer.client_left(1000);
  });
  LONGS_EQUAL(12000, body_of(house.get(server.url())).size());
}

TEST(Evil, a_silent_server_is_given_up) {
  house.settings.answer_timeout_s = 1;
  RawServer server([](RawPeer& peer, int) {
    peer.read_head();
    peer.client_left(10000);
  });
  const auto answer = house.get(server.url());
  CHECK(is_wait(answer));
  CHECK(has(error_of(answer), "within the time allowed"));
}

TEST(Evil, a_server_that_stops_reading_is_given_up) {
  house.settings.stall_timeout_s = 1;
  RawServer server([](RawPeer& peer, int) {
    peer.read_head();
    peer.client_left(20000);
  });
  const Bytes body(64U << 20, 'x');
  const auto answer = house.put(server.url(), body);
  CHECK(is_wait(answer));
  CHECK(has(error_of(answer), "within the time allowed"));
}

TEST(Evil, a_reset_is_an_error_to_wait_after) {
  RawServer server([](RawPeer& peer, int) {
    peer.read_head();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc");
    peer.reset();
  });
  CHECK(is_wait(house.get(server.url())));
}

TEST(Evil, a_second_answer_that_nobody_asked_for_is_never_taken) {
  RawServer server([](RawPeer& peer, int number) {
    peer.read_head();
    peer.write(number == 0 ? ok_with("first") + ok_with("poison") : ok_with("second"));
    peer.client_left(2000);
  });
  STRCMP_EQUAL("first", body_of(house.get(server.url())).c_str());
  STRCMP_EQUAL("second", body_of(house.get(server.url())).c_str());
}

TEST(Evil, does_not_echo_what_the_server_said) {
  const auto answer = after("GARBAGE-SAMPLE-01 200 OK\r\n\r\n");
  CHECK(!has(error_of(answer), "SAMPLE"));
}
