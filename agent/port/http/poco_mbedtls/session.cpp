// agent/port/http/poco_mbedtls/session.cpp: one HTTP connection.
#include "agent/port/http/poco_mbedtls/session.hpp"

#include <Poco/Buffer.h>
#include <Poco/Net/DNS.h>
#include <Poco/Net/HostEntry.h>
#include <unistd.h>

#include "agent/base/text.hpp"

namespace tributary::http {
namespace {

using SteadyClock = std::chrono::steady_clock;

Poco::Timespan span(std::chrono::milliseconds time) { return {time.count() / 1000, (time.count() % 1000) * 1000}; }

// The address that stands for "not resolved yet": connect() looks at the host's addresses itself.
Poco::Net::StreamSocket socket_for(Wire* wire) { return Poco::Net::StreamSocket(wire); }

}  // namespace

Session::Session(const Url& url, std::shared_ptr<const TlsContext> tls, const ClientSettings& settings,
                 const Stop& stop)
    : HTTPClientSession(
          socket_for(tls ? static_cast<Wire*>(new TlsWire(
                               tls, settings.tls.server_name.empty() ? url.host : settings.tls.server_name, &stop))
                         : new Wire(&stop))),
      tls_(std::move(tls)),
      tls_name_(settings.tls.server_name.empty() ? url.host : settings.tls.server_name),
      connect_timeout_(settings.connect_timeout_s),
      stop_(stop) {
  setHost(url.host);
  setPort(url.port);
  setKeepAlive(true);
  // Poco asks for the time since the last use; servers commonly close after a minute or less.
  setKeepAliveTimeout(Poco::Timespan(20, 0));
}

Wire* Session::fresh_wire(poco_socket_t fd) const {
  if (tls_) return new TlsWire(tls_, tls_name_, fd, &stop_);
  return new Wire(fd, &stop_);
}

void Session::set_deadline(SteadyClock::time_point deadline) {
  if (auto* wire = dynamic_cast<Wire*>(socket().impl())) wire->set_deadline(deadline);
}

TlsWire* Session::tls_wire() { return dynamic_cast<TlsWire*>(socket().impl()); }

bool Session::was_cut() {
  auto* wire = tls_wire();
  return wire != nullptr && wire->cut();
}

bool Session::is_stale() { return connected() && socket().poll(Poco::Timespan(0), Poco::Net::Socket::SELECT_READ); }

void Session::connect(const Poco::Net::SocketAddress&) {
  if (through_proxy()) {
    connect_through_proxy();
  } else {
    connect_directly();
  }
}

void Session::connect_directly() {
  const auto deadline = SteadyClock::now() + connect_timeout_;
  const auto entry = Poco::Net::DNS::resolve(getHost());
  std::string last = "no address";
  for (const auto& address : entry.addresses()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - SteadyClock::now());
    if (left.count() <= 0) break;
    try {
      auto* wire = tls_ ? static_cast<Wire*>(new TlsWire(tls_, tls_name_, &stop_)) : new Wire(&stop_);
      Poco::Net::StreamSocket socket = socket_for(wire);
      wire->set_deadline(deadline);
      socket.connect(Poco::Net::SocketAddress(address, getPort()), span(left));
      socket.setNoDelay(true);  // before the handshake: otherwise it waits for delayed acknowledgements
      if (auto* tls = dynamic_cast<TlsWire*>(wire)) tls->handshake();
      attachSocket(socket);
      return;
    } catch (const TrustException&) {
      throw;  // another address has the same name and the same certificate
    } catch (const Poco::Exception& problem) {
      last = problem.message().empty() ? problem.displayText() : problem.message();
    }
    if (stop_.requested()) break;
  }
  throw Poco::Net::ConnectionRefusedException("no connection: " + last);
}

void Session::connect_through_proxy() {
  const auto deadline = SteadyClock::now() + connect_timeout_;
  Poco::Net::StreamSocket raw = proxyConnect();
  const auto fd = ::dup(raw.impl()->sockfd());
  auto* wire = fresh_wire(fd);
  Poco::Net::StreamSocket socket = socket_for(wire);
  wire->set_deadline(deadline);
  socket.setNoDelay(true);
  if (auto* tls = dynamic_cast<TlsWire*>(wire)) tls->handshake();
  attachSocket(socket);
  Poco::Buffer<char> left_over(0);
  drainBuffer(left_over);
}

}  // namespace tributary::http
