// agent/crypt4gh/keys.cpp: key files of Crypt4GH.
//
// Source     EGA-archive/crypt4gh docs/keys.rst: PEM around base64; the secret one is `c4gh-v1` and then strings, each
//            behind its length as a big-endian 16-bit number: kdf, [rounds and salt], cipher, blob, [comment].
#include <algorithm>

#include "agent/base/text.hpp"
#include "agent/crypt4gh/crypt4gh.hpp"
#include "agent/port/crypto/crypto.hpp"

namespace tributary::crypt4gh {
namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;
constexpr std::size_t rounds_bytes = 4;
constexpr std::size_t salt_bytes = 16;
constexpr std::size_t file_limit_bytes = std::size_t{64} << 10U;
constexpr std::uint64_t scrypt_n = 1U << 14U;
constexpr std::uint32_t scrypt_r = 8;
constexpr std::uint32_t scrypt_p = 1;
constexpr std::uint32_t most_rounds = 10'000'000;  // of PBKDF2: some seconds

constexpr std::string_view magic = "c4gh-v1";
constexpr std::string_view cipher_name = "chacha20_poly1305";
constexpr std::string_view none = "none";
constexpr std::string_view remake_hint = "make a key with `tributary crypt4gh keygen`";

Error damaged(const std::string& what) {
  return operator_error("the Crypt4GH key file " + what, std::string(remake_hint));
}

/// What stands between the BEGIN line and the END line, decoded.
Result<Bytes> pem_content(std::string_view pem) {
  if (pem.size() > file_limit_bytes) return damaged("is larger than 64 KiB");
  std::string base64;
  bool inside = false;
  bool ended = false;
  for (const std::string& raw : split(pem, '\n')) {
    const std::string_view line = trim(raw);
    if (line.starts_with("-----BEGIN ") && !inside) {
      inside = true;
    } else if (line.starts_with("-----END ") && inside) {
      ended = true;
      break;
    } else if (inside) {
      base64 += line;
    }
  }
  if (!ended) return damaged("is not PEM (no BEGIN and END lines)");
  auto bytes = from_base64(base64);
  wipe(base64.data(), base64.size());
  if (!bytes) return damaged("is not base64 between its BEGIN and END lines");
  return *std::move(bytes);
}

std::string as_pem(std::string_view label, ByteView content) {
  std::string out = "-----BEGIN ";
  out.append(label).append("-----\n").append(to_base64(content)).append("\n-----END ").append(label).append("-----\n");
  return out;
}

bool starts_with(ByteView bytes, std::string_view text) {
  return bytes.size() >= text.size() && tributary::text(bytes.first(text.size())) == text;
}

/// Takes strings off the front.
class Fields {
 public:
  explicit Fields(ByteView rest) : rest_(rest) {}
  [[nodiscard]] std::optional<ByteView> next() {
    if (rest_.size() < 2) return std::nullopt;
    const std::size_t size = (std::size_t{rest_[0]} << 8U) | rest_[1];
    if (rest_.size() - 2 < size) return std::nullopt;
    const ByteView field = rest_.subspan(2, size);
    rest_ = rest_.subspan(2 + size);
    return field;
  }

 private:
  ByteView rest_;
};

void append_field(Bytes& out, ByteView field) {
  out.push_back(static_cast<std::uint8_t>(field.size() >> 8U));
  out.push_back(static_cast<std::uint8_t>(field.size()));
  out.insert(out.end(), field.begin(), field.end());
}

/// The key that a passphrase gives. `options` are rounds (32 bits, big-endian) and salt.
Result<Secret<32>> derive(std::string_view kdf, ByteView options, const SecretText& passphrase) {
  if (kdf == "bcrypt") {
    return operator_error("the Crypt4GH secret key is locked with bcrypt, which is not supported",
                          "unlock it with the tool that made it and lock it again with scrypt, or " +
                              std::string(remake_hint) + " and send its public half to the programme");
  }
  if (kdf != "scrypt" && kdf != "pbkdf2_hmac_sha256") return damaged("names an unknown key derivation");
  if (options.size() <= rounds_bytes) return damaged("has no salt");
  if (passphrase.empty()) {
    return operator_error("the Crypt4GH secret key is locked with a passphrase, and none was given",
                          "name the file that holds its passphrase: --passphrase-file P");
  }
  const ByteView salt = options.subspan(rounds_bytes);
  Secret<32> key;
  if (kdf == "scrypt") {
    auto done = crypto::scrypt(passphrase.reveal(), salt, scrypt_n, scrypt_r, scrypt_p, key.fill());
    if (!done) return done.error();
    return key;
  }
  std::uint32_t rounds = 0;
  for (std::size_t i = 0; i < rounds_bytes; ++i) rounds = (rounds << 8U) | options[i];
  if (rounds == 0 || rounds > most_rounds) return damaged("asks for " + std::to_string(rounds) + " rounds of PBKDF2");
  if (auto done = crypto::pbkdf2_hmac_sha256(passphrase.reveal(), salt, rounds, key.fill()); !done) return done.error();
  return key;
}

Result<SecretKey> open_blob(ByteView blob, const Secret<32>& lock) {
  if (blob.size() != nonce_bytes + key_bytes + tag_bytes) {
    return damaged("holds a locked key of " + std::to_string(blob.size()) + " bytes, 60 expected");
  }
  SecretKey key;
  crypto::ChaChaPoly cipher(lock);
  if (!cipher.decrypt(blob.first<nonce_bytes>(), blob.subspan(nonce_bytes, key_bytes), blob.last<tag_bytes>(),
                      key.fill())) {
    return operator_error("the passphrase does not open the Crypt4GH secret key",
                          "check the passphrase file; a line end at its end belongs to some passphrases");
  }
  return key;
}

Result<SecretKey> parse_fields(ByteView rest, const SecretText& passphrase) {
  Fields fields(rest);
  const auto kdf_field = fields.next();
  if (!kdf_field) return damaged("ends within the name of its key derivation");
  const std::string_view kdf = text(*kdf_field);
  ByteView options;
  if (kdf != none) {
    const auto field = fields.next();
    if (!field) return damaged("ends within its salt");
    options = *field;
  }
  const auto cipher_field = fields.next();
  const auto blob = cipher_field ? fields.next() : std::nullopt;
  if (!blob) return damaged("ends within the key");
  const std::string_view cipher = text(*cipher_field);
  if ((kdf == none) != (cipher == none)) return damaged("has a cipher without a key derivation, or the reverse");
  if (cipher == none) {
    if (blob->size() != key_bytes) {
      return damaged("holds a key of " + std::to_string(blob->size()) + " bytes, 32 expected");
    }
    return SecretKey(*blob);
  }
  if (cipher != cipher_name) return damaged("names an unknown cipher");
  auto lock = derive(kdf, options, passphrase);
  if (!lock) return lock.error();
  return open_blob(*blob, *lock);
}

}  // namespace

Result<PublicKey> parse_public_key(std::string_view pem) {
  auto content = pem_content(pem);
  if (!content) return content.error();
  if (starts_with(*content, magic)) {
    wipe(content->data(), content->size());
    return operator_error("the file holds a Crypt4GH secret key where a public one belongs",
                          "name the public half, and keep the secret one on the side that decrypts");
  }
  if (content->size() != key_bytes) {
    return damaged("holds a public key of " + std::to_string(content->size()) + " bytes, 32 expected");
  }
  PublicKey key{};
  std::copy(content->begin(), content->end(), key.begin());
  return key;
}

Result<SecretKey> parse_secret_key(std::string_view pem, const SecretText& passphrase) {
  auto content = pem_content(pem);
  if (!content) return content.error();
  Result<SecretKey> key = starts_with(*content, magic)
                              ? parse_fields(ByteView(*content).subspan(magic.size()), passphrase)
                              : Result<SecretKey>(damaged("holds no secret key (it does not start with c4gh-v1)"));
  wipe(content->data(), content->size());
  return key;
}

std::string write_public_key(const PublicKey& key) { return as_pem("CRYPT4GH PUBLIC KEY", key); }

Result<SecretText> write_secret_key(const SecretKey& key, const SecretText& passphrase) {
  Bytes content = to_bytes(magic);
  if (passphrase.empty()) {
    append_field(content, view(none));
    append_field(content, view(none));
    append_field(content, key.bytes());
  } else {
    std::array<std::uint8_t, rounds_bytes + salt_bytes> options{};  // rounds stay 0: scrypt has none
    std::array<std::uint8_t, nonce_bytes + key_bytes + tag_bytes> blob{};
    const MutableByteView out(blob);
    if (auto made = crypto::random(MutableByteView(options).subspan(rounds_bytes)); !made) return made.error();
    if (auto made = crypto::random(out.first(nonce_bytes)); !made) return made.error();
    auto lock = derive("scrypt", options, passphrase);
    if (!lock) return lock.error();
    crypto::ChaChaPoly cipher(*lock);
    cipher.encrypt(ByteView(blob).first<nonce_bytes>(), key.bytes(), out.subspan(nonce_bytes, key_bytes),
                   out.last<tag_bytes>());
    append_field(content, view("scrypt"));
    append_field(content, options);
    append_field(content, view(cipher_name));
    append_field(content, blob);
  }
  SecretText pem(as_pem("CRYPT4GH PRIVATE KEY", content));
  wipe(content.data(), content.size());
  return pem;
}

Result<PublicKey> public_of(const SecretKey& key) { return crypto::x25519_public(key); }

}  // namespace tributary::crypt4gh
