// agent/cli/recipients.hpp: Crypt4GH keys as options name them: --recipient PUB..., --secret F, --passphrase-file P.
#pragma once

#include <vector>

#include "agent/cli/command.hpp"
#include "agent/crypt4gh/crypt4gh.hpp"

namespace tributary::cli {

/// Of --recipient, which may be repeated.
Result<std::vector<crypt4gh::PublicKey>> recipients_of(const Arguments& arguments);
/// Of --passphrase-file; empty without it.
Result<SecretText> passphrase_of(const Arguments& arguments);
/// Of --secret, opened with the passphrase.
Result<crypt4gh::SecretKey> secret_key_of(const Arguments& arguments);

}  // namespace tributary::cli
