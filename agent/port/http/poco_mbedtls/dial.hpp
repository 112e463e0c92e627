// agent/port/http/poco_mbedtls/dial.hpp: connections for other protocols than HTTP.
#pragma once

#include <memory>
#include <string>

#include "agent/port/http/poco_mbedtls/session.hpp"

namespace tributary::http {

/// Certificates are read afresh: such connections are few.
Result<std::unique_ptr<Connection>> dial(const ClientSettings& settings, const std::string& host, std::uint16_t port,
                                         bool tls, const Stop& stop);

}  // namespace tributary::http
