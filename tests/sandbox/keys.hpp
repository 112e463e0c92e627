// tests/sandbox/keys.hpp: the keys of a sandbox, made on its first start and read ever after.
//
//   recipient.pub, recipient.sec   Crypt4GH, without passphrase
//   token                          bearer token of DRS, TES and /faults
//   url.key                        signs upload and download URLs
//   ca.pem, server.pem, server.key TLS
//
// Crash      a start that was cut makes what is still missing; a set of TLS files is made as a whole.
// Failure    ask_operator: the directory can not be written, or a file there is damaged.
#pragma once

#include <string>

#include "agent/base/clock.hpp"
#include "agent/base/secret.hpp"
#include "agent/crypt4gh/crypt4gh.hpp"

namespace tributary::sandbox {

struct Keys {
  crypt4gh::SecretKey recipient;
  SecretText token;
  Secret<32> url_key;
};

/// Makes the directory, too.
Result<Keys> open_keys(const std::string& directory);

/// A CA and a server certificate signed by it, for `host`, localhost and 127.0.0.1, valid for ten years; the CA's
/// secret key is thrown away. Existing files are kept.
Status make_certificates(const std::string& directory, const std::string& host, const Clock& clock);

}  // namespace tributary::sandbox
