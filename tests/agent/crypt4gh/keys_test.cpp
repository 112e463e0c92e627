// tests/agent/crypt4gh/keys_test.cpp: key files, ours and those of others.
#include "tests/agent/crypt4gh/containers.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::crypt4gh {
namespace {

std::string pem(const Bytes& content, const std::string& label = "CRYPT4GH PRIVATE KEY") {
  return "-----BEGIN " + label + "-----\n" + to_base64(content) + "\n-----END " + label + "-----\n";
}

void field(Bytes& out, ByteView bytes) {
  out.push_back(static_cast<std::uint8_t>(bytes.size() >> 8U));
  out.push_back(static_cast<std::uint8_t>(bytes.size()));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

/// As the reference implementation writes it, with the key derivation of choice.
Bytes locked(const SecretKey& key, const std::string& kdf, std::uint32_t rounds, const Secret<32>& lock) {
  Bytes options = {static_cast<std::uint8_t>(rounds >> 24U), static_cast<std::uint8_t>(rounds >> 16U),
                   static_cast<std::uint8_t>(rounds >> 8U), static_cast<std::uint8_t>(rounds)};
  options.resize(20, 0x5a);
  Bytes blob(60, 3);
  const MutableByteView view_of(blob);
  crypto::ChaChaPoly(lock).encrypt(ByteView(blob).first<12>(), key.bytes(), view_of.subspan(12, 32),
                                   view_of.last<16>());
  Bytes out = to_bytes("c4gh-v1");
  field(out, view(kdf));
  field(out, options);
  field(out, view("chacha20_poly1305"));
  field(out, blob);
  return out;
}

Bytes pbkdf2_locked(const SecretKey& key, std::uint32_t rounds) {
  Secret<32> lock;
  (void)crypto::pbkdf2_hmac_sha256("word", Bytes(16, 0x5a), rounds, lock.fill());
  return locked(key, "pbkdf2_hmac_sha256", rounds, lock);
}

const SecretText word{std::string("word")};

}  // namespace

TEST_GROUP(KeyFile) {
  Pair pair = make_pair();

  void gives_it_back(const std::string& text, const SecretText& passphrase) {
    auto key = parse_secret_key(text, passphrase);
    CHECK(key.ok());
    CHECK(crypto::equal(key->bytes(), pair.secret.bytes()));
  }
  void refuse(const std::string& text, const SecretText& passphrase = {}) {
    auto key = parse_secret_key(text, passphrase);
    CHECK_FALSE(key.ok());
    CHECK(key.error().remedy == Remedy::ask_operator);
    CHECK_FALSE(key.error().hint.empty());
  }
};

TEST(KeyFile, of_the_public_half_comes_back) {
  const std::string text = write_public_key(pair.half);
  STRCMP_CONTAINS("-----BEGIN CRYPT4GH PUBLIC KEY-----\n", text.c_str());
  CHECK(*parse_public_key(text) == pair.half);
  CHECK(*public_of(pair.secret) == pair.half);
}

TEST(KeyFile, of_the_secret_half_comes_back_with_and_without_a_passphrase) {
  gives_it_back(std::string(write_secret_key(pair.secret, {})->reveal()), {});
  gives_it_back(std::string(write_secret_key(pair.secret, {})->reveal()), word);
  gives_it_back(std::string(write_secret_key(pair.secret, word)->reveal()), word);
}

TEST(KeyFile, with_a_passphrase_does_not_show_the_key) {
  const std::string text(write_secret_key(pair.secret, word)->reveal());
  const auto lines = from_base64(text.substr(text.find('\n'), text.rfind("-----END") - text.find('\n')));
  CHECK(std::search(lines->begin(), lines->end(), pair.secret.bytes().begin(), pair.secret.bytes().end()) ==
        lines->end());
}

TEST(KeyFile, asks_for_the_right_passphrase) {
  const std::string text(write_secret_key(pair.secret, word)->reveal());
  refuse(text);
  refuse(text, SecretText(std::string("Word")));
}

TEST(KeyFile, locked_with_pbkdf2_opens) { gives_it_back(pem(pbkdf2_locked(pair.secret, 100000)), word); }

TEST(KeyFile, that_asks_for_no_rounds_or_for_days_of_them_is_refused) {
  Secret<32> lock;
  refuse(pem(locked(pair.secret, "pbkdf2_hmac_sha256", 0, lock)), word);
  refuse(pem(locked(pair.secret, "pbkdf2_hmac_sha256", 0xffffffff, lock)), word);
}

TEST(KeyFile, locked_with_bcrypt_is_refused_with_the_way_out) {
  auto key = parse_secret_key(pem(locked(pair.secret, "bcrypt", 100, {})), word);
  STRCMP_CONTAINS("bcrypt", key.error().what.c_str());
  STRCMP_CONTAINS("scrypt", key.error().hint.c_str());
}

TEST(KeyFile, may_have_bytes_behind_the_key_and_any_label) {
  Bytes content = pbkdf2_locked(pair.secret, 10);
  content.push_back(0);
  content.push_back(0);
  for (const char* label : {"CRYPT4GH PRIVATE KEY", "CRYPT4GH ENCRYPTED PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "X"}) {
    gives_it_back(pem(content, label), word);
  }
  CHECK(*parse_public_key(pem(Bytes(pair.half.begin(), pair.half.end()), "SOMETHING")) == pair.half);
}

TEST(KeyFile, may_have_text_around_it_wrapped_lines_and_carriage_returns) {
  const std::string one_line = pem(pbkdf2_locked(pair.secret, 10));
  std::string wrapped = "# a remark\r\n";
  const auto body = one_line.find('\n') + 1;
  wrapped += one_line.substr(0, body - 1) + "\r\n";
  for (std::size_t at = body; at < one_line.rfind("\n-----END"); at += 64) {
    wrapped += one_line.substr(at, std::min<std::size_t>(64, one_line.rfind("\n-----END") - at)) + "\r\n";
  }
  wrapped += "-----END CRYPT4GH PRIVATE KEY-----";
  gives_it_back(wrapped, word);
}

TEST(KeyFile, cut_anywhere_is_refused) {
  const Bytes content = pbkdf2_locked(pair.secret, 10);
  for (std::size_t size = 0; size < content.size(); ++size) {
    refuse(pem(Bytes(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(size))), word);
  }
}

TEST(KeyFile, with_lengths_names_and_sizes_that_do_not_fit_is_refused) {
  Bytes content = to_bytes("c4gh-v1");
  field(content, view("none"));
  field(content, view("chacha20_poly1305"));
  field(content, Bytes(60));
  refuse(pem(content));
  content = to_bytes("c4gh-v1");
  field(content, view("none"));
  field(content, view("none"));
  field(content, Bytes(31));
  refuse(pem(content));
  Secret<32> lock;
  content = locked(pair.secret, "argon", 0, lock);
  refuse(pem(content), word);
  refuse("");
  refuse("-----BEGIN X-----\n%%%%\n-----END X-----\n");
  refuse("-----BEGIN X-----\nAAAA\n");
  refuse(std::string(100000, 'A'));
  refuse(write_public_key(pair.half));
}

TEST(KeyFile, of_the_secret_half_is_not_taken_for_a_public_one) {
  auto key = parse_public_key(write_secret_key(pair.secret, {})->reveal());
  CHECK_FALSE(key.ok());
  STRCMP_CONTAINS("secret", key.error().what.c_str());
  CHECK_FALSE(parse_public_key(pem(Bytes(33))).ok());
  CHECK_FALSE(parse_public_key("").ok());
}

}  // namespace tributary::crypt4gh
