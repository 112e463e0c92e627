// tests/agent/http/address_test.cpp: unfit URLs, percent encoding, headers, and the rate limit's arithmetic.
#include <chrono>

#include "agent/port/http/http.hpp"

#include <CppUTest/TestHarness.h>

using tributary::http::find;
using tributary::http::Header;
using tributary::http::is_loopback;
using tributary::http::make_rate_limit;
using tributary::http::parse_url;
using tributary::http::percent_decode;
using tributary::http::percent_encode;

TEST_GROUP(Urls){};

TEST(Urls, are_taken_apart) {
  const auto url = parse_url("HTTPS://Drs.Example.org:8443/a%2Fb?c=d#e");
  CHECK(url.ok());
  STRCMP_EQUAL("https", url->scheme.c_str());
  STRCMP_EQUAL("drs.example.org", url->host.c_str());
  LONGS_EQUAL(8443, url->port);
  STRCMP_EQUAL("/a%2Fb", url->path.c_str());
  STRCMP_EQUAL("c=d", url->query.c_str());
  STRCMP_EQUAL("https://drs.example.org:8443", url->origin().c_str());
}

TEST(Urls, have_defaults) {
  const auto url = parse_url("http://[::1]?x");
  CHECK(url.ok());
  LONGS_EQUAL(80, url->port);
  STRCMP_EQUAL("/", url->path.c_str());
  STRCMP_EQUAL("x", url->query.c_str());
  STRCMP_EQUAL("http://[::1]:80", url->origin().c_str());
  LONGS_EQUAL(443, parse_url("https://a")->port);
}

TEST(Urls, that_are_none_are_refused) {
  for (const auto* const text : {"",
                                 "example.org",
                                 "ftp://a/",
                                 "https://",
                                 "https:///x",
                                 "https://user:pw@a/",
                                 "https://a:0/",
                                 "https://a:65536/",
                                 "https://a:+80/",
                                 "https://a:8 0/",
                                 "https://a:80x/",
                                 "https://a:/x:",
                                 "https://[::1/",
                                 "https://[x]/",
                                 "https://[::1]x/",
                                 "https://a b/",
                                 "https://a/\r\nb",
                                 "https://a/\xc3\xa4",
                                 "https://a\\b/",
                                 "https://a%2eb/",
                                 "https://a<b/",
                                 "https://[::1%25eth0]/"}) {
    CHECK_TEXT(!parse_url(text).ok(), text);
  }
  CHECK(!parse_url("https://a/" + std::string(9000, 'x')).ok());
  CHECK(!parse_url("https://" + std::string(300, 'x') + "/").ok());
}

TEST(Urls, encode_everything_but_the_unreserved) {
  STRCMP_EQUAL("a-Z.0_~%2F%20%25%C3%A4", percent_encode("a-Z.0_~/ %\xc3\xa4").c_str());
}

TEST(Urls, decode_what_is_encoded_and_nothing_else) {
  STRCMP_EQUAL("a/ \xc3\xa4+", percent_decode("a%2f%20%C3%a4+").c_str());
  STRCMP_EQUAL("%", percent_decode("%").c_str());
  STRCMP_EQUAL("%4", percent_decode("%4").c_str());
  STRCMP_EQUAL("%zz%-1%+1", percent_decode("%zz%-1%+1").c_str());
  STRCMP_EQUAL("A", percent_decode("%41").c_str());
}

TEST(Urls, know_loopback) {
  for (const auto* const host : {"localhost", "127.0.0.1", "127.255.1.2", "::1"}) CHECK(is_loopback(host));
  for (const auto* const host :
       {"127.evil.org", "127.1", "localhost.evil.org", "10.0.0.1", "0.0.0.0", "", "127.0.0.1.5"})
    CHECK(!is_loopback(host));
}

TEST(Urls, headers_are_found_in_any_case) {
  const std::vector<Header> headers = {{"ETag", "a"}, {"etag", "b"}};
  STRCMP_EQUAL("a", std::string(find(headers, "eTAG")).c_str());
  STRCMP_EQUAL("", std::string(find(headers, "x")).c_str());
}

TEST_GROUP(Rate) {
  tributary::Stop stop;
  static double seconds_of(auto&& act) {
    const auto begun = std::chrono::steady_clock::now();
    act();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  }
};

TEST(Rate, is_none_without_a_figure_and_a_stop_ends_every_wait) {
  CHECK(make_rate_limit(0) == nullptr);
  stop.request();
  make_rate_limit(1)->spend(1ULL << 40, stop);
  make_rate_limit(1)->spend(UINT64_MAX, stop);
}

TEST(Rate, takes_at_least_the_time_that_the_bytes_need) {
  const auto limit = make_rate_limit(1000000);
  const auto spent = seconds_of([&] {
    for (int i = 0; i < 8; ++i) limit->spend(100000, stop);
  });
  CHECK(spent >= 0.5);  // 0.8 s less the quarter of a second that may be saved up
}
