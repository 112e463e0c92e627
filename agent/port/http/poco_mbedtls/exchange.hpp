// agent/port/http/poco_mbedtls/exchange.hpp: the server's side of one connection and of the requests on it.
#pragma once

#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerSession.h>
#include <Poco/Net/TCPServerConnection.h>

#include <chrono>
#include <string>
#include <vector>

#include "agent/port/http/http.hpp"
#include "agent/port/http/poco_mbedtls/incoming.hpp"
#include "agent/port/http/poco_mbedtls/wire.hpp"

namespace tributary::http {

class ServerSession final : public Poco::Net::HTTPServerSession, public Tap {
 public:
  ServerSession(const Poco::Net::StreamSocket& socket, const Poco::Net::HTTPServerParams::Ptr& parameters)
      : HTTPServerSession(socket, parameters) {}
  [[nodiscard]] Wire& wire() { return dynamic_cast<Wire&>(*socket().impl()); }
  void send(ByteView bytes);
  int next() override { return get(); }
  std::size_t some(MutableByteView into) override;
};

/// The body of a request; asks for it with `100 Continue` when the client waits for that.
class RequestBody final : public stream::Source {
 public:
  RequestBody(ServerSession& session, Framing framing, bool asked_for_continue, std::chrono::seconds patience)
      : session_(session), body_(session, framing), wants_continue_(asked_for_continue), patience_(patience) {}
  Result<std::size_t> read(MutableByteView into) override;
  /// Nothing of it is left on the connection.
  [[nodiscard]] bool is_over() const { return body_.at_end(); }
  [[nodiscard]] bool is_held_back() const { return wants_continue_; }

 private:
  ServerSession& session_;
  Body body_;
  bool wants_continue_, broken_ = false;
  std::chrono::seconds patience_;
};

class ServerExchange final : public Exchange {
 public:
  ServerExchange(ServerSession& session, Head head, std::chrono::seconds patience);

  const std::string& method() const override { return head_.first; }
  const std::string& path() const override { return path_; }
  const std::string& query() const override { return query_; }
  std::string_view header(std::string_view name) const override { return find(head_.headers, name); }
  const std::vector<Header>& headers() const override { return head_.headers; }
  stream::Source& body() override { return body_; }
  void reply(int status, const std::vector<Header>& headers, ByteView body) override;
  void reply_stream(int status, const std::vector<Header>& headers, stream::Source& body, std::uint64_t bytes) override;
  void reply_until_end(int status, const std::vector<Header>& headers, stream::Source& body) override;
  void abort() override;

  [[nodiscard]] bool answered() const { return answered_; }
  /// Leaves the connection ready for the next request; false when it must end.
  bool finish();

 private:
  std::string begin(int status, const std::vector<Header>& headers, std::optional<std::uint64_t> bytes);
  void send(ByteView bytes);

  ServerSession& session_;
  Head head_;
  RequestBody body_;
  std::string path_, query_;
  std::chrono::seconds patience_;
  bool answered_ = false, keep_alive_ = true, cut_ = false;
};

class ServerConnection final : public Poco::Net::TCPServerConnection {
 public:
  ServerConnection(const Poco::Net::StreamSocket& socket, const Handler& handler,
                   Poco::Net::HTTPServerParams::Ptr parameters)
      : TCPServerConnection(socket), handler_(handler), parameters_(std::move(parameters)) {}
  void run() override;

 private:
  bool serve_one(ServerSession& session);

  const Handler& handler_;
  Poco::Net::HTTPServerParams::Ptr parameters_;
};

}  // namespace tributary::http
