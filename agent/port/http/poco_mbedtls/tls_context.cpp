// agent/port/http/poco_mbedtls/tls_context.cpp: trust and keys. Builds with mbedTLS 2.28 and 3.6.
#include "agent/port/http/poco_mbedtls/tls_context.hpp"

#include <mbedtls/error.h>
#include <mbedtls/ssl_ciphersuites.h>
#include <mbedtls/version.h>
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
#include <psa/crypto.h>
#endif

#include <array>
#include <cstdio>
#include <mutex>

#include "agent/base/text.hpp"
#include "agent/port/files/revision.hpp"

namespace tributary::http {
namespace {

constexpr const char* system_store = "/etc/ssl/certs/ca-certificates.crt";

// The generator of a shared context serves several connections at once.
int locked_random(void* context, unsigned char* into, std::size_t size) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  return mbedtls_ctr_drbg_random(context, into, size);
}

}  // namespace

std::string tls_error(int code) {
  std::array<char, 160> words{};
  mbedtls_strerror(code, words.data(), words.size());
  std::array<char, 24> number{};
  std::snprintf(number.data(), number.size(), " (-0x%04x)", static_cast<unsigned>(-code));
  return std::string(words.data()) + number.data();
}

TlsContext::TlsContext(bool server) : server_(server) {
  mbedtls_entropy_init(&entropy_);
  mbedtls_ctr_drbg_init(&random_);
  mbedtls_ssl_config_init(&config_);
  mbedtls_x509_crt_init(&ca_);
  mbedtls_x509_crt_init(&own_);
  mbedtls_pk_init(&key_);
}

TlsContext::~TlsContext() {
  mbedtls_ssl_config_free(&config_);
  mbedtls_x509_crt_free(&ca_);
  mbedtls_x509_crt_free(&own_);
  mbedtls_pk_free(&key_);
  mbedtls_ctr_drbg_free(&random_);
  mbedtls_entropy_free(&entropy_);
}

Status TlsContext::start() {
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
  if (psa_crypto_init() != PSA_SUCCESS) return operator_error("TLS: the cryptographic library did not start");
#endif
  int code = mbedtls_ctr_drbg_seed(&random_, mbedtls_entropy_func, &entropy_, nullptr, 0);
  if (code == 0) {
    code = mbedtls_ssl_config_defaults(&config_, server_ ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
                                       MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
  }
  if (code != 0) return operator_error("TLS: " + tls_error(code));
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
  mbedtls_ssl_conf_min_tls_version(&config_, MBEDTLS_SSL_VERSION_TLS1_2);
#else
  mbedtls_ssl_conf_min_version(&config_, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
#endif
  mbedtls_ssl_conf_rng(&config_, locked_random, &random_);
#if defined(MBEDTLS_SSL_RENEGOTIATION)
  mbedtls_ssl_conf_renegotiation(&config_, MBEDTLS_SSL_RENEGOTIATION_DISABLED);
#endif
  choose_suites();
  return {};
}

// ChaCha20-Poly1305 first: it is the faster suite of this library; forward secrecy and authenticated encryption always.
void TlsContext::choose_suites() {
  static const int suites[] = {
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
      MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
      MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
      MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
#endif
      MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
      MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
      MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
      MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
      MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
      MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
      0};
  mbedtls_ssl_conf_ciphersuites(&config_, suites);
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
  static const std::uint16_t groups[] = {MBEDTLS_SSL_IANA_TLS_GROUP_X25519, MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1,
                                         MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1, MBEDTLS_SSL_IANA_TLS_GROUP_NONE};
  mbedtls_ssl_conf_groups(&config_, groups);
#else
  static const mbedtls_ecp_group_id curves[] = {MBEDTLS_ECP_DP_CURVE25519, MBEDTLS_ECP_DP_SECP256R1,
                                                MBEDTLS_ECP_DP_SECP384R1, MBEDTLS_ECP_DP_NONE};
  mbedtls_ssl_conf_curves(&config_, curves);
#endif
}

Status TlsContext::load_ca(const std::string& file, const char* what) {
  const int code = mbedtls_x509_crt_parse_file(&ca_, file.c_str());
  // The system's store may hold certificates of kinds that this library does not know: the others count.
  if (code < 0 || (code > 0 && file != system_store)) {
    const std::string why = code < 0 ? tls_error(code) : std::to_string(code) + " certificates in it can not be read";
    return operator_error(std::string(what) + " " + printable(file) + ": " + why,
                          "it must be PEM and readable by the user of the daemon");
  }
  return {};
}

Status TlsContext::load_own(const std::string& cert_file, const std::string& key_file) {
  int code = mbedtls_x509_crt_parse_file(&own_, cert_file.c_str());
  if (code != 0)
    return operator_error("certificate " + printable(cert_file) + ": " +
                          (code < 0 ? tls_error(code) : "not every certificate in it can be read"));
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
  code = mbedtls_pk_parse_keyfile(&key_, key_file.c_str(), nullptr, locked_random, &random_);
  const int pair = code == 0 ? mbedtls_pk_check_pair(&own_.pk, &key_, locked_random, &random_) : 0;
#else
  code = mbedtls_pk_parse_keyfile(&key_, key_file.c_str(), nullptr);
  const int pair = code == 0 ? mbedtls_pk_check_pair(&own_.pk, &key_) : 0;
#endif
  if (code != 0)
    return operator_error("key " + printable(key_file) + ": " + tls_error(code), "it must be PEM without a passphrase");
  if (pair != 0)
    return operator_error("certificate " + printable(cert_file) + " and key " + printable(key_file) +
                          " do not belong together");
  code = mbedtls_ssl_conf_own_cert(&config_, &own_, &key_);
  if (code != 0) return operator_error("certificate " + printable(cert_file) + ": " + tls_error(code));
  return {};
}

std::string revision_of(const Tls& settings) {
  return files::revision_of(
      {settings.ca_file.empty() ? system_store : settings.ca_file, settings.cert_file, settings.key_file});
}

Result<std::shared_ptr<const TlsContext>> TlsContext::for_client(const Tls& settings) {
  const std::shared_ptr<TlsContext> context(new TlsContext(false));
  if (auto started = context->start(); !started) return started.error();
  if (auto loaded = context->load_ca(settings.ca_file.empty() ? system_store : settings.ca_file, "tls.ca_file");
      !loaded)
    return loaded.error();
  mbedtls_ssl_conf_authmode(&context->config_, MBEDTLS_SSL_VERIFY_REQUIRED);
  mbedtls_ssl_conf_ca_chain(&context->config_, &context->ca_, nullptr);
  if (!settings.cert_file.empty()) {
    if (auto loaded = context->load_own(settings.cert_file, settings.key_file); !loaded) return loaded.error();
  }
  return std::shared_ptr<const TlsContext>(context);
}

Result<std::shared_ptr<const TlsContext>> TlsContext::for_server(const ServerSettings& settings) {
  const std::shared_ptr<TlsContext> context(new TlsContext(true));
  if (auto started = context->start(); !started) return started.error();
  if (auto loaded = context->load_own(settings.cert_file, settings.key_file); !loaded) return loaded.error();
  if (!settings.client_ca_file.empty()) {
    if (auto loaded = context->load_ca(settings.client_ca_file, "client CA"); !loaded) return loaded.error();
    mbedtls_ssl_conf_authmode(&context->config_, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_ca_chain(&context->config_, &context->ca_, nullptr);
  } else {
    mbedtls_ssl_conf_authmode(&context->config_, MBEDTLS_SSL_VERIFY_NONE);
  }
  return std::shared_ptr<const TlsContext>(context);
}

}  // namespace tributary::http
