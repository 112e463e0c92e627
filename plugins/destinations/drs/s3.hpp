// plugins/destinations/drs/s3.hpp: an S3 object store, one function per request, signed with Signature Version 4.
//
// Addresses path-style: endpoint/bucket/key. Every body goes with its SHA-256, which the signature covers and the store
// compares; with its MD5 too when the settings say so or the store wants it (Object Lock), for to compare that costs a
// store as much again. No chunked signatures, no trailers, because stores exist that refuse or mistake them.
// Clock      when the store says that ours is wrong, its Date is signed with from then on.
// Failure    Later: no answer, 429, 5xx. Everything else is an answer, with the store's error code.
// Never      logs or returns a credential.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "plugins/destinations/drs/settings.hpp"
#include "plugins/sdk/http.hpp"
#include "plugins/sdk/sdk.hpp"
#include "plugins/sdk/sigv4.hpp"

namespace tributary::drs {

/// Where an object lies.
struct Place {
  std::string endpoint, region, bucket, key;
  bool operator==(const Place& other) const {
    return endpoint == other.endpoint && bucket == other.bucket && key == other.key;
  }
};

/// A request's body that is read as it goes.
struct Payload {
  std::string sha256_raw;
  std::string md5_raw;
  std::uint64_t bytes = 0;
  std::function<sdk::ReadBody()> open;  // from its first byte, as often as it is asked
};

struct S3Answer {
  sdk::Reply reply;
  std::string code;  // the store's error code; "" when all is well
  [[nodiscard]] bool ok() const { return reply.ok() && code.empty(); }
  /// Without quotes.
  [[nodiscard]] std::string etag() const;
  /// False when the store encrypts with a key of its own: then an ETag looks like an MD5 and is none.
  [[nodiscard]] bool etag_is_digest() const;
};

/// True for answers that new credentials can cure.
bool wants_new_credentials(const S3Answer& answer);

/// What was found out about a store, by all that send to it. Any thread.
struct Habits {
  std::atomic<std::int64_t> skew_s{0};  // how far its clock is ahead of ours
  std::atomic<bool> md5{false};         // bodies go with the header Content-MD5
};

class S3 {
 public:
  using Query = std::vector<std::pair<std::string, std::string>>;

  S3(const sdk::Host& host, sdk::sigv4::Credentials credentials, Habits& habits)
      : host_(host), credentials_(std::move(credentials)), habits_(habits) {}

  /// With a body of our own, e.g. XML.
  S3Answer send(const std::string& method, const Place& place, const Query& query, const std::string& body = {});
  S3Answer put(const Place& place, const Query& query, const Payload& payload, const std::string& mime_type);

 private:
  S3Answer exchange(const sdk::Ask& ask, const Place& place, const Query& query, const std::string& sha256_hex,
                    const std::string& md5_raw, const Payload* payload);
  S3Answer timed(const sdk::Ask& ask, const Place& place, const Query& query, const std::string& sha256_hex,
                 const Payload* payload);
  S3Answer once(sdk::Ask ask, const Place& place, const Query& query, const std::string& sha256_hex,
                const Payload* payload);

  const sdk::Host& host_;
  sdk::sigv4::Credentials credentials_;
  Habits& habits_;
};

/// `s3: host: what (HTTP 500, InternalError)` as Later.
[[noreturn]] void store_is_busy(const sdk::Host& host, const S3Answer& answer, const std::string& what);

}  // namespace tributary::drs
