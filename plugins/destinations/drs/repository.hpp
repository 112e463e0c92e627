// plugins/destinations/drs/repository.hpp: the DRS server, one function per route.
//
// Failure    Later: no answer, 408, 429, 5xx (not before Retry-After), 401 (a token can expire), an answer that is no
//            JSON (a proxy or a maintenance page). Broken: 403 and every other answer that only a person can change.
// Never      repeats a request by itself; sends the credentials anywhere but to the configured origin (host's rule).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/destinations/drs/reply.hpp"
#include "plugins/destinations/drs/settings.hpp"
#include "plugins/sdk/http.hpp"
#include "plugins/sdk/sdk.hpp"

namespace tributary::drs {

/// An object as the routes of the write extension describe it.
struct Candidate {
  std::string name, mime_type, sha256_hex, md5_hex, method, access_url, alias;
  std::uint64_t bytes = 0;
};

enum class Removal : std::uint8_t { gone, still_there };

class Repository {
 public:
  Repository(const sdk::Host& host, const Settings& settings) : host_(host), settings_(settings) {}

  ServiceInfo service_info();
  /// One grant for each candidate, in their order, names and digests compared.
  std::vector<Grant> request_upload(const std::vector<Candidate>& candidates);
  /// In their order, sizes and digests compared.
  std::vector<Object> register_objects(const std::vector<Candidate>& candidates,
                                       const std::vector<std::string>& controlled_access);
  /// Empty: there is none of that id (any more).
  std::optional<Object> get(const std::string& id);
  /// Where the bytes of an object can be read by HTTP; nothing: the repository offers us none, or denies it.
  std::optional<AccessUrl> access(const std::string& id);
  /// Objects with that checksum. `surely`: the server said that it can; otherwise 4xx and 501 count as "none".
  std::vector<Object> find(const std::string& sha256_hex, bool surely);
  /// Asks for removal, then looks whether it is gone.
  Removal remove(const std::string& id, const ServiceInfo& info);

 private:
  sdk::Reply send(const std::string& method, const std::string& path, const std::string& body = {});
  [[noreturn]] void complain(const sdk::Reply& reply, const std::string& act);
  [[nodiscard]] std::string upload_request_body(const std::vector<Candidate>& candidates, bool newer) const;
  sdk::Reply send_upload_request(const std::vector<Candidate>& candidates);

  const sdk::Host& host_;
  const Settings& settings_;
  bool older_spelling_ = false;  // the server has refused the newer one and taken the older
};

}  // namespace tributary::drs
