// agent/port/http/poco_mbedtls/pool.cpp: kept connections, and the look at a server's certificate.
#include "agent/port/http/poco_mbedtls/pool.hpp"

#include <Poco/DateTime.h>
#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeParser.h>
#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>
#include <mbedtls/x509_crt.h>

#include <array>

#include "agent/base/clock.hpp"
#include "agent/base/text.hpp"

namespace tributary::http {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr std::size_t most_idle = 64;                    // per origin: as many as `limits.connections` may be
constexpr auto longest_idle = std::chrono::seconds(15);  // servers commonly close after twenty seconds or more

// The name in the settings is for the destination's own address; others carry their own names.
std::string name_for(const Url& url, const ClientSettings& settings) {
  const bool meant = settings.auth.origin.empty() || settings.auth.origin == url.origin();
  return meant && !settings.tls.server_name.empty() ? settings.tls.server_name : url.host;
}

std::int64_t end_of(const mbedtls_x509_crt& certificate) {
  const auto& until = certificate.valid_to;
  std::array<char, 96> day{};
  std::snprintf(day.data(), day.size(), "%04d-%02d-%02dT%02d:%02d:%02dZ", until.year, until.mon, until.day, until.hour,
                until.min, until.sec);
  return from_iso8601(day.data()).value_or(0);
}

PeerCertificate describe(const mbedtls_x509_crt& certificate, const mbedtls_ssl_context* ssl) {
  PeerCertificate peer;
  std::array<char, 256> name{};
  mbedtls_x509_dn_gets(name.data(), name.size(), &certificate.subject);
  peer.subject = printable(name.data());
  mbedtls_x509_dn_gets(name.data(), name.size(), &certificate.issuer);
  peer.issuer = printable(name.data());
  peer.protocol = std::string(mbedtls_ssl_get_version(ssl)) + " " + mbedtls_ssl_get_ciphersuite(ssl);
  peer.not_after_utc_s = end_of(certificate);
  for (const auto* link = certificate.next; link != nullptr; link = link->next) {
    mbedtls_x509_dn_gets(name.data(), name.size(), &link->subject);
    peer.chain.push_back({printable(name.data()), end_of(*link)});
  }
  return peer;
}

}  // namespace

std::shared_ptr<const TlsContext> Pool::trust() {
  const std::lock_guard lock(mutex_);
  auto revision = revision_of(settings_.tls);
  if (revision == revision_) return tls_;
  // Half a pair, or a file that is being written: what was read before stays until it fits.
  auto tls = TlsContext::for_client(settings_.tls);
  if (!tls) return tls_;
  tls_ = std::move(*tls);
  revision_ = std::move(revision);
  return tls_;
}

std::unique_ptr<Session> Pool::make(const Url& url) {
  const auto tls = url.scheme == "https" ? trust() : nullptr;
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
  } catch (const Poco::Net::DNSException&) {
    return wait_error(parsed->origin() + ": the name can not be resolved", "check DNS and the spelling of the host");
  } catch (const Poco::Exception& problem) {
    return wait_error(parsed->origin() + ": " +
                      printable(problem.message().empty() ? problem.displayText() : problem.message()));
  }
}

Result<std::int64_t> certificate_end(const std::string& file) {
  mbedtls_x509_crt certificate;
  mbedtls_x509_crt_init(&certificate);
  const int code = mbedtls_x509_crt_parse_file(&certificate, file.c_str());
  const auto end = code == 0 ? end_of(certificate) : 0;
  mbedtls_x509_crt_free(&certificate);
  if (code != 0) return operator_error("certificate " + printable(file) + ": " + tls_error(code));
  return end;
}

std::optional<std::int64_t> date_of(const Response& response) {
  int zone = 0;
  Poco::DateTime date;
  const auto text = std::string(response.header("Date"));
  if (!Poco::DateTimeParser::tryParse(Poco::DateTimeFormat::HTTP_FORMAT, text, date, zone)) return std::nullopt;
  date.makeUTC(zone);
  return date.timestamp().epochTime();
}

}  // namespace tributary::http
