// agent/port/http/poco_mbedtls/session.cpp: one HTTP connection.
#include "agent/port/http/poco_mbedtls/session.hpp"

#include <Poco/Net/DNS.h>
#include <Poco/Net/HostEntry.h>
#include <fcntl.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "agent/base/text.hpp"

namespace tributary::http {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Addresses = std::vector<Poco::Net::IPAddress>;

struct Lookup {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  Addresses addresses;
  std::exception_ptr problem;
};

void look_up(const std::shared_ptr<Lookup>& lookup, const std::string& host) {
  Addresses addresses;
  std::exception_ptr problem;
  try {
    addresses = Poco::Net::DNS::hostByName(host).addresses();
  } catch (...) {
    problem = std::current_exception();
  }
  const std::lock_guard lock(lookup->mutex);
  lookup->addresses = std::move(addresses);
  lookup->problem = problem;
  lookup->done = true;
  lookup->changed.notify_all();
}

// The system's resolver knows neither our deadline nor our wish to stop: it is asked from a thread that may be left
// behind; it holds nothing but its own copy of the name.
Addresses resolve(const std::string& host, SteadyClock::time_point deadline, const Stop& stop) {
  Poco::Net::IPAddress literal;
  if (Poco::Net::IPAddress::tryParse(host, literal)) return {literal};
  const auto lookup = std::make_shared<Lookup>();
  std::thread([lookup, host] { look_up(lookup, host); }).detach();
  std::unique_lock lock(lookup->mutex);
  while (!lookup->done) {
    if (stop.requested()) throw Poco::Net::ConnectionAbortedException("resolving the name: stopping");
    if (SteadyClock::now() >= deadline) throw Poco::TimeoutException("resolving the name: no answer in time");
    lookup->changed.wait_for(lock, std::chrono::milliseconds(200));
  }
  if (lookup->problem) std::rethrow_exception(lookup->problem);
  return lookup->addresses;
}

std::string words_of(const Poco::Exception& problem) {
  return problem.message().empty() ? problem.displayText() : problem.message();
}

}  // namespace

Result<Proxy> parse_proxy(std::string_view text) {
  Proxy proxy;
  if (text.empty()) return proxy;
  const auto scheme = text.find("://");
  if (scheme != std::string_view::npos) {
    if (lower(text.substr(0, scheme)) != "http")
      return operator_error("proxy: only proxies reached over http are known", "write http://host:port");
    text.remove_prefix(scheme + 3);
  }
  const auto at = text.rfind('@');
  if (at != std::string_view::npos) {
    const auto colon = std::min(text.find(':'), at);
    const SecretText both(percent_decode(text.substr(0, colon)) + ":" +
                          (colon < at ? percent_decode(text.substr(colon + 1, at - colon - 1)) : ""));
    proxy.authorization = SecretText("Basic " + to_base64(view(both.reveal())));
    text.remove_prefix(at + 1);
  }
  const auto url = parse_url("http://" + std::string(text));
  if (!url) return in("proxy", url.error());
  proxy.host = url->host;
  proxy.port = url->port;
  return proxy;
}

Session::Session(const Url& url, std::shared_ptr<const TlsContext> tls, std::string tls_name, const Proxy& proxy,
                 const Stop& stop)
    : HTTPSession(Poco::Net::StreamSocket(new Wire(&stop))),
      url_(url),
      tls_(std::move(tls)),
      tls_name_(std::move(tls_name)),
      proxy_(proxy),
      stop_(stop) {}

Wire& Session::wire() { return dynamic_cast<Wire&>(*socket().impl()); }

Poco::Net::StreamSocket Session::connect_tcp(const Poco::Net::SocketAddress& address, Wire::Moment deadline) const {
  auto* wire = new Wire(&stop_);
  Poco::Net::StreamSocket socket(wire);
  wire->set_deadline(deadline);
  wire->connect_to(address);
  socket.setNoDelay(true);  // before the handshake: otherwise it waits for delayed acknowledgements
  return socket;
}

void Session::open(std::chrono::seconds budget, bool tls_later) {
  const auto deadline = SteadyClock::now() + budget;
  const bool through_proxy = tls_ && !proxy_.host.empty();
  const auto& host = through_proxy ? proxy_.host : url_.host;
  const auto port = through_proxy ? proxy_.port : url_.port;
  auto addresses = resolve(host, deadline, stop_);
  // Whoever answers for the name `localhost`: plain HTTP does not leave this machine.
  if (!tls_) std::erase_if(addresses, [](const auto& address) { return !address.isLoopback(); });
  std::string last = "the name has no address";
  for (std::size_t i = 0; i < addresses.size() && !stop_.requested(); ++i) {
    // An address that swallows everything leaves time for those after it.
    const auto now = SteadyClock::now();
    const auto share = now + (deadline - now) / static_cast<std::int64_t>(addresses.size() - i);
    try {
      attachSocket(connect_tcp(Poco::Net::SocketAddress(addresses[i], port), share));
      if (through_proxy) ask_proxy(share);
      if (tls_ && !tls_later) start_tls(share);
      return;
    } catch (const TrustException&) {
      throw;  // another address has the same name and the same certificate
    } catch (const Poco::Exception& problem) {
      last = words_of(problem);
      close();
    }
  }
  throw Poco::Net::NetException((through_proxy ? "through the proxy " + proxy_.host + ":" + std::to_string(port) : "") +
                                (through_proxy ? ": " : "") + last);
}

void Session::ask_proxy(Wire::Moment deadline) {
  set_deadline(deadline);
  const std::string target =
      (url_.host.find(':') != std::string::npos ? "[" + url_.host + "]" : url_.host) + ":" + std::to_string(url_.port);
  std::string text = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n";
  if (!proxy_.authorization.empty())
    text += "Proxy-Authorization: " + std::string(proxy_.authorization.reveal()) + "\r\n";
  const SecretText request(text + "\r\n");
  wipe(text.data(), text.size());
  send(view(request.reveal()));
  const auto answer = read_head(*this);
  if (answer.second == "407") {
    throw TrustException("the proxy " + proxy_.host + " wants credentials or refused ours",
                         "write them into the proxy's address: http://user:password@host:port");
  }
  if (answer.second.size() != 3 || answer.second[0] != '2')
    throw Poco::Net::HTTPException("the proxy answered " + printable(answer.second.substr(0, 8)));
  if (buffered() > 0) throw Poco::Net::HTTPException("the proxy said more than its answer");
}

void Session::start_tls(Wire::Moment deadline) {
  const auto fd = ::fcntl(wire().sockfd(), F_DUPFD_CLOEXEC, 0);
  if (fd < 0) throw Poco::Net::NetException("no descriptor is left");
  auto* tls = new TlsWire(tls_, tls_name_, fd, &stop_);
  const Poco::Net::StreamSocket socket(tls);
  tls->set_deadline(deadline);
  tls->handshake();
  attachSocket(socket);
}

void Session::send(ByteView bytes) {
  constexpr std::size_t most = 1U << 20;
  while (!bytes.empty()) {
    const auto piece = bytes.first(std::min(bytes.size(), most));
    socket().sendBytes(piece.data(), static_cast<int>(piece.size()));
    bytes = bytes.subspan(piece.size());
  }
}

bool Session::hears(std::chrono::milliseconds patience) {
  if (buffered() > 0) return true;
  if (!socket().poll(Poco::Timespan(0), Poco::Net::Socket::SELECT_READ) && patience.count() == 0) return false;
  set_deadline(SteadyClock::now() + patience);
  try {
    peek();  // what is there may be TLS's own, such as a ticket
    return true;
  } catch (const Poco::TimeoutException&) {
    clearException();
    return false;
  }
}

std::size_t Session::some(MutableByteView into) {
  const auto n = read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(into.size()));
  const auto* tls = tls_wire();
  if (n == 0 && tls != nullptr && tls->cut()) throw Poco::Net::ConnectionResetException("the connection was cut");
  return n > 0 ? static_cast<std::size_t>(n) : 0;
}

bool Session::is_stale() {
  return !connected() || buffered() > 0 || socket().poll(Poco::Timespan(0), Poco::Net::Socket::SELECT_READ);
}

}  // namespace tributary::http
