// plugins/destinations/drs/fetch.hpp: reads back what the repository holds of an object.
//
// Order      GET object, GET access, then ranges of the URL that this gives (RFC 9110, section 14), which is kept until
//            another object is asked for or the far side does not accept it any more.
// Failure    Refused: no URL for us, or one that gives no ranges. Later: not there (yet), busy. Broken: it is shorter
//            than what was sent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "plugins/destinations/drs/repository.hpp"

namespace tributary::drs {

class Fetch {
 public:
  Fetch(const sdk::Host& host, const Settings& settings) : host_(host), repository_(host, settings) {}
  /// Exactly `bytes` bytes.
  void read(const tributary_stored_object& object, std::uint64_t offset, void* into, std::uint64_t bytes);

 private:
  const AccessUrl& url_of(const std::string& id);
  sdk::Reply ask(const std::string& id, std::uint64_t offset, std::uint64_t bytes);

  const sdk::Host& host_;
  Repository repository_;
  std::string id_;  // whose url_ it is
  AccessUrl url_;
};

}  // namespace tributary::drs
