// agent/config/values.hpp: one scalar of the configuration, by its type.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/result.hpp"
#include "agent/config/key_table.hpp"
#include "agent/port/yaml/yaml.hpp"

namespace tributary::config {

/// Where systemd puts the credentials of tributary.service; the path of `credential:NAME` when a person runs `check`
/// without $CREDENTIALS_DIRECTORY.
inline constexpr std::string_view service_credentials = "/run/credentials/tributary.service";

/// A scalar as its type says: text, paths made absolute, numbers in base units.
struct Scalar {
  std::string text;
  std::int64_t number = 0;  // integer, size, duration, rate
  bool flag = false;
};

/// `folder`: the directory of the file, absolute.
Result<Scalar> read_scalar(const Key& key, Type type, const yaml::Node& node, const std::string& folder);

/// https with a host, or http to a loopback address; no credentials inside.
Status check_url(std::string_view url);
/// True for localhost, 127.0.0.0/8 and ::1.
bool is_loopback(std::string_view host);

/// Splits `host:port` and `[v6]:port`; false when it is neither.
bool split_host_port(std::string_view text, std::string& host, int& port);

std::string absolute_path(const std::string& folder, std::string_view path);

}  // namespace tributary::config
