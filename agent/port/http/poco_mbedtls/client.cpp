// agent/port/http/poco_mbedtls/client.cpp: requests and their answers.
#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <mbedtls/x509_crt.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>

#include "agent/base/text.hpp"
#include "agent/port/http/poco_mbedtls/auth.hpp"
#include "agent/port/http/poco_mbedtls/session.hpp"

namespace tributary::http {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr std::size_t chunk_bytes = 64U << 10;
constexpr std::uint64_t expect_from_bytes = 1U << 20;
constexpr std::uint64_t least_bytes_per_window = 1024;  // a peer slower than this per stall time-out is cut
constexpr std::size_t most_idle = 4;

// A connection that moves, measured over windows: bytes that trickle do not count as life.
class Pace {
 public:
  Pace(Session& session, std::uint32_t stall_s) : session_(session), window_(stall_s) { start(); }
  void moved(std::uint64_t bytes) {
    bytes_ += bytes;
    if (bytes_ >= least_bytes_per_window) start();
  }

 private:
  void start() {
    bytes_ = 0;
    session_.set_deadline(SteadyClock::now() + window_);
  }
  Session& session_;
  std::chrono::seconds window_;
  std::uint64_t bytes_ = 0;
};

// An error of the caller's own body that must come out unchanged.
struct BodyBroken {
  Error error;
};

bool is_repeatable(const Request& request) {
  return request.body_source == nullptr && request.method != "POST" && request.method != "PATCH";
}

class PocoClient final : public Client {
 public:
  PocoClient(ClientSettings settings, std::shared_ptr<const TlsContext> tls, const Clock& clock, const Stop& stop)
      : settings_(std::move(settings)), tls_(std::move(tls)), authorization_(settings_.auth, clock), stop_(stop) {
    if (!settings_.upload_rate) settings_.upload_rate = make_rate_limit(0);
  }

  Result<Response> send(const Request& request) override {
    auto response = send_authorized(request);
    if (!response || response->status != 401 || !request.authorize || request.body_source != nullptr) return response;
    return authorization_.renew() ? send_authorized(request) : std::move(response);
  }

 private:
  Result<Response> send_authorized(const Request& request) {
    auto url = parse_url(request.url);
    if (!url) return url.error();
    if (url->scheme == "http" && !is_loopback(url->host)) {
      return operator_error(url->origin() + ": plain http is for loopback addresses only", "use https");
    }
    SecretText authorization;
    if (request.authorize && authorization_.wanted() && url->origin() == authorization_.origin()) {
      auto value = authorization_.value([this](const Request& inner) { return send_authorized(inner); });
      if (!value) return value.error();
      authorization = std::move(*value);
    }
    // A kept connection may have been closed meanwhile; what is in memory can be said once more on a new one. Not what
    // would be done twice (RFC 9110 section 9.2.2): the answer may have been lost, not the request.
    auto session = take(*url);
    const bool reused = session != nullptr;
    if (!reused) session = std::make_unique<Session>(*url, url->scheme == "https" ? tls_ : nullptr, settings_, stop_);
    prepare(*session);
    bool answered = false;
    auto response = exchange(*session, *url, request, authorization, answered);
    const bool once_more = !response && reused && !answered && is_repeatable(request) &&
                           response.error().remedy == Remedy::wait && !stop_.requested();
    if (once_more) {
      session = std::make_unique<Session>(*url, url->scheme == "https" ? tls_ : nullptr, settings_, stop_);
      prepare(*session);
      response = exchange(*session, *url, request, authorization, answered);
    }
    if (response && session->getKeepAlive() && session->is_up()) give_back(*url, std::move(session));
    return response;
  }

  void prepare(Session& session) const {
    session.setTimeout(Poco::Timespan(settings_.connect_timeout_s, 0));
    if (settings_.proxy.empty()) return;
    auto proxy = settings_.proxy;
    const auto scheme = proxy.find("://");
    if (scheme != std::string::npos) proxy = proxy.substr(scheme + 3);
    const auto at = proxy.rfind('@');
    if (at != std::string::npos) {
      const auto colon = proxy.find(':');
      session.setProxyCredentials(percent_decode(proxy.substr(0, std::min(colon, at))),
                                  colon < at ? percent_decode(proxy.substr(colon + 1, at - colon - 1)) : "");
      proxy = proxy.substr(at + 1);
    }
    auto address = parse_url("http://" + proxy);
    if (address && !session.is_up()) session.setProxy(address->host, address->port);
  }

  Result<Response> exchange(Session& session, const Url& url, const Request& request, const SecretText& authorization,
                            bool& answered) {
    try {
      return talk(session, url, request, authorization, answered);
    } catch (const BodyBroken& broken) {
      session.reset();
      return broken.error;
    } catch (const TrustException& problem) {
      session.reset();
      return operator_error(url.origin() + ": " + problem.message(), problem.hint());
    } catch (const Poco::Net::HTTPException& problem) {
      session.reset();
      const bool proxy = problem.message().find("proxy") != std::string::npos;
      return wait_error(url.origin() + ": " + printable(problem.displayText().substr(0, 300)),
                        proxy ? "check the proxy and its credentials"
                              : "the server does not speak HTTP as it should; it is tried again");
    } catch (const Poco::Net::HostNotFoundException&) {
      return wait_error(url.origin() + ": the name can not be resolved",
                        "check DNS and the spelling of the host; it is tried again");
    } catch (const Poco::Net::DNSException& problem) {
      return wait_error(url.origin() + ": the name can not be resolved: " + printable(problem.displayText()),
                        "check DNS; it is tried again");
    } catch (const Poco::Exception& problem) {
      session.reset();
      return wait_error(
          url.origin() + ": " + printable(problem.message().empty() ? problem.displayText() : problem.message()),
          "it is tried again");
    } catch (const std::exception& problem) {
      session.reset();
      return wait_error(url.origin() + ": " + printable(problem.what()), "it is tried again");
    }
  }

  Result<Response> talk(Session& session, const Url& url, const Request& request, const SecretText& authorization,
                        bool& answered) {
    Poco::Net::HTTPRequest head(request.method, url.query.empty() ? url.path : url.path + "?" + url.query,
                                Poco::Net::HTTPMessage::HTTP_1_1);
    const bool default_port = url.port == (url.scheme == "https" ? 443 : 80);
    const std::string host = url.host.find(':') != std::string::npos ? "[" + url.host + "]" : url.host;
    head.set("Host", default_port ? host : host + ":" + std::to_string(url.port));
    head.set("User-Agent", settings_.user_agent);
    for (const auto& header : request.headers) head.set(header.name, header.value);
    if (!authorization.empty()) head.set("Authorization", std::string(authorization.reveal()));
    const std::uint64_t length = request.body_source != nullptr ? request.body_bytes : request.body.size();
    const bool has_body = length > 0 || request.method == "POST" || request.method == "PUT";
    if (has_body) head.setContentLength64(static_cast<Poco::Int64>(length));
    const bool expect = length > expect_from_bytes;
    if (expect) head.setExpectContinue(true);

    session.set_deadline(SteadyClock::now() + std::chrono::seconds(settings_.stall_timeout_s));
    std::ostream& out = session.sendRequest(head);
    Poco::Net::HTTPResponse answer;
    bool refused_early = false;
    if (expect) {
      out.flush();
      if (!out) rethrow(session);
      // Servers that do not know the expectation say nothing: after a second the body goes anyway.
      if (session.socket().poll(Poco::Timespan(1, 0), Poco::Net::Socket::SELECT_READ))
        refused_early = !session.peekResponse(answer);
    }
    if (!refused_early) write_body(session, out, request, length);
    const auto wait_s = request.answer_timeout_s != 0 ? request.answer_timeout_s : settings_.answer_timeout_s;
    session.set_deadline(SteadyClock::now() + std::chrono::seconds(wait_s));
    std::istream& in = session.receiveResponse(answer);
    answered = true;
    if (refused_early) session.setKeepAlive(false);  // the body was never sent: the connection is not usable any more
    Response response;
    response.status = answer.getStatus();
    for (const auto& [name, value] : answer) response.headers.push_back({name, value});
    auto read = read_body(session, in, answer, request, response);
    if (!read) {
      session.reset();
      return tributary::in(url.origin(), read.error());
    }
    return response;
  }

  [[noreturn]] static void rethrow(Session& session) {
    if (const auto* problem = session.networkException()) problem->rethrow();
    throw Poco::Net::ConnectionResetException("the connection was cut");
  }

  void write_body(Session& session, std::ostream& out, const Request& request, std::uint64_t length) {
    Pace pace(session, settings_.stall_timeout_s);
    Bytes buffer(request.body_source != nullptr ? chunk_bytes : 0);
    std::uint64_t sent = 0;
    while (sent < length) {
      ByteView piece;
      if (request.body_source != nullptr) {
        const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), length - sent));
        auto n = request.body_source->read(MutableByteView(buffer).first(room));
        if (!n) throw BodyBroken{n.error()};
        if (*n == 0)
          throw BodyBroken{
              operator_error("the request's body ended " + std::to_string(length - sent) + " bytes too early")};
        piece = ByteView(buffer).first(*n);
      } else {
        piece = request.body.subspan(sent, std::min<std::size_t>(chunk_bytes, length - sent));
      }
      settings_.upload_rate->spend(piece.size(), stop_);
      // Time spent on reading or on the rate limit is not the peer's.
      pace.moved(least_bytes_per_window);
      out.write(reinterpret_cast<const char*>(piece.data()), static_cast<std::streamsize>(piece.size()));
      if (!out) rethrow(session);
      sent += piece.size();
    }
    out.flush();
    if (!out) rethrow(session);
  }

  Status read_body(Session& session, std::istream& in, const Poco::Net::HTTPResponse& answer, const Request& request,
                   Response& response) {
    const bool empty = request.method == "HEAD" || response.status == 204 || response.status == 304;
    if (empty) return {};
    stream::BufferSink memory(response.body, request.response_limit);
    stream::Sink& sink = request.response_sink != nullptr && response.status >= 200 && response.status < 300
                             ? *request.response_sink
                             : memory;
    Pace pace(session, settings_.stall_timeout_s);
    std::vector<char> buffer(chunk_bytes);
    std::uint64_t total = 0;
    while (in.good()) {
      in.read(buffer.data(),
              static_cast<std::streamsize>(
                  answer.hasContentLength()
                      ? std::min<std::uint64_t>(buffer.size(),
                                                static_cast<std::uint64_t>(answer.getContentLength64()) - total)
                      : 4096));
      const auto n = static_cast<std::size_t>(in.gcount());
      if (n == 0) break;
      total += n;
      pace.moved(n);
      if (auto written = sink.write({reinterpret_cast<const std::uint8_t*>(buffer.data()), n}); !written)
        return tributary::in("answer", written.error());
      if (answer.hasContentLength() && total >= static_cast<std::uint64_t>(answer.getContentLength64())) break;
    }
    if (session.networkException() != nullptr) rethrow(session);
    const bool short_body =
        answer.hasContentLength() && total != static_cast<std::uint64_t>(answer.getContentLength64());
    const bool unconfirmed =
        !answer.hasContentLength() && (session.was_cut() || (answer.getChunkedTransferEncoding() && in.bad()));
    if (short_body || unconfirmed) {
      return wait_error("the answer was cut after " + std::to_string(total) + " bytes" +
                            (answer.hasContentLength() ? " of " + std::to_string(answer.getContentLength64()) : ""),
                        "it is tried again");
    }
    return {};
  }

  std::unique_ptr<Session> take(const Url& url) {
    const std::lock_guard lock(mutex_);
    auto& idle = idle_[url.origin()];
    while (!idle.empty()) {
      auto session = std::move(idle.back());
      idle.pop_back();
      if (!session->is_stale()) return session;
    }
    return nullptr;
  }

  void give_back(const Url& url, std::unique_ptr<Session> session) {
    const std::lock_guard lock(mutex_);
    auto& idle = idle_[url.origin()];
    if (idle.size() < most_idle) idle.push_back(std::move(session));
  }

  ClientSettings settings_;
  std::shared_ptr<const TlsContext> tls_;
  Authorization authorization_;
  const Stop& stop_;
  std::mutex mutex_;
  std::map<std::string, std::vector<std::unique_ptr<Session>>> idle_;
};

}  // namespace

Result<std::unique_ptr<Client>> make_client(const ClientSettings& settings, const Clock& clock, const Stop& stop) {
  auto tls = TlsContext::for_client(settings.tls);
  if (!tls) return tls.error();
  return std::unique_ptr<Client>(std::make_unique<PocoClient>(settings, std::move(*tls), clock, stop));
}

Result<PeerCertificate> probe_tls(const ClientSettings& settings, const std::string& url, const Stop& stop) {
  auto parsed = parse_url(url);
  if (!parsed) return parsed.error();
  auto tls = TlsContext::for_client(settings.tls);
  if (!tls) return tls.error();
  try {
    Session session(*parsed, *tls, settings, stop);
    session.setTimeout(Poco::Timespan(settings.connect_timeout_s, 0));
    Poco::Net::HTTPRequest head("HEAD", "/", Poco::Net::HTTPMessage::HTTP_1_1);
    session.sendRequest(head).flush();
    auto* wire = session.tls_wire();
    const auto* certificate = wire != nullptr ? mbedtls_ssl_get_peer_cert(wire->ssl()) : nullptr;
    if (certificate == nullptr) return operator_error(parsed->origin() + ": no TLS connection was made");
    PeerCertificate peer;
    std::array<char, 256> name{};
    mbedtls_x509_dn_gets(name.data(), name.size(), &certificate->subject);
    peer.subject = name.data();
    mbedtls_x509_dn_gets(name.data(), name.size(), &certificate->issuer);
    peer.issuer = name.data();
    peer.protocol = std::string(mbedtls_ssl_get_version(wire->ssl())) + " " + mbedtls_ssl_get_ciphersuite(wire->ssl());
    const auto& until = certificate->valid_to;
    std::array<char, 40> day{};
    std::snprintf(day.data(), day.size(), "%04d-%02d-%02dT%02d:%02d:%02dZ", until.year, until.mon, until.day,
                  until.hour, until.min, until.sec);
    peer.not_after_utc_s = from_iso8601(day.data()).value_or(0);
    return peer;
  } catch (const TrustException& problem) {
    return operator_error(parsed->origin() + ": " + problem.message(), problem.hint());
  } catch (const Poco::Exception& problem) {
    return wait_error(parsed->origin() + ": " + printable(problem.displayText()));
  }
}

}  // namespace tributary::http
