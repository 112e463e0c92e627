// tests/sandbox/address.cpp: making and recognising of our own URLs.
#include "tests/sandbox/address.hpp"

#include <algorithm>

#include "agent/base/text.hpp"

namespace tributary::sandbox {
namespace {

/// host[:port] of the characters that host names and addresses are made of.
bool is_authority(std::string_view text) {
  return !text.empty() && text.size() < 256 &&
         std::all_of(
             text.begin(), text.end(),
             [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                      c == '-' || c == ':' || c == '[' || c == ']';
             });
}

}  // namespace

std::string Address::base() const {
  // A certificate names hosts; many clients can not check addresses in it.
  const bool any = listen_ == "0.0.0.0" || listen_ == "[::]" || listen_.empty();
  return (tls_ ? "https://" + host_ : "http://" + (any ? host_ : listen_)) + ":" + std::to_string(port_);
}

std::string Address::base(const Call& call) const {
  const auto asked = call.header("Host");
  return is_authority(asked) ? (tls_ ? "https://" : "http://") + std::string(asked) : base();
}

std::optional<std::string> Address::own_path(std::string_view url) const {
  const auto parsed = http::parse_url(url);
  if (!parsed || parsed->port != port_) return std::nullopt;
  const auto host = lower(parsed->host);
  if (host != lower(host_) && host != lower(listen_) && !http::is_loopback(host)) return std::nullopt;
  return parsed->path;
}

std::optional<std::pair<std::string, std::string>> Address::stored_at(std::string_view url) const {
  constexpr std::string_view s3 = "s3://", files = "/files/";
  std::string rest;
  if (url.substr(0, s3.size()) == s3) {
    rest = url.substr(s3.size());
  } else {
    const auto path = own_path(url);
    if (!path || path->compare(0, files.size(), files) != 0) return std::nullopt;
    rest = http::percent_decode(std::string_view(*path).substr(files.size()));
  }
  const auto slash = rest.find('/');
  if (slash == std::string::npos) return std::nullopt;
  return std::pair(rest.substr(0, slash), rest.substr(slash + 1));
}

}  // namespace tributary::sandbox
