// agent/port/http/poco_mbedtls/server.cpp: a small HTTP server, plain or with TLS.
#include <Poco/Exception.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/ServerSocketImpl.h>
#include <Poco/Net/TCPServer.h>
#include <Poco/Net/TCPServerConnectionFactory.h>
#include <Poco/ThreadPool.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <thread>

#include "agent/base/text.hpp"
#include "agent/port/http/poco_mbedtls/exchange.hpp"

namespace tributary::http {
namespace {

constexpr int most_queued = 64;
// Connections that only wait hold a thread each; they must not use up those that work.
constexpr int spare_threads = 32;

// Gives out connections that look at our wish to stop and that speak TLS if there is a context; the handshake is the
// connection's own business, so that a silent peer holds up nobody.
class WireServerSocket final : public Poco::Net::ServerSocketImpl {
 public:
  WireServerSocket(std::shared_ptr<const TlsContext> tls, std::shared_ptr<const Stop> stop)
      : tls_(std::move(tls)), stop_(std::move(stop)) {}

  // Poco's server asks four times a second, day and night, to see whether it is to end. Here a connection wakes it, or
  // the shutdown of this socket does.
  bool poll(const Poco::Timespan&, int) override {
    pollfd entry{sockfd(), POLLIN, 0};
    return ::poll(&entry, 1, -1) > 0 && !stop_->requested();
  }

  Poco::Net::SocketImpl* acceptConnection(Poco::Net::SocketAddress& client) override {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    const int fd = ::accept4(sockfd(), reinterpret_cast<sockaddr*>(&address), &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
      // Out of descriptors, say: the waiting connection stays, so asking again at once would only burn time.
      const int problem = errno;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      error(problem);
    }
    client = Poco::Net::SocketAddress(reinterpret_cast<const sockaddr*>(&address), size);
    if (tls_) return new TlsWire(tls_, fd, stop_.get());
    return new Wire(fd, stop_.get());
  }

 private:
  std::shared_ptr<const TlsContext> tls_;
  std::shared_ptr<const Stop> stop_;
};

class Listener final : public Poco::Net::ServerSocket {
 public:
  explicit Listener(Poco::Net::SocketImpl* impl) : ServerSocket(impl, true) {}
};

class Factory final : public Poco::Net::TCPServerConnectionFactory {
 public:
  Factory(Handler handler, Poco::Net::HTTPServerParams::Ptr parameters)
      : handler_(std::move(handler)), parameters_(std::move(parameters)) {}
  Poco::Net::TCPServerConnection* createConnection(const Poco::Net::StreamSocket& socket) override {
    return new ServerConnection(socket, handler_, parameters_);
  }

 private:
  Handler handler_;
  Poco::Net::HTTPServerParams::Ptr parameters_;
};

Poco::Net::HTTPServerParams::Ptr parameters_of(const ServerSettings& settings) {
  Poco::Net::HTTPServerParams::Ptr parameters(new Poco::Net::HTTPServerParams);
  parameters->setMaxThreads(static_cast<int>(settings.threads) + spare_threads);
  parameters->setMaxQueued(most_queued);
  parameters->setThreadIdleTime(Poco::Timespan(1, 0));  // also the longest that a joining destructor waits
  parameters->setTimeout(Poco::Timespan(settings.idle_timeout_s, 0));
  parameters->setKeepAlive(true);
  parameters->setKeepAliveTimeout(Poco::Timespan(settings.idle_timeout_s, 0));
  return parameters;
}

class PocoServer final : public Server {
 public:
  PocoServer(const ServerSettings& settings, const Poco::Net::ServerSocket& socket, Handler handler,
             std::shared_ptr<Stop> stop)
      : stop_(std::move(stop)),
        socket_(socket),
        port_(socket.address().port()),
        pool_(1, static_cast<int>(settings.threads) + spare_threads) {
    const auto parameters = parameters_of(settings);
    server_ = std::make_unique<Poco::Net::TCPServer>(new Factory(std::move(handler), parameters), pool_, socket,
                                                     parameters.cast<Poco::Net::TCPServerParams>());
    server_->start();
  }
  // Every wait of a connection looks at `stop_`; nobody touches a connection from outside.
  ~PocoServer() override {
    stop_->request();
    ::shutdown(socket_.impl()->sockfd(), SHUT_RDWR);  // whoever waits for a connection sees the wish
    server_->stop();
    pool_.joinAll();
  }
  std::uint16_t port() const override { return port_; }

 private:
  std::shared_ptr<Stop> stop_;
  Poco::Net::ServerSocket socket_;
  std::uint16_t port_;
  Poco::ThreadPool pool_;
  std::unique_ptr<Poco::Net::TCPServer> server_;
};

}  // namespace

Result<std::unique_ptr<Server>> serve(const ServerSettings& settings, Handler handler) {
  try {
    const Poco::Net::SocketAddress address(settings.listen);
    std::shared_ptr<const TlsContext> tls;
    if (!settings.cert_file.empty()) {
      auto context = TlsContext::for_server(settings);
      if (!context) return context.error();
      tls = std::move(*context);
    } else if (!settings.key_file.empty() || !settings.client_ca_file.empty()) {
      return operator_error(
          "listening on " + printable(settings.listen) + ": a key or a client CA without a certificate",
          "TLS needs both a certificate and its key");
    }
    const auto stop = std::make_shared<Stop>();
    Listener socket(new WireServerSocket(std::move(tls), stop));
    socket.bind(address, true, false);  // two servers must not share a port
    socket.listen();
    return std::unique_ptr<Server>(std::make_unique<PocoServer>(settings, socket, std::move(handler), stop));
  } catch (const Poco::Exception& problem) {
    return operator_error("listening on " + printable(settings.listen) + ": " + printable(problem.displayText()),
                          "is the address right, and free?");
  }
}

}  // namespace tributary::http
