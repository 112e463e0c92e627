// agent/port/http/poco_mbedtls/exchange.cpp: the server's side of one connection.
#include "agent/port/http/poco_mbedtls/exchange.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Timestamp.h>

#include <algorithm>
#include <sstream>

#include "agent/base/text.hpp"

namespace tributary::http {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr std::size_t chunk_bytes = 64U << 10;

bool is_bodiless(int status) { return status < 200 || status == 204 || status == 304; }

Framing framing_of_request(const Head& head) { return framing_of(head.headers).value_or(Framing{}); }

void refuse(ServerSession& session, const char* status_line) {
  const std::string text =
      "HTTP/1.1 " + std::string(status_line) + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  session.send(view(text));
}

}  // namespace

void ServerSession::send(ByteView bytes) {
  constexpr std::size_t most = 1U << 20;
  while (!bytes.empty()) {
    const auto piece = bytes.first(std::min(bytes.size(), most));
    socket().sendBytes(piece.data(), static_cast<int>(piece.size()));
    bytes = bytes.subspan(piece.size());
  }
}

std::size_t ServerSession::some(MutableByteView into) {
  const auto n = read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(into.size()));
  return n > 0 ? static_cast<std::size_t>(n) : 0;
}

Result<std::size_t> RequestBody::read(MutableByteView into) {
  if (broken_) return wait_error("the request's body was cut");
  try {
    if (wants_continue_) session_.send(view("HTTP/1.1 100 Continue\r\n\r\n"));
    wants_continue_ = false;
    session_.wire().set_deadline(SteadyClock::now() + patience_);
    return body_.read(into);
  } catch (const std::exception& problem) {
    broken_ = true;
    return wait_error("the request's body was cut after " + std::to_string(body_.total()) +
                      " bytes: " + printable(problem.what()));
  }
}

ServerExchange::ServerExchange(ServerSession& session, Head head, std::chrono::seconds patience)
    : session_(session),
      head_(std::move(head)),
      body_(session, framing_of_request(head_), lower(find(head_.headers, "expect")) == "100-continue", patience),
      patience_(patience) {
  const auto& target = head_.second;
  const auto question = target.find('?');
  path_ = target.substr(0, question);
  if (question != std::string::npos) query_ = target.substr(question + 1);
  keep_alive_ = head_.third == "HTTP/1.1" && head_.keeps_alive(head_.third);
}

// The head of the answer. What it says about the connection is decided here: a body that nobody has read yet would be
// taken for the next request.
std::string ServerExchange::begin(int status, const std::vector<Header>& headers, std::optional<std::uint64_t> bytes) {
  answered_ = true;
  keep_alive_ = keep_alive_ && body_.is_over() && bytes;
  using Poco::Net::HTTPResponse;
  HTTPResponse response(Poco::Net::HTTPMessage::HTTP_1_1, static_cast<HTTPResponse::HTTPStatus>(status));
  response.setDate(Poco::Timestamp());
  bool has_length = false;
  for (const auto& header : headers) {
    const auto name = lower(header.name);
    has_length = has_length || name == "content-length";
    if (name == "date" || name == "content-length") {
      response.set(header.name, header.value);
    } else {
      response.add(header.name, header.value);
    }
  }
  // HEAD tells the length that GET would give; the handler knows it.
  const bool keep_length = method() == "HEAD" && has_length;
  if (bytes && !keep_length && !is_bodiless(status)) response.setContentLength64(static_cast<Poco::Int64>(*bytes));
  if (!keep_alive_) response.setKeepAlive(false);
  std::ostringstream text;
  response.write(text);
  return text.str();
}

void ServerExchange::send(ByteView bytes) {
  session_.wire().set_deadline(SteadyClock::now() + patience_);
  session_.send(bytes);
}

void ServerExchange::reply(int status, const std::vector<Header>& headers, ByteView body) {
  if (answered_) return;
  auto text = begin(status, headers, body.size());
  if (method() != "HEAD" && !is_bodiless(status)) text.append(tributary::text(body));
  send(view(text));
}

void ServerExchange::reply_stream(int status, const std::vector<Header>& headers, stream::Source& body,
                                  std::uint64_t bytes) {
  if (answered_) return;
  send(view(begin(status, headers, bytes)));
  if (method() == "HEAD" || is_bodiless(status)) return;
  Bytes buffer(chunk_bytes);
  while (bytes > 0) {
    auto n = body.read(
        MutableByteView(buffer).first(static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), bytes))));
    if (!n || *n == 0) return abort();  // the peer must not take half for whole
    send(ByteView(buffer).first(*n));
    bytes -= *n;
  }
}

void ServerExchange::reply_until_end(int status, const std::vector<Header>& headers, stream::Source& body) {
  if (answered_) return;
  send(view(begin(status, headers, std::nullopt)));
  if (method() == "HEAD" || is_bodiless(status)) return;
  Bytes buffer(chunk_bytes);
  for (;;) {
    auto n = body.read(buffer);
    if (!n) return abort();
    if (*n == 0) return;
    send(ByteView(buffer).first(*n));
  }
}

void ServerExchange::abort() {
  answered_ = cut_ = true;
  if (session_.wire().initialized()) session_.wire().shutdown();
}

bool ServerExchange::finish() {
  if (!answered_) reply(404, {}, {});
  if (cut_) return false;
  if (keep_alive_) return body_.is_over();
  session_.wire().linger();
  return false;
}

void ServerConnection::run() {
  ServerSession session(socket(), parameters_);
  try {
    while (session.hasMoreRequests()) {
      if (!serve_one(session)) break;
    }
  } catch (const Poco::Net::HTTPException&) {
    refuse(session, "400 Bad Request");
    session.wire().linger();
  } catch (const TrustException&) {
    session.wire().linger();  // TLS has said why
  }
  // What else ends a connection (cut, silent, stopping) ends it without a word; the dispatcher takes the exception.
}

bool ServerConnection::serve_one(ServerSession& session) {
  const auto patience = std::chrono::seconds(parameters_->getTimeout().totalSeconds());
  session.wire().set_deadline(SteadyClock::now() + patience);
  auto head = read_head(session);
  if (head.third != "HTTP/1.1" && head.third != "HTTP/1.0") throw Poco::Net::HTTPException("no HTTP/1.1");
  if (!is_field_name(head.first) || head.second.empty()) throw Poco::Net::HTTPException("no request");
  ServerExchange exchange(session, std::move(head), patience);
  try {
    handler_(exchange);
  } catch (const std::exception&) {
    if (exchange.answered()) {
      exchange.abort();
    } else {
      exchange.reply(500, {{"Content-Type", "text/plain"}}, view("the server met a defect of its own\n"));
    }
  }
  return exchange.finish();
}

}  // namespace tributary::http
