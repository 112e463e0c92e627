// agent/port/http/poco_mbedtls/auth.hpp: the Authorization header: basic, bearer, OAuth2 client credentials.
//
// Sources    RFC 7617, RFC 6750, RFC 6749 section 4.4, RFC 7523.
#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "agent/base/clock.hpp"
#include "agent/port/http/http.hpp"

namespace tributary::http {

class Authorization {
 public:
  using Send = std::function<Result<Response>(const Request&)>;
  Authorization(Auth settings, const Clock& clock) : settings_(std::move(settings)), clock_(clock) {}

  [[nodiscard]] bool wanted() const { return settings_.kind != AuthKind::none; }
  [[nodiscard]] const std::string& origin() const { return settings_.origin; }
  /// The header's value. `send` reaches the token endpoint.
  Result<SecretText> value(const Send& send);
  /// The far side said 401 to `refused`: that OAuth2 token is thrown away; true when asking again may help.
  bool renew(const SecretText& refused);

 private:
  Result<SecretText> read_secret() const;
  Result<SecretText> fetch_token(const Send& send);
  Result<std::string> assertion() const;

  Auth settings_;
  const Clock& clock_;
  std::mutex mutex_;
  SecretText token_;
  std::int64_t good_until_utc_s_ = 0;
};

}  // namespace tributary::http
