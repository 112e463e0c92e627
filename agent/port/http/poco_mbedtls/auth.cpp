// agent/port/http/poco_mbedtls/auth.cpp: credentials.
#include "agent/port/http/poco_mbedtls/auth.hpp"

#include <algorithm>

#include "agent/base/json.hpp"
#include "agent/base/text.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "agent/port/files/files.hpp"
#include "agent/port/json/json.hpp"

namespace tributary::http {
namespace {

constexpr std::int64_t assertion_life_s = 60;
constexpr std::int64_t margin_s = 30;
constexpr std::int64_t default_life_s = 300;
constexpr std::int64_t longest_life_s = 24 * 3600;

// What goes into a header must not end it, nor start another.
bool fits_header(std::string_view token) {
  return std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

Result<SecretText> Authorization::read_secret() const {
  auto content = files::read_small(settings_.secret_file, 1U << 20);
  if (!content) return in("auth", content.error());
  std::string text(trim(*content));
  wipe(content->data(), content->size());
  if (text.empty())
    return operator_error("auth: " + printable(settings_.secret_file) + " is empty", "put the credential into it");
  return SecretText(std::move(text));
}

Result<SecretText> Authorization::value(const Send& send) {
  const std::lock_guard lock(mutex_);
  if (settings_.kind == AuthKind::oauth2) {
    if (token_.empty() || clock_.now_utc_s() >= good_until_utc_s_) {
      auto token = fetch_token(send);
      if (!token) return token.error();
      token_ = std::move(*token);
    }
    return SecretText("Bearer " + std::string(token_.reveal()));
  }
  auto secret = read_secret();
  if (!secret) return secret.error();
  if (settings_.kind == AuthKind::bearer && !fits_header(secret->reveal()))
    return operator_error("auth: " + printable(settings_.secret_file) + " holds more than one token",
                          "it must hold the token alone, on one line");
  if (settings_.kind == AuthKind::bearer) return SecretText("Bearer " + std::string(secret->reveal()));
  const SecretText both(settings_.username + ":" + std::string(secret->reveal()));
  return SecretText("Basic " + to_base64(view(both.reveal())));
}

// Another thread may have fetched a new one meanwhile: that one stays.
bool Authorization::renew(const SecretText& refused) {
  if (settings_.kind != AuthKind::oauth2) return false;
  const std::lock_guard lock(mutex_);
  if (refused.reveal() == "Bearer " + std::string(token_.reveal())) token_ = {};
  return true;
}

// A new one for every request: servers refuse an assertion whose jti they have seen.
Result<std::string> Authorization::assertion() const {
  auto key = files::read_small(settings_.secret_file, 1U << 20);
  if (!key) return in("auth", key.error());
  const Wiped guard(*key);
  Bytes jti(16);
  if (auto random = crypto::random(jti); !random) return random.error();
  const auto now = clock_.now_utc_s();
  Json claims;
  claims.add("iss", settings_.client_id).add("sub", settings_.client_id);
  claims.add("aud", settings_.audience.empty() ? settings_.token_url : settings_.audience);
  claims.add("iat", now).add("exp", now + assertion_life_s).add("jti", to_hex(jti));
  return crypto::jwt_assertion(*key, claims.dump(), settings_.key_id);
}

Result<SecretText> Authorization::fetch_token(const Send& send) {
  std::string form = "grant_type=client_credentials";
  if (!settings_.scope.empty()) form += "&scope=" + percent_encode(settings_.scope);
  Request request;
  request.method = "POST";
  request.url = settings_.token_url;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
  if (settings_.private_key_jwt) {
    auto jwt = assertion();
    if (!jwt) return in("auth", jwt.error());
    form +=
        "&client_id=" + percent_encode(settings_.client_id) +
        "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=" +
        *jwt;
  } else {
    if (!settings_.audience.empty()) form += "&audience=" + percent_encode(settings_.audience);
    auto secret = read_secret();
    if (!secret) return secret.error();
    const SecretText both(percent_encode(settings_.client_id) + ":" + percent_encode(secret->reveal()));
    request.headers.push_back({"Authorization", "Basic " + to_base64(view(both.reveal()))});
  }
  const SecretText guard(std::move(form));
  request.body = view(guard.reveal());
  request.response_limit = 1U << 20;
  auto response = send(request);
  if (!response) return in("token endpoint", response.error());
  if (response->status >= 500 || response->status == 429) {
    return wait_error("token endpoint: status " + std::to_string(response->status), "it is asked again");
  }
  auto answer = json::parse(text(response->body));
  if (response->status != 200) {
    const std::string why = answer ? printable((*answer)["error"].as_string().substr(0, 100)) : "";
    return operator_error(
        "token endpoint: status " + std::to_string(response->status) + (why.empty() ? "" : " (" + why + ")"),
        "check client_id, the secret or key, scope and audience with the repository");
  }
  if (!answer || (*answer)["access_token"].as_string().empty()) {
    return wait_error("token endpoint: its answer holds no access_token", "check token_url");
  }
  const auto token = (*answer)["access_token"].as_string();
  if (!fits_header(token)) return wait_error("token endpoint: its access_token is no token", "check token_url");
  const auto life = std::clamp<std::int64_t>((*answer)["expires_in"].as_integer(default_life_s), 0, longest_life_s);
  good_until_utc_s_ = clock_.now_utc_s() + std::max<std::int64_t>(life - margin_s, life / 2);
  return SecretText(std::string(token));
}

}  // namespace tributary::http
