// plugins/sdk/sigv4.hpp: AWS Signature Version 4, in the Authorization header.
//
// Source     "Create a signed AWS API request" and "Authenticating Requests: Using the Authorization Header" (S3): the
//            path is percent-encoded once, is sent as it is signed, and has no dots or double slashes taken out.
// Never      logs or keeps a secret.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/sdk/digest.hpp"
#include "plugins/sdk/text.hpp"
#include "plugins/sdk/time.hpp"

namespace tributary::sdk::sigv4 {

struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // empty: a permanent key
};

struct Scope {
  std::string region;
  std::string service;
};

/// What is signed: names and values of query and headers as they mean, not encoded; the path as it is sent.
struct Request {
  std::string method;
  std::string path = "/";
  std::vector<std::pair<std::string, std::string>> query;
  std::vector<std::pair<std::string, std::string>> headers;  // every one that is signed, `host` among them
  std::string payload_sha256_hex;
};

/// `a=1&b=` in the order and spelling that is signed; also the query to send.
inline std::string canonical_query(const Request& request) {
  std::vector<std::pair<std::string, std::string>> encoded;
  encoded.reserve(request.query.size());
  for (const auto& [name, value] : request.query) encoded.emplace_back(percent_encode(name), percent_encode(value));
  std::sort(encoded.begin(), encoded.end());
  std::string out;
  for (const auto& [name, value] : encoded) out += (out.empty() ? "" : "&") + name + "=" + value;
  return out;
}

namespace detail {
/// Without blanks around it, and runs of blanks as one.
inline std::string trimmed(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if ((c == ' ' || c == '\t') && (out.empty() || out.back() == ' ')) continue;
    out += c == '\t' ? ' ' : c;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}
inline std::vector<std::pair<std::string, std::string>> canonical_headers(const Request& request) {
  std::vector<std::pair<std::string, std::string>> headers;
  headers.reserve(request.headers.size());
  for (const auto& [name, value] : request.headers) headers.emplace_back(lower(name), trimmed(value));
  std::sort(headers.begin(), headers.end());
  return headers;
}
}  // namespace detail

inline std::string signed_headers(const Request& request) {
  std::string out;
  for (const auto& [name, value] : detail::canonical_headers(request)) out += (out.empty() ? "" : ";") + name;
  return out;
}

inline std::string canonical_request(const Request& request) {
  std::string out = request.method + "\n" + request.path + "\n" + canonical_query(request) + "\n";
  for (const auto& [name, value] : detail::canonical_headers(request)) out += name + ":" + value + "\n";
  return out + "\n" + signed_headers(request) + "\n" + request.payload_sha256_hex;
}

inline std::string scope_text(const Scope& scope, std::int64_t utc_s) {
  return basic_utc(utc_s).substr(0, 8) + "/" + scope.region + "/" + scope.service + "/aws4_request";
}

inline std::string string_to_sign(const Request& request, const Scope& scope, std::int64_t utc_s) {
  return "AWS4-HMAC-SHA256\n" + basic_utc(utc_s) + "\n" + scope_text(scope, utc_s) + "\n" +
         hex(sha256(canonical_request(request)));
}

inline std::string signature(const Request& request, const Credentials& credentials, const Scope& scope,
                             std::int64_t utc_s) {
  auto key = hmac_sha256("AWS4" + credentials.secret_access_key, basic_utc(utc_s).substr(0, 8));
  key = hmac_sha256(key, scope.region);
  key = hmac_sha256(key, scope.service);
  key = hmac_sha256(key, "aws4_request");
  return hex(hmac_sha256(key, string_to_sign(request, scope, utc_s)));
}

/// The value of `Authorization`. The caller has put `x-amz-date` (basic_utc of the same second) and, when there is a
/// session token, `x-amz-security-token` among the headers.
inline std::string authorization(const Request& request, const Credentials& credentials, const Scope& scope,
                                 std::int64_t utc_s) {
  return "AWS4-HMAC-SHA256 Credential=" + credentials.access_key_id + "/" + scope_text(scope, utc_s) +
         ", SignedHeaders=" + signed_headers(request) + ", Signature=" + signature(request, credentials, scope, utc_s);
}

}  // namespace tributary::sdk::sigv4
