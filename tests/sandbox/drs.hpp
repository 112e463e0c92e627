// tests/sandbox/drs.hpp: the DRS 1.5 API with the write extension.
//
// Order      responses stand in the order of the requests, upload methods in the order in which they were asked for.
// Failure    {msg, status_code}, as the specification wants it.
// Threads    any.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "tests/sandbox/address.hpp"
#include "tests/sandbox/call.hpp"
#include "tests/sandbox/leave.hpp"
#include "tests/sandbox/objects.hpp"
#include "tests/sandbox/settings.hpp"
#include "tests/sandbox/storage.hpp"

namespace tributary::sandbox {

/// Which operation a request below the DRS base path is.
Kind drs_kind(std::string_view method, std::string_view path);

struct DrsParts {
  const Settings& settings;
  const Clock& clock;
  const Address& address;
  const Secret<32>& url_key;
  Storage& storage;
  Objects& objects;
  Places& places;
  Credentials& credentials;
};

class Drs {
 public:
  explicit Drs(const DrsParts& parts) : parts_(parts) {}
  Reply handle(Call& call, Kind kind);

 private:
  Reply service_info() const;
  Reply upload_request(Call& call);
  Reply register_objects(Call& call);
  Reply object(Call& call);
  Reply access(Call& call);
  Reply lookup(const Call& call);
  Reply remove(Call& call);
  Reply bulk_objects(Call& call);
  Reply bulk_access(Call& call);
  Reply authorizations(Call& call) const;
  Status erase_unshared(const Object& object);

  Json upload_method(const Call& call, const std::string& type, const Place& place, const Credential& credential) const;
  std::variant<Object, std::string> check_candidate(const Json& candidate) const;
  std::optional<Blob> blob_of(const Json& candidate) const;
  [[nodiscard]] Json show(const Object& object) const;
  [[nodiscard]] Json access_url(const Call& call, const Object& object) const;

  DrsParts parts_;
};

}  // namespace tributary::sandbox
