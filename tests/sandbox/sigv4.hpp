// tests/sandbox/sigv4.hpp: who signed a request to the object store, and whether the signature holds.
//
// AWS Signature Version 4, in the Authorization header or in the query (presigned), over the path and the query
// exactly as they came over the wire.
//
// Failure    an S3 error code with its HTTP status, as AWS answers it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "tests/sandbox/call.hpp"
#include "tests/sandbox/leave.hpp"

namespace tributary::sandbox {

struct S3Error {
  int status = 400;
  std::string code, message;
};

struct Signer {
  Credential credential;
  std::string payload;  // SHA-256 of the body in hex, or UNSIGNED-PAYLOAD
};

struct SignatureRules {
  std::string region;
  std::int64_t now_utc_s = 0;
  bool allow_unsigned_payload = false;
};

std::variant<Signer, S3Error> check_signature(const Call& call, const Credentials& credentials,
                                              const SignatureRules& rules);
/// The access key id that a request shows, checked or not; empty when there is none.
std::string shown_access_key(const Call& call);

}  // namespace tributary::sandbox
