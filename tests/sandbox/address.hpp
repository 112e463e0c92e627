// tests/sandbox/address.hpp: under which URLs the sandbox can be reached.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tests/sandbox/call.hpp"

namespace tributary::sandbox {

inline constexpr std::string_view drs_base = "/ga4gh/drs/v1";
inline constexpr std::string_view tes_base = "/ga4gh/tes/v1";

class Address {
 public:
  Address(bool tls, std::string host, std::string listen_host)
      : tls_(tls), host_(std::move(host)), listen_(std::move(listen_host)) {}
  void set_port(std::uint16_t port) { port_ = port; }

  [[nodiscard]] const std::string& host() const { return host_; }
  /// Scheme, host and port for those who did not ask yet.
  [[nodiscard]] std::string base() const;
  /// The same by the name that the caller used.
  [[nodiscard]] std::string base(const Call& call) const;
  /// The path of a URL that leads here; nothing when it leads elsewhere.
  [[nodiscard]] std::optional<std::string> own_path(std::string_view url) const;

  /// Bucket and key of an `s3://` URL or of one of our own `/files/` URLs.
  [[nodiscard]] std::optional<std::pair<std::string, std::string>> stored_at(std::string_view url) const;

 private:
  bool tls_;
  std::string host_, listen_;
  std::uint16_t port_ = 0;
};

}  // namespace tributary::sandbox
