// tests/sandbox/keys.cpp: making and reading of keys.
#include "tests/sandbox/keys.hpp"

#include <filesystem>

#include "agent/base/bytes.hpp"
#include "agent/base/text.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "agent/port/files/files.hpp"

namespace tributary::sandbox {
namespace {

constexpr unsigned secret_mode = 0600;
constexpr unsigned public_mode = 0644;
constexpr std::size_t file_limit = 64U << 10;

bool exists(const std::string& path) {
  std::error_code code;
  return std::filesystem::exists(path, code);
}

/// 32 random bytes in base64url, made when missing.
Result<SecretText> random_text(const std::string& path) {
  if (!exists(path)) {
    Secret<32> chance;
    if (const auto drawn = crypto::random(chance.fill()); !drawn) return drawn.error();
    const auto written = files::write_atomic(path, view(to_base64url(chance.bytes()) + "\n"), secret_mode);
    if (!written) return written.error();
  }
  const auto content = files::read_small(path, file_limit);
  if (!content) return content.error();
  const auto word = trim(*content);
  if (word.size() < 16) return operator_error(path + ": shorter than a secret should be", "remove it");
  return SecretText(std::string(word));
}

/// The public half is written last: where it is, both are.
Status make_recipient(const std::string& secret_path, const std::string& public_path) {
  const auto pair = crypto::x25519_generate();
  if (!pair) return pair.error();
  const auto secret = crypt4gh::write_secret_key(pair->secret, SecretText());
  if (!secret) return secret.error();
  const auto written = files::write_atomic(secret_path, view(secret->reveal()), secret_mode);
  if (!written) return written;
  return files::write_atomic(public_path, view(crypt4gh::write_public_key(pair->public_key)), public_mode);
}

}  // namespace

Result<Keys> open_keys(const std::string& directory) {
  if (const auto made = files::make_directories(directory, 0700); !made) return made.error();
  const auto secret_path = directory + "/recipient.sec", public_path = directory + "/recipient.pub";
  if (!exists(public_path)) {
    if (const auto made = make_recipient(secret_path, public_path); !made) return made.error();
  }
  const auto pem = files::read_small(secret_path, file_limit);
  if (!pem) return pem.error();
  auto recipient = crypt4gh::parse_secret_key(*pem, SecretText());
  if (!recipient) return in(secret_path, recipient.error());
  auto token = random_text(directory + "/token");
  if (!token) return token.error();
  const auto url_text = random_text(directory + "/url.key");
  if (!url_text) return url_text.error();
  return Keys{*std::move(recipient), *std::move(token), Secret<32>(crypto::sha256(view(url_text->reveal())))};
}

}  // namespace tributary::sandbox
