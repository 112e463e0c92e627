// agent/status/guard.hpp: whose requests are answered at all, and whose are obeyed.
//
// A page elsewhere can lead a name of its own to this machine (DNS rebinding) and then read what we say to that name:
// whoever asks under a name that is not ours gets nothing. It can send a form here: forms are obeyed only from here.
#pragma once

#include <string_view>
#include <vector>

#include "agent/config/settings.hpp"

namespace tributary::status {

/// The value of a Host header: an address, localhost, the host of `listen`, or one of `status.hosts`; any port.
bool is_our_host(std::string_view host, const config::Settings& settings);
/// The value of an Origin header (RFC 6454 section 7) against that of Host, or one of `status.hosts`.
bool is_our_origin(std::string_view origin, std::string_view host, const config::Settings& settings);

}  // namespace tributary::status
