// tests/agent/http/raw_server.cpp: a server that says exactly what a test wants.
#include "tests/agent/http/raw_server.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/StreamSocket.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/port/http/poco_mbedtls/wire.hpp"

namespace tributary::tests {
namespace {

class PlainPeer final : public RawPeer {
 public:
  explicit PlainPeer(int fd) : RawPeer(fd) {}
  void write(const std::string& bytes) override {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      const auto n = ::send(fd(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) return;
      sent += static_cast<std::size_t>(n);
    }
  }

 protected:
  std::size_t read_some(char* into, std::size_t room) override {
    const auto n = ::recv(fd(), into, room, 0);
    return n > 0 ? static_cast<std::size_t>(n) : 0;
  }
};

class TlsPeer final : public RawPeer {
 public:
  TlsPeer(std::shared_ptr<const http::TlsContext> tls, int fd)
      : RawPeer(fd), wire_(new http::TlsWire(std::move(tls), fd, nullptr)), socket_(wire_) {}
  void write(const std::string& bytes) override { wire_->sendBytes(bytes.data(), static_cast<int>(bytes.size()), 0); }

 protected:
  std::size_t read_some(char* into, std::size_t room) override {
    return static_cast<std::size_t>(wire_->receiveBytes(into, static_cast<int>(room), 0));
  }

 private:
  http::TlsWire* wire_;
  Poco::Net::StreamSocket socket_;
};

}  // namespace

std::string RawPeer::read_head() {
  std::string text;
  char byte = 0;
  while (!text.ends_with("\r\n\r\n") && read_some(&byte, 1) == 1) text += byte;
  return text;
}

std::string RawPeer::read_exactly(std::size_t bytes) {
  std::string text(bytes, '\0');
  std::size_t have = 0;
  while (have < bytes) {
    const auto n = read_some(text.data() + have, bytes - have);
    if (n == 0) break;
    have += n;
  }
  text.resize(have);
  return text;
}

void RawPeer::drip(const std::string& bytes, int every_ms) {
  for (const char byte : bytes) {
    write(std::string(1, byte));
    if (client_left(every_ms)) return;
  }
}

bool RawPeer::client_left(int within_ms) {
  pollfd entry{fd_, POLLRDHUP, 0};
  return ::poll(&entry, 1, within_ms) > 0;
}

void RawPeer::cut() { ::shutdown(fd_, SHUT_RDWR); }

void RawPeer::reset() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

RawServer::RawServer(Script script, std::shared_ptr<const http::TlsContext> tls)
    : script_(std::move(script)), tls_(std::move(tls)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 16) != 0) std::abort();
  ::getsockname(listener_, generic, &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

RawServer::~RawServer() {
  stop_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  {
    const std::lock_guard lock(mutex_);
    if (current_ >= 0) ::shutdown(current_, SHUT_RDWR);
  }
  thread_.join();
  ::close(listener_);
}

std::string RawServer::url(const std::string& path) const {
  return std::string(tls_ ? "https" : "http") + "://localhost:" + std::to_string(port_) + path;
}

void RawServer::run() {
  while (!stop_) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    {
      const std::lock_guard lock(mutex_);
      current_ = fd;
      if (stop_) ::shutdown(fd, SHUT_RDWR);
    }
    const int number = connections_++;
    try {
      if (tls_) {
        TlsPeer peer(tls_, ::dup(fd));
        script_(peer, number);
      } else {
        PlainPeer peer(fd);
        script_(peer, number);
      }
    } catch (const Poco::Exception&) {
      ::shutdown(fd, SHUT_RDWR);  // the client left in the middle: the script is over
    }
    const std::lock_guard lock(mutex_);
    current_ = -1;
    ::close(fd);
  }
}

}  // namespace tributary::tests
