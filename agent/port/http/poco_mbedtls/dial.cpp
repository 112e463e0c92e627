// agent/port/http/poco_mbedtls/dial.cpp: connections for other protocols, with the deadlines and the trust of ours.
#include "agent/port/http/poco_mbedtls/dial.hpp"

#include <Poco/Exception.h>

#include "agent/base/text.hpp"

namespace tributary::http {
namespace {

using SteadyClock = std::chrono::steady_clock;

Url url_of(const std::string& host, std::uint16_t port) { return {"tcp", host, "/", {}, port}; }

class Dialled final : public Connection {
 public:
  Dialled(const ClientSettings& settings, const std::string& host, std::uint16_t port,
          std::shared_ptr<const TlsContext> tls, const Stop& stop)
      : settings_(settings),
        who_(host + ":" + std::to_string(port) + ": "),
        session_(url_of(host, port), std::move(tls), settings.tls.server_name.empty() ? host : settings.tls.server_name,
                 no_proxy_, stop) {}

  Status open(bool tls) {
    return guard([&] { session_.open(std::chrono::seconds(settings_.connect_timeout_s), !tls); });
  }
  Status start_tls() override {
    return guard([&] {
      // Whatever was said in the clear behind the answer was not said by whom the certificate names.
      if (session_.holds_bytes()) throw Poco::Net::NetException("it said more before TLS than it was asked for");
      session_.start_tls(SteadyClock::now() + std::chrono::seconds(settings_.connect_timeout_s));
    });
  }
  Status send(ByteView bytes) override {
    return guard([&] {
      session_.set_deadline(SteadyClock::now() + std::chrono::seconds(settings_.stall_timeout_s));
      session_.send(bytes);
    });
  }
  Result<std::size_t> receive(MutableByteView into) override {
    std::size_t n = 0;
    const auto done = guard([&] {
      session_.set_deadline(SteadyClock::now() + std::chrono::seconds(settings_.answer_timeout_s));
      n = session_.some(into);
    });
    if (!done) return done.error();
    return n;
  }

 private:
  template <typename Body>
  Status guard(Body&& body) {
    try {
      body();
      return {};
    } catch (const TrustException& distrust) {
      return operator_error(who_ + distrust.message(), distrust.hint());
    } catch (const Poco::Net::DNSException&) {
      return wait_error(who_ + "the name can not be resolved", "check DNS and the spelling of the host");
    } catch (const Poco::Exception& failed) {
      return wait_error(who_ + printable(failed.message().empty() ? failed.displayText() : failed.message()),
                        "it is tried again");
    } catch (const std::exception& failed) {
      return wait_error(who_ + printable(failed.what()), "it is tried again");
    }
  }

  ClientSettings settings_;
  std::string who_;
  Proxy no_proxy_;
  Session session_;
};

}  // namespace

Result<std::unique_ptr<Connection>> Client::dial(const std::string& host, std::uint16_t port, bool /*tls*/) {
  return operator_error(host + ":" + std::to_string(port) + ": no connection for other protocols here");
}

Result<std::unique_ptr<Connection>> dial(const ClientSettings& settings, const std::string& host, std::uint16_t port,
                                         bool tls, const Stop& stop) {
  auto context = TlsContext::for_client(settings.tls);
  if (!context) return context.error();
  auto made = std::make_unique<Dialled>(settings, host, port, std::move(*context), stop);
  if (auto opened = made->open(tls); !opened) return opened.error();
  return std::unique_ptr<Connection>(std::move(made));
}

}  // namespace tributary::http
