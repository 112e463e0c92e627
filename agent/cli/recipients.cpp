// agent/cli/recipients.cpp: Crypt4GH keys as options name them.
#include "agent/cli/recipients.hpp"

#include "agent/base/text.hpp"
#include "agent/port/files/files.hpp"

namespace tributary::cli {

Result<std::vector<crypt4gh::PublicKey>> recipients_of(const Arguments& arguments) {
  std::vector<crypt4gh::PublicKey> recipients;
  for (const auto& file : arguments.values("--recipient")) {
    auto pem = files::read_named(file, 65536);
    if (!pem) return in("--recipient", pem.error());
    auto key = crypt4gh::parse_public_key(*pem);
    if (!key) return in("--recipient " + printable(file), key.error());
    recipients.push_back(*key);
  }
  return recipients;
}

Result<SecretText> passphrase_of(const Arguments& arguments) {
  const auto file = arguments.value("--passphrase-file");
  if (file.empty()) return SecretText();
  auto text = files::read_named(file, 4096);
  if (!text) return in("--passphrase-file", text.error());
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  if (text->empty()) return operator_error("--passphrase-file: there is no passphrase in it");
  return SecretText(std::move(*text));
}

Result<crypt4gh::SecretKey> secret_key_of(const Arguments& arguments) {
  auto pem = files::read_named(arguments.value("--secret"), 65536);
  if (!pem) return in("--secret", pem.error());
  const SecretText guard(std::move(*pem));
  auto passphrase = passphrase_of(arguments);
  if (!passphrase) return passphrase.error();
  auto key = crypt4gh::parse_secret_key(guard.reveal(), *passphrase);
  if (!key) return in("--secret", key.error());
  return key;
}

}  // namespace tributary::cli
