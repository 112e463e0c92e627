// agent/pseudonymise/pseudonym.cpp: keyed pseudonyms.
#include "agent/pseudonymise/pseudonym.hpp"

#include "agent/base/text.hpp"
#include "agent/port/crypto/crypto.hpp"
#include "agent/port/files/files.hpp"

namespace tributary::pseudonymise {
namespace {

constexpr std::size_t id_bytes = 16;
constexpr std::size_t digits = 26;

std::string spell(std::string_view prefix, ByteView digest) {
  for (std::size_t at = 0; at + id_bytes <= digest.size(); ++at) {
    const std::string word = to_crockford(digest.subspan(at, id_bytes));
    const char check = crockford_check(word);
    if ((check >= '0' && check <= '9') || (check >= 'A' && check <= 'Z')) return std::string(prefix) + word + check;
  }
  // Sixteen windows in a row without a letter: once in 10^16 ids. The last resort is longer, and as unique.
  const std::string word = to_crockford(digest) + "0";
  return std::string(prefix) + word;
}

Secret<32> derive(const Secret<32>& key, std::string_view what) {
  Secret<32> out;
  crypto::hkdf_sha256(key.bytes(), {}, what, out.fill());
  return out;
}

}  // namespace

Result<PseudonymKey> PseudonymKey::load(const std::string& path) {
  auto content = files::read_small(path, 4096);
  if (!content) return in("pseudonyms.key_file", content.error());
  const SecretText guard(*content);
  if (content->size() != 32) {
    return operator_error(
        "pseudonyms.key_file: " + printable(path) + " has " + std::to_string(content->size()) + " bytes, a key has 32",
        "make one with: tributary keys generate pseudonym FILE");
  }
  return PseudonymKey(Secret<32>(view(*content)));
}

std::string PseudonymKey::id() const {
  return to_hex(ByteView(crypto::hmac_sha256(key_.bytes(), view("tributary/v1/key-id"))).first(8));
}

std::string PseudonymKey::make(Kind kind, std::string_view destination, std::string_view id) const {
  const bool subject = kind == Kind::subject;
  const std::string clean = canonical(id);
  std::string message = "tributary/v1";
  for (const std::string_view part :
       {destination, std::string_view(subject ? "subject" : "sample"), std::string_view(clean)}) {
    message += '\0';
    message += part;
  }
  return spell(subject ? "TS-" : "TL-", crypto::hmac_sha256(key_.bytes(), view(message)));
}

Secret<32> PseudonymKey::name_key(std::string_view destination, std::string_view pseudonym) const {
  return derive(key_, "tributary/v1/read-names/" + std::string(destination) + "/" + std::string(pseudonym));
}

Secret<32> PseudonymKey::state_key() const { return derive(key_, "tributary/v1/state"); }

std::string canonical(std::string_view id) { return std::string(trim(id)); }

bool is_pseudonym(std::string_view text) {
  if (text.size() != 3 + digits + 1 || (!text.starts_with("TS-") && !text.starts_with("TL-"))) return false;
  const auto word = text.substr(3, digits);
  for (const char c : word) {
    if ((c < '0' || c > '9') && (c < 'A' || c > 'Z' || c == 'I' || c == 'L' || c == 'O' || c == 'U')) return false;
  }
  return crockford_check(word) == text.back();
}

}  // namespace tributary::pseudonymise
