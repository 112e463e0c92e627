// agent/port/http/poco_mbedtls/url.cpp: URLs, percent encoding, headers.
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "agent/base/text.hpp"
#include "agent/port/http/http.hpp"

namespace tributary::http {
namespace {

bool is_v6(const std::string& host) {
  std::array<unsigned char, 16> address{};
  return ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

bool is_host_name(std::string_view host) {
  return host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
         });
}

}  // namespace

std::string_view find(const std::vector<Header>& headers, std::string_view name) {
  const auto wanted = lower(name);
  for (const auto& header : headers) {
    if (lower(header.name) == wanted) return header.value;
  }
  return {};
}

std::string Url::origin() const {
  const bool v6 = host.find(':') != std::string::npos;
  return scheme + "://" + (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<Url> parse_url(std::string_view text) {
  const auto bad = [](const char* why) {
    return operator_error(std::string("no URL: ") + why, "write it as https://host[:port]/path");
  };
  if (text.size() > 8192) return bad("longer than 8,192 characters");
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f)
      return bad("it holds a character that must be percent-encoded");
  }
  Url url;
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) return bad("no scheme");
  url.scheme = lower(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https") return bad("its scheme is neither https nor http");
  text.remove_prefix(colon + 3);
  const auto hash = text.find('#');
  text = text.substr(0, hash);
  const auto end = text.find_first_of("/?");
  auto authority = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end);
  if (authority.find('@') != std::string_view::npos) return bad("it holds credentials; they belong under auth");
  std::string_view port;
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return bad("'[' without ']'");
    url.host = lower(authority.substr(1, close - 1));
    if (!is_v6(url.host)) return bad("what stands in brackets is no IPv6 address");
    port = authority.substr(close + 1);
  } else {
    const auto at = authority.find(':');
    url.host = lower(authority.substr(0, at));
    if (at != std::string_view::npos) port = authority.substr(at);
  }
  if (url.host.empty()) return bad("no host");
  if (!authority.starts_with('[') && !is_host_name(url.host)) return bad("its host is no name");
  url.port = url.scheme == "https" ? 443 : 80;
  if (!port.empty()) {
    const auto [stop, problem] = std::from_chars(port.data() + 1, port.data() + port.size(), url.port);
    if (port.front() != ':' || problem != std::errc{} || stop != port.data() + port.size() || url.port == 0)
      return bad("its port is no number from 1 to 65535");
  }
  const auto question = text.find('?');
  url.path = text.substr(0, question);
  if (url.path.empty()) url.path = "/";
  if (question != std::string_view::npos) url.query = text.substr(question + 1);
  return url;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

std::string percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr == text.data() + i + 3) {
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

bool is_loopback(std::string_view host) {
  std::array<unsigned char, 4> address{};
  return host == "localhost" || host == "::1" ||
         (::inet_pton(AF_INET, std::string(host).c_str(), address.data()) == 1 && address[0] == 127);
}

}  // namespace tributary::http
