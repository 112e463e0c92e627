// agent/port/http/poco_mbedtls/wire.hpp: a TCP connection with deadlines that hold, and one with TLS on top.
//
// Poco's own time-outs are per call: a peer that drips a byte now and then is never cut. A Wire has a deadline for what
// is under way as a whole, and looks every half second whether it should stop.
#pragma once

#include <Poco/Net/NetException.h>
#include <Poco/Net/StreamSocketImpl.h>
#include <mbedtls/ssl.h>

#include <chrono>
#include <memory>
#include <string>

#include "agent/base/stop.hpp"
#include "agent/port/http/poco_mbedtls/tls_context.hpp"

namespace tributary::http {

/// Why a connection could not be trusted or used; a person must act. Poco keeps copies of exceptions by clone().
class TrustException final : public Poco::Net::NetException {
 public:
  TrustException(const std::string& what, std::string hint) : NetException(what), hint_(std::move(hint)) {}
  [[nodiscard]] const std::string& hint() const { return hint_; }
  const char* name() const noexcept override { return "TLS"; }
  const char* className() const noexcept override { return "tributary::http::TrustException"; }
  Poco::Exception* clone() const override { return new TrustException(*this); }
  void rethrow() const override { throw *this; }

 private:
  std::string hint_;
};

class Wire : public Poco::Net::StreamSocketImpl {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  explicit Wire(const Stop* stop) : stop_(stop) {}
  Wire(poco_socket_t fd, const Stop* stop) : StreamSocketImpl(fd), stop_(stop) {}

  /// What is under way must be over by then.
  void set_deadline(Moment deadline) { deadline_ = deadline; }
  /// A single wait lasts no longer than that; zero: no such bound.
  void set_patience(std::chrono::seconds patience) { patience_ = patience; }

  /// TCP, within the deadline.
  void connect_to(const Poco::Net::SocketAddress& address);
  int sendBytes(const void* bytes, int length, int flags) override;
  int receiveBytes(void* into, int length, int flags) override;
  /// False when the time is over and when stopping.
  bool poll(const Poco::Timespan& timeout, int mode) override;
  /// Says the last word and hears the peer out for a while: closing at once would reset the connection, and that takes
  /// our last words away from a peer that still writes.
  void linger();

 protected:
  enum class Wait : unsigned char { ready, late, stopped, broken };
  Wait wait_for(short events);
  /// One send or receive of the kernel, after waiting for it. Negative errno, or -ETIMEDOUT, or -ECANCELED when
  /// stopped.
  ssize_t raw_send(const void* bytes, std::size_t length);
  ssize_t raw_receive(void* into, std::size_t length);
  [[noreturn]] static void fail(const char* doing, ssize_t code);
  [[nodiscard]] bool stopping() const { return stop_ != nullptr && stop_->requested(); }
  [[nodiscard]] std::chrono::seconds patience() const { return patience_; }

 private:
  const Stop* stop_;
  Moment deadline_ = Moment::max();
  std::chrono::seconds patience_{0};
};

/// A transfer that moves, measured over windows: bytes that trickle do not count as life.
class Pace {
 public:
  Pace(Wire& wire, std::chrono::seconds window) : wire_(wire), window_(window) { start(); }
  void moved(std::uint64_t bytes) {
    bytes_ += bytes;
    if (bytes_ >= least_bytes_per_window) start();
  }
  /// Time that was not the peer's does not count.
  void start() {
    bytes_ = 0;
    wire_.set_deadline(std::chrono::steady_clock::now() + window_);
  }

 private:
  static constexpr std::uint64_t least_bytes_per_window = 1024;
  Wire& wire_;
  std::chrono::seconds window_;
  std::uint64_t bytes_ = 0;
};

class TlsWire final : public Wire {
 public:
  /// Client side, on a connection that stands: `host` is the name that the certificate must carry.
  TlsWire(std::shared_ptr<const TlsContext> context, std::string host, poco_socket_t fd, const Stop* stop);
  /// Server side: the handshake is done by the first read.
  TlsWire(std::shared_ptr<const TlsContext> context, poco_socket_t fd, const Stop* stop);

  void handshake();
  int sendBytes(const void* bytes, int length, int flags) override;
  int receiveBytes(void* into, int length, int flags) override;
  int available() override;
  bool poll(const Poco::Timespan& timeout, int mode) override;
  void shutdownSend() override;
  void close() override;
  bool secure() const override { return true; }
  /// The peer closed TCP without saying so in TLS: what ended there may have been cut.
  [[nodiscard]] bool cut() const { return cut_; }
  [[nodiscard]] const mbedtls_ssl_context* ssl() const { return &ssl_; }

 protected:
  ~TlsWire() override;

 private:
  void set_up();
  void say_goodbye();
  [[noreturn]] void fail_handshake(int code);
  [[noreturn]] void fail_reading(int code);
  static int send_callback(void* self, const unsigned char* bytes, std::size_t length);
  static int receive_callback(void* self, unsigned char* into, std::size_t length);
  static int verify_callback(void* self, mbedtls_x509_crt* certificate, int depth, std::uint32_t* flags);

  std::shared_ptr<const TlsContext> context_;
  std::string host_, distrust_;
  mbedtls_ssl_context ssl_{};
  bool open_ = false, broken_ = false, cut_ = false, heard_ = false;
  ssize_t last_io_ = 0;
};

}  // namespace tributary::http
