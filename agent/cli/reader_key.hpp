// agent/cli/reader_key.hpp: the secret Crypt4GH key that a command line names.
#pragma once

#include "agent/base/secret.hpp"
#include "agent/cli/command.hpp"
#include "agent/crypt4gh/crypt4gh.hpp"

namespace tributary::cli {

/// Of `--passphrase-file`; empty when there is none.
Result<SecretText> passphrase_of(const Arguments& arguments);
/// Of `--secret`, opened with the passphrase. Failure: ask_operator or give_up, naming the option.
Result<crypt4gh::SecretKey> reader_key(const Arguments& arguments);

}  // namespace tributary::cli
