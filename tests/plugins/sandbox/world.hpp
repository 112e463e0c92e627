// tests/plugins/sandbox/world.hpp: a sandbox in a directory of its own, with a clock that stands still.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/clock.hpp"
#include "agent/base/json.hpp"
#include "tests/plugins/sandbox/client.hpp"
#include "tests/plugins/sandbox/signer.hpp"
#include "tests/sandbox/sandbox.hpp"

namespace tributary::sandbox::test {

inline constexpr std::int64_t noon_utc_s = 1795262400;  // 2026-11-21T12:00:00Z

/// A place that POST /upload-request gave out.
struct Grant {
  std::string name, body, bucket, key, post_url;
  Credentials credentials;
  [[nodiscard]] std::string target() const { return "/s3/" + bucket + "/" + key; }
};

class World {
 public:
  World();
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Starts, or starts again after a stop; the port may change.
  void start();
  void stop() { sandbox_.reset(); }
  [[nodiscard]] bool is_up() const { return sandbox_ != nullptr; }
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] Sandbox& sandbox() { return *sandbox_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const std::string& directory() const { return settings.directory; }

  /// With the bearer token.
  Answer drs(const std::string& method, const std::string& path, const std::string& body = {});
  Answer tes(const std::string& method, const std::string& path, const std::string& body = {});
  Answer plain(const Ask& ask) const { return exchange(port_, ask); }
  /// Signed with the grant's credentials at the clock's time; `query` without '?'.
  Answer s3(const Grant& grant, const std::string& method, const std::string& query = {}, const std::string& body = {},
            Headers headers = {});

  Grant grant(const std::string& name, const std::string& body);
  /// Starts a multipart upload and answers its id.
  std::string create_upload(const Grant& grant);
  Answer put_part(const Grant& grant, const std::string& upload_id, int number, const std::string& body);
  Answer complete(const Grant& grant, const std::string& upload_id,
                  const std::vector<std::pair<int, std::string>>& parts);
  /// The JSON of one register candidate; `more` are further members, each with a comma in front.
  static std::string candidate(const Grant& grant, const std::string& more = {});
  Answer register_objects(const std::vector<std::string>& candidates);
  /// Grant, PUT and register in one; the object's id.
  std::string deliver(const std::string& name, const std::string& body, const std::string& alias);

  Settings settings;
  ManualClock clock{noon_utc_s};
  std::atomic<std::int64_t> paused_ms{0};

 private:
  std::unique_ptr<Sandbox> sandbox_;
  std::string problem_;
  std::uint16_t port_ = 0;
};

/// The value of a member somewhere in a JSON text: `field("{\"id\":\"x\"}", "id")` is `x`.
std::string field(const std::string& json, const std::string& name);
Json parsed(const std::string& json);
/// The text inside the first `<name>` of an XML answer.
std::string inside(const std::string& xml, const std::string& name);

}  // namespace tributary::sandbox::test
