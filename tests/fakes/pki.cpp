// tests/fakes/pki.cpp: certificates for tests, written with mbedTLS (2.28 and 3.6).
#include "tests/fakes/pki.hpp"

#include <arpa/inet.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/ecp.h>
#include <mbedtls/entropy.h>
#include <mbedtls/oid.h>
#include <mbedtls/pk.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string_view>

namespace tributary::fakes {
namespace {

constexpr std::size_t pem_bytes = 4096;

void must(int code, const char* doing) {
  if (code == 0) return;
  std::fprintf(stderr, "certificates for tests: %s: -0x%04x\n", doing, static_cast<unsigned>(-code));
  std::abort();
}

struct Random {
  Random() {
    mbedtls_entropy_init(&entropy);
    mbedtls_ctr_drbg_init(&drbg);
    must(mbedtls_ctr_drbg_seed(&drbg, mbedtls_entropy_func, &entropy, nullptr, 0), "random numbers");
  }
  ~Random() {
    mbedtls_ctr_drbg_free(&drbg);
    mbedtls_entropy_free(&entropy);
  }
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;
  mbedtls_entropy_context entropy{};
  mbedtls_ctr_drbg_context drbg{};
};

struct Key {
  explicit Key(Random& random) {
    mbedtls_pk_init(&pk);
    must(mbedtls_pk_setup(&pk, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)), "key");
    must(mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(pk), mbedtls_ctr_drbg_random, &random.drbg),
         "key");
  }
  ~Key() { mbedtls_pk_free(&pk); }
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  mbedtls_pk_context pk{};
};

struct Certificate {
  Certificate() {
    mbedtls_x509write_crt_init(&crt);
    mbedtls_x509write_crt_set_version(&crt, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(&crt, MBEDTLS_MD_SHA256);
  }
  ~Certificate() { mbedtls_x509write_crt_free(&crt); }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;
  mbedtls_x509write_cert crt{};
};

void set_serial(mbedtls_x509write_cert& crt, unsigned char number) {
  std::array<unsigned char, 2> serial = {0x40, number};
#if MBEDTLS_VERSION_NUMBER >= 0x03040000
  must(mbedtls_x509write_crt_set_serial_raw(&crt, serial.data(), serial.size()), "serial number");
#else
  mbedtls_mpi mpi;
  mbedtls_mpi_init(&mpi);
  must(mbedtls_mpi_read_binary(&mpi, serial.data(), serial.size()), "serial number");
  must(mbedtls_x509write_crt_set_serial(&crt, &mpi), "serial number");
  mbedtls_mpi_free(&mpi);
#endif
}

// GeneralNames (RFC 5280 section 4.2.1.6); short enough for lengths of one byte.
std::string alternative_names(const Leaf& leaf) {
  std::string names;
  for (const auto& name : leaf.dns) names += std::string("\x82") + static_cast<char>(name.size()) + name;
  for (const auto& text : leaf.addresses) {
    std::array<char, 4> address{};
    ::inet_pton(AF_INET, text.c_str(), address.data());
    names += std::string("\x87\x04") + std::string(address.data(), address.size());
  }
  return std::string("\x30") + static_cast<char>(names.size()) + names;
}

void extend(mbedtls_x509write_cert& crt, std::string_view oid, std::string_view value) {
  must(mbedtls_x509write_crt_set_extension(&crt, oid.data(), oid.size(), 0,
                                           reinterpret_cast<const unsigned char*>(value.data()), value.size()),
       "extension");
}

void write_file(const std::string& path, const unsigned char* pem) {
  std::ofstream(path) << reinterpret_cast<const char*>(pem);
}

std::string pem_of(mbedtls_x509write_cert& crt, Random& random) {
  std::array<unsigned char, pem_bytes> pem{};
  must(mbedtls_x509write_crt_pem(&crt, pem.data(), pem.size(), mbedtls_ctr_drbg_random, &random.drbg), "certificate");
  return reinterpret_cast<const char*>(pem.data());
}

}  // namespace

struct Authority::State {
  Random random;
  Key key{random};
};

Authority::Authority(const std::string& directory, const std::string& name)
    : directory_(directory), name_(name), ca_file_(directory + "/" + name + ".pem"), state_(std::make_unique<State>()) {
  Certificate own;
  mbedtls_x509write_crt_set_subject_key(&own.crt, &state_->key.pk);
  mbedtls_x509write_crt_set_issuer_key(&own.crt, &state_->key.pk);
  const auto subject = "CN=" + name_;
  must(mbedtls_x509write_crt_set_validity(&own.crt, "20200101000000", "20991231235959"), "validity");
  must(mbedtls_x509write_crt_set_subject_name(&own.crt, subject.c_str()), "subject");
  must(mbedtls_x509write_crt_set_issuer_name(&own.crt, subject.c_str()), "issuer");
  must(mbedtls_x509write_crt_set_basic_constraints(&own.crt, 1, 0), "basic constraints");
  must(mbedtls_x509write_crt_set_key_usage(&own.crt, MBEDTLS_X509_KU_KEY_CERT_SIGN), "key usage");
  set_serial(own.crt, 1);
  std::ofstream(ca_file_) << pem_of(own.crt, state_->random);
}

Authority::~Authority() = default;

CertificateFiles Authority::issue(const Leaf& leaf) {
  const Key key(state_->random);
  Certificate made;
  auto& crt = made.crt;
  mbedtls_x509write_crt_set_subject_key(&crt, const_cast<mbedtls_pk_context*>(&key.pk));
  mbedtls_x509write_crt_set_issuer_key(&crt, &state_->key.pk);
  const auto subject = "CN=" + leaf.name, issuer = "CN=" + name_;
  must(mbedtls_x509write_crt_set_validity(&crt, leaf.from.c_str(), leaf.until.c_str()), "validity");
  must(mbedtls_x509write_crt_set_subject_name(&crt, subject.c_str()), "subject");
  must(mbedtls_x509write_crt_set_issuer_name(&crt, issuer.c_str()), "issuer");
  must(mbedtls_x509write_crt_set_basic_constraints(&crt, 0, -1), "basic constraints");
  must(mbedtls_x509write_crt_set_key_usage(&crt, MBEDTLS_X509_KU_DIGITAL_SIGNATURE), "key usage");
  // SEQUENCE { OID id-kp-serverAuth (1) or id-kp-clientAuth (2) }
  std::string usage("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03");
  usage += leaf.usage == Usage::server ? '\x01' : '\x02';
  extend(crt, {MBEDTLS_OID_EXTENDED_KEY_USAGE, MBEDTLS_OID_SIZE(MBEDTLS_OID_EXTENDED_KEY_USAGE)}, usage);
  const auto names = alternative_names(leaf);
  if (names.size() > 2)
    extend(crt, {MBEDTLS_OID_SUBJECT_ALT_NAME, MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME)}, names);
  ++issued_;
  set_serial(crt, static_cast<unsigned char>(issued_ + 1));

  const auto base = directory_ + "/" + name_ + "-" + std::to_string(issued_);
  CertificateFiles files{base + ".pem", base + ".key"};
  std::ofstream(files.cert_file) << pem_of(crt, state_->random);
  std::array<unsigned char, pem_bytes> pem{};
  must(mbedtls_pk_write_key_pem(const_cast<mbedtls_pk_context*>(&key.pk), pem.data(), pem.size()), "key");
  write_file(files.key_file, pem.data());
  return files;
}

}  // namespace tributary::fakes
