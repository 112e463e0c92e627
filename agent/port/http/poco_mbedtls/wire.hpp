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

  void set_deadline(Moment deadline) { deadline_ = deadline; }
  int sendBytes(const void* bytes, int length, int flags) override;
  int receiveBytes(void* into, int length, int flags) override;

 protected:
  enum class Wait : unsigned char { ready, late, stopped, broken };
  Wait wait_for(short events);
  /// One send or receive of the kernel, after waiting for it. Negative errno, or -ETIMEDOUT, or -ECANCELED when
  /// stopped.
  ssize_t raw_send(const void* bytes, std::size_t length);
  ssize_t raw_receive(void* into, std::size_t length);
  [[noreturn]] static void fail(const char* doing, ssize_t code);

 private:
  const Stop* stop_;
  Moment deadline_ = Moment::max();
};

class TlsWire final : public Wire {
 public:
  /// Client side: `host` is the name that the certificate must carry.
  TlsWire(std::shared_ptr<const TlsContext> context, std::string host, const Stop* stop);
  TlsWire(std::shared_ptr<const TlsContext> context, std::string host, poco_socket_t fd, const Stop* stop);
  /// Server side: the handshake is done by the first read.
  TlsWire(std::shared_ptr<const TlsContext> context, poco_socket_t fd);

  void handshake();
  int sendBytes(const void* bytes, int length, int flags) override;
  int receiveBytes(void* into, int length, int flags) override;
  int available() override;
  bool poll(const Poco::Timespan& timeout, int mode) override;
  void shutdownSend() override;
  void shutdown() override;
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
  static int send_callback(void* self, const unsigned char* bytes, std::size_t length);
  static int receive_callback(void* self, unsigned char* into, std::size_t length);
  static int verify_callback(void* self, mbedtls_x509_crt* certificate, int depth, std::uint32_t* flags);

  std::shared_ptr<const TlsContext> context_;
  std::string host_, distrust_;
  mbedtls_ssl_context ssl_{};
  bool set_up_ = false, open_ = false, broken_ = false, cut_ = false;
  ssize_t last_io_ = 0;
};

}  // namespace tributary::http
