// tests/sandbox/leave.hpp: leave to upload: places handed out, temporary S3 credentials, signed URLs.
//
// A place belongs to one (name, size, SHA-256): who asks again before the file is registered gets the same place, so
// that an interrupted upload can go on under new credentials.
//
// Threads    any.
// Crash      places and credentials survive a restart; signed URLs need no memory.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/clock.hpp"
#include "agent/base/secret.hpp"
#include "tests/sandbox/shelf.hpp"

namespace tributary::sandbox {

inline constexpr std::string_view bucket_name = "ingest";

struct Place {
  std::string prefix;  // random, without '/'; empty: what was there is registered
  std::string name, sha256;
  std::uint64_t size_bytes = 0;
  std::vector<std::string> former = {};  // prefixes of places that were handed out before and hold nothing registered
  [[nodiscard]] std::string key() const { return prefix + "/" + name; }
};

class Places {
 public:
  static Result<std::unique_ptr<Places>> open(const std::string& directory);
  /// The place of that file, handed out before or taken now below `prefix`.
  [[nodiscard]] Result<Place> take(const Place& wish, bool always_new);
  /// Registered: the next who asks for the same file gets another place.
  [[nodiscard]] Status release(const std::string& key);

 private:
  explicit Places(Shelf shelf) : shelf_(std::move(shelf)) {}
  static std::string identity(const Place& place);
  Status keep(const Place& place);
  Shelf shelf_;
  std::mutex mutex_;
  std::map<std::string, Place> by_identity_;
};

struct Credential {
  std::string access_key_id, secret, session_token;
  std::vector<std::string> prefixes;  // keys that may be touched start with one of these
  std::int64_t expires_utc_s = 0;
};

class Credentials {
 public:
  static Result<std::unique_ptr<Credentials>> open(const std::string& directory, const Clock& clock);
  [[nodiscard]] Result<Credential> issue(std::vector<std::string> prefixes, std::int64_t ttl_s);
  [[nodiscard]] std::optional<Credential> find(const std::string& access_key_id) const;
  /// They end now.
  [[nodiscard]] Status end(const std::string& access_key_id);

 private:
  Credentials(Shelf shelf, const Clock& clock) : shelf_(std::move(shelf)), clock_(clock) {}
  Shelf shelf_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, Credential> by_id_;
};

/// What a signed URL allows: one verb on one object until a time.
struct Ticket {
  char verb = 'u';  // u upload, h upload with a proof in a header, d download
  std::string key;
  std::int64_t expires_utc_s = 0;
};
/// [A-Za-z0-9._-]: the ticket and its HMAC.
std::string sign_ticket(const Ticket& ticket, const Secret<32>& url_key);
/// Nothing when it was not signed with this key.
std::optional<Ticket> read_ticket(std::string_view token, const Secret<32>& url_key);

/// What the header X-Sandbox-Proof must hold for an upload URL that asks for it.
std::string proof_of(std::string_view token);

}  // namespace tributary::sandbox
