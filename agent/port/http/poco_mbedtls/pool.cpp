// agent/port/http/poco_mbedtls/pool.cpp: kept connections, and the look at a server's certificate.
#include "agent/port/http/poco_mbedtls/pool.hpp"

#include <Poco/Exception.h>
#include <mbedtls/x509_crt.h>

#include <array>

#include "agent/base/clock.hpp"
#include "agent/base/text.hpp"

namespace tributary::http {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr std::size_t most_idle = 4;                     // per origin
constexpr auto longest_idle = std::chrono::seconds(15);  // servers commonly close after twenty seconds or more

// The name in the settings is for the destination's own address; others carry their own names.
std::string name_for(const Url& url, const ClientSettings& settings) {
  const bool meant = settings.auth.origin.empty() || settings.auth.origin == url.origin();
  return meant && !settings.tls.server_name.empty() ? settings.tls.server_name : url.host;
}

PeerCertificate describe(const mbedtls_x509_crt& certificate, const mbedtls_ssl_context* ssl) {
  PeerCertificate peer;
  std::array<char, 256> name{};
  mbedtls_x509_dn_gets(name.data(), name.size(), &certificate.subject);
  peer.subject = printable(name.data());
  mbedtls_x509_dn_gets(name.data(), name.size(), &certificate.issuer);
  peer.issuer = printable(name.data());
  peer.protocol = std::string(mbedtls_ssl_get_version(ssl)) + " " + mbedtls_ssl_get_ciphersuite(ssl);
  const auto& until = certificate.valid_to;
  std::array<char, 96> day{};
  std::snprintf(day.data(), day.size(), "%04d-%02d-%02dT%02d:%02d:%02dZ", until.year, until.mon, until.day, until.hour,
                until.min, until.sec);
  peer.not_after_utc_s = from_iso8601(day.data()).value_or(0);
  return peer;
}

}  // namespace

std::unique_ptr<Session> Pool::make(const Url& url) {
  const auto tls = url.scheme == "https" ? tls_ : nullptr;
  return std::make_unique<Session>(url, tls, name_for(url, settings_), proxy_, stop_);
}

std::unique_ptr<Session> Pool::take(const Url& url) {
  std::vector<std::unique_ptr<Session>> old;  // closed after the lock is gone: saying goodbye takes time
  const std::lock_guard lock(mutex_);
  auto& idle = idle_[url.origin()];
  while (!idle.empty()) {
    auto last = std::move(idle.back());
    idle.pop_back();
    if (SteadyClock::now() - last.since < longest_idle && !last.session->is_stale()) return std::move(last.session);
    old.push_back(std::move(last.session));
  }
  return nullptr;
}

void Pool::give_back(const Url& url, std::unique_ptr<Session> session) {
  if (!session->is_open()) return;
  const std::lock_guard lock(mutex_);
  auto& idle = idle_[url.origin()];
  if (idle.size() < most_idle) idle.push_back({std::move(session), SteadyClock::now()});
}

Result<PeerCertificate> probe_tls(const ClientSettings& settings, const std::string& url, const Stop& stop) {
  auto parsed = parse_url(url);
  if (!parsed) return parsed.error();
  if (parsed->scheme != "https") return operator_error(parsed->origin() + ": there is no TLS on plain http");
  auto tls = TlsContext::for_client(settings.tls);
  if (!tls) return tls.error();
  auto proxy = parse_proxy(settings.proxy);
  if (!proxy) return proxy.error();
  try {
    Session session(*parsed, *tls, name_for(*parsed, settings), *proxy, stop);
    session.open(std::chrono::seconds(settings.connect_timeout_s));
    const auto* ssl = session.tls_wire()->ssl();
    const auto* certificate = mbedtls_ssl_get_peer_cert(ssl);
    if (certificate == nullptr) return operator_error(parsed->origin() + ": the server showed no certificate");
    return describe(*certificate, ssl);
  } catch (const TrustException& problem) {
    return operator_error(parsed->origin() + ": " + problem.message(), problem.hint());
  } catch (const Poco::Exception& problem) {
    return wait_error(parsed->origin() + ": " +
                      printable(problem.message().empty() ? problem.displayText() : problem.message()));
  }
}

}  // namespace tributary::http
