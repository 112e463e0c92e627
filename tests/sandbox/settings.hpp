// tests/sandbox/settings.hpp: what the sandbox is told when it starts.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tributary::sandbox {

struct Settings {
  std::string directory;
  std::string listen = "127.0.0.1:8700";
  bool tls = false;
  std::string host = "localhost";       // in drs:// URIs and, with TLS, in the certificate and our own URLs
  std::string region = "eu-sandbox-1";  // of the S3 endpoint
  std::int64_t credential_ttl_s = 900;
  std::uint64_t min_part_bytes = 5U << 20;
  std::uint64_t max_upload_bytes = 0;  // 0: no limit
  bool allow_unsigned_payload = false;
  bool require_controlled_access = false;
  bool no_removal = false;             // nothing can be deleted by protocol
  bool post_url_object = false;        // post_url as {url, headers} instead of the bare URL
  std::vector<std::string> site_keys;  // public keys in PEM; empty: signatures of manifests are not checked
  std::vector<std::string> faults;
  std::uint64_t seed = 1;
  std::uint32_t threads = 16;
  /// Waits; tests put a counter in its place.
  std::function<void(std::int64_t ms)> pause;
};

}  // namespace tributary::sandbox
