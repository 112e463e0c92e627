// tests/agent/http/url_test.cpp: URLs and percent encoding.
#include "agent/port/http/http.hpp"

#include <CppUTest/TestHarness.h>

namespace http = tributary::http;

TEST_GROUP(Url){void is_refused(const char* text){const auto url = http::parse_url(text);
CHECK_FALSE_TEXT(url.ok(), text);
}
}
;

TEST(Url, has_scheme_host_port_path_and_query) {
  const auto url = http::parse_url("https://Repository.example.org:8443/a%20b?x=1&y#part");

  CHECK(url.ok());
  STRCMP_EQUAL("https", url->scheme.c_str());
  STRCMP_EQUAL("repository.example.org", url->host.c_str());
  LONGS_EQUAL(8443, url->port);
  STRCMP_EQUAL("/a%20b", url->path.c_str());
  STRCMP_EQUAL("x=1&y", url->query.c_str());
  STRCMP_EQUAL("https://repository.example.org:8443", url->origin().c_str());
}

TEST(Url, has_the_port_of_its_scheme_and_the_root_as_path) {
  const auto url = http::parse_url("https://example.org");

  CHECK(url.ok());
  LONGS_EQUAL(443, url->port);
  STRCMP_EQUAL("/", url->path.c_str());
}

TEST(Url, takes_an_address_of_version_six) {
  const auto url = http::parse_url("http://[::1]:8080/x");

  CHECK(url.ok());
  STRCMP_EQUAL("::1", url->host.c_str());
  STRCMP_EQUAL("http://[::1]:8080", url->origin().c_str());
}

TEST(Url, is_refused_when_it_is_none) {
  for (const char* text : {"", "example.org", "ftp://example.org", "https://", "https://a:0/", "https://a:99999/",
                           "https://a:1x/", "https://user:pw@example.org/", "https://a b/", "https://[::1/"}) {
    is_refused(text);
  }
}

TEST(Url, words_come_back_from_their_encoding) {
  const std::string text = "a b/+%~ü";

  STRCMP_EQUAL("a%20b%2F%2B%25~%C3%BC", http::percent_encode(text).c_str());
  STRCMP_EQUAL(text.c_str(), http::percent_decode(http::percent_encode(text)).c_str());
  STRCMP_EQUAL("%zz%4", http::percent_decode("%zz%4").c_str());
}

TEST(Url, loopback_is_known) {
  CHECK(http::is_loopback("127.0.0.1"));
  CHECK(http::is_loopback("::1"));
  CHECK(http::is_loopback("localhost"));
  CHECK_FALSE(http::is_loopback("127.example.org"));
  CHECK_FALSE(http::is_loopback("10.0.0.1"));
}
