// agent/port/http/poco_mbedtls/wire.cpp: connections with deadlines, plain and with TLS.
#include "agent/port/http/poco_mbedtls/wire.hpp"

#include <arpa/inet.h>
#include <mbedtls/net_sockets.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace tributary::http {
namespace {

constexpr auto look_up_every = std::chrono::milliseconds(200);
using SteadyClock = std::chrono::steady_clock;

// The subject alternative names of kind iPAddress (RFC 5280 section 4.2.1.6): mbedTLS 2.28 compares DNS names only.
bool names_address(const mbedtls_x509_crt& certificate, const std::string& host) {
  std::array<unsigned char, 16> wanted{};
  std::size_t length = 0;
  if (::inet_pton(AF_INET, host.c_str(), wanted.data()) == 1) length = 4;
  if (::inet_pton(AF_INET6, host.c_str(), wanted.data()) == 1) length = 16;
  if (length == 0) return false;
  for (const auto* name = &certificate.subject_alt_names; name != nullptr; name = name->next) {
    constexpr int context_tag_7 = MBEDTLS_ASN1_CONTEXT_SPECIFIC | 7;
    if (name->buf.tag == context_tag_7 && name->buf.len == length &&
        std::memcmp(name->buf.p, wanted.data(), length) == 0)
      return true;
  }
  return false;
}

}  // namespace

Wire::Wait Wire::wait_for(short events) {
  const auto until = patience_.count() > 0 ? std::min(deadline_, SteadyClock::now() + patience_) : deadline_;
  for (;;) {
    if (stopping()) return Wait::stopped;
    auto slice = look_up_every;
    if (until != Moment::max()) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - SteadyClock::now());
      if (left.count() <= 0) return Wait::late;
      slice = std::min(slice, left);
    }
    pollfd entry{sockfd(), events, 0};
    const int n = ::poll(&entry, 1, static_cast<int>(slice.count()));
    if (n > 0) return Wait::ready;
    if (n < 0 && errno != EINTR) return Wait::broken;
  }
}

ssize_t Wire::raw_send(const void* bytes, std::size_t length) {
  for (;;) {
    if (stopping()) return -ECANCELED;  // a peer that is always ready must not keep us
    const ssize_t n = ::send(sockfd(), bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n >= 0) return n;
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return -errno;
    const auto waited = wait_for(POLLOUT);
    if (waited == Wait::late) return -ETIMEDOUT;
    if (waited == Wait::stopped) return -ECANCELED;
    if (waited == Wait::broken) return -EIO;
  }
}

ssize_t Wire::raw_receive(void* into, std::size_t length) {
  for (;;) {
    if (stopping()) return -ECANCELED;
    const ssize_t n = ::recv(sockfd(), into, length, MSG_DONTWAIT);
    if (n >= 0) return n;
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return -errno;
    const auto waited = wait_for(POLLIN);
    if (waited == Wait::late) return -ETIMEDOUT;
    if (waited == Wait::stopped) return -ECANCELED;
    if (waited == Wait::broken) return -EIO;
  }
}

void Wire::fail(const char* doing, ssize_t code) {
  const std::string what = std::string(doing) + ": ";
  if (code == -ETIMEDOUT) throw Poco::TimeoutException(what + "no progress within the time allowed");
  if (code == -ECANCELED) throw Poco::Net::ConnectionAbortedException(what + "stopping");
  if (code == -ECONNRESET || code == -EPIPE) throw Poco::Net::ConnectionResetException(what + "the connection was cut");
  throw Poco::Net::NetException(what + std::strerror(static_cast<int>(-code)));
}

int Wire::sendBytes(const void* bytes, int length, int) {
  int sent = 0;
  while (sent < length) {
    const auto n = raw_send(static_cast<const char*>(bytes) + sent, static_cast<std::size_t>(length - sent));
    if (n < 0) fail("sending", n);
    sent += static_cast<int>(n);
  }
  return sent;
}

int Wire::receiveBytes(void* into, int length, int) {
  const auto n = raw_receive(into, static_cast<std::size_t>(length));
  if (n < 0) fail("waiting for the peer", n);
  return static_cast<int>(n);
}

void Wire::connect_to(const Poco::Net::SocketAddress& address) {
  reset(::socket(address.af(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (sockfd() < 0) throw Poco::Net::NetException(std::string("no socket: ") + std::strerror(errno));
  if (::connect(sockfd(), address.addr(), address.length()) != 0 && errno != EINPROGRESS) fail("connecting", -errno);
  const auto waited = wait_for(POLLOUT);
  if (waited == Wait::late) throw Poco::TimeoutException("connecting: no answer within the time allowed");
  if (waited == Wait::stopped) fail("connecting", -ECANCELED);
  int problem = 0;
  socklen_t size = sizeof problem;
  if (::getsockopt(sockfd(), SOL_SOCKET, SO_ERROR, &problem, &size) != 0) problem = errno;
  if (problem != 0) throw Poco::Net::NetException(std::string("connecting: ") + std::strerror(problem));
}

// The kernel's poll in slices: a long wait must end soon after somebody asked us to stop.
bool Wire::poll(const Poco::Timespan& timeout, int mode) {
  const auto until = SteadyClock::now() + std::chrono::microseconds(timeout.totalMicroseconds());
  for (;;) {
    if (stopping()) return false;
    const auto left = std::chrono::duration_cast<std::chrono::microseconds>(until - SteadyClock::now());
    const auto slice = std::clamp<std::chrono::microseconds>(left, std::chrono::microseconds(0), look_up_every);
    if (StreamSocketImpl::poll(Poco::Timespan(slice.count()), mode)) return true;
    if (left <= look_up_every) return false;
  }
}

void Wire::linger() {
  constexpr auto longest = std::chrono::milliseconds(1000);
  constexpr std::size_t most_bytes = 1U << 20;
  if (!initialized()) return;
  shutdownSend();
  set_deadline(SteadyClock::now() + longest);
  std::array<char, 16384> scratch{};
  for (std::size_t heard = 0; heard < most_bytes;) {
    const auto n = raw_receive(scratch.data(), scratch.size());
    if (n <= 0) return;
    heard += static_cast<std::size_t>(n);
  }
}

TlsWire::TlsWire(std::shared_ptr<const TlsContext> context, std::string host, poco_socket_t fd, const Stop* stop)
    : Wire(fd, stop), context_(std::move(context)), host_(std::move(host)) {
  mbedtls_ssl_init(&ssl_);
}

TlsWire::TlsWire(std::shared_ptr<const TlsContext> context, poco_socket_t fd, const Stop* stop)
    : Wire(fd, stop), context_(std::move(context)) {
  mbedtls_ssl_init(&ssl_);
}

TlsWire::~TlsWire() {
  say_goodbye();
  mbedtls_ssl_free(&ssl_);
}

void TlsWire::set_up() {
  mbedtls_ssl_free(&ssl_);
  mbedtls_ssl_init(&ssl_);
  int code = mbedtls_ssl_setup(&ssl_, context_->config());
  if (code == 0 && !context_->is_server()) code = mbedtls_ssl_set_hostname(&ssl_, host_.c_str());
  if (code != 0) throw TrustException("TLS with " + host_ + ": " + tls_error(code), "");
  if (!context_->is_server()) mbedtls_ssl_set_verify(&ssl_, &TlsWire::verify_callback, this);
  mbedtls_ssl_set_bio(&ssl_, this, &TlsWire::send_callback, &TlsWire::receive_callback, nullptr);
}

void TlsWire::handshake() {
  if (broken_) fail("TLS", -EPIPE);
  set_up();
  for (;;) {
    last_io_ = 0;
    const int code = mbedtls_ssl_handshake(&ssl_);
    if (code == 0) break;
    const bool again = code == MBEDTLS_ERR_SSL_WANT_READ || code == MBEDTLS_ERR_SSL_WANT_WRITE;
    if (!again || last_io_ < 0) fail_handshake(code);
  }
  open_ = true;
}

void TlsWire::fail_handshake(int code) {
  // The library itself keeps silent about this one.
  if (code == MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE)
    mbedtls_ssl_send_alert_message(&ssl_, MBEDTLS_SSL_ALERT_LEVEL_FATAL, MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE);
  broken_ = true;
  const std::string who = context_->is_server() ? "TLS: " : "TLS with " + host_ + ": ";
  const auto flags = mbedtls_ssl_get_verify_result(&ssl_);
  if (code == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED && !distrust_.empty()) {
    throw TrustException(who + distrust_,
                         "check the address, the clock, and that tls.ca_file holds the CA of this server");
  }
  if (flags != 0 && flags != 0xFFFFFFFFU) {
    std::array<char, 512> words{};
    mbedtls_x509_crt_verify_info(words.data(), words.size(), "", flags);
    std::string why(words.data());
    std::replace(why.begin(), why.end(), '\n', ' ');
    throw TrustException(who + why, "the server's certificate is not made for this use");
  }
  if (last_io_ == -ETIMEDOUT) throw Poco::TimeoutException(who + "no answer to the handshake within the time allowed");
  if (last_io_ == -ECANCELED) throw Poco::Net::ConnectionAbortedException(who + "stopping");
  if (code == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) {
    throw TrustException(who + "the server refused the handshake with an alert",
                         "it may want a client certificate (tls.cert_file) or another version of TLS");
  }
  if (code == MBEDTLS_ERR_SSL_CONN_EOF || code == MBEDTLS_ERR_NET_CONN_RESET || last_io_ < 0) {
    throw Poco::Net::ConnectionResetException(who + "the server ended the connection in the handshake");
  }
  throw TrustException(who + tls_error(code), "is this a TLS server at all?");
}

int TlsWire::verify_callback(void* self, mbedtls_x509_crt* certificate, int depth, std::uint32_t* flags) {
  auto& wire = *static_cast<TlsWire*>(self);
  if (depth == 0 && (*flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) != 0 && names_address(*certificate, wire.host_)) {
    *flags &= ~static_cast<std::uint32_t>(MBEDTLS_X509_BADCERT_CN_MISMATCH);
  }
  if (*flags == 0) return 0;
  std::array<char, 256> subject{};
  std::array<char, 512> words{};
  mbedtls_x509_dn_gets(subject.data(), subject.size(), &certificate->subject);
  mbedtls_x509_crt_verify_info(words.data(), words.size(), "", *flags);
  std::string why(words.data());
  std::replace(why.begin(), why.end(), '\n', ' ');
  while (!why.empty() && why.back() == ' ') why.pop_back();
  const auto& until = certificate->valid_to;
  std::array<char, 32> day{};
  std::snprintf(day.data(), day.size(), "%04d-%02d-%02d", until.year, until.mon, until.day);
  wire.distrust_ = "certificate \"" + std::string(subject.data()) + "\" (depth " + std::to_string(depth) +
                   ", valid until " + day.data() + "): " + why;
  return 0;
}

int TlsWire::send_callback(void* self, const unsigned char* bytes, std::size_t length) {
  auto& wire = *static_cast<TlsWire*>(self);
  const auto n = wire.raw_send(bytes, length);
  wire.last_io_ = n;
  if (n >= 0) return static_cast<int>(n);
  return n == -EPIPE || n == -ECONNRESET ? MBEDTLS_ERR_NET_CONN_RESET : MBEDTLS_ERR_NET_SEND_FAILED;
}

int TlsWire::receive_callback(void* self, unsigned char* into, std::size_t length) {
  auto& wire = *static_cast<TlsWire*>(self);
  const auto n = wire.raw_receive(into, length);
  wire.last_io_ = n;
  if (n >= 0) return static_cast<int>(n);
  if (n == -ETIMEDOUT) return MBEDTLS_ERR_SSL_WANT_READ;  // nothing is lost: reading may go on later
  return n == -ECONNRESET ? MBEDTLS_ERR_NET_CONN_RESET : MBEDTLS_ERR_NET_RECV_FAILED;
}

namespace {

bool again(int code) {
#ifdef MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET
  if (code == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) return true;  // TLS 1.3 only
#endif
  return code == MBEDTLS_ERR_SSL_WANT_READ || code == MBEDTLS_ERR_SSL_WANT_WRITE;
}

}  // namespace

int TlsWire::sendBytes(const void* bytes, int length, int) {
  if (!open_) handshake();
  int sent = 0;
  while (sent < length) {
    last_io_ = 0;
    const int n = mbedtls_ssl_write(&ssl_, static_cast<const unsigned char*>(bytes) + sent,
                                    static_cast<std::size_t>(length - sent));
    if (n > 0) {
      sent += n;
    } else if (!again(n) || last_io_ < 0) {
      broken_ = true;
      if (last_io_ < 0) fail("sending", last_io_);
      throw Poco::Net::NetException("sending: " + tls_error(n));
    }
  }
  return sent;
}

int TlsWire::receiveBytes(void* into, int length, int) {
  if (!open_) handshake();
  for (;;) {
    last_io_ = 0;
    const int n = mbedtls_ssl_read(&ssl_, static_cast<unsigned char*>(into), static_cast<std::size_t>(length));
    if (n > 0) {
      heard_ = true;
      return n;
    }
    if (n == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) return 0;
    if (n == 0 || n == MBEDTLS_ERR_SSL_CONN_EOF) {
      cut_ = true;
      return 0;
    }
    if (!again(n) || last_io_ < 0) fail_reading(n);
  }
}

void TlsWire::fail_reading(int code) {
  if (last_io_ == -ETIMEDOUT) fail("waiting for the peer", last_io_);
  broken_ = true;
  // TLS 1.3 tells only after the handshake that it wants a certificate of ours. A server with mbedTLS 3.6 says so under
  // the keys of the handshake, which are gone here: its alert can not be read.
  const bool unreadable =
      code == MBEDTLS_ERR_SSL_INVALID_MAC && std::strcmp(mbedtls_ssl_get_version(&ssl_), "TLSv1.3") == 0;
  if ((code == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE || unreadable) && !heard_ && !context_->is_server()) {
    throw TrustException("TLS with " + host_ + ": the server ended the connection with an alert",
                         "it may want a client certificate (tls.cert_file)");
  }
  if (last_io_ < 0) fail("waiting for the peer", last_io_);
  throw Poco::Net::NetException("waiting for the peer: " + tls_error(code));
}

int TlsWire::available() { return open_ ? static_cast<int>(mbedtls_ssl_get_bytes_avail(&ssl_)) : 0; }

bool TlsWire::poll(const Poco::Timespan& timeout, int mode) {
  if ((mode & SELECT_READ) != 0 && open_ && mbedtls_ssl_get_bytes_avail(&ssl_) > 0) return true;
  return Wire::poll(timeout, mode);
}

void TlsWire::say_goodbye() {
  if (!open_ || broken_) return;
  set_deadline(SteadyClock::now() + std::chrono::milliseconds(200));
  mbedtls_ssl_close_notify(&ssl_);
  broken_ = true;
}

void TlsWire::shutdownSend() {
  say_goodbye();
  if (initialized()) Wire::shutdownSend();
}

void TlsWire::close() {
  say_goodbye();
  open_ = false;
  broken_ = true;
  Wire::close();
}

}  // namespace tributary::http
