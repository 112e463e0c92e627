// tests/agent/crypt4gh/shared_data_test.cpp: containers and keys of other implementations, when they are there.
#include <cstdlib>
#include <iostream>

#include "agent/port/files/files.hpp"
#include "tests/agent/crypt4gh/containers.hpp"

#include <CppUTest/TestHarness.h>

namespace tributary::crypt4gh {
namespace {

/// The folder, or empty with a word about it.
std::string folder() {
  const char* root = std::getenv("TRIBUTARY_SHARED_DATA");
  if (root == nullptr || !files::Root::open(std::string(root) + "/crypt4gh").ok()) {
    std::cout << "skipped: shared data is not here" << std::endl;
    return {};
  }
  return std::string(root) + "/crypt4gh/";
}

std::string content(const std::string& path) { return *files::read_small(path, 1U << 22U); }

/// From the first BEGIN line with `label` on.
std::string pem_part(const std::string& text, const std::string& label) {
  return text.substr(text.find("-----BEGIN " + label));
}

}  // namespace

TEST_GROUP(SharedData){};

TEST(SharedData, sample_of_the_go_implementation_decrypts) {
  const std::string here = folder();
  if (here.empty()) return;
  const std::string keys = content(here + "keys-password.txt");
  auto secret = parse_secret_key(pem_part(keys, "CRYPT4GH ENCRYPTED PRIVATE KEY"), SecretText(std::string("password")));
  CHECK(secret.ok());
  CHECK(*public_of(*secret) == *parse_public_key(pem_part(keys, "CRYPT4GH PUBLIC KEY")));
  auto plain = decrypted(to_bytes(content(here + "sample.txt.enc")), *secret);
  CHECK(plain.ok());
  CHECK(text(*plain) == content(here + "sample.txt"));
}

TEST(SharedData, keys_of_the_reference_implementation_are_read_or_refused_with_the_way_out) {
  const std::string here = folder();
  if (here.empty()) return;
  for (const std::string name : {"alice", "bob"}) {
    CHECK(parse_public_key(content(here + name + ".pub")).ok());
    auto secret = parse_secret_key(content(here + name + ".sec"), SecretText(std::string(name)));
    CHECK_FALSE(secret.ok());
    STRCMP_CONTAINS("bcrypt", secret.error().what.c_str());
  }
}

TEST(SharedData, files_that_show_segment_edges_come_back) {
  const std::string here = folder();
  if (here.empty()) return;
  const Pair reader = make_pair();
  const DataKey key = make_data_key();
  for (const char* name : {"testfile.abbbc", "testfile.abcd"}) {
    const Bytes plain = to_bytes(content(here + name));
    CHECK(*decrypted(encrypted(plain, key, *make_header(key, {reader.half})), reader.secret) == plain);
  }
}

}  // namespace tributary::crypt4gh
