// agent/port/http/http.hpp: HTTP/1.1 to the far side, over TLS that is always verified; and a small server.
//
// Client     one per destination. Keep-alive; TLS 1.2 or newer; a private CA, a client certificate, a proxy (CONNECT)
//            and credentials as configured. `http://` is accepted for loopback addresses only.
// Threads    a Client may be used by several threads at once; each has a connection of its own.
// Failure    an answer of any status is a Response, not an error. wait: no connection, time-out, cut, short body, bad
//            proxy answer, 5xx of a token endpoint. ask_operator: certificate not trusted or expired, wrong host name,
//            our own certificate or key unusable, plain http to a foreign host, credentials file missing, token
//            endpoint says no. Messages name host and port, never a path, a query, a credential.
// Never      logs or returns a credential; sends credentials to a host other than the one they were made for; follows
// redirects.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/clock.hpp"
#include "agent/base/result.hpp"
#include "agent/base/secret.hpp"
#include "agent/base/stop.hpp"
#include "agent/stream/stream.hpp"

namespace tributary::http {

struct Header {
  std::string name;
  std::string value;
};
/// Case-insensitive; empty when absent.
std::string_view find(const std::vector<Header>& headers, std::string_view name);

struct Request {
  std::string method = "GET";
  std::string url;
  std::vector<Header> headers;
  ByteView body;                          // or, for what is large:
  stream::Source* body_source = nullptr;  // exactly `body_bytes` bytes
  std::uint64_t body_bytes = 0;
  bool authorize = false;                 // add the configured credentials (only to the configured origin)
  std::size_t response_limit = 8U << 20;  // a longer body is an error
  stream::Sink* response_sink = nullptr;  // takes the body of a 2xx answer instead
  std::uint32_t answer_timeout_s = 0;     // 0: the client's setting
};

struct Response {
  int status = 0;
  std::vector<Header> headers;
  Bytes body;
  [[nodiscard]] std::string_view header(std::string_view name) const { return find(headers, name); }
};

struct Tls {
  std::string ca_file;  // empty: the system's store (/etc/ssl/certs/ca-certificates.crt)
  std::string cert_file;
  std::string key_file;
  std::string server_name;  // expected in the certificate instead of the URL's host
};

enum class AuthKind : std::uint8_t { none, basic, bearer, oauth2 };
struct Auth {
  AuthKind kind = AuthKind::none;
  std::string origin;  // scheme://host:port the credentials are for
  std::string username;
  std::string secret_file;  // password, token, client secret or private key; read anew when it changes
  bool private_key_jwt = false;
  std::string token_url, client_id, scope, audience, key_id;
};

/// Bytes per second over all clients that share it; a token bucket.
class RateLimit {
 public:
  virtual ~RateLimit() = default;
  /// Waits until `bytes` may go, or `stop` is requested.
  virtual void spend(std::uint64_t bytes, const Stop& stop) = 0;
};
/// `bytes_per_s` 0: no limit of its own. `above`: another one that holds as well. Null: no limit at all.
std::shared_ptr<RateLimit> make_rate_limit(std::uint64_t bytes_per_s, std::shared_ptr<RateLimit> above = nullptr);

struct ClientSettings {
  Tls tls;
  Auth auth;
  std::string proxy;                       // http://[user:password@]host:port or empty
  std::uint32_t connect_timeout_s = 15;    // TCP, proxy and handshake together
  std::uint32_t answer_timeout_s = 120;    // from the last byte sent to the first of the answer
  std::uint32_t stall_timeout_s = 60;      // no byte moved in either direction
  std::shared_ptr<RateLimit> upload_rate;  // null: no limit
  std::string user_agent = "tributary";
};

/// A connection for another protocol, such as SMTP. Of one thread; ends with this object.
class Connection {
 public:
  virtual ~Connection() = default;
  /// Once, on one that is in the clear: what follows is under TLS, with a certificate of the host that was dialled.
  [[nodiscard]] virtual Status start_tls() = 0;
  [[nodiscard]] virtual Status send(ByteView bytes) = 0;
  /// 0: the far side has ended it. What it cut is an error.
  [[nodiscard]] virtual Result<std::size_t> receive(MutableByteView into) = 0;
};

class Client {
 public:
  virtual ~Client() = default;
  [[nodiscard]] virtual Result<Response> send(const Request& request) = 0;
  /// `tls` false: in the clear until `start_tls`. Failure: as `send`. No proxy is asked.
  [[nodiscard]] virtual Result<std::unique_ptr<Connection>> dial(const std::string& host, std::uint16_t port, bool tls);
};
/// `stop` interrupts a transfer within a second.
Result<std::unique_ptr<Client>> make_client(const ClientSettings& settings, const Clock& clock, const Stop& stop);

/// What `doctor` and `check` want to know of a TLS endpoint: subject, issuer, last day of the chain's first
/// certificate, protocol and cipher.
struct PeerCertificate {
  std::string subject, issuer, protocol;
  std::int64_t not_after_utc_s = 0;
  /// Those that the server sent behind it.
  struct Link {
    std::string subject;
    std::int64_t not_after_utc_s = 0;
  };
  std::vector<Link> chain;
};
Result<PeerCertificate> probe_tls(const ClientSettings& settings, const std::string& url, const Stop& stop);
/// The last second of the first certificate in a file (PEM or DER).
Result<std::int64_t> certificate_end(const std::string& file);
/// What the server's clock said (`Date`, RFC 9110 section 6.6.1), UTC; nothing when it said nothing usable.
std::optional<std::int64_t> date_of(const Response& response);

/// URL parts; `path` starts with '/', still percent-encoded.
struct Url {
  std::string scheme, host, path, query;
  std::uint16_t port = 0;
  [[nodiscard]] std::string origin() const;  // scheme://host:port
};
Result<Url> parse_url(std::string_view url);
std::string percent_encode(std::string_view text);  // everything but unreserved characters (RFC 3986 section 2.3)
std::string percent_decode(std::string_view text);
bool is_loopback(std::string_view host);

// --- server ---------------------------------------------------------------------------------------------------------

/// One request and the chance to answer it once.
class Exchange {
 public:
  virtual ~Exchange() = default;
  [[nodiscard]] virtual const std::string& method() const = 0;
  [[nodiscard]] virtual const std::string& path() const = 0;   // percent-encoded, without the query
  [[nodiscard]] virtual const std::string& query() const = 0;  // without '?', still encoded
  [[nodiscard]] virtual std::string_view header(std::string_view name) const = 0;
  [[nodiscard]] virtual const std::vector<Header>& headers() const = 0;
  /// The request's body as it arrives (chunked is decoded). A cut connection is an error.
  [[nodiscard]] virtual stream::Source& body() = 0;
  virtual void reply(int status, const std::vector<Header>& headers, ByteView body) = 0;
  /// `bytes` bytes of `body`.
  virtual void reply_stream(int status, const std::vector<Header>& headers, stream::Source& body,
                            std::uint64_t bytes) = 0;
  /// `body` as it comes, until it ends; the connection ends with it.
  virtual void reply_until_end(int status, const std::vector<Header>& headers, stream::Source& body) = 0;
  /// Cuts the connection without an answer.
  virtual void abort() = 0;
};
using Handler = std::function<void(Exchange&)>;

struct ServerSettings {
  std::string listen;               // 127.0.0.1:8480; port 0 lets the system choose
  std::string cert_file, key_file;  // both set: TLS
  std::string client_ca_file;       // set: clients must show a certificate of this CA
  std::uint32_t threads = 4;
  std::uint32_t idle_timeout_s = 30;
};
class Server {
 public:
  virtual ~Server() = default;  // stops and joins
  [[nodiscard]] virtual std::uint16_t port() const = 0;
};
/// The handler is called from several threads; an exception from it is answered with 500.
Result<std::unique_ptr<Server>> serve(const ServerSettings& settings, Handler handler);

}  // namespace tributary::http
