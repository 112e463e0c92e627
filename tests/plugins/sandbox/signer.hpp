// tests/plugins/sandbox/signer.hpp: AWS Signature Version 4 as a client makes it, written apart from the checker.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/plugins/sandbox/client.hpp"

namespace tributary::sandbox::test {

struct Credentials {
  std::string access_key_id, secret, session_token, region = "eu-sandbox-1";
};

std::string sha256_hex(const std::string& text);
std::string md5_base64(const std::string& text);
std::string md5_hex(const std::string& text);

/// Adds x-amz-date, x-amz-content-sha256, x-amz-security-token and Authorization. `payload`: another digest than the
/// body's.
void sign(Ask& ask, const Credentials& credentials, std::uint16_t port, std::int64_t now_utc_s,
          const std::string& payload = {});
/// Puts the signature into the query of the target.
void presign(Ask& ask, const Credentials& credentials, std::uint16_t port, std::int64_t now_utc_s, int lifetime_s);

}  // namespace tributary::sandbox::test
