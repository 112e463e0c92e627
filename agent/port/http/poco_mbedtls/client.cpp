// agent/port/http/poco_mbedtls/client.cpp: requests and their answers.
#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequest.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "agent/base/text.hpp"
#include "agent/port/http/poco_mbedtls/auth.hpp"
#include "agent/port/http/poco_mbedtls/dial.hpp"
#include "agent/port/http/poco_mbedtls/pool.hpp"

namespace tributary::http {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr std::size_t chunk_bytes = 128U << 10;       // a sealed segment of 64 KiB and its tag is made right in it
constexpr std::size_t most_joined_bytes = 16U << 10;  // a body up to this goes out together with its head
constexpr std::uint64_t expect_from_bytes = 1U << 20;
constexpr auto expect_patience = std::chrono::milliseconds(1000);
constexpr auto last_words_patience = std::chrono::milliseconds(200);

// An error of the caller's own that must come out unchanged.
struct CallerBroken {
  Error error;
};

// How far an exchange came: what decides whether it may be tried once more.
struct Progress {
  bool body_begun = false, answered = false, gone = false;
};

bool is_idempotent(const std::string& method) {
  return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" || method == "OPTIONS";
}

// The length and the life of the connection are not for callers to say.
bool is_ours(const std::string& name) {
  static constexpr std::array<std::string_view, 8> ours = {
      "content-length", "transfer-encoding", "connection", "expect", "te", "trailer", "upgrade", "keep-alive"};
  return std::find(ours.begin(), ours.end(), lower(name)) != ours.end();
}

std::string host_field(const Url& url) {
  const std::string host = url.host.find(':') != std::string::npos ? "[" + url.host + "]" : url.host;
  const bool is_default = url.port == (url.scheme == "https" ? 443 : 80);
  return is_default ? host : host + ":" + std::to_string(url.port);
}

int status_of(const Head& head) {
  const auto& digits = head.second;
  const bool number = digits.size() == 3 && digits.find_first_not_of("0123456789") == std::string::npos;
  if ((head.first != "HTTP/1.1" && head.first != "HTTP/1.0") || !number || digits[0] < '1' || digits[0] > '5')
    throw Poco::Net::HTTPException("the first line is not one of HTTP/1.1");
  return std::stoi(digits);
}

// The final answer's head; those of status 100 and its kin are passed over.
Head read_final(Session& session) {
  for (;;) {
    auto head = read_head(session);
    if (status_of(head) == 101) throw Poco::Net::HTTPException("another protocol than asked for");
    if (status_of(head) >= 200) return head;
  }
}

std::uint64_t length_of(const Request& request) {
  return request.body_source != nullptr ? request.body_bytes : request.body.size();
}

class PocoClient final : public Client {
 public:
  PocoClient(ClientSettings settings, Proxy proxy, std::shared_ptr<const TlsContext> tls, const Clock& clock,
             const Stop& stop)
      : settings_(std::move(settings)),
        authorization_(settings_.auth, clock),
        stop_(stop),
        pool_(settings_, std::move(proxy), std::move(tls), stop) {}

  Result<Response> send(const Request& request) override {
    auto url = check(request);
    if (!url) return url.error();
    Progress progress;
    SecretText credential;
    auto response = send_authorized(*url, request, progress, credential);
    const bool body_is_whole = request.body_source == nullptr || !progress.body_begun;
    if (!response || response->status != 401 || credential.empty() || !body_is_whole) return response;
    if (!authorization_.renew(credential)) return response;
    return send_authorized(*url, request, progress, credential);
  }

  Result<std::unique_ptr<Connection>> dial(const std::string& host, std::uint16_t port, bool tls) override {
    return http::dial(settings_, host, port, tls, stop_);
  }

 private:
  static Result<Url> check(const Request& request) {
    auto url = parse_url(request.url);
    if (!url) return url.error();
    if (url->scheme == "http" && !is_loopback(url->host))
      return operator_error(url->origin() + ": plain http is for loopback addresses only", "use https");
    if (!is_field_name(request.method)) return refusal(url->origin() + ": the method is no word of HTTP");
    for (const auto& header : request.headers) {
      if (!is_field_name(header.name) || !is_field_value(header.value))
        return refusal(url->origin() + ": a header field holds characters that would end it");
    }
    return url;
  }

  Result<Response> send_authorized(const Url& url, const Request& request, Progress& progress, SecretText& credential) {
    credential = {};
    if (request.authorize && authorization_.wanted() && url.origin() == authorization_.origin()) {
      auto value = authorization_.value([this](const Request& inner) { return send(inner); });
      if (!value) return value.error();
      credential = std::move(*value);
    }
    auto session = pool_.take(url);
    const bool reused = session != nullptr;
    if (!reused) session = pool_.make(url);
    progress = {};
    auto response = exchange(*session, url, request, credential, progress);
    // A kept connection may have been closed while we wrote to it; then nobody has heard us, most likely. "Most likely"
    // is enough for what may be said twice.
    const bool body_is_whole = request.body_source == nullptr || !progress.body_begun;
    const bool once_more = !response && reused && progress.gone && !progress.answered && body_is_whole &&
                           is_idempotent(request.method) && !stop_.requested();
    if (once_more) {
      session = pool_.make(url);
      progress = {};
      response = exchange(*session, url, request, credential, progress);
    }
    if (response) pool_.give_back(url, std::move(session));
    return response;
  }

  Result<Response> exchange(Session& session, const Url& url, const Request& request, const SecretText& credential,
                            Progress& progress) {
    const auto who = url.origin() + ": ";
    auto problem = wait_error("");
    try {
      return talk(session, url, request, credential, progress);
    } catch (const CallerBroken& broken) {
      problem = broken.error;
    } catch (const TrustException& distrust) {
      problem = operator_error(who + distrust.message(), distrust.hint());
      problem.away = true;  // whatever was asked
    } catch (const Poco::Net::HTTPException& garbled) {
      problem = wait_error(who + "the answer is no HTTP: " + printable(garbled.message()), "it is tried again");
    } catch (const Poco::Net::DNSException&) {
      problem =
          wait_error(who + "the name can not be resolved", "check DNS and the spelling of the host; it is tried again");
    } catch (const Poco::Exception& failed) {
      progress.gone = dynamic_cast<const Poco::Net::ConnectionResetException*>(&failed) != nullptr ||
                      dynamic_cast<const Poco::Net::NoMessageException*>(&failed) != nullptr;
      problem = wait_error(who + printable(failed.message().empty() ? failed.displayText() : failed.message()),
                           "it is tried again");
    } catch (const std::exception& failed) {
      problem = wait_error(who + printable(failed.what()), "it is tried again");
    }
    session.drop();
    return problem;
  }

  // The head, and the body with it when it is small.
  void send_head(Session& session, const Url& url, const Request& request, const SecretText& credential, bool expect) {
    const bool mark = !url.query.empty() || request.url.substr(0, request.url.find('#')).ends_with('?');
    Poco::Net::HTTPRequest head(request.method, mark ? url.path + "?" + url.query : url.path,
                                Poco::Net::HTTPMessage::HTTP_1_1);
    head.set("Host", host_field(url));
    head.set("User-Agent", settings_.user_agent);
    for (const auto& header : request.headers) {
      if (!is_ours(header.name)) head.set(header.name, header.value);
    }
    if (!credential.empty()) head.set("Authorization", std::string(credential.reveal()));
    const auto length = length_of(request);
    if (length > 0 || request.method == "POST" || request.method == "PUT" || request.method == "PATCH")
      head.setContentLength64(static_cast<Poco::Int64>(length));
    if (expect) head.setExpectContinue(true);
    std::ostringstream text;
    head.write(text);
    std::string bytes = text.str();
    if (is_joined(request)) bytes.append(tributary::text(request.body));
    const SecretText guard(std::move(bytes));
    session.set_deadline(SteadyClock::now() + std::chrono::seconds(settings_.stall_timeout_s));
    session.send(view(guard.reveal()));
  }

  static bool is_joined(const Request& request) {
    return request.body_source == nullptr && request.body.size() <= most_joined_bytes;
  }

  Result<Response> talk(Session& session, const Url& url, const Request& request, const SecretText& credential,
                        Progress& progress) {
    if (!session.is_open()) session.open(std::chrono::seconds(settings_.connect_timeout_s));
    const auto length = length_of(request);
    const bool expect = length > expect_from_bytes;
    send_head(session, url, request, credential, expect);
    // Servers that do not know the expectation say nothing: after a second the body goes anyway.
    std::optional<Head> head;
    if (expect) head = early_answer(session, expect_patience);
    if (!head && !is_joined(request)) head = write_body(session, request, length, progress);
    const bool early = head.has_value();
    if (!head) {
      const auto wait_s = request.answer_timeout_s != 0 ? request.answer_timeout_s : settings_.answer_timeout_s;
      session.set_deadline(SteadyClock::now() + std::chrono::seconds(wait_s));
      progress.answered = session.hears(std::chrono::seconds(wait_s)) && session.holds_bytes();
      head = read_final(session);
    }
    progress.answered = true;
    Response response;
    response.status = status_of(*head);
    if (early && response.status < 300)
      throw Poco::Net::HTTPException("a status of success before the whole request was there");
    read_body(session, *head, request, response);
    response.headers = std::move(head->headers);
    if (early) session.drop();  // the rest of our body would be taken for the next request
    return response;
  }

  // What a server says before it has everything: mostly that it does not want it.
  std::optional<Head> early_answer(Session& session, std::chrono::milliseconds patience) const {
    if (!session.hears(patience)) return std::nullopt;
    session.set_deadline(SteadyClock::now() + std::chrono::seconds(settings_.stall_timeout_s));
    auto head = read_head(session);
    if (status_of(head) < 200) return std::nullopt;
    return head;
  }

  // The final answer, when it came before the end of the body.
  std::optional<Head> write_body(Session& session, const Request& request, std::uint64_t length, Progress& progress) {
    Pace pace(session.wire(), std::chrono::seconds(settings_.stall_timeout_s));
    Bytes buffer(request.body_source != nullptr ? chunk_bytes : 0);
    for (std::uint64_t sent = 0; sent < length;) {
      progress.body_begun = true;
      ByteView piece;
      if (request.body_source != nullptr) {
        piece = read_piece(*request.body_source, buffer, length - sent);
      } else {
        piece = request.body.subspan(sent, std::min<std::size_t>(chunk_bytes, length - sent));
      }
      if (settings_.upload_rate) settings_.upload_rate->spend(piece.size(), stop_);
      if (auto head = early_answer(session, std::chrono::milliseconds(0))) return head;
      pace.start();  // time spent on reading or on the rate limit is not the peer's
      try {
        session.send(piece);
      } catch (const Poco::Net::ConnectionResetException&) {
        if (auto head = last_words(session)) return head;
        throw;
      }
      sent += piece.size();
    }
    return std::nullopt;
  }

  static ByteView read_piece(stream::Source& source, Bytes& buffer, std::uint64_t left) {
    const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left));
    auto n = source.read(MutableByteView(buffer).first(room));
    if (!n) throw CallerBroken{n.error()};
    if (*n == 0)
      throw CallerBroken{operator_error("the request's body ended " + std::to_string(left) + " bytes too early")};
    return ByteView(buffer).first(*n);
  }

  // A server that refuses and hangs up may have said why.
  std::optional<Head> last_words(Session& session) const {
    try {
      return early_answer(session, last_words_patience);
    } catch (const Poco::Exception&) {
      return std::nullopt;  // it did not: the caller reports the broken connection
    }
  }

  static Framing framing_of_answer(const Head& head, const Request& request, int status) {
    if (request.method == "HEAD" || status == 204 || status == 304) return {};
    return framing_of(head.headers).value_or(Framing{Framing::Kind::until_close, 0});
  }

  void read_body(Session& session, const Head& head, const Request& request, Response& response) {
    const auto framing = framing_of_answer(head, request, response.status);
    const bool to_sink = request.response_sink != nullptr && response.status >= 200 && response.status < 300;
    stream::BufferSink memory(response.body, request.response_limit);
    stream::Sink& sink = to_sink ? *request.response_sink : memory;
    Body body(session, framing);
    Pace pace(session.wire(), std::chrono::seconds(settings_.stall_timeout_s));
    Bytes buffer(framing.kind == Framing::Kind::none ? 0 : chunk_bytes);
    try {
      while (const auto n = body.read(buffer)) {
        pace.moved(n);
        if (auto written = sink.write(ByteView(buffer).first(n)); !written)
          throw CallerBroken{to_sink ? written.error() : in("the answer", written.error())};
        if (to_sink) pace.start();
      }
    } catch (const Poco::Net::ConnectionResetException&) {
      throw Poco::Net::ConnectionResetException(
          "the answer was cut after " + std::to_string(body.total()) + " bytes" +
          (framing.kind == Framing::Kind::sized ? " of " + std::to_string(framing.bytes) : ""));
    }
    if (framing.kind == Framing::Kind::until_close || !head.keeps_alive(head.first)) session.drop();
  }

  ClientSettings settings_;
  Authorization authorization_;
  const Stop& stop_;
  Pool pool_;
};

}  // namespace

Result<std::unique_ptr<Client>> make_client(const ClientSettings& settings, const Clock& clock, const Stop& stop) {
  auto tls = TlsContext::for_client(settings.tls);
  if (!tls) return tls.error();
  auto proxy = parse_proxy(settings.proxy);
  if (!proxy) return proxy.error();
  return std::unique_ptr<Client>(
      std::make_unique<PocoClient>(settings, std::move(*proxy), std::move(*tls), clock, stop));
}

}  // namespace tributary::http
