// agent/port/http/poco_mbedtls/session.hpp: one HTTP connection to one origin, direct or through a proxy.
#pragma once

#include <Poco/Net/HTTPSession.h>

#include <chrono>
#include <memory>

#include "agent/base/stop.hpp"
#include "agent/port/http/http.hpp"
#include "agent/port/http/poco_mbedtls/incoming.hpp"
#include "agent/port/http/poco_mbedtls/wire.hpp"

namespace tributary::http {

struct Proxy {
  std::string host;  // empty: none
  std::uint16_t port = 0;
  SecretText authorization;  // the header's value, or empty
};
/// http://[user:password@]host[:port]
Result<Proxy> parse_proxy(std::string_view text);

/// One connection in the life of this object.
class Session final : public Poco::Net::HTTPSession, public Tap {
 public:
  /// `tls` null: plain HTTP, to loopback addresses only. `tls_name`: whom the certificate must name.
  Session(const Url& url, std::shared_ptr<const TlsContext> tls, std::string tls_name, const Proxy& proxy,
          const Stop& stop);

  /// Tries each address of the host in turn, within one budget for name, TCP, proxy and handshake together.
  /// `tls_later`: in the clear until `start_tls`, also to other machines.
  void open(std::chrono::seconds budget, bool tls_later = false);
  void start_tls(Wire::Moment deadline);
  [[nodiscard]] bool is_open() const { return connected(); }
  void set_deadline(Wire::Moment deadline) { wire().set_deadline(deadline); }
  [[nodiscard]] Wire& wire();
  [[nodiscard]] TlsWire* tls_wire() { return dynamic_cast<TlsWire*>(&wire()); }

  void send(ByteView bytes);
  /// Whether the peer says something, or hangs up, within that time.
  bool hears(std::chrono::milliseconds patience);
  /// Bytes of the peer wait to be read.
  [[nodiscard]] bool holds_bytes() const { return buffered() > 0; }
  int next() override { return get(); }
  std::size_t some(MutableByteView into) override;
  /// An idle connection on which there is something to read has been closed, or is out of step.
  [[nodiscard]] bool is_stale();
  void drop() { close(); }

 private:
  Poco::Net::StreamSocket connect_tcp(const Poco::Net::SocketAddress& address, Wire::Moment deadline) const;
  void ask_proxy(Wire::Moment deadline);

  Url url_;
  std::shared_ptr<const TlsContext> tls_;
  std::string tls_name_;
  const Proxy& proxy_;
  const Stop& stop_;
};

}  // namespace tributary::http
