// agent/port/http/poco_mbedtls/session.hpp: one HTTP connection to one origin, direct or through a proxy.
#pragma once

#include <Poco/Net/HTTPClientSession.h>

#include <chrono>
#include <memory>

#include "agent/base/stop.hpp"
#include "agent/port/http/http.hpp"
#include "agent/port/http/poco_mbedtls/wire.hpp"

namespace tributary::http {

/// Connects to each address of the host in turn, within one budget for name, TCP, proxy and handshake together.
class Session final : public Poco::Net::HTTPClientSession {
 public:
  /// `tls` null: plain HTTP, which the caller has limited to loopback.
  Session(const Url& url, std::shared_ptr<const TlsContext> tls, const ClientSettings& settings, const Stop& stop);

  /// What is under way must be over by then.
  void set_deadline(std::chrono::steady_clock::time_point deadline);
  [[nodiscard]] bool is_up() const { return connected(); }
  [[nodiscard]] TlsWire* tls_wire();
  /// The answer's end was the connection's end, and TLS did not confirm it.
  [[nodiscard]] bool was_cut();
  /// An idle connection on which the server has something to say has been closed by it.
  [[nodiscard]] bool is_stale();
  bool secure() const override { return tls_ != nullptr; }

 protected:
  std::string proxyRequestPrefix() const override { return {}; }  // origin form, also through CONNECT
  void proxyAuthenticate(Poco::Net::HTTPRequest&) override {}     // credentials go into CONNECT only
  void connect(const Poco::Net::SocketAddress& address) override;

 private:
  void connect_directly();
  void connect_through_proxy();
  Wire* fresh_wire(poco_socket_t fd) const;
  [[nodiscard]] bool through_proxy() const { return tls_ != nullptr && !getProxyHost().empty(); }

  std::shared_ptr<const TlsContext> tls_;
  std::string tls_name_;
  std::chrono::seconds connect_timeout_;
  const Stop& stop_;
};

}  // namespace tributary::http
