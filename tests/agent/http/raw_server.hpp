// tests/agent/http/raw_server.hpp: a server that says exactly what a test wants, byte by byte, on loopback.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "agent/port/http/poco_mbedtls/tls_context.hpp"

namespace tributary::tests {

/// The server's end of one connection. Reading ends early when the client hangs up.
class RawPeer {
 public:
  virtual ~RawPeer() = default;
  /// Up to and with the empty line.
  std::string read_head();
  std::string read_exactly(std::size_t bytes);
  virtual void write(const std::string& bytes) = 0;
  /// Writes one byte after the other until the client has had enough.
  void drip(const std::string& bytes, int every_ms);
  /// True when the client hung up within that time.
  bool client_left(int within_ms);
  /// FIN, in TLS without a word of goodbye.
  void cut();
  /// RST.
  void reset();
  [[nodiscard]] int fd() const { return fd_; }

 protected:
  explicit RawPeer(int fd) : fd_(fd) {}
  virtual std::size_t read_some(char* into, std::size_t room) = 0;

 private:
  int fd_;
};

/// Calls `script` for each connection, with its number from 0 on, one after the other.
class RawServer {
 public:
  using Script = std::function<void(RawPeer& peer, int number)>;
  explicit RawServer(Script script, std::shared_ptr<const http::TlsContext> tls = nullptr);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& path = "/") const;
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void run();

  Script script_;
  std::shared_ptr<const http::TlsContext> tls_;
  int listener_ = -1, current_ = -1;
  std::mutex mutex_;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace tributary::tests
