// agent/port/http/poco_mbedtls/tls_context.hpp: one set of trust and keys, shared by connections; immutable once made.
#pragma once

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include <memory>
#include <string>

#include "agent/base/result.hpp"
#include "agent/port/http/http.hpp"

namespace tributary::http {

class TlsContext {
 public:
  static Result<std::shared_ptr<const TlsContext>> for_client(const Tls& settings);
  static Result<std::shared_ptr<const TlsContext>> for_server(const ServerSettings& settings);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  [[nodiscard]] const mbedtls_ssl_config* config() const { return &config_; }
  [[nodiscard]] bool is_server() const { return server_; }

 private:
  explicit TlsContext(bool server);
  Status start();
  Status load_ca(const std::string& file, const char* what);
  Status load_own(const std::string& cert_file, const std::string& key_file);
  void choose_suites();

  bool server_;
  mbedtls_entropy_context entropy_{};
  mbedtls_ctr_drbg_context random_{};
  mbedtls_ssl_config config_{};
  mbedtls_x509_crt ca_{}, own_{};
  mbedtls_pk_context key_{};
};

/// Another word whenever one of the files may have another content.
std::string revision_of(const Tls& settings);

/// The library's words for one of its codes.
std::string tls_error(int code);

}  // namespace tributary::http
