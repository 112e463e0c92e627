// agent/port/http/poco_mbedtls/pool.hpp: connections that are kept for the next request.
//
// Threads    any.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "agent/port/http/poco_mbedtls/session.hpp"

namespace tributary::http {

class Pool {
 public:
  /// `settings` must outlive the pool.
  Pool(const ClientSettings& settings, Proxy proxy, std::shared_ptr<const TlsContext> tls, const Stop& stop)
      : settings_(settings),
        proxy_(std::move(proxy)),
        tls_(std::move(tls)),
        revision_(revision_of(settings.tls)),
        stop_(stop) {}

  /// A connection that stands, or null.
  std::unique_ptr<Session> take(const Url& url);
  /// A new one, not yet open.
  std::unique_ptr<Session> make(const Url& url);
  /// Keeps it when it is fit for another request.
  void give_back(const Url& url, std::unique_ptr<Session> session);

 private:
  struct Idle {
    std::unique_ptr<Session> session;
    Wire::Moment since;
  };
  /// With certificates that were replaced since, as soon as they can be read.
  std::shared_ptr<const TlsContext> trust();

  const ClientSettings& settings_;
  Proxy proxy_;
  std::shared_ptr<const TlsContext> tls_;
  std::string revision_;
  const Stop& stop_;
  std::mutex mutex_;
  std::map<std::string, std::vector<Idle>> idle_;
};

}  // namespace tributary::http
