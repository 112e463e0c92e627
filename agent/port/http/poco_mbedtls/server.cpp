// agent/port/http/poco_mbedtls/server.cpp: a small HTTP server, plain or with TLS.
#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/ServerSocketImpl.h>
#include <Poco/ThreadPool.h>

#include <algorithm>

#include "agent/base/text.hpp"
#include "agent/port/http/poco_mbedtls/wire.hpp"

namespace tributary::http {
namespace {

constexpr int most_queued = 64;

// Gives out connections that speak TLS; the handshake is the connection's own business, so that a silent peer holds
// up nobody.
class TlsServerSocket final : public Poco::Net::ServerSocketImpl {
 public:
  explicit TlsServerSocket(std::shared_ptr<const TlsContext> context) : context_(std::move(context)) {}
  Poco::Net::SocketImpl* acceptConnection(Poco::Net::SocketAddress& client) override {
    Poco::Net::SocketImpl* plain = ServerSocketImpl::acceptConnection(client);
    const auto fd = ::dup(plain->sockfd());
    plain->release();
    return new TlsWire(context_, fd);
  }

 private:
  std::shared_ptr<const TlsContext> context_;
};

class Listener final : public Poco::Net::ServerSocket {
 public:
  explicit Listener(Poco::Net::SocketImpl* impl) : ServerSocket(impl, true) {}
};

class RequestBody final : public stream::Source {
 public:
  explicit RequestBody(Poco::Net::HTTPServerRequest& request) : request_(request) {}
  Result<std::size_t> read(MutableByteView into) override {
    try {
      const bool has_body = request_.hasContentLength() || request_.getChunkedTransferEncoding();
      if (into.empty() || ended_ || !has_body) return std::size_t{0};
      auto& in = request_.stream();
      std::size_t room = into.size();
      if (request_.hasContentLength()) {
        room = static_cast<std::size_t>(
            std::min<std::uint64_t>(room, static_cast<std::uint64_t>(request_.getContentLength64()) - total_));
        if (room == 0) return std::size_t{0};
      }
      in.read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(room));
      const auto n = static_cast<std::size_t>(in.gcount());
      total_ += n;
      if (n == 0) ended_ = true;
      const bool cut = request_.hasContentLength() ? n < room : in.bad();
      if (cut) return wait_error("the request's body was cut after " + std::to_string(total_) + " bytes");
      return n;
    } catch (const std::exception& problem) {
      return wait_error(std::string("the request's body was cut: ") + printable(problem.what()));
    }
  }

 private:
  Poco::Net::HTTPServerRequest& request_;
  std::uint64_t total_ = 0;
  bool ended_ = false;
};

class PocoExchange final : public Exchange {
 public:
  PocoExchange(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response)
      : request_(request), response_(response), body_(request), method_(request.getMethod()) {
    const std::string& target = request.getURI();
    const auto question = target.find('?');
    path_ = target.substr(0, question);
    if (question != std::string::npos) query_ = target.substr(question + 1);
    for (const auto& [name, value] : request) headers_.push_back({name, value});
  }

  const std::string& method() const override { return method_; }
  const std::string& path() const override { return path_; }
  const std::string& query() const override { return query_; }
  std::string_view header(std::string_view name) const override { return find(headers_, name); }
  const std::vector<Header>& headers() const override { return headers_; }
  stream::Source& body() override { return body_; }

  void reply(int status, const std::vector<Header>& headers, ByteView body) override {
    auto& out = begin(status, headers, body.size());
    if (method_ != "HEAD")
      out.write(reinterpret_cast<const char*>(body.data()), static_cast<std::streamsize>(body.size()));
    out.flush();
  }

  void reply_stream(int status, const std::vector<Header>& headers, stream::Source& body,
                    std::uint64_t bytes) override {
    auto& out = begin(status, headers, bytes);
    Bytes buffer(64U << 10);
    while (bytes > 0 && method_ != "HEAD") {
      auto n = body.read(
          MutableByteView(buffer).first(static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), bytes))));
      if (!n || *n == 0) {
        out.flush();
        return abort();  // the peer must not take half for whole
      }
      out.write(reinterpret_cast<const char*>(buffer.data()), static_cast<std::streamsize>(*n));
      bytes -= *n;
    }
    out.flush();
  }

  void abort() override {
    response_.setKeepAlive(false);
    static_cast<Poco::Net::HTTPServerRequestImpl&>(request_).socket().shutdown();
    answered_ = true;
  }

  [[nodiscard]] bool answered() const { return answered_; }

  /// A body that was not read must not be taken for the next request.
  void finish() {
    if (!request_.hasContentLength() && !request_.getChunkedTransferEncoding()) return;
    Bytes scratch(64U << 10);
    std::uint64_t drained = 0;
    constexpr std::uint64_t most_drained = 1U << 20;
    while (drained < most_drained) {
      auto n = body_.read(scratch);
      if (!n || *n == 0) return;
      drained += *n;
    }
    abort();
  }

 private:
  std::ostream& begin(int status, const std::vector<Header>& headers, std::uint64_t bytes) {
    answered_ = true;
    response_.setStatus(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(status));
    response_.setReason(
        Poco::Net::HTTPResponse::getReasonForStatus(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(status)));
    // HEAD tells the length that GET would give; the handler knows it.
    bool has_length = false;
    for (const auto& header : headers) {
      response_.set(header.name, header.value);
      has_length = has_length || lower(header.name) == "content-length";
    }
    const bool bodiless = status == 204 || status == 304 || status < 200;
    if (!bodiless && !(method_ == "HEAD" && has_length)) response_.setContentLength64(static_cast<Poco::Int64>(bytes));
    return response_.send();
  }

  Poco::Net::HTTPServerRequest& request_;
  Poco::Net::HTTPServerResponse& response_;
  RequestBody body_;
  std::string method_, path_, query_;
  std::vector<Header> headers_;
  bool answered_ = false;
};

class PocoHandler final : public Poco::Net::HTTPRequestHandler {
 public:
  explicit PocoHandler(const Handler& handler) : handler_(handler) {}
  void handleRequest(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response) override {
    PocoExchange exchange(request, response);
    try {
      handler_(exchange);
      if (!exchange.answered()) exchange.reply(404, {}, {});
      exchange.finish();
    } catch (const std::exception&) {
      if (exchange.answered()) {
        exchange.abort();
      } else {
        exchange.reply(500, {{"Content-Type", "text/plain"}}, view("the server met a defect of its own\n"));
      }
    }
  }

 private:
  const Handler& handler_;
};

class Factory final : public Poco::Net::HTTPRequestHandlerFactory {
 public:
  explicit Factory(Handler handler) : handler_(std::move(handler)) {}
  Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest&) override {
    return new PocoHandler(handler_);
  }

 private:
  Handler handler_;
};

class PocoServer final : public Server {
 public:
  PocoServer(const ServerSettings& settings, Poco::Net::ServerSocket socket, Handler handler)
      : port_(socket.address().port()), pool_(1, static_cast<int>(settings.threads) + 1) {
    auto* parameters = new Poco::Net::HTTPServerParams;
    parameters->setMaxThreads(static_cast<int>(settings.threads));
    parameters->setMaxQueued(most_queued);
    parameters->setTimeout(Poco::Timespan(settings.idle_timeout_s, 0));
    parameters->setKeepAlive(true);
    parameters->setKeepAliveTimeout(Poco::Timespan(settings.idle_timeout_s, 0));
    server_ = std::make_unique<Poco::Net::HTTPServer>(new Factory(std::move(handler)), pool_, socket, parameters);
    server_->start();
  }
  ~PocoServer() override {
    server_->stopAll(true);
    pool_.joinAll();
  }
  std::uint16_t port() const override { return port_; }

 private:
  std::uint16_t port_;
  Poco::ThreadPool pool_;
  std::unique_ptr<Poco::Net::HTTPServer> server_;
};

}  // namespace

Result<std::unique_ptr<Server>> serve(const ServerSettings& settings, Handler handler) {
  try {
    const Poco::Net::SocketAddress address(settings.listen);
    if (settings.cert_file.empty()) {
      Poco::Net::ServerSocket socket;
      socket.bind(address, true);
      socket.listen();
      return std::unique_ptr<Server>(std::make_unique<PocoServer>(settings, socket, std::move(handler)));
    }
    auto tls = TlsContext::for_server(settings);
    if (!tls) return tls.error();
    Listener socket(new TlsServerSocket(std::move(*tls)));
    socket.bind(address, true);
    socket.listen();
    return std::unique_ptr<Server>(std::make_unique<PocoServer>(settings, socket, std::move(handler)));
  } catch (const Poco::Exception& problem) {
    return operator_error("listening on " + printable(settings.listen) + ": " + printable(problem.displayText()),
                          "is the address right, and free?");
  }
}

}  // namespace tributary::http
