// agent/status/guard.cpp: Host and Origin against what is ours.
#include "agent/status/guard.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "agent/base/text.hpp"
#include "agent/port/http/http.hpp"

namespace tributary::status {
namespace {

// Without the port; an address of IPv6 without its brackets.
std::string name_of(std::string_view host) {
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    const bool whole = end != std::string_view::npos && (end + 1 == host.size() || host[end + 1] == ':');
    return whole ? lower(host.substr(1, end - 1)) : std::string();
  }
  if (std::count(host.begin(), host.end(), ':') > 1) return {};
  return lower(host.substr(0, host.find(':')));
}

bool is_address(const std::string& name) {
  unsigned char room[sizeof(in6_addr)];
  if (name.find('\0') != std::string::npos) return false;  // C would see less of it
  return ::inet_pton(AF_INET, name.c_str(), room) == 1 || ::inet_pton(AF_INET6, name.c_str(), room) == 1;
}

bool is_configured(const std::string& name, const config::Settings& settings) {
  const auto& hosts = settings.status_page.hosts;
  const auto& listen = settings.listen;
  return std::find(hosts.begin(), hosts.end(), name) != hosts.end() ||
         name == name_of(std::string_view(listen).substr(0, listen.rfind(':')));
}

}  // namespace

bool is_our_host(std::string_view host, const config::Settings& settings) {
  const auto name = name_of(host);
  if (name.empty()) return false;
  return is_address(name) || name == "localhost" || is_configured(name, settings);
}

bool is_our_origin(std::string_view origin, std::string_view host, const config::Settings& settings) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!origin.starts_with(scheme)) continue;
    const auto from = origin.substr(scheme.size());
    if (lower(from) == lower(host)) return is_our_host(host, settings);
    const auto& hosts = settings.status_page.hosts;
    return std::find(hosts.begin(), hosts.end(), name_of(from)) != hosts.end();
  }
  return false;
}

}  // namespace tributary::status
