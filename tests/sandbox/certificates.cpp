// tests/sandbox/certificates.cpp: a CA of our own and a server certificate, written with mbedTLS.
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/ecp.h>
#include <mbedtls/entropy.h>
#include <mbedtls/oid.h>
#include <mbedtls/pk.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>

#include <array>
#include <filesystem>

#include "agent/base/bytes.hpp"
#include "agent/port/files/files.hpp"
#include "tests/sandbox/keys.hpp"

namespace tributary::sandbox {
namespace {

constexpr std::size_t pem_bytes = 4096;

/// Random numbers and the state of one making.
struct Random {
  Random() {
    mbedtls_entropy_init(&entropy);
    mbedtls_ctr_drbg_init(&drbg);
  }
  ~Random() {
    mbedtls_ctr_drbg_free(&drbg);
    mbedtls_entropy_free(&entropy);
  }
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;
  int seed() { return mbedtls_ctr_drbg_seed(&drbg, mbedtls_entropy_func, &entropy, nullptr, 0); }

  mbedtls_entropy_context entropy{};
  mbedtls_ctr_drbg_context drbg{};
};

struct Key {
  Key() { mbedtls_pk_init(&pk); }
  ~Key() { mbedtls_pk_free(&pk); }
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  int generate(Random& random) {
    const int code = mbedtls_pk_setup(&pk, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
    if (code != 0) return code;
    return mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(pk), mbedtls_ctr_drbg_random, &random.drbg);
  }

  mbedtls_pk_context pk{};
};

struct Certificate {
  Certificate() { mbedtls_x509write_crt_init(&crt); }
  ~Certificate() { mbedtls_x509write_crt_free(&crt); }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  mbedtls_x509write_cert crt{};
};

/// `20261121100000`
std::string x509_time(std::int64_t utc_s) {
  std::string out;
  for (const char c : to_rfc3339(utc_s)) {
    if (c >= '0' && c <= '9') out += c;
  }
  return out;
}

/// SEQUENCE of dNSName [2] and iPAddress [7] (RFC 5280 section 4.2.1.6); short enough for one-byte lengths.
Bytes alternative_names(const std::string& host) {
  Bytes names;
  const auto add = [&](std::uint8_t tag, ByteView value) {
    names.push_back(tag);
    names.push_back(static_cast<std::uint8_t>(value.size()));
    names.insert(names.end(), value.begin(), value.end());
  };
  if (host != "localhost") add(0x82, view(host));
  add(0x82, view("localhost"));
  add(0x87, std::array<std::uint8_t, 4>{127, 0, 0, 1});
  const std::array<std::uint8_t, 2> head = {0x30, static_cast<std::uint8_t>(names.size())};
  names.insert(names.begin(), head.begin(), head.end());
  return names;
}

int set_serial(mbedtls_x509write_cert& crt, Random& random) {
  std::array<std::uint8_t, 16> serial{};
  const int code = mbedtls_ctr_drbg_random(&random.drbg, serial.data(), serial.size());
  if (code != 0) return code;
  serial[0] = static_cast<std::uint8_t>((serial[0] & 0x3fU) | 0x40U);  // positive, and never short
#if MBEDTLS_VERSION_NUMBER >= 0x03040000
  return mbedtls_x509write_crt_set_serial_raw(&crt, serial.data(), serial.size());
#else
  mbedtls_mpi number;
  mbedtls_mpi_init(&number);
  int result = mbedtls_mpi_read_binary(&number, serial.data(), serial.size());
  if (result == 0) result = mbedtls_x509write_crt_set_serial(&crt, &number);
  mbedtls_mpi_free(&number);
  return result;
#endif
}

/// What both certificates have in common.
int fill(Certificate& certificate, Key& subject, Key& issuer, const std::string& name, Random& random,
         const Clock& clock) {
  constexpr std::int64_t day_s = 24 * 3600;
  auto& crt = certificate.crt;
  mbedtls_x509write_crt_set_version(&crt, MBEDTLS_X509_CRT_VERSION_3);
  mbedtls_x509write_crt_set_md_alg(&crt, MBEDTLS_MD_SHA256);
  mbedtls_x509write_crt_set_subject_key(&crt, &subject.pk);
  mbedtls_x509write_crt_set_issuer_key(&crt, &issuer.pk);
  const auto from = x509_time(clock.now_utc_s() - day_s), to = x509_time(clock.now_utc_s() + 3650 * day_s);
  int code = mbedtls_x509write_crt_set_validity(&crt, from.c_str(), to.c_str());
  if (code == 0) code = mbedtls_x509write_crt_set_subject_name(&crt, name.c_str());
  if (code == 0) code = mbedtls_x509write_crt_set_issuer_name(&crt, "CN=Tributary sandbox CA");
  if (code == 0) code = set_serial(crt, random);
  return code;
}

int describe_authority(Certificate& certificate) {
  int code = mbedtls_x509write_crt_set_basic_constraints(&certificate.crt, 1, 0);
  if (code == 0) {
    code =
        mbedtls_x509write_crt_set_key_usage(&certificate.crt, MBEDTLS_X509_KU_KEY_CERT_SIGN | MBEDTLS_X509_KU_CRL_SIGN);
  }
  if (code == 0) code = mbedtls_x509write_crt_set_subject_key_identifier(&certificate.crt);
  return code;
}

int describe_server(Certificate& certificate, const std::string& host) {
  static constexpr std::string_view alternative_name_oid(MBEDTLS_OID_SUBJECT_ALT_NAME);
  static constexpr std::string_view extended_usage_oid(MBEDTLS_OID_EXTENDED_KEY_USAGE);
  // SEQUENCE { OID id-kp-serverAuth }
  static constexpr std::array<std::uint8_t, 12> server_auth = {0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06,
                                                               0x01, 0x05, 0x05, 0x07, 0x03, 0x01};
  auto* crt = &certificate.crt;
  const auto names = alternative_names(host);
  int code = mbedtls_x509write_crt_set_basic_constraints(crt, 0, -1);
  if (code == 0) code = mbedtls_x509write_crt_set_key_usage(crt, MBEDTLS_X509_KU_DIGITAL_SIGNATURE);
  if (code == 0) {
    code = mbedtls_x509write_crt_set_extension(crt, extended_usage_oid.data(), extended_usage_oid.size(), 0,
                                               server_auth.data(), server_auth.size());
  }
  if (code == 0) {
    code = mbedtls_x509write_crt_set_extension(crt, alternative_name_oid.data(), alternative_name_oid.size(), 0,
                                               names.data(), names.size());
  }
  if (code == 0) code = mbedtls_x509write_crt_set_subject_key_identifier(crt);
  if (code == 0) code = mbedtls_x509write_crt_set_authority_key_identifier(crt);
  return code;
}

struct Pems {
  std::array<unsigned char, pem_bytes> authority{}, server{}, key{};
};

int make(Pems& pems, const std::string& host, const Clock& clock) {
  Random random;
  Key authority_key, server_key;
  Certificate authority, server;
  int code = random.seed();
  if (code == 0) code = authority_key.generate(random);
  if (code == 0) code = server_key.generate(random);
  if (code == 0) code = fill(authority, authority_key, authority_key, "CN=Tributary sandbox CA", random, clock);
  if (code == 0) code = describe_authority(authority);
  if (code == 0) code = fill(server, server_key, authority_key, "CN=" + host, random, clock);
  if (code == 0) code = describe_server(server, host);
  auto* const draw = &random.drbg;
  if (code == 0) {
    code = mbedtls_x509write_crt_pem(&authority.crt, pems.authority.data(), pem_bytes, mbedtls_ctr_drbg_random, draw);
  }
  if (code == 0) {
    code = mbedtls_x509write_crt_pem(&server.crt, pems.server.data(), pem_bytes, mbedtls_ctr_drbg_random, draw);
  }
  if (code == 0) code = mbedtls_pk_write_key_pem(&server_key.pk, pems.key.data(), pem_bytes);
  return code;
}

std::string_view text_of(const std::array<unsigned char, pem_bytes>& pem) {
  return {reinterpret_cast<const char*>(pem.data())};
}

}  // namespace

Status make_certificates(const std::string& directory, const std::string& host, const Clock& clock) {
  std::error_code missing;
  if (std::filesystem::exists(directory + "/ca.pem", missing)) return {};
  if (host.size() > 64) return operator_error("certificate: the host name is longer than 64 characters");
  Pems pems;
  const int code = make(pems, host, clock);
  if (code != 0) return operator_error("certificate: mbedTLS says " + std::to_string(code));
  auto written = files::write_atomic(directory + "/server.key", view(text_of(pems.key)), 0600);
  if (written) written = files::write_atomic(directory + "/server.pem", view(text_of(pems.server)), 0644);
  if (written) written = files::write_atomic(directory + "/ca.pem", view(text_of(pems.authority)), 0644);
  wipe(pems.key.data(), pems.key.size());
  return written;
}

}  // namespace tributary::sandbox
